/* SPDX-License-Identifier: MIT */
/* Blocks: values that only ways without an await or a raise reach. */
#include "nap.h"

static const weft_error *parse(int x, int *number)
{
    *number = x;
    return x ? NULL : &weft_timeout_error;
}

WEFT_ASYNC(behind_a_try, int x; const weft_error *error;)
{
    int number;
    weft_try {
        weft_check(parse(self->x, &number));
        number++;
    }
    weft_catch(&weft_timeout_error, self->error) {
        puts("late");
        number = 0;
    }
    weft_catch(&weft_any_error, self->error) {
        weft_raise(self->error);
    }
    weft_end;
    printf("%d\n", number);
}
WEFT_ASYNC_END

WEFT_ASYNC(behind_a_finally, int x; weft_exit left;)
{
    int number = 0;
    weft_try {
        weft_check(parse(self->x, &number));
    }
    weft_finally(&self->left) {
        puts("finally");
    }
    weft_end;
    printf("%d\n", number);
}
WEFT_ASYNC_END

/* What an error skips is not read; the finally is passed by other ways too. */
WEFT_ASYNC(nested, int x; weft_exit left, outer_left; const weft_error *error;)
{
    for (;;) {
        const int number = self->x;
        weft_try {
            weft_try {
                if (number == 3)
                    weft_return;
                if (number == 4)
                    break;
                if (number == 5)
                    continue;
                weft_check(self->error);
            }
            weft_finally(&self->left) {
                self->x = 0;
            }
            weft_end;
            printf("%d\n", number);
        }
        weft_catch(&weft_timeout_error) {
            self->x = 1;
            continue;
        }
        weft_finally(&self->outer_left) {
            const int other = self->x;
            weft_sleep(WEFT_MS(1));
            self->x++;
            (void)other;
        }
        weft_end;
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(try_in_a_finally, int x; weft_exit left, inner_left;)
{
    weft_try {
        weft_sleep(WEFT_MS(1));
    }
    weft_finally(&self->left) {
        int number = self->x;
        weft_try {
            number++;
        }
        weft_finally(&self->inner_left) {
            self->x = 3;
        }
        weft_end;
        self->x = number;
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(inside, weft_lock lock; weft_timeout limit; weft_group group; WEFT_TASK(nap) task;
           int x;)
{
    weft_with_timeout(&self->limit, WEFT_MS(50)) {
        int number = self->x;
        self->x = number + 1;
        weft_with_lock(&self->lock) {
            const int other = self->x;
            weft_with_group(&self->group) {
                weft_group_create_task(&self->group, nap, &self->task, .ms = other);
            }
            weft_end;
            number = 2;
            printf("%d\n", number);
        }
        weft_end;
        number = 3;
        printf("%d\n", number);
    }
    weft_end;
}
WEFT_ASYNC_END

/* The timeout's block does not await, to enter it or to leave it. */
WEFT_ASYNC(over_a_block, weft_timeout limit; int x;)
{
    int number = self->x;
    weft_with_timeout(&self->limit, WEFT_MS(50)) {
        number++;
    }
    weft_end;
    printf("%d\n", number);
}
WEFT_ASYNC_END

WEFT_ASYNC(goto_inside, weft_lock lock; int x;)
{
    weft_with_lock(&self->lock) {
        if (self->x)
            goto last;
        weft_sleep(WEFT_MS(1));
    last:
        puts("last");
    }
    weft_end;
    if (self->x)
        goto out;
    puts("not out");
out:
    for (;;) {
        weft_with_lock(&self->lock) {
            if (self->x++ < 3)
                continue;
            break;
        }
        weft_end;
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(raises, int x; const weft_error *error;)
{
    const int number = self->x;
    if (number == 1)
        weft_raise(&weft_timeout_error);
    if (number == 2)
        weft_return;
    weft_check(number == 3 ? &weft_timeout_error : NULL);
    printf("%d\n", number);
}
WEFT_ASYNC_END

WEFT_ASYNC(loop_in_a_catch, int x; const weft_error *error;)
{
    weft_try {
        weft_raise(&weft_timeout_error);
    }
    weft_catch(&weft_timeout_error, self->error) {
        for (int i = 0; i < 3; i++)
            self->x += i;
        weft_sleep(WEFT_MS(1));
        const weft_error *const error = self->error;
        puts(error->text);
        weft_raise(error);
    }
    weft_end;
}
WEFT_ASYNC_END
