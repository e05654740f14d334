/* SPDX-License-Identifier: MIT */
/* Awaits and blocks that a macro of the program makes. */
#include "nap.h"

#define PAUSE() weft_sleep(WEFT_MS(1))
#define HOLDING(lock, ...)                                                                         \
    weft_with_lock(lock) {                                                                         \
        __VA_ARGS__;                                                                               \
    }                                                                                              \
    weft_end
#define TWICE(x) (2 * x)

WEFT_ASYNC(pausing, int x;)
{
    int number = 1;
    PAUSE();
    self->x = TWICE(number);
}
WEFT_ASYNC_END

WEFT_ASYNC(holding, weft_lock lock; int x;)
{
    int number = 1;
    HOLDING(&self->lock, self->x = number);
}
WEFT_ASYNC_END

WEFT_ASYNC(switching, int x;)
{
    switch (self->x) {
    case 1:
        PAUSE();
    }
}
WEFT_ASYNC_END
