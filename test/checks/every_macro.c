/* SPDX-License-Identifier: MIT */
/* A program that uses every public macro: warnings.sh compiles it, and nothing runs it. */
#include <stdio.h>
#include <weft.h>

struct item {
    int number;
    weft_queue_node node;
};

typedef WEFT_FUTURE(int) number_future;
typedef WEFT_QUEUE(int, 4) int_queue;
typedef WEFT_QUEUE_OVER(int) int_queue_over;
typedef WEFT_UNBOUNDED_QUEUE(struct item, node) item_queue;

WEFT_QUEUE_BEFORE(less, int, a, b, *a < *b)
WEFT_QUEUE_BEFORE(lesser, struct item, a, b, a->number < b->number)

static number_future number;
static weft_future done;
static weft_handle handle;
WEFT_LAMBDA(print_number, number_future, f, printf("%d\n", f->result));

struct stepped {
    weft_frame frame;
    const char *name;
};
struct stepped_elsewhere {
    weft_frame frame;
};
struct named_step {
    weft_frame frame;
    const char *name;
};
WEFT_DECLARE(stepped_elsewhere);

static weft_step step(weft_frame *frame, weft_context *context)
{
    (void)context;
    return weft_end_frame(frame);
}
WEFT_CODE(stepped, step);
WEFT_CODE_EXTERN(stepped_elsewhere, step);
WEFT_CODE_NAMED(named_step, name, step);
const weft_code *const codes[] = {&stepped_code, &stepped_elsewhere_code, &named_step_code};

static void called(weft_loop *loop, weft_handle *which)
{
    struct owner {
        weft_handle handle;
    } *const owner = WEFT_HANDLE_OWNER(which, struct owner, handle);
    weft_handle_cancel(loop, &owner->handle);
}

static void slow(weft_loop *loop, const weft_slow_call *call)
{
    (void)loop, (void)call;
}

/* ---- Coroutines, arguments, leaving ---- */

WEFT_FORWARD(nap);

WEFT_ASYNC(nothing)
{
    weft_yield;
}
WEFT_ASYNC_END

WEFT_ASYNC(nap, weft_time delay; int result;)
{
    if (!self->delay)
        weft_return;
    if (self->delay == WEFT_FOREVER)
        weft_raise(&weft_invalid_state_error);
    weft_sleep(self->delay);
    weft_sleep(3 * self->delay + WEFT_SECONDS(1.5) + WEFT_MS(self->result) + WEFT_US(1));
    weft_return_value(1);
}
WEFT_ASYNC_END

WEFT_ASYNC_NAMED(named, name, const char *name;)
{
    weft_yield;
}
WEFT_ASYNC_END

struct named_body {
    weft_frame frame;
    const char *name;
};
WEFT_ASYNC_NAMED_BODY(named_body, name)
{
    weft_yield;
}
WEFT_ASYNC_END

struct shared {
    weft_frame frame;
};
WEFT_DECLARE(shared);
WEFT_ASYNC_EXTERN(shared)
{
    weft_yield;
}
WEFT_ASYNC_END

struct calls {
    weft_frame frame;
    struct nap nap;
    struct nothing nothing;
    const weft_error *error;
    weft_exit left;
};
WEFT_ASYNC_BODY(calls)
{
    weft_try {
        weft_call(nap, &self->nap, WEFT_MS(1));
        weft_begin(nap, &self->nap, .delay = WEFT_MS(1));
        weft_call_begun(&self->nap);
        weft_call(nothing, &self->nothing);
        weft_check(self->error);
    }
    weft_catch(&weft_cancelled_error) {
        weft_yield;
    }
    weft_catch(&weft_any_error, self->error) {
        weft_yield;
    }
    weft_finally(&self->left) {
        weft_yield;
    }
    weft_end;
}
WEFT_ASYNC_END

/* ---- Tasks, futures, several at once ---- */

typedef WEFT_TASK(nap) nap_task;

