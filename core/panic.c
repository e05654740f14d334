/* SPDX-License-Identifier: MIT */
/* weft_panic has a file of its own, so that a program can define the function instead. */
#include "core/panic.h"

#if __STDC_HOSTED__ && !defined(WEFT_FREESTANDING)
#include <stdio.h>
#include <stdlib.h>

void weft_panic(const char *file, unsigned line, const char *text)
{
    fflush(stdout);
    fprintf(stderr, "%s:%u: weft: %s\n", file, line, text);
    abort();
}
#else
void weft_panic(const char *file, unsigned line, const char *text)
{
    (void)file, (void)line, (void)text;
    for (;;)
        continue;
}
#endif
