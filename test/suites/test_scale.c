/* SPDX-License-Identifier: MIT */
/* Recursion on C's stack never depends on the number of tasks, nor on how deep they wait or
 * nest. All tests run on a stack of 256 KB. */
#define _XOPEN_SOURCE 700
#include "helper.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* divided by the environment variable WEFT_SCALE, for slow runs */
static size_t many = 1000000, deep = 100000;

static void scale(void)
{
    const char *const by = getenv("WEFT_SCALE");
    const size_t divisor = by ? strtoul(by, NULL, 10) : 1;
    many /= divisor ? divisor : 1;
    deep /= divisor ? divisor : 1;
}

/* Returns zeroed memory for a test's tasks. The test frees it after they have ended. */
static void *zeroed(size_t count, size_t size)
{
    void *const memory = calloc(count, size);
    ck_assert_ptr_nonnull(memory);
    return memory;
}

/* ---- A task that sleeps, and then may fail ---- */

WEFT_ASYNC(sleeper, weft_time delay; const weft_error *error;)
{
    weft_sleep(self->delay);
    weft_check(self->error);
}
WEFT_ASYNC_END

typedef WEFT_TASK(sleeper) sleeper_task;

static sleeper_task *start_sleepers(size_t count, weft_time delay)
{
    sleeper_task *const tasks = zeroed(count, sizeof(*tasks));
    for (size_t i = 0; i < count; i++)
        weft_loop_create_task(&loop, sleeper, &tasks[i], .delay = delay);
    return tasks;
}

static size_t count_cancelled(const sleeper_task *tasks, size_t count)
{
    size_t cancelled = 0;
    for (size_t i = 0; i < count; i++)
        cancelled += weft_cancelled(&tasks[i]);
    return cancelled;
}

START_TEST(a_shutdown_ends_a_million_sleepers)
{
    sleeper_task *const tasks = start_sleepers(many, WEFT_FOREVER);
    tick();
    ck_no_error(weft_shutdown(&loop));
    ck_assert_uint_eq(count_cancelled(tasks, many), many);
    ck_assert(loop_is_idle());
    free(tasks);
}
END_TEST

/* ---- Chains: each task waits for the next one ---- */

/* How a task waits for another. */
enum way { AWAIT, GATHER, COLLECT, SHIELD, WAIT, LIMITED, COMPLETED, GROUP, WAYS };

struct link;
typedef struct link_task link_task;

struct link {
    weft_frame frame;
    enum way way;
    link_task *next; /* NULL in the last task, which sleeps */
    const weft_error *error;
    WEFT_GATHER(1) gather;
    WEFT_WAIT_SET(1) set;
    weft_shield shield;
    weft_timeout limit;
    weft_future *which;
    weft_group *group; /* the group of a task that starts the next task itself */
};

struct link_task {
    WEFT_TASK(link);
};

static link_task *links;
static weft_group *groups;

WEFT_ASYNC_BODY(link)
{
    if (!self->next) {
        weft_sleep(WEFT_SECONDS(1));
        weft_check(self->error);
    } else if (self->way == AWAIT) {
        weft_await(self->next);
    } else if (self->way == GATHER) {
        weft_check(weft_gather_add(&self->gather, self->next));
        weft_gather_all(&self->gather);
    } else if (self->way == COLLECT) {
        weft_check(weft_gather_add(&self->gather, self->next));
        weft_gather_collect(&self->gather);
    } else if (self->way == SHIELD) {
        weft_await_shielded(&self->shield, self->next);
    } else if (self->way == WAIT) {
        weft_check(weft_wait_add(&self->set, self->next));
        weft_wait_all(&self->set, WEFT_FOREVER);
    } else if (self->way == LIMITED) {
        weft_wait_for(&self->limit, self->next, SECONDS_AT_MOST(1000));
    } else if (self->way == COMPLETED) {
        weft_check(weft_wait_add(&self->set, self->next));
        weft_with_completed(&self->set, WEFT_FOREVER) {
            weft_next_completed(&self->set, &self->which);
        }
        weft_end;
    } else {
        weft_with_group(self->group) {
            weft_group_create_task(self->group, link, self->next, .way = GROUP,
                                   .next = self->next + 1 < links + deep ? self->next + 1 : NULL,
                                   .group = self->group + 1, .error = self->error);
        }
        weft_end;
    }
}
WEFT_ASYNC_END

