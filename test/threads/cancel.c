/* SPDX-License-Identifier: MIT */
/* A task of scenarios/threads/ is cancelled while it waits, for each thing that it can wait for. No
 * wait here ends by itself, so a cancel that wakes nobody stops the program: SIGALRM ends it. */
#include "../../scenarios/threads/threads.h"

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

static int failures;

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                       \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

static const weft_error failed = {.text = "failed"};

static void until_waiting(struct thread_task *task)
{
    for (bool waits = false; !waits;) {
        sched_yield();
        thread_lock_();
        waits = task->waits_on;
        thread_unlock_();
    }
}

/* Cancels the task while it waits, and returns its error. */
#define cancelled_error_of(slot)                                                                   \
    (until_waiting(&(slot)->task), thread_cancel(slot), thread_await(slot))

THREAD(sleeper, int unused;)
{
    (void)self;
    return thread_sleep(WEFT_FOREVER);
}

typedef THREAD_TASK(sleeper) sleeper_task;

static void a_sleep(void)
{
    sleeper_task task;
    thread_create_task(sleeper, &task, 0);
    REQUIRE(cancelled_error_of(&task) == &weft_cancelled_error);
}

THREAD(event_waiter, struct thread_event *event;)
{
    return thread_event_wait(self->event);
}

static void an_event(void)
{
    struct thread_event event;
    THREAD_TASK(event_waiter) task, other;
    thread_event_init(&event);
    thread_create_task(event_waiter, &task, &event);
    thread_create_task(event_waiter, &other, &event);
    REQUIRE(cancelled_error_of(&task) == &weft_cancelled_error);
    thread_event_set(&event);
    REQUIRE(!thread_await(&other));
    thread_event_destroy(&event);
}

/* A task that catches the cancellation can wait again. */
THREAD(stubborn, struct thread_event *event; bool caught;)
{
    self->caught = thread_sleep(WEFT_FOREVER) == &weft_cancelled_error;
    return thread_event_wait(self->event);
}

static void a_task_that_goes_on(void)
{
    struct thread_event event;
    THREAD_TASK(stubborn) task;
    thread_event_init(&event);
    thread_create_task(stubborn, &task, &event);
    until_waiting(&task.task);
    thread_cancel(&task);
    thread_event_set(&event);
    REQUIRE(!thread_await(&task));
    REQUIRE(task.frame.caught);
    thread_event_destroy(&event);
}

typedef THREAD_QUEUE(int, 1) int_queue;

THREAD(getter, int_queue *queue; int item;)
{
    return thread_queue_get(self->queue, &self->item);
}

THREAD(putter, int_queue *queue; int item;)
{
    return thread_queue_put(self->queue, &self->item, NULL);
}

THREAD(joiner, int_queue *queue;)
{
    return thread_queue_join(self->queue);
}

static void a_queue(void)
{
    static const int items[] = {1, 2};
    int_queue queue;
    THREAD_TASK(getter) get;
    THREAD_TASK(putter) put;
    THREAD_TASK(joiner) join;
    int item = 0;
    size_t size = 0;
    thread_queue_init(&queue);
    thread_create_task(getter, &get, &queue);
    REQUIRE(cancelled_error_of(&get) == &weft_cancelled_error);
    REQUIRE(!thread_queue_put(&queue, &items[0], &size) && size == 1);
    thread_create_task(putter, &put, &queue, 3);
    REQUIRE(cancelled_error_of(&put) == &weft_cancelled_error);
    thread_create_task(joiner, &join, &queue);
    REQUIRE(cancelled_error_of(&join) == &weft_cancelled_error);
    REQUIRE(!thread_queue_get(&queue, &item) && item == 1);
    REQUIRE(!thread_queue_put(&queue, &items[1], NULL));
    REQUIRE(!thread_queue_get(&queue, &item) && item == 2);
    REQUIRE(!thread_queue_task_done(&queue) && !thread_queue_task_done(&queue));
    REQUIRE(thread_queue_task_done(&queue) == &weft_invalid_state_error);
    REQUIRE(!thread_queue_join(&queue));
    thread_queue_destroy(&queue);
}

THREAD(comer, struct thread_barrier *barrier;)
{
    return thread_barrier_wait(self->barrier);
}

static void a_barrier(void)
{
    struct thread_barrier barrier;
    THREAD_TASK(comer) task;
    thread_barrier_init(&barrier, 2);
    thread_create_task(comer, &task, &barrier);
    REQUIRE(cancelled_error_of(&task) == &weft_cancelled_error);
    thread_create_task(comer, &task, &barrier); /* it waits: the first one has left */
    until_waiting(&task.task);
    REQUIRE(!thread_barrier_wait(&barrier));
    REQUIRE(!thread_await(&task));
    thread_create_task(comer, &task, &barrier);
    until_waiting(&task.task);
    thread_barrier_abort(&barrier);
    REQUIRE(thread_await(&task) == &weft_broken_barrier_error);
    REQUIRE(thread_barrier_wait(&barrier) == &weft_broken_barrier_error);
    thread_barrier_destroy(&barrier);
}

typedef THREAD_FUTURE(int) int_future;

