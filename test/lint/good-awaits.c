/* SPDX-License-Identifier: MIT */
/* Coroutines that are begun and awaited, macros of the program's own, and every kind of wait. */
#include "nap.h"

#define PAUSE(ms) weft_sleep(WEFT_MS(ms))
#define SET(variable, value) variable = value
#define CHOOSE(value)                                                                              \
    case value:                                                                                    \
        self->x = value;                                                                           \
        break
#define PAIR(x) x, (x) + 1

WEFT_ASYNC(begun, struct nap first, second; struct nap *third; struct nap several[2]; int i;)
{
    weft_begin(nap, &self->first, 10);
    weft_begin(nap, &self->second, .ms = 20);
    weft_begin(nap, self->third, 30);
    weft_call_begun(&self->second);
    weft_call_begun(&self->first);
    weft_call_begun(self->third);
    for (self->i = 0; self->i < 2; self->i++)
        weft_begin(nap, &self->several[self->i], 10);
    for (self->i = 0; self->i < 2; self->i++)
        weft_call_begun(&self->several[self->i]);
    printf("%d\n", self->first.result);
}
WEFT_ASYNC_END

/* Begun for somebody else, who awaits it. */
WEFT_ASYNC(awaiter, struct nap *nap;)
{
    weft_call_begun(self->nap);
}
WEFT_ASYNC_END

WEFT_ASYNC(beginner, struct nap nap; struct awaiter awaiter;)
{
    weft_begin(nap, &self->nap, 10);
    weft_call(awaiter, &self->awaiter, &self->nap);
}
WEFT_ASYNC_END

WEFT_ASYNC(by_pointer, struct nap nap, driven; weft_frame *innermost; WEFT_TASK(nap) task;)
{
    struct nap *const here = &self->nap;
    weft_begin(nap, here, 10);
    weft_begin(nap, &self->driven, 10);
    self->innermost = &self->driven.frame;
    weft_call_begun(&self->nap);
    const int ms = self->nap.result;
    weft_create_eager_task(nap, &self->task, ms);
    const int more = self->task.frame.result;
    weft_sleep(WEFT_MS(more));
}
WEFT_ASYNC_END

WEFT_ASYNC(macros, int x;)
{
    int number;
    SET(number, 1);
    SET(self->x, number);
    PAUSE(10);
    SET(number, self->x);
    switch (number) {
        CHOOSE(1);
        CHOOSE(2);
    }
    for (;;) {
        const int both[] = {PAIR(self->x)};
        self->x = both[1];
        PAUSE(self->x);
        if (self->x > 3)
            break;
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(waits, weft_event event; weft_condition condition; weft_semaphore semaphore;
           weft_barrier barrier; struct weft_barrier_wait passing; weft_future future; int x;
           weft_timeout limit; WEFT_GATHER(2) gather; WEFT_TASK(nap) tasks[2];
           WEFT_GATHER_OF(nap, 3) each;)
{
    int i;
    weft_event_wait(&self->event);
    weft_with_condition(&self->condition) {
        weft_condition_wait_for(&self->condition, self->x > 3);
    }
    weft_end;
    weft_with_semaphore(&self->semaphore) {
        i = self->x;
        self->x = i + 1;
    }
    weft_end;
    weft_barrier_wait(&self->barrier, &self->passing);
    weft_await(&self->future);
    weft_wait_for(&self->limit, &self->future, WEFT_MS(3));
    for (i = 0; i < 2; i++)
        weft_create_task(nap, &self->tasks[i], i);
    weft_gather(&self->gather, &self->tasks[0], &self->tasks[1]);
    weft_gather_each(&self->each, number, nap, number);
    for (i = 0; i < 2; i++)
        self->x += self->tasks[i].frame.result;
}
WEFT_ASYNC_END

WEFT_ASYNC_NAMED(named, name, const char *name; int x;)
{
    const int number = self->x;
    puts(self->name);
    weft_yield;
    self->x = 3;
    (void)number;
}
WEFT_ASYNC_END

struct declared_before {
    weft_frame frame;
    int result;
};

WEFT_ASYNC_EXTERN(declared_before)
{
    const int number = 3;
    weft_return_value(number);
}
WEFT_ASYNC_END

/* No coroutine: here locals live as they always do. */
int plain(int x)
{
    int number = x;
    switch (x) {
    case 1:
        number = 2;
        break;
    }
    return number;
}