/* Starts a chain of `count` tasks. With groups, the tasks create the chain themselves. */
static void start_chain(enum way way, size_t count, const weft_error *error)
{
    links = zeroed(count, sizeof(*links));
    groups = way == GROUP ? zeroed(count, sizeof(*groups)) : NULL;
    for (size_t i = 0; i < (way == GROUP ? 1 : count); i++)
        weft_loop_create_task(&loop, link, &links[i], .way = way, .error = error, .group = groups,
                              .next = i + 1 < count ? &links[i + 1] : NULL);
    for (size_t i = 0; i < (way == GROUP ? count : 1); i++)
        tick();
    ck_assert_uint_eq(count_tasks(), count);
}

static void end_chain(void)
{
    ck_assert(loop_is_idle());
    weft_loop_close(&loop);
    free(links);
    free(groups);
}

static bool passes_cancellation_on(enum way way)
{
    return way == AWAIT || way == GATHER || way == COLLECT || way == LIMITED || way == GROUP;
}

START_TEST(a_chain_of_a_million_that_await_each_other_is_cancelled)
{
    start_chain(AWAIT, many, NULL);
    weft_cancel(&links[0]);
    run_dry();
    for (size_t i = 0; i < many; i++)
        ck_assert(weft_cancelled(&links[i]));
    ck_assert_uint_eq(elapsed(), 0);
    end_chain();
}
END_TEST

START_TEST(a_deep_chain_of_any_kind_ends)
{
    start_chain((enum way)_i, deep, NULL);
    run_dry();
    for (size_t i = 0; i < deep; i++)
        ck_assert(weft_done(&links[i]) && !weft_error_of(&links[i]));
    end_chain();
}
END_TEST

START_TEST(a_deep_chain_of_any_kind_fails_from_its_end)
{
    const enum way way = (enum way)_i;
    start_chain(way, deep, &fail);
    run_dry();
    const weft_error *const error = weft_error_of(&links[0]);
    if (way == COLLECT || way == WAIT || way == COMPLETED)
        ck_no_error(error);
    else if (way == GROUP)
        ck_assert(weft_error_is(error, &weft_group_error));
    else
        ck_error(error, &fail);
    end_chain();
}
END_TEST

START_TEST(a_deep_chain_of_any_kind_is_cancelled_from_its_beginning)
{
    const enum way way = (enum way)_i;
    start_chain(way, deep, NULL);
    weft_cancel(&links[0]);
    run_dry();
    ck_assert(weft_cancelled(&links[0]));
    for (size_t i = 1; i < deep; i++)
        ck_assert(weft_cancelled(&links[i]) == passes_cancellation_on(way));
    end_chain();
}
END_TEST

/* Each task is cancelled by the shutdown and by every task before it. A quadratic cost would
 * take minutes. */
START_TEST(a_deep_chain_of_any_kind_is_shut_down)
{
    start_chain((enum way)_i, deep, NULL);
    ck_no_error(weft_shutdown(&loop));
    for (size_t i = 0; i < deep; i++)
        ck_assert(weft_cancelled(&links[i]));
    ck_assert_uint_eq(elapsed(), 0);
    end_chain();
}
END_TEST

START_TEST(a_chain_whose_last_was_created_first_is_shut_down)
{
    links = zeroed(deep, sizeof(*links));
    for (size_t i = deep; i-- > 0;)
        weft_loop_create_task(&loop, link, &links[i], .way = _i ? GATHER : AWAIT,
                              .next = i + 1 < deep ? &links[i + 1] : NULL);
    tick();
    ck_no_error(weft_shutdown(&loop));
    for (size_t i = 0; i < deep; i++)
        ck_assert(weft_cancelled(&links[i]));
    end_chain();
}
END_TEST

