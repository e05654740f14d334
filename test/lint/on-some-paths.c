/* SPDX-License-Identifier: MIT */
/* A local that is assigned again on some paths alone. */
#include "nap.h"

WEFT_ASYNC(one_branch, int x;)
{
    int number = 1;
    weft_sleep(WEFT_MS(1));
    if (self->x)
        number = 2;
    printf("%d\n", number);
}
WEFT_ASYNC_END

WEFT_ASYNC(await_in_one_branch, int x;)
{
    int number = 1;
    if (self->x)
        weft_sleep(WEFT_MS(1));
    printf("%d\n", number);
}
WEFT_ASYNC_END

WEFT_ASYNC(short_circuit, int x;)
{
    int number = 1;
    weft_sleep(WEFT_MS(1));
    if (self->x && (number = 2))
        puts("assigned");
    printf("%d\n", number);
}
WEFT_ASYNC_END

WEFT_ASYNC(cases, int x;)
{
    int number = 1;
    weft_sleep(WEFT_MS(1));
    switch (self->x) {
    case 1:
        number = 2;
        break;
    case 2:
        number = 3;
    }
    printf("%d\n", number);
}
WEFT_ASYNC_END

WEFT_ASYNC(backwards, int x;)
{
    int number = 0;
again:
    printf("%d\n", number);
    weft_sleep(WEFT_MS(1));
    if (self->x--)
        goto again;
}
WEFT_ASYNC_END

WEFT_ASYNC(chosen, int x;)
{
    const int a = self->x, b = self->x + 1;
    weft_sleep(WEFT_MS(1));
    self->x = self->x ? a : b;
}
WEFT_ASYNC_END

WEFT_ASYNC(pointer, int x;)
{
    struct pointer *const me = self;
    weft_sleep(WEFT_MS(1));
    me->x = 1;
}
WEFT_ASYNC_END
