/* SPDX-License-Identifier: MIT */
/* Refused: an int as the limit of a wait.
 * gcc: weft: a delay has a unit: WEFT_SECONDS
 * clang: weft: a delay has a unit: WEFT_SECONDS
 * lines: 30
 */
#include "job.h"

WEFT_WAIT_SET(1) set;

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_wait_all(&set, 100);
#else
    weft_wait_all(&set, WEFT_MS(100));
#endif
}
WEFT_ASYNC_END
