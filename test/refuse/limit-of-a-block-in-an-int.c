/* SPDX-License-Identifier: MIT */
/* Refused: an int as the limit of a block.
 * gcc: weft: a delay has a unit: WEFT_SECONDS
 * clang: weft: a delay has a unit: WEFT_SECONDS
 * lines: 30
 */
#include "job.h"

weft_timeout limit;

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_with_timeout(&limit, -1) {
#else
    weft_with_timeout(&limit, WEFT_US(-1)) {
#endif
        weft_await(&task);
    }
    weft_end;
}
WEFT_ASYNC_END
