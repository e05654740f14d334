/* SPDX-License-Identifier: MIT */
/* Every primitive, with each of its awaits cancelled in turn. Permits, locks, items and slots
 * are conserved, no wake-up is lost, nothing stays linked, and cancellation counts are right.
 * This suite has what trace programs cannot express; test/trace/conserved.c tests the corpus in
 * this way. */
#include <stdlib.h>
#include <string.h>

#include "helper.h"
#include "observer.h"
#include "timers.h"

enum { MOST_TICKS = 10000 };

static struct observer observer;

/* A scenario: how it starts, its invariant while nothing is ready, and its invariant at the end. */
struct scenario {
    void (*start)(void);
    void (*idle)(void);
    void (*end)(void);
};

static const struct scenario *scenario;

/* ---- Tasks with memory of their own, which is freed in the tick in which they end ---- */

static struct own {
    struct own *next;
    max_align_t memory[];
} * owned;

static void *own(size_t size)
{
    struct own *const one = calloc(1, sizeof(*one) + size);
    ck_assert_ptr_nonnull(one);
    one->next = owned;
    owned = one;
    return one->memory;
}

static void free_ended(void)
{
    struct own **link = &owned;
    while (*link) {
        struct own *const one = *link;
        weft_task *const task = (weft_task *)(void *)one->memory;
        weft_error_of(task);
        if (weft_is_in_use_(task)) {
            link = &one->next;
            continue;
        }
        *link = one->next;
        free(one);
    }
}

#define START(name, ...)                                                                           \
    do {                                                                                           \
        WEFT_TASK(name) *const task_ = own(sizeof(*task_));                                        \
        weft_loop_create_task(&loop, name, task_, __VA_ARGS__);                                    \
    } while (0)

/* ---- One scenario, run many times ---- */

static void check_idle(struct observer *of)
{
    (void)of;
    for (weft_task *task = weft_first_task(&loop); task; task = weft_next_task(task)) {
        ck_assert(weft_is_parked_(task));
        ck_assert_uint_eq(task->root.flags & WEFT_DELIVERY_MASK_, 0);
    }
    scenario->idle();
}

static void run_until_dry(void)
{
    for (int ticks = 0; ticks < MOST_TICKS; ticks++) {
        const bool alive = observe_tick(&observer);
        free_ended();
        if (!alive)
            return;
    }
    ck_abort_msg("the scenario does not end");
}

/* Returns the number of awaits. */
static size_t run_once(enum moment moment, size_t victim)
{
    observer = (struct observer){
        .loop = &loop, .backend = &backend, .idle = check_idle, .moment = moment, .victim = victim};
    backend.now = clock_start();
    memset(&loop.timers, 0, sizeof(loop.timers));
    scenario->start();
    run_until_dry();
    observer.victim = 0;
    while (weft_first_task(&loop)) {
        for (weft_task *task = weft_first_task(&loop); task; task = weft_next_task(task))
            weft_cancel(task);
        run_until_dry();
    }
    ck_assert_ptr_null(owned);
    ck_assert(!has_timers(&loop.timers) && loop.tasks.next == &loop.tasks && !loop.failed &&
              !loop.reuse_hooks);
    scenario->end();
    observer_free(&observer);
    return observer.awaits;
}

static void conserve(const struct scenario *which, int moment)
{
    scenario = which;
    const size_t awaits = run_once((enum moment)moment, 0);
    ck_assert_uint_gt(awaits, 0);
    for (size_t victim = 1; victim <= awaits; victim++)
        run_once((enum moment)moment, victim);
}

static void nothing(void)
{
}

static bool no_waiter(const weft_waiters_ *waiters)
{
    return !waiters->first;
}

/* Returns how many requests of the observer have reached the task. */
static unsigned requests_to(const weft_task *task)
{
    return observer.target == task ? (unsigned)observer.requests : 0;
}

/* ---- Locks: nested, reentrant, with permits around them ---- */

static weft_lock lock;
static weft_rlock rlock;
static weft_semaphore permits;
static int inside;

WEFT_ASYNC(locker, weft_time delay; int i; weft_exit left;)
{
    for (; self->i < 2; self->i++) {
        weft_with_semaphore(&permits) {
            weft_with_rlock(&rlock) {
                weft_try {
                    ck_assert_int_eq(inside++, 0);
                    weft_with_rlock(&rlock) {
                        weft_sleep(self->delay);
                        weft_with_lock(&lock) {
                            weft_sleep(0);
                        }
                        weft_end;
                    }
                    weft_end;
                    ck_assert_uint_eq(rlock.depth, 1);
                    weft_sleep(UNITS(1));
                }
                weft_finally(&self->left) {
                    inside--;
                }
                weft_end;
            }
            weft_end;
        }
        weft_end;
    }
}
WEFT_ASYNC_END

