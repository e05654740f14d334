/* SPDX-License-Identifier: MIT */
/* A coroutine to call, for the programs here. */
#include <stdio.h>
#include <weft.h>

WEFT_ASYNC(nap, int ms; int result;)
{
    weft_sleep(WEFT_MS(self->ms));
    self->result = self->ms;
}
WEFT_ASYNC_END
