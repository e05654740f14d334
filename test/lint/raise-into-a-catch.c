/* SPDX-License-Identifier: MIT */
/* A value from before a raise, read in a catch, a finally, and behind them. */
#include "nap.h"

static const weft_error *parse(int *number)
{
    *number = 3;
    return &weft_timeout_error;
}

WEFT_ASYNC(caught, int x;)
{
    int number = 1;
    weft_try {
        weft_check(parse(&number));
    }
    weft_catch(&weft_any_error) {
        printf("%d\n", number);
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(at_last, weft_exit left; int x;)
{
    int number = 1;
    weft_try {
        if (self->x)
            weft_return;
        number = 2;
    }
    weft_finally(&self->left) {
        printf("%d\n", number);
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(behind, int x;)
{
    int number = 1;
    weft_try {
        if (self->x)
            weft_raise(&weft_timeout_error);
        number = 2;
    }
    weft_catch(&weft_timeout_error) {
        puts("late");
    }
    weft_end;
    printf("%d\n", number);
}
WEFT_ASYNC_END

/* An error of the inner block passes its finally and goes on at the outer catch. */
WEFT_ASYNC(nested, weft_exit left; int x;)
{
    int number = 1;
    weft_try {
        weft_try {
            weft_check(self->x ? &weft_timeout_error : NULL);
        }
        weft_finally(&self->left) {
            puts("finally");
        }
        weft_end;
    }
    weft_catch(&weft_timeout_error) {
        printf("%d\n", number);
    }
    weft_end;
}
WEFT_ASYNC_END
