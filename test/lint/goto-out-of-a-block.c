/* SPDX-License-Identifier: MIT */
/* Ways out of a block, and into one, that release nothing, or what nobody holds. */
#include "nap.h"

WEFT_ASYNC(out_of_with, weft_lock lock; int x;)
{
    weft_with_lock(&self->lock) {
        weft_sleep(WEFT_MS(1));
        goto out;
    }
    weft_end;
out:
    printf("locked %d\n", weft_lock_locked(&self->lock));
}
WEFT_ASYNC_END

WEFT_ASYNC(out_of_try, weft_exit left; int i;)
{
again:
    weft_try {
        if (self->i++ < 3)
            goto again;
    }
    weft_finally(&self->left) {
        puts("finally");
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(into_a_block, weft_lock lock; int x;)
{
    if (self->x)
        goto inside;
    weft_with_lock(&self->lock) {
    inside:
        puts("inside");
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(loopless, weft_lock lock; int x;)
{
    weft_with_lock(&self->lock) {
        if (self->x)
            break;
        continue;
    }
    weft_end;
}
WEFT_ASYNC_END