START_TEST(a_deep_chain_of_any_kind_is_cancelled_at_its_end)
{
    start_chain((enum way)_i, deep, NULL);
    weft_cancel(&links[deep - 1]);
    run_dry();
    for (size_t i = 0; i < deep; i++)
        ck_assert(weft_done(&links[i]));
    end_chain();
}
END_TEST

START_TEST(a_loop_with_a_deep_chain_of_any_kind_is_closed)
{
    start_chain((enum way)_i, deep, NULL);
    ck_no_error(weft_loop_close(&loop));
    for (size_t i = 0; i < deep; i++)
        ck_assert(weft_done(&links[i]));
    end_chain();
}
END_TEST

/* ---- Many at once ---- */

struct many {
    weft_frame frame;
    WEFT_GATHER_OVER gather;
    WEFT_WAIT_SET_OVER set;
    weft_part *parts;
    weft_group group;
    sleeper_task *tasks;
    weft_future *which;
    size_t i;
};

WEFT_ASYNC_BODY(many)
{
    for (; self->i < many; self->i++)
        weft_check(weft_gather_add_in(&self->gather, self->parts, many, &self->tasks[self->i]));
    weft_gather_all(&self->gather);
}
WEFT_ASYNC_END

static WEFT_TASK(many) all;

static void start_gather(void)
{
    memset(&all, 0, sizeof(all));
    sleeper_task *const tasks = start_sleepers(many, 2);
    weft_loop_create_task(&loop, many, &all, .tasks = tasks,
                          .parts = zeroed(many, sizeof(weft_part)));
    tick();
    ck_assert_uint_eq(count_tasks(), many + 1);
}

static void free_all(void)
{
    ck_assert(loop_is_idle());
    weft_loop_close(&loop);
    free(all.frame.parts);
    free(all.frame.tasks);
}

START_TEST(a_gather_of_a_million_is_cancelled)
{
    start_gather();
    weft_cancel(&all);
    run_dry();
    ck_assert(weft_cancelled(&all));
    ck_assert_uint_eq(count_cancelled(all.frame.tasks, many), many);
    free_all();
}
END_TEST

START_TEST(a_gather_of_a_million_fails_and_leaves_the_others_alone)
{
    start_gather();
    all.frame.tasks[many / 2].frame.error = &fail;
    weft_cancel(&all.frame.tasks[many / 3]);
    run_dry();
    ck_assert(weft_cancelled(&all));
    ck_assert_uint_eq(count_cancelled(all.frame.tasks, many), 1);
    free_all();
}
END_TEST

