/* SPDX-License-Identifier: MIT */
/* Values and pointers that a macro needs again when the task is resumed. */
#include "nap.h"

static int compute(void)
{
    return 3;
}

WEFT_ASYNC(demo, struct nap nap; WEFT_QUEUE(int, 2) q;)
{
    weft_queue_init(&self->q);
    const int n = compute();
    if (n > 1) {
        weft_call(nap, &self->nap, 10);
        printf("n %d\n", n);
    }
    int v;
    v = compute();
    weft_queue_put(&self->q, v);
    char buffer[32];
    snprintf(buffer, sizeof(buffer), "hello");
    weft_sleep(WEFT_MS(10));
    printf("%s\n", buffer);
}
WEFT_ASYNC_END

WEFT_ASYNC(release, weft_lock *lock;)
{
    weft_lock *const lock = self->lock;
    weft_with_lock(lock) {
        puts("locked");
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_POOL(nap, 2) pool;

WEFT_ASYNC(pooled, weft_group group;)
{
    weft_with_group(&self->group) {
        const int ms = compute();
        weft_group_create_pooled(&self->group, nap, &pool, ms);
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(into, WEFT_QUEUE(int, 2) q; int item;)
{
    int *const item = &self->item;
    weft_queue_get(&self->q, item);
}
WEFT_ASYNC_END