THREAD(future_waiter, int_future *future;)
{
    return thread_await(self->future);
}

static void a_future(void)
{
    static const int one = 1;
    int_future future;
    THREAD_TASK(future_waiter) task;
    thread_create_future(&future);
    thread_create_task(future_waiter, &task, &future);
    REQUIRE(cancelled_error_of(&task) == &weft_cancelled_error);
    REQUIRE(future.future.error == &weft_cancelled_error);
    REQUIRE(thread_set_result(&future, &one) == &weft_invalid_state_error);
}

THREAD(task_waiter, sleeper_task *sleeper;)
{
    return thread_await(self->sleeper);
}

static void a_task(void)
{
    sleeper_task sleeps;
    THREAD_TASK(task_waiter) task;
    thread_create_task(sleeper, &sleeps, 0);
    thread_create_task(task_waiter, &task, &sleeps);
    until_waiting(&sleeps.task);
    REQUIRE(cancelled_error_of(&task) == &weft_cancelled_error);
    REQUIRE(sleeps.future.error == &weft_cancelled_error);
    REQUIRE(sleeps.task.is_joined);
}

THREAD(gatherer, sleeper_task parts[3];)
{
    for (int i = 0; i < 3; i++)
        thread_create_task(sleeper, &self->parts[i], 0);
    return thread_gather(self->parts);
}

static void a_gather(void)
{
    THREAD_TASK(gatherer) task;
    thread_create_task(gatherer, &task, .parts = {{.frame = {.unused = 0}}});
    REQUIRE(cancelled_error_of(&task) == &weft_cancelled_error);
    for (int i = 0; i < 3; i++)
        REQUIRE(task.frame.parts[i].future.error == &weft_cancelled_error);
}

THREAD(grouper, struct thread_group tg; sleeper_task children[3];)
{
    thread_group_begin(&self->tg);
    for (int i = 0; i < 3; i++)
        thread_group_create_task(&self->tg, sleeper, &self->children[i], 0);
    return thread_group_end(&self->tg, NULL);
}

static void a_group(void)
{
    THREAD_TASK(grouper) task;
    thread_create_task(grouper, &task, .tg = {.running = 0});
    REQUIRE(cancelled_error_of(&task) == &weft_cancelled_error);
    for (int i = 0; i < 3; i++)
        REQUIRE(task.frame.children[i].future.error == &weft_cancelled_error);
}

THREAD(failing, struct thread_event *event;)
{
    thread_check(thread_event_wait(self->event));
    return &failed;
}

/* A task fails while the parent is in the body: the parent's wait is cancelled too, and the block
 * ends with the error of the group. */
static void a_body(void)
{
    struct thread_event event;
    struct thread_group tg;
    THREAD_TASK(failing) fails;
    sleeper_task sleeps;
    thread_event_init(&event);
    thread_group_begin(&tg);
    thread_group_create_task(&tg, failing, &fails, &event);
    thread_group_create_task(&tg, sleeper, &sleeps, 0);
    thread_event_set(&event);
    const weft_error *e = thread_sleep(WEFT_FOREVER);
    REQUIRE(e == &weft_cancelled_error);
    e = thread_group_end(&tg, e);
    REQUIRE(weft_error_is(e, &weft_group_error));
    REQUIRE(tg.error_count == 1 && tg.failed == &fails.task && !fails.task.next_failed);
    REQUIRE(sleeps.future.error == &weft_cancelled_error);
    REQUIRE(!thread_sleep(0)); /* the request has ended with the group */
    thread_event_destroy(&event);
}

/* The time of the outer block is over first. */
static void two_timeouts(void)
{
    struct thread_timeout outer, inner;
    thread_timeout_begin(&outer, WEFT_MS(1));
    thread_timeout_begin(&inner, WEFT_FOREVER);
    const weft_error *e = thread_sleep(WEFT_FOREVER);
    e = thread_timeout_end(&inner, e);
    REQUIRE(e == &weft_cancelled_error);
    e = thread_timeout_end(&outer, e);
    REQUIRE(e == &weft_timeout_error);
    REQUIRE(!thread_sleep(0));
}

/* A timeout of a group: its tasks are cancelled, and joined. */
static void a_timeout(void)
{
    struct thread_timeout limit;
    struct thread_group tg;
    sleeper_task sleeps;
    thread_timeout_begin(&limit, WEFT_MS(1));
    thread_group_begin(&tg);
    thread_group_create_task(&tg, sleeper, &sleeps, 0);
    const weft_error *const e = thread_group_end(&tg, NULL);
    REQUIRE(thread_timeout_end(&limit, e) == &weft_timeout_error);
    REQUIRE(sleeps.future.error == &weft_cancelled_error && sleeps.task.is_joined);
}

int main(void)
{
    static void (*const cases[])(void) = {
        a_sleep, an_event, a_task_that_goes_on, a_queue,   a_barrier, a_future, a_task, a_gather,
        a_group, a_body,   two_timeouts,        a_timeout,
    };
    static struct thread_task program;
    alarm(60);
    thread_start_clock_(1);
    thread_adopt_(&program);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cases[i]();
    if (thread_tasks_) {
        puts("threads that were not joined");
        failures++;
    }
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