WEFT_ASYNC(tasks, nap_task a, b, children[4]; weft_timeout limit; weft_shield shield;
           WEFT_GATHER(2) both; WEFT_GATHER_OVER over; WEFT_WAIT_SET_OVER set_over;
           weft_part parts[2]; WEFT_GATHER_OF(nap, 4) each;
           WEFT_WAIT_SET(2) set; weft_future * which; WEFT_POOL(nap, 2) pool; weft_group group;)
{
    weft_create_task(nap, &self->a, .delay = WEFT_MS(2));
    weft_create_eager_task(nap, &self->b, .delay = WEFT_MS(2));
    weft_await(&self->a);
    weft_await_shielded(&self->shield, &self->b);
    weft_wait_for(&self->limit, &self->b, WEFT_MS(5));
    weft_with_timeout(&self->limit, WEFT_MS(5)) {
        weft_yield;
    }
    weft_end;
    weft_with_timeout_at(&self->limit, weft_loop_time(weft_running_loop())) {
        weft_yield;
    }
    weft_end;
    weft_create_future(&number);
    weft_check(weft_set_result(&number, 5));
    weft_check(weft_set_done(&done));
    weft_check(weft_set_error(&number, &weft_invalid_state_error));
    weft_check(weft_add_done_callback(&number, &handle, print_number));
    if (weft_done(&number) && !weft_cancelled(&number) && !weft_cancel(weft_current_task()))
        weft_check(weft_error_of(weft_as_future(&number)));
    weft_gather(&self->both, &self->a, &self->b);
    weft_check(weft_gather_add(&self->both, &self->a));
    weft_gather_all(&self->both);
    weft_gather_collect(&self->both);
    weft_check(weft_gather_add_in(&self->over, self->parts, 2, &self->a));
    weft_gather_each(&self->each, i, nap, .delay = WEFT_MS(i));
    weft_gather_collect_each(&self->each, i, nap, .delay = WEFT_MS(i));
    weft_check(weft_wait_add(&self->set, &self->a));
    weft_check(weft_wait_add_in(&self->set_over, self->parts, 2, &self->b));
    weft_wait_first(&self->set, WEFT_MS(1));
    weft_wait_first_error(&self->set, WEFT_FOREVER);
    weft_wait_all(&self->set, 0);
    while (weft_wait_pending(&self->set))
        weft_yield;
    weft_with_completed(&self->set, WEFT_MS(1)) {
        while (weft_completed_left(&self->set))
            weft_next_completed(&self->set, &self->which);
    }
    weft_end;
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, nap, &self->children[0], .delay = 0);
        weft_group_create_eager_task(&self->group, nap, &self->children[1], .delay = 0);
        weft_check(weft_group_start_task(&self->group, nap, &self->children[2], .delay = 0));
        weft_group_create_pooled(&self->group, nap, &self->pool, .delay = 0);
        printf("%zu\n", (size_t)weft_pool_free(&self->pool));
    }
    weft_end;
    weft_wait_readable(0);
    weft_wait_writable(1);
}
WEFT_ASYNC_END

/* ---- Locks and the rest ---- */

WEFT_ASYNC(locks, weft_lock lock; weft_rlock rlock; weft_semaphore semaphore; weft_event event;
           weft_condition condition; weft_barrier barrier; struct weft_barrier_wait wait;
           weft_byte_ring received; unsigned char byte;)
{
    weft_lock_acquire(&self->lock);
    weft_check(weft_lock_release(&self->lock));
    weft_with_lock(&self->lock) {
        weft_yield;
    }
    weft_end;
    weft_rlock_acquire(&self->rlock);
    weft_check(weft_rlock_release(&self->rlock));
    weft_with_rlock(&self->rlock) {
        weft_yield;
    }
    weft_end;
    self->semaphore = (weft_semaphore)WEFT_SEMAPHORE(1);
    self->semaphore = (weft_semaphore)WEFT_BOUNDED_SEMAPHORE(1);
    weft_semaphore_acquire(&self->semaphore);
    weft_with_semaphore(&self->semaphore) {
        weft_yield;
    }
    weft_end;
    weft_event_wait(&self->event);
    weft_byte_ring_get(&self->received, &self->byte);
    weft_condition_acquire(&self->condition);
    weft_with_condition(&self->condition) {
        weft_condition_wait(&self->condition);
        weft_condition_wait_for(&self->condition, self->event.set);
    }
    weft_end;
    self->barrier = (weft_barrier)WEFT_BARRIER(2);
    weft_barrier_wait(&self->barrier, &self->wait);
    weft_barrier_reset(&self->barrier);
    weft_barrier_abort(&self->barrier);
}
WEFT_ASYNC_END

