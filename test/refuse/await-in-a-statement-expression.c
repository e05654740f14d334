/* SPDX-License-Identifier: MIT */
/* Refused: an await inside ({ }), which only gcc refuses.
 * gcc: switch jumps into statement expression
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    self->delay = ({ weft_yield; 1; });
#else
    weft_yield;
    self->delay = 1;
#endif
}
WEFT_ASYNC_END
