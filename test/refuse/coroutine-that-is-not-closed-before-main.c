/* SPDX-License-Identifier: MIT */
/* Refused: a coroutine without its WEFT_ASYNC_END, before main.
 * gcc: weft_the_WEFT_ASYNC_END_of_this_coroutine_is_missing_
 * clang: function definition is not allowed
 * lines: 30
 */
#include "job.h"

WEFT_ASYNC(first, int id;)
{
    weft_yield;
}
#ifdef FIXED
WEFT_ASYNC_END
#endif

int main(void)
{
    static weft_loop loop;
    static WEFT_TASK(first) root;
    weft_loop_init(&loop, NULL);
    weft_run(&loop, first, &root);
    return 0;
}
