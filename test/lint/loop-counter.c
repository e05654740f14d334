/* SPDX-License-Identifier: MIT */
/* A loop's counter, declared before the loop, and in it. */
#include "nap.h"

WEFT_ASYNC(before, struct nap nap;)
{
    int i;
    for (i = 0; i < 3; i++) {
        printf("i %d\n", i);
        weft_call(nap, &self->nap, 10);
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(inside, struct nap nap;)
{
    for (int i = 0; i < 3; i++)
        weft_call(nap, &self->nap, 10);
}
WEFT_ASYNC_END

WEFT_ASYNC(condition_only, struct nap nap;)
{
    int left = 3;
    while (left > 0) {
        weft_call(nap, &self->nap, 10);
        self->nap.result = 0;
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(do_while, struct nap nap;)
{
    int i = 0;
    do
        weft_call(nap, &self->nap, 10);
    while (++i < 3);
}
WEFT_ASYNC_END