/* A million children in one group. The last one may fail. */
WEFT_ASYNC(crowd, sleeper_task *tasks; weft_group group; const weft_error *error; size_t i;)
{
    weft_with_group(&self->group) {
        for (; self->i < many; self->i++)
            weft_group_create_task(&self->group, sleeper, &self->tasks[self->i],
                                   .delay = self->i + 1 < many ? 2 : 1, .error = self->error);
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(crowd) crowd_task;

/* The group runs to its end (0). It is cancelled (1). Its last child fails, which aborts it (2).
 * All children fail in one tick; the first one aborts it (3). */
START_TEST(a_group_of_a_million_ends_in_any_way)
{
    memset(&crowd_task, 0, sizeof(crowd_task));
    sleeper_task *const tasks = zeroed(many, sizeof(*tasks));
    weft_loop_create_task(&loop, crowd, &crowd_task, .tasks = tasks,
                          .error = _i >= 2 ? &fail : NULL);
    tick();
    tick();
    if (_i == 1)
        weft_cancel(&crowd_task);
    if (_i == 3)
        backend.now = clock_at(2);
    run_dry();
    const weft_error *const error = weft_error_of(&crowd_task);
    const size_t cancelled[] = {0, many, many - 1, 0};
    ck_assert_uint_eq(count_cancelled(tasks, many), cancelled[_i]);
    ck_assert(_i == 0   ? !error
              : _i == 1 ? weft_cancelled(&crowd_task)
                        : error->kind == &weft_group_error);
    ck_assert_uint_eq(weft_count_errors(error), _i == 0 ? 0 : _i == 3 ? many : 1);
    ck_assert(loop_is_idle());
    weft_loop_close(&loop);
    free(tasks);
}
END_TEST

/* Waits for each of a million ends, or for the first. */
WEFT_ASYNC(watcher, sleeper_task *tasks; weft_part * parts; WEFT_WAIT_SET_OVER set;
           weft_future * which; bool first; size_t i, ended;)
{
    for (; self->i < many; self->i++)
        weft_check(weft_wait_add_in(&self->set, self->parts, many, &self->tasks[self->i]));
    if (self->first) {
        weft_wait_first(&self->set, WEFT_FOREVER);
        weft_return;
    }
    weft_with_completed(&self->set, WEFT_FOREVER) {
        while (weft_completed_left(&self->set)) {
            weft_next_completed(&self->set, &self->which);
            self->ended++;
        }
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(watcher) watcher_task;

START_TEST(a_million_tasks_are_waited_for_one_by_one_and_at_once)
{
    memset(&watcher_task, 0, sizeof(watcher_task));
    sleeper_task *const tasks = start_sleepers(many, 2);
    weft_part *const parts = zeroed(many, sizeof(*parts));
    weft_loop_create_task(&loop, watcher, &watcher_task, .tasks = tasks, .parts = parts,
                          .first = _i);
    run_dry();
    ck_no_error(weft_error_of(&watcher_task));
    ck_assert_uint_eq(watcher_task.frame.ended, _i ? 0 : many);
    ck_assert(loop_is_idle());
    free(parts);
    free(tasks);
}
END_TEST

static weft_lock lock;

WEFT_ASYNC(user)
{
    weft_with_lock(&lock) {
        weft_sleep(0);
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_million_tasks_wait_for_a_lock)
{
    typedef WEFT_TASK(user) user_task;
    user_task *const users = zeroed(many, sizeof(*users));
    lock = (weft_lock){.holder = NULL};
    for (size_t i = 0; i < many; i++)
        weft_loop_create_task(&loop, user, &users[i]);
    tick();
    if (_i)
        ck_no_error(weft_shutdown(&loop));
    run_dry();
    ck_assert(loop_is_idle() && !weft_lock_locked(&lock) && !lock.waiters.first);
    free(users);
}
END_TEST

/* ---- Calls ---- */

static const weft_time NEVER = SECONDS_AT_MOST(100);

struct nested {
    weft_frame frame;
    struct nested *inner; /* NULL in the innermost call */
    weft_time delay, step;
    weft_timeout limit;
    weft_group group;
    const weft_error *error, *caught;
    sleeper_task child;
    bool groups;
};

WEFT_ASYNC_BODY(nested)
{
    if (!self->inner) {
        weft_sleep(SECONDS_AT_MOST(10));
        weft_check(self->error);
    } else if (self->groups) {
        weft_with_group(&self->group) {
            weft_group_create_task(&self->group, sleeper, &self->child, .delay = NEVER);
            weft_call(nested, self->inner,
                      .inner = self->inner[1].frame.flags ? NULL : self->inner + 1, .groups = true,
                      .error = self->error);
        }
        weft_end;
    } else {
        weft_with_timeout(&self->limit, self->delay) {
            weft_call(nested, self->inner,
                      .inner = self->inner[1].frame.flags ? NULL : self->inner + 1,
                      .delay = self->delay + self->step, .step = self->step);
        }
        weft_end;
    }
}
WEFT_ASYNC_END

static WEFT_TASK(nested) outermost;

/* deep calls in one task; the frame behind them marks the end */
static struct nested *start_nested(bool in_groups, weft_time delay, weft_time step,
                                   const weft_error *error)
{
    memset(&outermost, 0, sizeof(outermost));
    struct nested *const frames = zeroed(deep + 1, sizeof(*frames));
    frames[deep].frame.flags = 1;
    weft_loop_create_task(&loop, nested, &outermost, .inner = frames, .groups = in_groups,
                          .delay = delay, .step = step, .error = error);
    tick();
    return frames;
}

/* All timeouts expire in one tick (0), from the inside out (1), or from the outside in (2): then
 * the outermost ends all. */
START_TEST(timeouts_around_deep_calls_expire)
{
    const weft_time delays[] = {5, 5 + deep, 5}, steps[] = {0, (weft_time)-1, 1};
    struct nested *const frames = start_nested(false, delays[_i], steps[_i], NULL);
    run_dry();
    ck_error(weft_error_of(&outermost), &weft_timeout_error);
    ck_assert_uint_eq(weft_cancelling(&outermost.task), 0);
    ck_assert(loop_is_idle());
    free(frames);
}
END_TEST

START_TEST(deep_calls_with_timeouts_are_cancelled)
{
    struct nested *const frames = start_nested(false, NEVER, 0, NULL);
    weft_cancel(&outermost);
    run_dry();
    ck_assert(weft_cancelled(&outermost));
    ck_assert(loop_is_idle());
    free(frames);
}
END_TEST

/* The innermost call fails (0), or the task is cancelled (1). */
START_TEST(groups_around_deep_calls_end_with_their_children)
{
    struct nested *const frames = start_nested(true, 0, 0, _i ? NULL : &fail);
    ck_assert_uint_eq(count_tasks(), deep + 1);
    if (_i)
        weft_cancel(&outermost);
    run_dry();
    ck_assert(_i ? weft_cancelled(&outermost)
                 : weft_error_is(weft_error_of(&outermost), &weft_group_error));
    ck_assert(loop_is_idle());
    weft_loop_close(&loop);
    free(frames);
}
END_TEST

/* ---- Dumps ---- */

static void count_line(const char *text, void *lines)
{
    for (; *text; text++)
        *(size_t *)lines += *text == '\n';
}

static size_t lines_of_dump(void)
{
    size_t lines = 0;
    weft_dump(&loop, count_line, &lines);
    return lines;
}

/* A dump has two lines per task, and one line per group with children. */
START_TEST(a_deep_chain_of_any_kind_is_dumped)
{
    start_chain((enum way)_i, deep, NULL);
    ck_assert_uint_eq(lines_of_dump(), _i == GROUP ? 3 * deep - 1 : 2 * deep);
    run_dry();
    end_chain();
}
END_TEST

START_TEST(groups_around_deep_calls_are_dumped)
{
    struct nested *const frames = start_nested(true, 0, 0, NULL);
    tick();
    /* The outermost coroutine also has a group; the innermost has none. */
    ck_assert_uint_eq(lines_of_dump(), 1 + (deep + 1) + 3 * deep);
    weft_cancel(&outermost);
    run_dry();
    ck_assert(loop_is_idle());
    free(frames);
}
END_TEST

/* Holds a lock, and waits for the lock of the next task. */
WEFT_ASYNC(holder, weft_lock *own;)
{
    weft_with_lock(self->own) {
        weft_sleep(0);
        weft_with_lock(self->own + 1) {
            weft_sleep(UNITS(1));
        }
        weft_end;
    }
    weft_end;
}
WEFT_ASYNC_END

static void count_holders(const char *text, void *holders)
{
    *(size_t *)holders += !strcmp(text, " holds");
}

START_TEST(a_million_tasks_that_hold_each_others_locks_are_dumped)
{
    typedef WEFT_TASK(holder) holder_task;
    holder_task *const tasks = zeroed(many, sizeof(*tasks));
    weft_lock *const locks = zeroed(many + 1, sizeof(*locks));
    size_t holders = 0;
    for (size_t i = 0; i < many; i++)
        weft_loop_create_task(&loop, holder, &tasks[i], .own = &locks[i]);
    tick();
    tick();
    ck_assert_uint_eq(lines_of_dump(), 2 * many);
    weft_dump(&loop, count_holders, &holders);
    ck_assert_uint_eq(holders, many - 1);
    run_dry();
    ck_assert(loop_is_idle());
    free(locks);
    free(tasks);
}
END_TEST

/* ---- Circles ---- */

enum { LONGEST = 5, LONG_CIRCLE = 1000, ROUNDS = 3 };

/* Starts tasks that wait for each other in a circle. Task n waits in the way of digit n of
 * `ways`, in base GROUP. */
static void start_circle(size_t count, unsigned ways)
{
    for (size_t i = 0; i < count; i++, ways /= GROUP)
        weft_loop_create_task(&loop, link, &links[i], .way = (enum way)(ways % GROUP),
                              .next = &links[(i + 1) % count]);
}

/* Returns true if one of the tasks waits in this way. */
static bool has_way(size_t count, enum way way)
{
    for (size_t i = 0; i < count; i++)
        if (links[i].frame.way == way)
            return true;
    return false;
}

/* Runs until an error or a deadlock. */
static void end_circle(size_t count)
{
    for (int round = 0; round < ROUNDS && weft_first_task(&loop); round++)
        if (weft_shutdown(&loop))
            ck_assert_ptr_nonnull(weft_first_task(&loop));
    weft_loop_close(&loop);
    for (size_t i = 0; i < count; i++)
        ck_assert(weft_done(&links[i]));
}

static unsigned power(unsigned base, size_t exponent)
{
    return exponent ? base * power(base, exponent - 1) : 1;
}

/* _i tasks, in all ways. They are left alone, each is cancelled, or they are shut down. */
START_TEST(a_circle_of_any_ways_to_wait_ends)
{
    const size_t count = (size_t)_i;
    links = zeroed(count, sizeof(*links));
    for (unsigned ways = 0; ways < power(GROUP, count); ways++) {
        for (size_t victim = 0; victim <= count; victim++) {
            start_circle(count, ways);
            run_dry();
            if (count > 1 && !has_way(count, LIMITED))
                ck_assert_uint_eq(count_tasks(), count);
            if (victim < count) {
                weft_cancel(&links[victim]);
                run_dry();
                weft_cancel(&links[victim]);
                run_dry();
            }
            end_circle(count);
        }
    }
    free(links);
}
END_TEST

START_TEST(a_long_circle_ends)
{
    links = zeroed(LONG_CIRCLE, sizeof(*links));
    for (unsigned ways = 0; ways < power(GROUP, 2); ways++) {
        for (size_t i = 0; i < LONG_CIRCLE; i++)
            weft_loop_create_task(&loop, link, &links[i],
                                  .way = (enum way)(i % 2 ? ways / GROUP : ways % GROUP),
                                  .next = &links[(i + 1) % LONG_CIRCLE]);
        run_dry();
        weft_cancel(&links[LONG_CIRCLE / 2]);
        run_dry();
        end_circle(LONG_CIRCLE);
    }
    free(links);
}
END_TEST

/* A task whose group has one child, which waits in way `way` for the next such task. */
struct owner {
    weft_frame frame;
    enum way way;
    weft_task *next;
    weft_group group;
    link_task child;
};

WEFT_ASYNC_BODY(owner)
{
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, link, &self->child, .way = self->way,
                               .next = (link_task *)(void *)self->next);
    }
    weft_end;
}
WEFT_ASYNC_END

typedef WEFT_TASK(owner) owner_task;
static owner_task owners[LONGEST];

static weft_awaitable_ *victim_of_owners(size_t number)
{
    owner_task *const task = &owners[number / 2];
    return number % 2 ? &task->frame.child.awaitable : &task->awaitable;
}

START_TEST(a_circle_through_groups_ends)
{
    const size_t count = (size_t)_i;
    for (unsigned ways = 0; ways < power(GROUP, count); ways++) {
        for (size_t victim = 0; victim <= 2 * count; victim++) {
            memset(owners, 0, sizeof(owners));
            unsigned rest = ways;
            for (size_t i = 0; i < count; i++, rest /= GROUP)
                weft_loop_create_task(&loop, owner, &owners[i], .way = (enum way)(rest % GROUP),
                                      .next = &owners[(i + 1) % count].task);
            run_dry();
            for (int times = 0; times < 2 && victim < 2 * count; times++) {
                weft_cancel_(victim_of_owners(victim));
                run_dry();
            }
            for (int round = 0; round < ROUNDS && weft_first_task(&loop); round++)
                if (weft_shutdown(&loop))
                    ck_assert_ptr_nonnull(weft_first_task(&loop));
            weft_loop_close(&loop);
        }
    }
}
END_TEST

/* Limits the stack of this process from now on. The kernel checks the limit whenever a stack
 * grows. */
static void limit_stack(rlim_t size)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit))
        return;
    limit.rlim_cur = size;
    setrlimit(RLIMIT_STACK, &limit);
}

