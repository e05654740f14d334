/* SPDX-License-Identifier: MIT */
/* Program 4 of size.py: uses each function of weft once, except dump, descriptors and watchdog. The
 * program is measured, and never run. */
#include <weft.h>
extern weft_backend ticks;
volatile unsigned char out;
static weft_loop loop;
static weft_lock lock;
static weft_rlock rlock;
static weft_event event;
static weft_semaphore semaphore = WEFT_BOUNDED_SEMAPHORE(2);
static weft_condition condition;
static weft_barrier barrier = WEFT_BARRIER(2);
static WEFT_QUEUE(unsigned char, 8) fifo, lifo, sorted;
WEFT_QUEUE_BEFORE(less, unsigned char, a, b, *a < *b)
struct item {
    weft_queue_node node;
    int n;
};
WEFT_QUEUE_BEFORE(less_item, struct item, a, b, a->n < b->n)
static WEFT_UNBOUNDED_QUEUE(struct item, node) nodes;
static struct item item;
static weft_threadsafe_handle handle;
static weft_future future;
static const weft_error wrong = {.kind = NULL};
WEFT_ASYNC(leaf, int n;)
{
    weft_sleep(WEFT_MS(10));
    if (self->n == 3)
        weft_raise(&wrong);
}
WEFT_ASYNC_END
static WEFT_POOL(leaf, 2) pool;
static weft_handle timer;
static void called(weft_loop *l, weft_handle *h)
{
    (void)l, (void)h;
    weft_event_set(&event);
}
WEFT_ASYNC(demo, WEFT_TASK(leaf) a, b; struct leaf leaf; WEFT_GATHER(2) gather;
           WEFT_WAIT_SET(2) set; weft_group group; weft_timeout limit; weft_shield shield;
           struct weft_barrier_wait wait; weft_exit left; unsigned char c;
           struct item *item; weft_future *which; const weft_error *e;)
{
    weft_check(weft_threadsafe_open(weft_running_loop(), &handle, called));
    weft_create_task(leaf, &self->a, 1);
    weft_create_task(leaf, &self->b, 2);
    weft_gather(&self->gather, &self->a, &self->b);
    weft_create_task(leaf, &self->a, 1);
    weft_create_task(leaf, &self->b, 2);
    weft_check(weft_wait_add(&self->set, &self->a));
    weft_check(weft_wait_add(&self->set, &self->b));
    weft_wait_first(&self->set, WEFT_MS(100));
    weft_wait_all(&self->set, WEFT_FOREVER);
    out = (unsigned char)weft_wait_pending(&self->set);
    weft_with_completed(&self->set, WEFT_MS(100)) {
        while (weft_completed_left(&self->set)) {
            weft_next_completed(&self->set, &self->which);
        }
    }
    weft_end;
    weft_await_shielded(&self->shield, &self->a);
    weft_call(leaf, &self->leaf, 3);
    weft_create_future(&future);
    weft_check(weft_set_done(&future));
    weft_await(&future);
    weft_try {
        weft_with_group(&self->group) {
            weft_group_create_task(&self->group, leaf, &self->a, 3);
            weft_group_create_pooled(&self->group, leaf, &pool, 3);
            weft_group_create_eager_task(&self->group, leaf, &self->b, 2);
            weft_group_cancel(&self->group);
        }
        weft_end;
    }
    weft_catch(&weft_group_error, self->e) {
        out = (unsigned char)weft_count_errors(self->e);
        for (weft_error_walk at = weft_first_error(self->e); at.error; weft_next_error(&at))
            out++;
    }
    weft_finally(&self->left)
        out++;
    weft_end;
    weft_with_timeout(&self->limit, WEFT_MS(20)) {
        weft_check(weft_timeout_reschedule(&self->limit, 1));
        weft_with_lock(&lock)
            out++;
        weft_end;
        weft_with_rlock(&rlock)
            out++;
        weft_end;
        weft_with_semaphore(&semaphore)
            out++;
        weft_end;
        weft_with_condition(&condition) {
            weft_condition_notify(&condition, 1);
            weft_condition_notify_all(&condition);
            weft_condition_wait(&condition);
        }
        weft_end;
    }
    weft_end;
    weft_wait_for(&self->limit, &self->a, WEFT_MS(10));
    weft_barrier_wait(&barrier, &self->wait);
    weft_barrier_reset(&barrier);
    weft_barrier_abort(&barrier);
    weft_queue_put(&fifo, 1);
    weft_queue_get(&lifo, &self->c);
    weft_queue_put(&sorted, 2);
    weft_queue_get(&sorted, &self->c);
    weft_queue_put_item(&nodes, &item);
    weft_queue_get_item(&nodes, &self->item);
    weft_check(weft_queue_put_nowait(&fifo, 3));
    weft_check(weft_queue_get_nowait(&fifo, &self->c));
    weft_check(weft_queue_task_done(&fifo));
    weft_queue_join(&fifo);
    weft_queue_shutdown(&fifo);
    weft_queue_shutdown_now(&nodes);
    weft_event_wait(&event);
    weft_event_clear(&event);
    weft_cancel(&self->a);
    out = (unsigned char)(weft_cancelling(&self->a.task) + weft_uncancel(&self->a.task) +
                          weft_cancelled(&self->a));
    weft_threadsafe_close(&handle);
}
WEFT_ASYNC_END
static WEFT_TASK(demo) task;
static void unasked(weft_loop *l, weft_task *t, const weft_error *e)
{
    (void)l, (void)t, (void)e;
    out++;
}
int main(void)
{
    weft_loop_init(&loop, &ticks);
    weft_set_exception_handler(&loop, unasked);
    weft_queue_init(&fifo);
    weft_lifo_queue_init(&lifo);
    weft_priority_queue_init(&sorted, less);
    weft_unbounded_priority_queue_init(&nodes, less_item);
    weft_call_later(&loop, &timer, WEFT_MS(5), called);
    weft_call_soon(&loop, &timer, called);
    weft_handle_cancel(&loop, &timer);
    weft_add_done_callback(&future, &timer, called);
    weft_call_soon_threadsafe(&handle);
    weft_set_daemon(&task.task, true);
    out = weft_run_once(&loop) || weft_next_run(&loop);
    out = weft_run(&loop, demo, &task) != NULL;
    out = weft_run_code(&loop, &demo_code, &task) != NULL;
    weft_run_until_complete(&loop, &task);
    weft_stop(&loop);
    return weft_runner_close(&loop) != NULL;
}