WEFT_ASYNC(queues, int_queue queue; int_queue_over over; int array[3]; item_queue items;
           struct item item; struct item * got; int number;)
{
    weft_queue_init(&self->queue);
    weft_lifo_queue_init(&self->queue);
    weft_priority_queue_init(&self->queue, less);
    weft_queue_init_over(&self->over, self->array, 3);
    weft_lifo_queue_init_over(&self->over, self->array, 3);
    weft_priority_queue_init_over(&self->over, self->array, 3, less);
    weft_queue_put(&self->queue, 1);
    weft_queue_get(&self->queue, &self->number);
    weft_check(weft_queue_put_nowait(&self->over, 1));
    weft_check(weft_queue_get_nowait(&self->over, &self->number));
    weft_unbounded_queue_init(&self->items);
    weft_unbounded_lifo_queue_init(&self->items);
    weft_unbounded_priority_queue_init(&self->items, lesser);
    weft_queue_put_item(&self->items, &self->item);
    weft_queue_get_item(&self->items, &self->got);
    weft_check(weft_queue_put_item_nowait(&self->items, &self->item));
    weft_check(weft_queue_get_item_nowait(&self->items, &self->got));
    weft_check(weft_queue_task_done(&self->queue));
    weft_queue_join(&self->queue);
    if (weft_queue_size(&self->queue) && !weft_queue_empty(&self->queue))
        printf("%d\n", weft_queue_full(&self->queue));
    weft_queue_shutdown(&self->queue);
    weft_queue_shutdown_now(&self->items);
}
WEFT_ASYNC_END

WEFT_DUMP_ON_QUIT(dump_on_quit);

static void see(weft_observer *observer, const weft_loop_event *event)
{
    (void)observer;
    if (event->kind == WEFT_EVENT_WAITS && event->number == WEFT_EVENT_FOREVER)
        puts("a task sleeps for ever");
}

static weft_observer observer = {.on_event = see};

int main(void)
{
    static weft_select backend;
    static weft_loop loop;
    static nap_task nap_of_main;
    static WEFT_TASK(calls) calls_of_main;
    static WEFT_TASK(tasks) tasks_of_main;
    static WEFT_TASK(locks) locks_of_main;
    static WEFT_TASK(queues) queues_of_main;
    static WEFT_TASK(named) named_of_main;
    static WEFT_TASK(named_body) named_body_of_main;
    weft_select_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    weft_loop_create_future(&loop, &number);
    weft_set_watchdog(&loop, WEFT_MS(100), slow);
    weft_set_observer(&loop, &observer);
    const weft_error *error = weft_call_later(&loop, &handle, WEFT_MS(1), called);
    weft_loop_create_task(&loop, nap, &nap_of_main, .delay = 0);
    if (!error)
        error = weft_run_until_complete(&loop, &nap_of_main);
    if (!error && weft_is_free(&nap_of_main))
        error = weft_run(&loop, calls, &calls_of_main);
    if (!error)
        error = weft_runner_run(&loop, tasks, &tasks_of_main);
    if (!error)
        error = weft_runner_run(&loop, locks, &locks_of_main);
    if (!error)
        error = weft_runner_run(&loop, queues, &queues_of_main);
    if (!error)
        error = weft_runner_run(&loop, named, &named_of_main, "a");
    if (!error)
        error = weft_runner_run(&loop, named_body, &named_body_of_main, .name = "b");
    weft_set_slow_call(&loop, WEFT_MS(100));
    weft_dump_on_quit(&loop, &dump_on_quit);
    weft_end_dump_on_quit(&dump_on_quit);
    printf("%s %d %d %d\n", WEFT_VERSION, WEFT_VERSION_MAJOR, WEFT_VERSION_MINOR,
           WEFT_VERSION_PATCH);
    return error != NULL;
}
