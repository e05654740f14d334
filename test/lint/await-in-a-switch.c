/* SPDX-License-Identifier: MIT */
/* An await, and a block, inside a switch of the program. */
#include "nap.h"

WEFT_ASYNC(demo, int kind; struct nap nap;)
{
    switch (self->kind) {
    case 0:
        weft_call(nap, &self->nap, 10);
        puts("case 0 done");
        break;
    default:
        puts("default");
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(catching, int kind; const weft_error *error;)
{
    switch (self->kind) {
    default:
        weft_try {
            weft_raise(&weft_timeout_error);
        }
        weft_catch(&weft_timeout_error) {
            puts("late");
        }
        weft_end;
    }
}
WEFT_ASYNC_END