static void start_lockers(void)
{
    permits = (weft_semaphore)WEFT_BOUNDED_SEMAPHORE(3);
    rlock = (weft_rlock){.depth = 0};
    lock = (weft_lock){.holder = NULL};
    for (weft_time delay = 0; delay < 4; delay++)
        START(locker, .delay = delay);
}

static void check_lockers(void)
{
    ck_assert(no_waiter(&rlock.lock.waiters) || weft_rlock_locked(&rlock));
    ck_assert(no_waiter(&lock.waiters) || weft_lock_locked(&lock));
    ck_assert(no_waiter(&permits.waiters) || !permits.value);
}

static void end_lockers(void)
{
    ck_assert(!weft_rlock_locked(&rlock) && !rlock.depth && no_waiter(&rlock.lock.waiters));
    ck_assert(!weft_lock_locked(&lock) && no_waiter(&lock.waiters));
    ck_assert(permits.value == 3 && no_waiter(&permits.waiters));
    ck_assert_int_eq(inside, 0);
}

static const struct scenario lockers = {start_lockers, check_lockers, end_lockers};

START_TEST(locks_and_permits_are_all_released)
{
    conserve(&lockers, _i);
}
END_TEST

/* ---- A condition: tasks wait for stock ---- */

static weft_condition market;
static size_t stock, bought, brought;