int main(void)
{
    scale();
    limit_stack(256 * 1024);
    TCase *const tests = begin_suite("scale");
    tcase_add_test(tests, a_shutdown_ends_a_million_sleepers);
    tcase_add_test(tests, a_chain_of_a_million_that_await_each_other_is_cancelled);
    tcase_add_loop_test(tests, a_deep_chain_of_any_kind_ends, 0, WAYS);
    tcase_add_loop_test(tests, a_deep_chain_of_any_kind_fails_from_its_end, 0, WAYS);
    tcase_add_loop_test(tests, a_deep_chain_of_any_kind_is_cancelled_from_its_beginning, 0, WAYS);
    tcase_add_loop_test(tests, a_deep_chain_of_any_kind_is_shut_down, 0, WAYS);
    tcase_add_loop_test(tests, a_chain_whose_last_was_created_first_is_shut_down, 0, 2);
    tcase_add_loop_test(tests, a_deep_chain_of_any_kind_is_cancelled_at_its_end, 0, WAYS);
    tcase_add_loop_test(tests, a_loop_with_a_deep_chain_of_any_kind_is_closed, 0, WAYS);
    tcase_add_test(tests, a_gather_of_a_million_is_cancelled);
    tcase_add_test(tests, a_gather_of_a_million_fails_and_leaves_the_others_alone);
    tcase_add_loop_test(tests, a_group_of_a_million_ends_in_any_way, 0, 4);
    tcase_add_loop_test(tests, a_million_tasks_are_waited_for_one_by_one_and_at_once, 0, 2);
    tcase_add_loop_test(tests, a_million_tasks_wait_for_a_lock, 0, 2);
    if (WEFT_TIME_BITS == 16) /* a limit for each of many calls, and each limit is another one */
        LEAVE_OUT("timeouts_around_deep_calls_expire, 1 and 2");
    tcase_add_loop_test(tests, timeouts_around_deep_calls_expire, 0, WEFT_TIME_BITS == 16 ? 1 : 3);
    tcase_add_test(tests, deep_calls_with_timeouts_are_cancelled);
    tcase_add_loop_test(tests, groups_around_deep_calls_end_with_their_children, 0, 2);
    tcase_add_loop_test(tests, a_deep_chain_of_any_kind_is_dumped, 0, WAYS);
    tcase_add_test(tests, groups_around_deep_calls_are_dumped);
    tcase_add_test(tests, a_million_tasks_that_hold_each_others_locks_are_dumped);
    tcase_add_loop_test(tests, a_circle_of_any_ways_to_wait_ends, 1, LONGEST);
    tcase_add_test(tests, a_long_circle_ends);
    tcase_add_loop_test(tests, a_circle_through_groups_ends, 1, 4);
    return run_suite();
}
