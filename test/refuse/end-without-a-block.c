/* Refused: a weft_end too many.
 * gcc: weft_section_
 * clang: weft_section_
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
    weft_yield;
#ifndef FIXED
    weft_end;
#else

#endif
}
WEFT_ASYNC_END
