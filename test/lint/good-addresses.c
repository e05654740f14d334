/* SPDX-License-Identifier: MIT */
/* Addresses of locals that nobody keeps over an await, and of what outlives one. */
#include <string.h>

#include "nap.h"

static WEFT_TASK(nap) one_task;

WEFT_ASYNC(fill, char *buffer; size_t size;)
{
    weft_sleep(WEFT_MS(1));
    snprintf(self->buffer, self->size, "filled");
}
WEFT_ASYNC_END

WEFT_ASYNC(members, struct nap nap; WEFT_TASK(nap) task; struct fill fill; char buffer[32];
           weft_lock lock;)
{
    static char once[32];
    weft_create_task(nap, &self->task, 10);
    weft_await(&self->task);
    weft_create_task(nap, &one_task, 10);
    weft_await(&one_task);
    WEFT_TASK(nap) *const none = NULL;
    (void)none;
    struct nap *const nap = &self->nap;
    weft_call(nap, nap, 10);
    weft_call(fill, &self->fill, self->buffer, sizeof(self->buffer));
    weft_call(fill, &self->fill, once, sizeof(once));
    weft_lock *const lock = &self->lock;
    printf("%d\n", weft_lock_locked(lock));
}
WEFT_ASYNC_END

WEFT_ASYNC(taken_back, const int *kept; int x;)
{
    const int number = 3;
    self->kept = &number;
    printf("%d\n", *self->kept);
    self->kept = NULL;
    weft_sleep(WEFT_MS(1));
}
WEFT_ASYNC_END

WEFT_ASYNC(copied, char text[32]; size_t length; int *values;)
{
    char buffer[32] = "text";
    char *at = strchr(buffer, 'x');
    self->length = (size_t)(at - buffer);
    memcpy(self->text, buffer, sizeof(buffer));
    at = self->text;
    *at = 'T';
    weft_sleep(WEFT_MS(1));
}
WEFT_ASYNC_END

WEFT_ASYNC(through_queues, WEFT_QUEUE(int, 2) q; WEFT_WAIT_SET(2) set; WEFT_TASK(nap) task;)
{
    int item;
    weft_queue_init(&self->q);
    weft_queue_put(&self->q, 3);
    weft_queue_get(&self->q, &item);
    printf("%d\n", item);
    weft_check(weft_queue_put_nowait(&self->q, item));
    weft_check(weft_queue_get_nowait(&self->q, &item));
    printf("%d\n", item);
    weft_create_task(nap, &self->task, 10);
    weft_check(weft_wait_add(&self->set, &self->task));
    weft_future *which;
    weft_with_completed(&self->set, WEFT_FOREVER) {
        while (weft_completed_left(&self->set)) {
            weft_next_completed(&self->set, &which);
            printf("%d\n", which == weft_as_future(&self->task));
        }
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(walks, weft_group group; WEFT_TASK(nap) task; const weft_error *error;)
{
    weft_error_walk at;
    weft_try {
        weft_with_group(&self->group) {
            weft_group_create_task(&self->group, nap, &self->task, .ms = 3);
        }
        weft_end;
    }
    weft_catch(&weft_group_error, self->error) {
        for (at = weft_first_error(self->error); at.error; weft_next_error(&at))
            puts(at.error->text);
    }
    weft_end;
    weft_sleep(WEFT_MS(1));
}
WEFT_ASYNC_END

WEFT_ASYNC(of_no_waits, int x;)
{
    WEFT_QUEUE(int, 2) queue;
    memset(&queue, 0, sizeof(queue));
    weft_queue_init(&queue);
    printf("%d\n", (int)weft_queue_size(&queue));
}
WEFT_ASYNC_END
