/* SPDX-License-Identifier: MIT */
#include "elsewhere.h"

WEFT_ASYNC_EXTERN(doubled)
{
    weft_yield;
    weft_return_value(2 * self->n);
}
WEFT_ASYNC_END
