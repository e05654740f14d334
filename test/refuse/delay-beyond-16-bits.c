/* SPDX-License-Identifier: MIT */
/* Refused: a delay of 33 seconds, where a clock of 16 bits counts milliseconds.
 * gcc: weft: the delay is longer than half the range of weft_time
 * clang: weft: the delay is longer than half the range of weft_time
 * flags: -DWEFT_TIME_BITS=16 -DWEFT_TIME_HZ=1000
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_sleep(WEFT_SECONDS(33));
#else
    weft_sleep(WEFT_SECONDS(32));
#endif
}
WEFT_ASYNC_END
