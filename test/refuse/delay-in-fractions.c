/* SPDX-License-Identifier: MIT */
/* Refused: a fraction as a delay.
 * gcc: weft: a delay has a unit: WEFT_SECONDS
 * clang: weft: a delay has a unit: WEFT_SECONDS
 * lines: 30
 */
#include "job.h"

weft_timeout limit;

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_wait_for(&limit, &task, 0.5);
#else
    weft_wait_for(&limit, &task, WEFT_SECONDS(0.5));
#endif
}
WEFT_ASYNC_END
