/* SPDX-License-Identifier: MIT */
/* A value from before an await. */
#include "nap.h"

WEFT_ASYNC(demo, struct nap nap;)
{
    int total = 42;
    weft_call(nap, &self->nap, 10);
    total += self->nap.result;
    printf("total %d\n", total);
}
WEFT_ASYNC_END
