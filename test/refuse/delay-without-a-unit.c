/* SPDX-License-Identifier: MIT */
/* Refused: a plain number as a delay, whose unit nobody sees.
 * gcc: weft: a delay has a unit: WEFT_SECONDS
 * clang: weft: a delay has a unit: WEFT_SECONDS
 * lines: 30
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_sleep(1);
#else
    weft_sleep(0);
    weft_sleep(3 * WEFT_MS(2) + WEFT_SECONDS(self->delay) + WEFT_US(1));
#endif
}
WEFT_ASYNC_END