WEFT_ASYNC(buyer)
{
    weft_with_condition(&market) {
        weft_condition_wait_for(&market, stock > 0);
        ck_assert(weft_condition_locked(&market));
        stock--;
        bought++;
        weft_sleep(UNITS(1));
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(bringer, int i;)
{
    for (; self->i < 2; self->i++) {
        weft_sleep(UNITS(1));
        weft_with_condition(&market) {
            stock++;
            brought++;
            weft_check(weft_condition_notify(&market, 1));
            weft_sleep(0);
        }
        weft_end;
    }
}
WEFT_ASYNC_END

static void start_market(void)
{
    market = (weft_condition){.lock = {.holder = NULL}};
    stock = bought = brought = 0;
    for (int i = 0; i < 5; i++)
        START(buyer, .frame.state = 0);
    START(bringer, .i = 0);
    START(bringer, .i = 0);
}

static void check_market(void)
{
    ck_assert(no_waiter(&market.lock.waiters) || weft_condition_locked(&market));
    ck_assert(weft_condition_locked(&market) || !stock || no_waiter(&market.waiters));
    ck_assert_uint_eq(stock, brought - bought);
}

static void end_market(void)
{
    ck_assert(!weft_condition_locked(&market) && no_waiter(&market.lock.waiters) &&
              no_waiter(&market.waiters));
}

static const struct scenario conditions = {start_market, check_market, end_market};

START_TEST(no_notification_is_lost)
{
    conserve(&conditions, _i);
}
END_TEST

/* ---- Queues: bounded and linked, in every order ---- */

struct item {
    weft_queue_node node;
    int number;
    bool is_in;
};

enum { ITEMS = 8, AT_ONCE = 6 };

WEFT_QUEUE_BEFORE(lesser, struct item, a, b, a->number < b->number)

static WEFT_UNBOUNDED_QUEUE(struct item, node) linked;
static WEFT_QUEUE(int, 2) bounded;
static struct item items[ITEMS];
static size_t put, got, in_hand;

/* Moves items from the bounded queue to the linked queue. An item that it has got must also be
 * put after a cancellation. */
WEFT_ASYNC(carrier, int number;)
{
    for (;;) {
        weft_queue_get(&bounded, &self->number);
        ck_assert(!items[self->number].is_in);
        items[self->number].is_in = true;
        weft_queue_put_item(&linked, &items[self->number]);
        weft_check(weft_queue_task_done(&bounded));
        weft_sleep(UNITS(1));
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(maker, int number, last; weft_time delay;)
{
    for (; self->number < self->last; self->number++) {
        weft_sleep(self->delay);
        weft_queue_put(&bounded, self->number);
        put++;
    }
    weft_queue_join(&bounded);
}
WEFT_ASYNC_END

WEFT_ASYNC(taker, struct item *item; weft_exit left; weft_timeout limit;)
{
    weft_with_timeout(&self->limit, UNITS(12)) {
        for (;;) {
            weft_queue_get_item(&linked, &self->item);
            ck_assert(self->item->is_in);
            self->item->is_in = false;
            got++;
            in_hand++;
            weft_try {
                weft_sleep(UNITS(1));
            }
            weft_finally(&self->left) {
                in_hand--;
                weft_check(weft_queue_task_done(&linked));
            }
            weft_end;
        }
    }
    weft_end;
}
WEFT_ASYNC_END

static int order_of_linked;

static void start_queues(void)
{
    put = got = in_hand = 0;
    memset(items, 0, sizeof(items));
    for (int i = 0; i < ITEMS; i++)
        items[i].number = i;
    weft_queue_init(&bounded);
    if (order_of_linked == 0)
        weft_unbounded_queue_init(&linked);
    else if (order_of_linked == 1)
        weft_unbounded_lifo_queue_init(&linked);
    else
        weft_unbounded_priority_queue_init(&linked, lesser);
    START(maker, .number = 0, .last = AT_ONCE / 2);
    START(maker, .number = AT_ONCE / 2, .last = AT_ONCE);
    START(maker, .number = AT_ONCE, .last = ITEMS, .delay = 5);
    START(carrier, .number = 0);
    START(carrier, .number = 0);
    START(taker, .item = NULL);
    START(taker, .item = NULL);
}

static void check_queues(void)
{
    size_t is_in = 0;
    for (int i = 0; i < ITEMS; i++)
        is_in += items[i].is_in;
    ck_assert_uint_eq(is_in, weft_queue_size(&linked));
    ck_assert_uint_eq(put, weft_queue_size(&bounded) + is_in + got);
    ck_assert_uint_eq(linked.queue.unfinished, is_in + in_hand);
    ck_assert_uint_eq(bounded.queue.unfinished, weft_queue_size(&bounded));
    ck_assert(weft_queue_empty(&linked) || no_waiter(&linked.queue.getters));
    ck_assert(weft_queue_empty(&bounded) || no_waiter(&bounded.queue.getters));
    ck_assert(weft_queue_full(&bounded) || no_waiter(&bounded.queue.putters));
    ck_assert(bounded.queue.unfinished || no_waiter(&bounded.queue.joiners));
}

static void end_queues(void)
{
    check_queues();
    ck_assert(no_waiter(&linked.queue.getters) && no_waiter(&bounded.queue.getters) &&
              no_waiter(&bounded.queue.putters) && no_waiter(&bounded.queue.joiners));
}

static const struct scenario queues = {start_queues, check_queues, end_queues};

START_TEST(no_item_is_lost_or_seen_twice)
{
    for (order_of_linked = 0; order_of_linked < 3; order_of_linked++)
        conserve(&queues, _i);
}
END_TEST

/* ---- A barrier, with a task that resets it and a task that aborts it ---- */

static weft_barrier barrier;

WEFT_ASYNC(party, weft_time delay; int rounds; struct weft_barrier_wait wait;
           const weft_error *caught;)
{
    while (self->rounds--) {
        weft_try {
            weft_sleep(self->delay);
            weft_barrier_wait(&barrier, &self->wait);
            ck_assert_uint_lt(self->wait.result, 3);
        }
        weft_catch(&weft_broken_barrier_error, self->caught) {
            weft_sleep(0);
        }
        weft_end;
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(breaker, weft_time delay; bool for_good;)
{
    weft_sleep(self->delay);
    if (self->for_good)
        weft_barrier_abort(&barrier);
    else
        weft_barrier_reset(&barrier);
}
WEFT_ASYNC_END

static void start_barrier(void)
{
    barrier = (weft_barrier)WEFT_BARRIER(3);
    for (weft_time delay = 0; delay < 5; delay++)
        START(party, .delay = delay, .rounds = 3);
    START(breaker, .delay = 3);
    START(breaker, .delay = 8, .for_good = true);
    START(breaker, .delay = 10);
}

static void check_barrier(void)
{
    size_t listed = 0;
    for (weft_wait_ *wait = barrier.condition.waiters.first; wait; wait = wait->listed_after)
        listed++;
    ck_assert(!weft_condition_locked(&barrier.condition) &&
              no_waiter(&barrier.condition.lock.waiters));
    ck_assert(weft_barrier_broken(&barrier) || barrier.state == WEFT_BARRIER_FILLING_);
    ck_assert_uint_eq(barrier.count, listed);
    ck_assert_uint_lt(listed, weft_barrier_broken(&barrier) ? 1 : 3);
}

static const struct scenario barriers = {start_barrier, check_barrier, check_barrier};

START_TEST(a_barrier_counts_exactly_its_waiters)
{
    conserve(&barriers, _i);
}
END_TEST

/* ---- Groups with a pool, inside of timeouts ---- */

/* Ends late, also when it is cancelled several times. */
WEFT_ASYNC(job, weft_time delay; const weft_error *error; int *running; weft_exit left, late;)
{
    weft_try {
        ++*self->running;
        weft_sleep(self->delay);
        weft_check(self->error);
    }
    weft_finally(&self->left) {
        weft_try {
            weft_sleep(0);
        }
        weft_finally(&self->late) {
            --*self->running;
        }
        weft_end;
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_POOL(job, 2) pool;
enum { BOSSES = 3 };

static int jobs_of[BOSSES];
static weft_group groups[BOSSES];

/* Uses the pool for five jobs. The last job may fail. */
WEFT_ASYNC(boss, int *running; const weft_error *error, *caught; weft_group * group, around;
           weft_timeout limit; weft_time delay; int i; unsigned before; WEFT_TASK(job) extra;)
{
    weft_try {
        weft_with_timeout(&self->limit, self->delay) {
            weft_with_group(&self->around) {
                weft_group_create_task(&self->around, job, &self->extra, .delay = 6,
                                       .running = self->running);
                weft_with_group(self->group) {
                    for (; self->i < 5; self->i++)
                        weft_group_create_pooled(
                            self->group, job, &pool, .delay = (weft_time)self->i + 1,
                            .running = self->running, .error = self->i == 3 ? self->error : NULL);
                }
                weft_end;
            }
            weft_end;
        }
        weft_end;
    }
    weft_catch(&weft_group_error, self->caught) {
        weft_group_forget_errors(self->group);
    }
    weft_catch(&weft_timeout_error, self->caught) {
        weft_group_forget_errors(self->group);
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        weft_group_forget_errors(self->group);
    }
    weft_end;
    ck_assert_int_eq(*self->running, 0);
    ck_assert(!weft_handle_pending(&self->limit.handle));
    ck_assert_uint_eq(weft_cancelling(weft_current_task()), requests_to(weft_current_task()));
}
WEFT_ASYNC_END

/* Starts jobs in another task's group while that is possible. A slot that it got but cannot use
 * must go back. */
WEFT_ASYNC(outsider, weft_group *group; int *running; const weft_error *caught; int i;)
{
    weft_try {
        for (; self->i < 3; self->i++) {
            weft_group_create_pooled(self->group, job, &pool, .delay = 2, .running = self->running);
            weft_sleep(0);
        }
    }
    weft_catch(&weft_invalid_state_error, self->caught) {
        ck_assert(!weft_group_accepts_(self->group));
    }
    weft_end;
}
WEFT_ASYNC_END

static void start_bosses(void)
{
    memset(&pool, 0, sizeof(pool));
    memset(jobs_of, 0, sizeof(jobs_of));
    memset(groups, 0, sizeof(groups));
    START(boss, .running = &jobs_of[0], .group = &groups[0], .delay = WEFT_FOREVER);
    START(boss, .running = &jobs_of[1], .group = &groups[1], .delay = WEFT_FOREVER, .error = &fail);
    START(boss, .running = &jobs_of[2], .group = &groups[2], .delay = 5);
    START(outsider, .running = &jobs_of[2], .group = &groups[2]);
    START(outsider, .running = &jobs_of[1], .group = &groups[1]);
}

static void check_pool(void)
{
    ck_assert(no_waiter(&pool.pool.free_slots.waiters) || !pool.pool.free_slots.value);
}

static void end_pool(void)
{
    size_t free_slots = pool.pool.ready ? pool.pool.fresh : 2;
    for (weft_pool_slot_ *slot = pool.pool.free; slot; slot = slot->next)
        free_slots++;
    ck_assert_uint_eq(free_slots, 2);
    ck_assert(!pool.pool.ready || pool.pool.free_slots.value == 2);
    ck_assert(no_waiter(&pool.pool.free_slots.waiters));
}

static const struct scenario bosses = {start_bosses, check_pool, end_pool};

START_TEST(a_group_that_has_ended_leaves_slots_and_counts_as_they_were)
{
    conserve(&bosses, _i);
}
END_TEST

/* ---- Several at once: gather, wait, as_completed, shield, wait_for ---- */

enum { PARTS = 3 };

static weft_event event;
static weft_future future;

static bool parts_are_idle(const weft_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (weft_handle_pending(&parts[i].handle))
            return false;
    return true;
}

WEFT_ASYNC(watched, weft_time delay; bool fails;)
{
    weft_sleep(self->delay);
    if (self->fails)
        weft_raise(&fail);
    weft_event_wait(&event);
    weft_await(&future);
}
WEFT_ASYNC_END

enum how {
    BY_GATHER,
    BY_COLLECT,
    BY_FIRST,
    BY_ERROR,
    BY_ALL,
    BY_COMPLETED,
    BY_SHIELD,
    BY_LIMIT,
    HOWS
};

/* Starts parts, and waits for them in one of the ways. Then cancels and awaits all of them. */
WEFT_ASYNC(observer_of_parts, enum how how; bool fails; WEFT_TASK(watched) parts[PARTS];
           WEFT_GATHER(PARTS) gather, last; WEFT_WAIT_SET(PARTS) set; weft_shield shield;
           weft_timeout limit; weft_future * which; const weft_error *caught; weft_exit left;
           int i;)
{
    for (self->i = 0; self->i < PARTS; self->i++) {
        weft_create_eager_task(watched, &self->parts[self->i], .delay = (weft_time)(self->i % 2),
                               .fails = self->fails && self->i == 1);
        weft_check(weft_gather_add(&self->gather, &self->parts[self->i]));
        weft_check(weft_wait_add(&self->set, &self->parts[self->i]));
    }
    weft_try {
        if (self->how == BY_GATHER) {
            weft_gather_all(&self->gather);
        } else if (self->how == BY_COLLECT) {
            weft_gather_collect(&self->gather);
        } else if (self->how == BY_FIRST) {
            weft_wait_first(&self->set, UNITS(2));
        } else if (self->how == BY_ERROR) {
            weft_wait_first_error(&self->set, WEFT_FOREVER);
        } else if (self->how == BY_ALL) {
            weft_wait_all(&self->set, UNITS(3));
        } else if (self->how == BY_COMPLETED) {
            weft_with_completed(&self->set, UNITS(4)) {
                while (weft_completed_left(&self->set)) {
                    weft_next_completed(&self->set, &self->which);
                    weft_error_of(self->which);
                }
            }
            weft_end;
        } else if (self->how == BY_SHIELD) {
            weft_await_shielded(&self->shield, &self->parts[1]);
        } else {
            weft_wait_for(&self->limit, &self->parts[0], UNITS(2));
        }
    }
    weft_catch(&weft_base_error, self->caught) {
        ck_assert_uint_le(requests_to(weft_current_task()), 3);
    }
    weft_finally(&self->left) {
        ck_assert(parts_are_idle(self->gather.parts, PARTS));
        ck_assert(parts_are_idle(self->set.parts, PARTS));
        ck_assert(!weft_handle_pending(&self->shield.handle));
        ck_assert(!weft_handle_pending(&self->limit.handle));
        ck_assert(!weft_handle_pending(&self->set.set.limit));
        for (self->i = 0; self->i < PARTS; self->i++) {
            weft_cancel(&self->parts[self->i]);
            ck_assert(weft_done(&self->parts[self->i]) || !self->parts[self->i].awaitable.waiters);
            weft_check(weft_gather_add(&self->last, &self->parts[self->i]));
        }
        weft_gather_collect(&self->last);
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(setter, weft_time delay;)
{
    weft_sleep(self->delay);
    weft_event_set(&event);
    weft_sleep(UNITS(1));
    weft_set_done(&future);
}
WEFT_ASYNC_END

static void start_parts(void)
{
    event = (weft_event){.set = false};
    weft_loop_create_future(&loop, &future);
    for (int how = 0; how < HOWS; how++) {
        START(observer_of_parts, .how = (enum how)how);
        START(observer_of_parts, .how = (enum how)how, .fails = true);
    }
    START(setter, .delay = 1);
}

static void end_parts(void)
{
    ck_assert(no_waiter(&event.waiters));
    ck_assert(weft_done(&future) || !future.awaitable.waiters);
}

static const struct scenario several = {start_parts, nothing, end_parts};

START_TEST(a_wait_for_several_leaves_nothing_linked)
{
    conserve(&several, _i);
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("conserved");
    tcase_add_loop_test(tests, locks_and_permits_are_all_released, 0, MOMENTS);
    tcase_add_loop_test(tests, no_notification_is_lost, 0, MOMENTS);
    tcase_add_loop_test(tests, no_item_is_lost_or_seen_twice, 0, MOMENTS);
    tcase_add_loop_test(tests, a_barrier_counts_exactly_its_waiters, 0, MOMENTS);
    tcase_add_loop_test(tests, a_group_that_has_ended_leaves_slots_and_counts_as_they_were, 0,
                        MOMENTS);
    tcase_add_loop_test(tests, a_wait_for_several_leaves_nothing_linked, 0, MOMENTS);
    return run_suite();
}
