/* SPDX-License-Identifier: MIT */
/* Comments that keep a warning away, and one that does not, since it gives no reason. */
#include "nap.h"

WEFT_ASYNC(line, int x;)
{
    int number = 1;
    weft_sleep(WEFT_MS(1));
    printf("%d\n", number); /* weft-lint: ignore: a test of what is printed then */
}
WEFT_ASYNC_END

WEFT_ASYNC(line_before, int x;)
{
    int number = 1;
    weft_sleep(WEFT_MS(1));
    /* weft-lint: ignore (a test of what is printed then) */
    printf("%d\n", number);
}
WEFT_ASYNC_END

/* weft-lint: ignore a test of what is printed then */
WEFT_ASYNC(whole, int x;)
{
    int number = 1;
    weft_sleep(WEFT_MS(1));
    printf("%d\n", number);
}
WEFT_ASYNC_END

WEFT_ASYNC(without_a_reason, int x;)
{
    int number = 1;
    weft_sleep(WEFT_MS(1));
    printf("%d\n", number); /* weft-lint: ignore */
}
WEFT_ASYNC_END
