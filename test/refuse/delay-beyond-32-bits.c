/* SPDX-License-Identifier: MIT */
/* Refused: a delay of 25 days, where a clock of 32 bits counts milliseconds.
 * gcc: weft: the delay is longer than half the range of weft_time
 * clang: weft: the delay is longer than half the range of weft_time
 * flags: -DWEFT_TIME_BITS=32 -DWEFT_TIME_HZ=1000
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_sleep(WEFT_SECONDS(25 * 24 * 3600));
#else
    weft_sleep(WEFT_SECONDS(24 * 24 * 3600));
#endif
}
WEFT_ASYNC_END
