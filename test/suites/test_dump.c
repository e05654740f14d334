/* SPDX-License-Identifier: MIT */
/* Dumps: all tasks as a tree, at any moment, without any effect on the program; and daemons. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "helper.h"

/* ---- The text of a dump ---- */

static char written[1 << 19];

static void append(const char *text, void *to)
{
    const size_t length = strlen(to);
    ck_assert_uint_lt(length + strlen(text), sizeof(written));
    strcpy((char *)to + length, text);
}

/* Removes the location from each line: "test_dump.c:12: in f" becomes "in f". */
static void take_out_places(char *text)
{
    char *place;
    while ((place = strstr(text, __FILE__))) {
        char *const rest = strstr(place, "in ");
        memmove(place, rest, strlen(rest) + 1);
    }
}

static void dump(void)
{
    written[0] = '\0';
    weft_dump(&loop, append, written);
}

#define ck_written(expected)                                                                       \
    do {                                                                                           \
        take_out_places(written);                                                                  \
        ck_assert_str_eq(written, expected);                                                       \
    } while (0)

#define ck_dumped(expected)                                                                        \
    do {                                                                                           \
        dump();                                                                                    \
        ck_written(expected);                                                                      \
    } while (0)

#define ck_deadlock(expected)                                                                      \
    do {                                                                                           \
        written[0] = '\0';                                                                         \
        weft_dump_deadlock(&loop, append, written);                                                \
        ck_written("Deadlock: nothing can ever run again.\n" expected);                            \
    } while (0)

/* ---- Where a task is ---- */

static unsigned sleep_line, middle_line, outer_line;

WEFT_ASYNC(inner, weft_time delay;)
{
    sleep_line = __LINE__ + 1;
    weft_sleep(self->delay);
}
WEFT_ASYNC_END

WEFT_ASYNC(middle, struct inner inner;)
{
    middle_line = __LINE__ + 1;
    weft_call(inner, &self->inner, .delay = 5);
}
WEFT_ASYNC_END

WEFT_ASYNC(outer, struct middle middle;)
{
    outer_line = __LINE__ + 1;
    weft_call(middle, &self->middle);
}
WEFT_ASYNC_END

START_TEST(each_nested_await_is_written_from_the_outermost_in)
{
    static WEFT_TASK(outer) task;
    char expected[1000];
    weft_loop_create_task(&loop, outer, &task);
    dump();
    ck_assert_str_eq(written, "outer has not begun\n    " __FILE__ ": in outer, at its start\n");
    tick();
    dump();
    snprintf(expected, sizeof(expected),
             "outer waits for: sleep\n    %s:%u: in outer\n    %s:%u: in middle\n"
             "    %s:%u: in inner\n",
             __FILE__, outer_line, __FILE__, middle_line, __FILE__, sleep_line);
    ck_assert_str_eq(written, expected);
    ck_assert_ptr_eq(weft_task_caller(&task.task, &task.frame.middle.inner.frame),
                     &task.frame.middle.frame);
    run_dry();
    ck_assert(weft_done(&task));
}
END_TEST

START_TEST(a_dump_without_tasks_says_so)
{
    static WEFT_TASK(inner) task;
    ck_dumped("No tasks.\n");
    weft_loop_create_task(&loop, inner, &task);
    run_dry();
    ck_dumped("No tasks.\n");
    ck_deadlock("");
}
END_TEST

/* ---- What a task does ---- */

static weft_future future, other_future;
static weft_lock lock;

enum doing { SLEEPS, AWAITS_FUTURE, AWAITS_TASK, GATHERS, LOCKS, LOCKS_TWICE, KEEPS, FAILS, DUMPS };

/* `name` may be NULL. */
WEFT_ASYNC_NAMED(doer, name, const char *name; enum doing doing; weft_task * other;
                 WEFT_GATHER(4) gather;)
{
    if (self->doing == SLEEPS) {
        weft_sleep(UNITS(5));
    } else if (self->doing == AWAITS_FUTURE) {
        weft_await(&future);
    } else if (self->doing == AWAITS_TASK) {
        weft_await(self->other);
    } else if (self->doing == GATHERS) {
        weft_check(weft_gather_add(&self->gather, &other_future));
        weft_check(weft_gather_add(&self->gather, self->other));
        weft_check(weft_gather_add(&self->gather, &future));
        weft_check(weft_gather_add(&self->gather, &future));
        weft_gather_all(&self->gather);
    } else if (self->doing == LOCKS) {
        weft_with_lock(&lock) {
            weft_sleep(UNITS(5));
        }
        weft_end;
    } else if (self->doing == LOCKS_TWICE) {
        weft_with_lock(&lock) {
            weft_with_lock(&lock) {
            }
            weft_end;
        }
        weft_end;
    } else if (self->doing == KEEPS) {
        weft_lock_acquire(&lock);
    } else if (self->doing == FAILS) {
        weft_raise(&fail);
    } else {
        dump();
    }
}
WEFT_ASYNC_END

typedef WEFT_TASK(doer) doer_task;
static doer_task a, b, c;

static void new_objects(void)
{
    weft_loop_create_future(&loop, &future);
    weft_loop_create_future(&loop, &other_future);
    lock = (weft_lock){.holder = NULL};
}

static void start(doer_task *task, const char *name, enum doing doing)
{
    weft_loop_create_task(&loop, doer, task, .name = name, .doing = doing,
                          .other = task == &a ? &b.task : &a.task);
}

START_TEST(a_dump_says_what_each_task_waits_for)
{
    start(&a, "a", SLEEPS);
    start(&b, "b", AWAITS_FUTURE);
    start(&c, "c", AWAITS_TASK);
    tick();
    ck_dumped("a waits for: sleep\n    in doer\n"
              "b waits for: future\n    in doer\n"
              "c waits for: task a\n    in doer\n");
}
END_TEST

START_TEST(a_dump_of_a_gather_names_its_first_open_part_and_counts_the_others)
{
    start(&a, "a", GATHERS);
    start(&b, "b", SLEEPS);
    tick();
    ck_dumped("a waits for: gather, of a future and 3 more\n    in doer\n"
              "b waits for: sleep\n    in doer\n");
    weft_set_done(&other_future);
    ck_dumped("a waits for: gather, of b and 2 more\n    in doer\n"
              "b waits for: sleep\n    in doer\n");
    run_dry();
    ck_dumped("a waits for: gather, of a future and 1 more\n    in doer\n");
    weft_set_done(&future);
    ck_dumped("a waits for: gather\n    in doer\n");
}
END_TEST

START_TEST(a_lock_is_written_with_its_holder)
{
    start(&a, "a", LOCKS);
    start(&b, "b", LOCKS);
    start(&c, "c", LOCKS);
    tick();
    ck_dumped("a waits for: sleep\n    in doer\n"
              "b waits for: lock, which a holds\n    in doer\n"
              "c waits for: lock, which a holds\n    in doer\n");
    weft_set_daemon(&a.task, true);
    ck_dumped("a (a daemon) waits for: sleep\n    in doer\n"
              "b waits for: lock, which a (a daemon) holds\n    in doer\n"
              "c waits for: lock, which a (a daemon) holds\n    in doer\n");
    run_dry();
    ck_assert(!weft_lock_locked(&lock) && weft_done(&c));
}
END_TEST

START_TEST(a_dump_says_if_a_lock_is_held_by_its_own_waiter)
{
    start(&a, "a", LOCKS_TWICE);
    tick();
    ck_dumped("a waits for: lock, which it holds itself\n    in doer\n");
}
END_TEST

/* The holder's memory is freed or overwritten. Valgrind and AddressSanitizer report a read of
 * it. */
START_TEST(a_dump_does_not_read_a_holder_that_has_ended)
{
    doer_task *const task = calloc(1, sizeof(*task));
    start(task, "gone", KEEPS);
    tick();
    ck_assert(weft_done(task));
    if (_i)
        memset(task, 0xff, sizeof(*task));
    else
        free(task);
    start(&a, "a", LOCKS);
    start(&b, "b", LOCKS);
    tick();
    ck_dumped(
        "a waits for: lock, which is held by a task that has ended or is in another loop\n    in "
        "doer\n"
        "b waits for: lock, which is held by a task that has ended or is in another loop\n    in "
        "doer\n");
    if (_i)
        free(task);
}
END_TEST

START_TEST(a_dump_writes_numbers_that_are_powers_of_ten)
{
    static const char *const expected[] = {"9", "10", "11", "99", "100", "101"};
    char text[100];
    int requests = 0;
    start(&a, "a", SLEEPS);
    for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
        for (const int wanted = atoi(expected[i]); requests < wanted; requests++)
            weft_cancel(&a);
        snprintf(text, sizeof(text),
                 "a has not begun, cancelled; requests to cancel: %s\n    in doer, at its start\n",
                 expected[i]);
        ck_dumped(text);
    }
    run_dry();
}
END_TEST

START_TEST(a_dump_says_what_a_task_will_do_next)
{
    start(&a, NULL, SLEEPS);
    start(&b, "b", AWAITS_FUTURE);
    tick();
    start(&c, "c", SLEEPS);
    weft_cancel(&c);
    weft_set_error(&future, &fail);
    ck_dumped("doer waits for: sleep\n    in doer\n"
              "b is ready, with an error: fail\n    in doer\n"
              "c has not begun, cancelled; requests to cancel: 1\n    in doer, at its start\n");
    weft_cancel(&a);
    weft_cancel(&b);
    ck_dumped("doer is ready, cancelled; requests to cancel: 1\n    in doer\n"
              "b is ready, cancelled; requests to cancel: 1\n    in doer\n"
              "c has not begun, cancelled; requests to cancel: 1\n    in doer, at its start\n");
}
END_TEST

static weft_handle dumper;

static void dump_before_the_wake_up(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    ck_assert(weft_is_callback_(&a.task.live.wait.node));
    dump();
}

/* The sleep's callback is in the ready queue. The task is not. */
START_TEST(a_sleeper_whose_time_has_come_sleeps_until_it_is_woken)
{
    dumper = (weft_handle){.function = NULL};
    ck_no_error(weft_call_later(&loop, &dumper, UNITS(5), dump_before_the_wake_up));
    start(&a, "a", SLEEPS);
    run_dry();
    ck_written("a waits for: sleep\n    in doer\n");
}
END_TEST

START_TEST(a_task_can_dump_while_it_runs)
{
    start(&a, "a", DUMPS);
    start(&b, "b", SLEEPS);
    tick();
    ck_written("a runs\n    in doer, at its start\n"
               "b has not begun\n    in doer, at its start\n");
    ck_assert(weft_done(&a));
}
END_TEST

static weft_semaphore semaphore;

/* The last grant is noted in the bits that say what the task is parked in. */
WEFT_ASYNC(starter, doer_task task; bool granted; unsigned flags;)
{
    if (self->granted) {
        weft_semaphore_acquire(&semaphore);
    }
    self->flags = self->frame.flags;
    weft_create_eager_task(doer, &self->task, .name = "eager", .doing = DUMPS);
    ck_assert_uint_eq(self->flags, self->frame.flags);
    note("+");
}
WEFT_ASYNC_END

static WEFT_TASK(starter) starter;

START_TEST(a_dump_contains_the_parent_of_an_eager_task)
{
    semaphore = (weft_semaphore)WEFT_SEMAPHORE(0);
    weft_loop_create_task(&loop, starter, &starter, .granted = _i);
    tick();
    weft_semaphore_release(&semaphore);
    run_dry();
    ck_written("starter has started an eager task, which runs first\n    in starter\n"
               "eager runs\n    in doer, at its start\n");
    ck_recorded("+");
    ck_assert_uint_eq(starter.frame.flags, _i ? WEFT_GRANTED_ : WEFT_NOT_PARKED_);
}
END_TEST

static void dump_soon(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    dump();
}

START_TEST(a_callback_can_dump)
{
    weft_handle handle = {.function = NULL};
    start(&a, "a", SLEEPS);
    weft_call_soon(&loop, &handle, dump_soon);
    tick();
    ck_written("a waits for: sleep\n    in doer\n");
}
END_TEST

/* ---- The tree ---- */

/* Runs in `groups` nested groups, each with two children, or in one more group without children. */
WEFT_ASYNC_NAMED(parent, name, const char *name; int i, children; bool empty; weft_group outer,
                 inner; doer_task child[4]; enum doing doing;)
{
    weft_with_group(&self->outer) {
        weft_group_create_task(&self->outer, doer, &self->child[0], .name = "c0",
                               .doing = self->doing);
        weft_group_create_task(&self->outer, doer, &self->child[1], .name = "c1",
                               .doing = self->doing);
        weft_with_group(&self->inner) {
            if (!self->empty) {
                weft_group_create_task(&self->inner, doer, &self->child[2], .name = "c2",
                                       .doing = self->doing);
                weft_group_create_task(&self->inner, doer, &self->child[3], .name = "c3",
                                       .doing = self->doing);
            } else {
                weft_await(&other_future);
            }
        }
        weft_end;
    }
    weft_end;
}
WEFT_ASYNC_END

typedef WEFT_TASK(parent) parent_task;
static parent_task p, q;

START_TEST(the_tasks_of_a_group_are_written_under_the_one_in_its_block_the_outermost_first)
{
    weft_loop_create_task(&loop, parent, &p, .name = "p", .doing = AWAITS_FUTURE);
    weft_loop_create_task(&loop, parent, &q, .name = "q", .doing = AWAITS_FUTURE, .empty = true);
    tick();
    tick();
    ck_dumped("p waits for: group\n"
              "    in parent\n"
              "    in its group:\n"
              "        c0 waits for: future\n"
              "            in doer\n"
              "        c1 waits for: future\n"
              "            in doer\n"
              "    in its group inside that:\n"
              "        c2 waits for: future\n"
              "            in doer\n"
              "        c3 waits for: future\n"
              "            in doer\n"
              "q waits for: future\n"
              "    in parent\n"
              "    in its group:\n"
              "        c0 waits for: future\n"
              "            in doer\n"
              "        c1 waits for: future\n"
              "            in doer\n");
    weft_set_done(&future);
    weft_set_done(&other_future);
    run_dry();
    ck_assert(weft_done(&p) && weft_done(&q));
}
END_TEST

/* A child that has ended stays linked until its group is notified, if the child failed or is the
 * last. */
START_TEST(a_child_that_has_ended_is_written_until_its_group_is_notified)
{
    weft_loop_create_task(&loop, parent, &p, .name = "p", .doing = FAILS, .empty = true);
    tick();
    tick();
    ck_dumped("p waits for: future\n"
              "    in parent\n"
              "    in its group:\n"
              "        c0 has ended, and its group is not notified yet\n"
              "        c1 has ended, and its group is not notified yet\n");
    tick();
    ck_dumped("p is ready, with an error: cancelled; requests to cancel: 1\n"
              "    in parent\n");
    weft_cancel(&p);
    run_dry();
    ck_error(weft_error_of(&p), &weft_group_error);
}
END_TEST

/* ---- What the program's write function may do ---- */

enum { CHAIN = 70 };

struct chain {
    weft_frame frame;
    unsigned calls;
    bool other_line;
    struct chain *inner;
};
static struct chain chain_frames[CHAIN];
WEFT_FORWARD(chain);

/* Awaits in one of two lines, so that each frame has a location of its own. */
WEFT_ASYNC_BODY(chain)
{
    if (!self->calls) {
        weft_await(&future);
    } else if (self->other_line) {
        weft_call(chain, self->inner, .calls = self->calls - 1, .other_line = rand() % 2,
                  .inner = self->inner + 1);
    } else {
        weft_call(chain, self->inner, .calls = self->calls - 1, .other_line = rand() % 2,
                  .inner = self->inner + 1);
    }
}
WEFT_ASYNC_END

/* Reads the tasks while it is called with each of them: each location is that of the next inner
 * frame. */
static const weft_task *chained;
static size_t places;

static void compare_place(const char *text, void *to)
{
    (void)to;
    char *end;
    const unsigned long line = strtoul(text, &end, 10);
    if (!line || *end)
        return;
    const weft_frame *frame = weft_task_innermost(chained);
    ck_assert_ptr_eq(weft_first_task(&loop), chained);
    for (size_t further_in = chain_frames[0].calls + 1; further_in > places; further_in--)
        frame = weft_task_caller(chained, frame);
    ck_assert_uint_eq(weft_frame_location(frame).line, line);
    places++;
}

START_TEST(a_dump_has_any_number_of_nested_awaits_from_the_outermost_in)
{
    static WEFT_TASK(chain) task;
    const unsigned seed = (unsigned)time(NULL);
    printf("a_dump_has_any_number_of_nested_awaits_from_the_outermost_in: seed %u\n", seed);
    srand(seed);
    for (unsigned calls = 1; calls <= CHAIN; calls++) {
        weft_loop_create_future(&loop, &future);
        weft_loop_create_task(&loop, chain, &task, .calls = calls, .inner = chain_frames);
        tick();
        chained = &task.task;
        places = 0;
        weft_dump(&loop, compare_place, NULL);
        ck_assert_uint_eq(places, calls + 1);
        weft_set_done(&future);
        run_dry();
    }
}
END_TEST

/* ---- Nested blocks, which tasks enter alternately ---- */

enum { BLOCKS = 6 };

static doer_task block_children[2][BLOCKS];

WEFT_FORWARD(blocks);
struct blocks {
    weft_frame frame;
    const char *name;
    doer_task *child;
    int depth, pause;
    struct blocks *inner;
    weft_group group;
};

/* The child of a group starts in the block. The next block is entered `pause` ticks later. */
WEFT_ASYNC_NAMED_BODY(blocks, name)
{
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, doer, self->child, .name = "child",
                               .doing = AWAITS_FUTURE);
        if (self->pause) {
            weft_sleep((weft_time)self->pause);
        }
        if (self->depth > 1) {
            weft_call(blocks, self->inner, .child = self->child + 1, .depth = self->depth - 1,
                      .pause = self->pause, .inner = self->inner + 1);
        }
    }
    weft_end;
}
WEFT_ASYNC_END

static void check_groups_of(char *text, const char *name)
{
    char *line = strstr(text, name);
    ck_assert_ptr_nonnull(line);
    for (int i = 0; i <= BLOCKS; i++)
        line = strchr(line, '\n') + 1; /* the line of the task, then its locations */
    for (int i = 0; i < BLOCKS; i++) {
        const char *const heading = i ? "    in its group inside that:\n" : "    in its group:\n";
        ck_assert_int_eq(strncmp(line, heading, strlen(heading)), 0);
        line += strlen(heading);
        ck_assert_int_eq(strncmp(line, "        child", 13), 0);
        line = strchr(strchr(line, '\n') + 1, '\n') + 1;
    }
    ck_assert_uint_lt(strspn(line, " "), 4);
}

START_TEST(blocks_that_tasks_enter_alternately_are_written_task_by_task)
{
    static WEFT_TASK(blocks) tasks[2];
    static struct blocks frames[2][BLOCKS];
    memset(tasks, 0, sizeof(tasks));
    for (int i = 0; i < 2; i++)
        weft_loop_create_task(&loop, blocks, &tasks[i], .name = i ? "second" : "first",
                              .child = block_children[i], .depth = BLOCKS, .pause = i ? 1 : _i,
                              .inner = frames[i]);
    run_dry();
    dump();
    check_groups_of(written, "first");
    check_groups_of(written, "second");
    weft_set_done(&future);
    run_dry();
    ck_assert(weft_done(&tasks[0]) && weft_done(&tasks[1]));
}
END_TEST

/* ---- Groups nested deeper than lines are indented ---- */

enum { LEVELS = 13 };

struct level_task;
struct level {
    weft_frame frame;
    struct level_task *next; /* NULL in the last level */
    weft_group group;
};
struct level_task {
    WEFT_TASK(level);
};

static struct level_task levels[LEVELS];

WEFT_ASYNC_BODY(level)
{
    weft_with_group(&self->group) {
        if (self->next) {
            weft_group_create_task(&self->group, level, self->next,
                                   self->next + 1 < levels + LEVELS ? self->next + 1 : NULL);
        } else {
            weft_await(&future);
        }
    }
    weft_end;
}
WEFT_ASYNC_END

static size_t blanks(const char *line)
{
    return strspn(line, " ");
}

START_TEST(deeper_than_ten_groups_a_line_has_the_depth_instead_of_an_indent)
{
    weft_loop_create_task(&loop, level, &levels[0], .next = &levels[1]);
    for (int i = 0; i < LEVELS; i++)
        tick();
    dump();
    const char *line = written;
    for (size_t i = 0; i < LEVELS; i++) {
        const size_t in = i < 10 ? i : 10;
        char expected[100];
        snprintf(expected, sizeof(expected), i > 10 ? "(in %u groups) level" : "level",
                 (unsigned)i);
        ck_assert_uint_eq(blanks(line), 8 * in);
        ck_assert_int_eq(strncmp(line + 8 * in, expected, strlen(expected)), 0);
        line = strchr(line, '\n') + 1;
        ck_assert_uint_eq(blanks(line), 8 * in + 4);
        line = strchr(line, '\n') + 1;
        if (i + 1 == LEVELS)
            break;
        ck_assert_uint_eq(blanks(line), (i < 10 ? 8 * in + 4 : 8 * in - 4));
        line = strchr(line, '\n') + 1;
    }
    ck_assert_str_eq(line, "");
}
END_TEST

/* ---- Which holders live: many locks, whose holders live, have ended, or do not exist ---- */

enum { LOCKS_OF_MANY = 200, WAITERS = 3 };

WEFT_ASYNC_NAMED(keeper, name, const char *name; weft_lock * lock; bool stays;)
{
    weft_lock_acquire(self->lock);
    if (self->stays)
        weft_await(&future);
}
WEFT_ASYNC_END

typedef WEFT_TASK(keeper) keeper_task;

struct contended {
    weft_lock lock;
    char name[8];
    keeper_task *keeper;
    keeper_task waiters[WAITERS];
};

static void expect_waiters(const struct contended *of, bool lives)
{
    char expected[100];
    snprintf(expected, sizeof(expected), "w%s waits for: lock, which %s%s\n", of->name,
             lives ? of->name : "is held by a task that has ended or is in another loop",
             lives ? " holds" : "");
    size_t found = 0;
    for (const char *at = written; (at = strstr(at, expected)); at++)
        found++;
    ck_assert_msg(found == WAITERS, "%zu times: %s", found, expected);
}

START_TEST(of_many_holders_each_one_that_lives_is_named)
{
    static struct contended all[LOCKS_OF_MANY];
    static char names[LOCKS_OF_MANY][8];
    const unsigned seed = (unsigned)time(NULL);
    printf("of_many_holders_each_one_that_lives_is_named: seed %u\n", seed);
    srand(seed);
    memset(all, 0, sizeof(all));
    for (size_t i = 0; i < LOCKS_OF_MANY; i++) {
        struct contended *const one = &all[i];
        snprintf(one->name, sizeof(one->name), "k%zu.", i);
        snprintf(names[i], sizeof(names[i]), "wk%zu.", i);
        one->keeper = calloc(1, sizeof(*one->keeper) + (size_t)(rand() % 5 * 100));
        weft_loop_create_task(&loop, keeper, one->keeper, one->name, &one->lock, rand() % 3 > 0);
    }
    tick();
    for (size_t i = 0; i < LOCKS_OF_MANY; i++)
        for (size_t j = 0; j < WAITERS; j++)
            weft_loop_create_task(&loop, keeper, &all[i].waiters[j], names[i], &all[i].lock);
    tick();
    bool lives[LOCKS_OF_MANY];
    for (size_t i = 0; i < LOCKS_OF_MANY; i++) {
        lives[i] = !weft_done(all[i].keeper);
        if (!lives[i])
            free(all[i].keeper);
    }
    dump();
    for (size_t i = 0; i < LOCKS_OF_MANY; i++)
        expect_waiters(&all[i], lives[i]);
    weft_loop_close(&loop);
    for (size_t i = 0; i < LOCKS_OF_MANY; i++)
        if (lives[i])
            free(all[i].keeper);
}
END_TEST

/* ---- A dump has no effect ---- */

enum { TASKS = 12, DEPTH = 3, TICKS = 40, ROUNDS = 300 };

struct any_task;

/* Acts at random, in nested calls and groups. */
struct any {
    weft_frame frame;
    int times, depth, what;
    struct any *inner; /* an array of `depth` elements */
    struct any_task *task;
    weft_awaitable_ *awaited;
    weft_group group;
    WEFT_GATHER_OVER gather;
    weft_part parts[2];
    weft_exit left;
};
struct any_task {
    WEFT_TASK(any);
};

/* All memory of a random program except for the loop. */
static struct arena {
    struct any_task tasks[TASKS];
    struct any frames[TASKS][DEPTH];
    bool is_used[TASKS];
    weft_lock locks[2];
    weft_semaphore semaphore;
    weft_future future;
    weft_handle handle;
    size_t dumps;
} arena, arena_before;
static weft_loop loop_before;

static void add_to(size_t *sum, const void *word)
{
    *sum = (*sum ^ (size_t)(uintptr_t)word) * 1000003;
}

/* Returns a hash of everything that a program can ask about its tasks. */
static size_t look_at_tasks(void)
{
    size_t sum = 0;
    for (weft_task *task = weft_first_task(&loop); task; task = weft_next_task(task)) {
        const weft_wait_info wait = weft_task_waits_for(task);
        add_to(&sum, task);
        add_to(&sum, wait.what);
        add_to(&sum, wait.object);
        add_to(&sum, wait.holder);
        add_to(&sum, weft_task_name(task));
        for (const weft_frame *frame = weft_task_innermost(task); frame;
             frame = weft_task_caller(task, frame))
            add_to(&sum, frame);
        for (weft_scope_ *scope = task->awaitable.scope; scope; scope = scope->outer)
            add_to(&sum, scope);
        if (task->next)
            add_to(&sum, task->next->root.previous);
    }
    return sum;
}

static size_t looked;

static void count_line(const char *text, void *lines)
{
    const size_t before = *(size_t *)lines;
    for (; *text; text++)
        *(size_t *)lines += *text == '\n';
    if (*(size_t *)lines != before)
        ck_assert_uint_eq(look_at_tasks(), looked);
}

static void dump_and_compare(void)
{
    size_t lines = 0, of_deadlock = 0;
    looked = look_at_tasks();
    arena.dumps++;
    memcpy(&arena_before, &arena, sizeof(arena));
    memcpy(&loop_before, &loop, sizeof(loop));
    weft_dump(&loop, count_line, &lines);
    weft_dump_deadlock(&loop, count_line, &of_deadlock);
    ck_assert_uint_ge(lines, 2 * count_tasks()); /* each task has a location too */
    ck_assert_uint_le(of_deadlock, lines + 2);
    ck_assert_int_eq(memcmp(&arena_before, &arena, sizeof(arena)), 0);
    ck_assert_int_eq(memcmp(&loop_before, &loop, sizeof(loop)), 0);
}

static int chance(int n)
{
    return rand() % n;
}

static struct any_task *free_task(void)
{
    for (size_t i = 0; i < TASKS; i++)
        if (!weft_is_in_use_(&arena.tasks[i].task) && chance(2))
            return &arena.tasks[i];
    return NULL;
}

static weft_awaitable_ *any_awaitable(void)
{
    struct any_task *const task = &arena.tasks[chance(TASKS)];
    return task->awaitable.scope && !weft_done(task) && chance(3) ? &task->awaitable
                                                                  : &arena.future.awaitable;
}

static struct any *frames_of(const struct any_task *task)
{
    return arena.frames[task - arena.tasks];
}

#define NEW_ANY(of) .times = 1 + chance(5), .depth = DEPTH, .inner = frames_of(of)

static void dump_in_callback(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    dump_and_compare();
}

static void meddle(weft_task *task)
{
    const int what = chance(8);
    if (what == 0)
        weft_cancel_(any_awaitable());
    else if (what == 1)
        weft_call_soon(&loop, &arena.handle, dump_in_callback);
    else if (what == 2)
        weft_set_daemon(task, chance(2));
    else if (what == 3)
        weft_semaphore_release(&arena.semaphore);
    else if (what == 4)
        weft_lock_release(&arena.locks[chance(2)]);
}

enum { LOCKED = 3, KEPT, PERMIT, AWAITED, GATHERED, CREATED, STARTED, GROUPED, CALLED, WHATS = 12 };

WEFT_ASYNC_BODY(any)
{
    weft_try {
        while (self->times-- > 0) {
            meddle(weft_current_task());
            dump_and_compare();
            self->what = chance(WHATS);
            self->task = free_task();
            if (self->what < LOCKED) {
                weft_sleep((weft_time)self->what);
            } else if (self->what == LOCKED) {
                weft_with_lock(&arena.locks[0]) {
                    weft_sleep(UNITS(1));
                }
                weft_end;
            } else if (self->what == KEPT) {
                weft_lock_acquire(&arena.locks[1]);
            } else if (self->what == PERMIT) {
                weft_semaphore_acquire(&arena.semaphore);
            } else if (self->what == AWAITED) {
                self->awaited = any_awaitable();
                weft_await(WEFT_CONTAINER_(self->awaited, weft_future, awaitable));
            } else if (self->what == GATHERED) {
                weft_check(weft_multi_wait_add_(&self->gather.gather.multi_wait, self->parts, 2,
                                                any_awaitable()));
                weft_check(weft_multi_wait_add_(&self->gather.gather.multi_wait, self->parts, 2,
                                                any_awaitable()));
                weft_gather_all(&self->gather);
            } else if (self->what == CREATED && self->task) {
                weft_create_task(any, self->task, NEW_ANY(self->task));
            } else if (self->what == STARTED && self->task) {
                weft_create_eager_task(any, self->task, NEW_ANY(self->task));
                dump_and_compare();
            } else if (self->what == GROUPED) {
                weft_with_group(&self->group) {
                    for (self->what = 0; self->what < 3; self->what++) {
                        self->task = free_task();
                        if (self->task && chance(2)) {
                            weft_group_create_task(&self->group, any, self->task,
                                                   NEW_ANY(self->task));
                        } else if (self->task) {
                            weft_group_create_eager_task(&self->group, any, self->task,
                                                         NEW_ANY(self->task));
                        }
                    }
                    if (self->depth > 1) {
                        weft_call(any, self->inner, .times = 3, .depth = self->depth - 1,
                                  .inner = self->inner + 1);
                    }
                }
                weft_end;
            } else if (self->what == CALLED && self->depth > 1) {
                weft_call(any, self->inner, .times = 3, .depth = self->depth - 1,
                          .inner = self->inner + 1);
            }
            if (chance(20) == 0)
                weft_raise(&fail);
        }
    }
    weft_finally(&self->left) {
        dump_and_compare();
    }
    weft_end;
}
WEFT_ASYNC_END

static void dump_at_failure(weft_loop *of, weft_task *task, const weft_error *error)
{
    (void)of, (void)task, (void)error;
    dump_and_compare();
}

/* Dumps between ticks, in callbacks and in tasks: while they run, start others eagerly, or end. */
START_TEST(a_dump_at_any_moment_changes_nothing)
{
    const unsigned seed = (unsigned)time(NULL);
    printf("a_dump_at_any_moment_changes_nothing: seed %u\n", seed);
    srand(seed);
    size_t dumps = 0;
    for (int round = 0; round < ROUNDS; round++) {
        memset(&arena, 0, sizeof(arena));
        weft_set_exception_handler(&loop, dump_at_failure);
        weft_loop_create_future(&loop, &arena.future);
        for (struct any_task *task = arena.tasks; task < arena.tasks + 5; task++)
            weft_loop_create_task(&loop, any, task, NEW_ANY(task));
        for (int i = 0; i < TICKS; i++) {
            tick();
            dump_and_compare();
        }
        weft_shutdown(&loop);
        dump_and_compare();
        dumps += arena.dumps;
        weft_loop_close(&loop);
    }
    ck_assert_uint_gt(dumps, ROUNDS * TICKS);
}
END_TEST

/* ---- Daemons ---- */

START_TEST(a_mark_lasts_until_the_memory_is_used_again)
{
    start(&a, "a", AWAITS_FUTURE);
    ck_assert(!weft_is_daemon(&a.task));
    weft_set_daemon(&a.task, true);
    tick();
    weft_cancel(&a);
    ck_assert(weft_is_daemon(&a.task));
    ck_assert_uint_eq(weft_cancelling(&a.task), 1);
    weft_set_daemon(&a.task, false);
    ck_assert_uint_eq(weft_cancelling(&a.task), 1);
    ck_assert(!weft_is_daemon(&a.task));
    weft_set_daemon(&a.task, true);
    run_dry();
    ck_assert(weft_done(&a) && weft_is_daemon(&a.task));
    start(&a, "a", AWAITS_FUTURE);
    ck_assert(!weft_is_daemon(&a.task));
}
END_TEST

START_TEST(a_run_in_which_only_daemons_are_left_ends_well)
{
    start(&a, "a", AWAITS_FUTURE);
    start(&b, "b", SLEEPS);
    weft_set_daemon(&a.task, true);
    ck_no_error(weft_run_forever(&loop));
    ck_assert(weft_done(&b) && !weft_done(&a));
    start(&b, "b", AWAITS_FUTURE);
    run_dry(); /* ends in a deadlock */
    ck_deadlock("b waits for: future\n    in doer\nDaemons, left out: 1\n");
    ck_no_error(weft_shutdown(&loop)); /* a daemon is cancelled like any task */
    ck_assert(weft_cancelled(&a) && weft_cancelled(&b));
    run_dry(); /* no deadlock any more */
}
END_TEST

START_TEST(a_task_that_waits_for_an_endless_daemon_is_in_a_deadlock)
{
    start(&a, "a", AWAITS_FUTURE);
    weft_set_daemon(&a.task, true);
    ck_error(weft_run_until_complete(&loop, &a), &weft_deadlock_error);
    ck_error(weft_run_until_complete(&loop, &future), &weft_deadlock_error);
    ck_no_error(weft_run_forever(&loop));
    ck_deadlock("Daemons, left out: 1\n");
}
END_TEST

/* Ignores a cancellation. */
WEFT_ASYNC(stubborn, const weft_error *ignored;)
{
    weft_try {
        weft_await(&future);
    }
    weft_catch(&weft_cancelled_error, self->ignored) {
    }
    weft_end;
    weft_await(&other_future);
}
WEFT_ASYNC_END

START_TEST(a_daemon_that_ignores_a_shutdown_is_an_error)
{
    static WEFT_TASK(stubborn) task;
    weft_loop_create_task(&loop, stubborn, &task);
    weft_set_daemon(&task.task, true);
    tick();
    ck_error(weft_shutdown(&loop), &weft_deadlock_error);
    ck_no_error(weft_run_forever(&loop));
}
END_TEST

/* The children of p, a daemon, are not marked as daemons. No daemon is the parent of p's outer
 * group. */
START_TEST(the_children_of_a_daemon_are_left_out_with_it)
{
    weft_loop_create_task(&loop, parent, &p, .name = "p", .doing = AWAITS_FUTURE);
    weft_loop_create_task(&loop, parent, &q, .name = "q", .doing = AWAITS_FUTURE, .empty = true);
    weft_set_daemon(&p.task, true);
    tick();
    tick();
    ck_assert_ptr_eq(loop.tasks.next->next->next->next->next, &loop.tasks);
    run_dry();
    weft_set_daemon(&q.frame.child[0].task, true);
    ck_deadlock("q waits for: future\n"
                "    in parent\n"
                "    in its group:\n"
                "        c1 waits for: future\n"
                "            in doer\n"
                "Daemons, left out: 2\n");
    weft_set_daemon(&q.frame.child[1].task, true);
    ck_deadlock("q waits for: future\n"
                "    in parent\n"
                "Daemons, left out: 3\n");
    weft_set_daemon(&q.task, true);
    ck_no_error(weft_run_forever(&loop));
    ck_deadlock("Daemons, left out: 2\n");
    dump();
    ck_assert_ptr_nonnull(strstr(written, "q (a daemon) waits for: future\n"));
    weft_set_daemon(&p.task, false);
    ck_error(weft_run_forever(&loop), &weft_deadlock_error);
    weft_set_done(&future);
    weft_set_done(&other_future);
    run_dry();
    ck_assert(weft_done(&p) && weft_done(&q));
}
END_TEST

START_TEST(a_group_of_daemons_alone_has_no_heading)
{
    weft_loop_create_task(&loop, parent, &q, .name = "q", .doing = AWAITS_FUTURE, .empty = true);
    start(&b, "b", AWAITS_FUTURE);
    run_dry();
    weft_set_daemon(&q.frame.child[0].task, true);
    weft_set_daemon(&q.frame.child[1].task, true);
    ck_deadlock("q waits for: future\n"
                "    in parent\n"
                "b waits for: future\n"
                "    in doer\n"
                "Daemons, left out: 2\n");
    weft_set_done(&future);
    weft_set_done(&other_future);
    run_dry();
}
END_TEST

/* A group inside of a daemon's group. */
START_TEST(the_nested_groups_of_a_daemon_are_left_out_too)
{
    weft_loop_create_task(&loop, level, &levels[0], .next = &levels[1]);
    for (int i = 0; i < LEVELS; i++)
        tick();
    run_dry();
    weft_set_daemon(&levels[3].task, true);
    run_dry();
    ck_deadlock("level waits for: group\n"
                "    in level\n"
                "    in its group:\n"
                "        level waits for: group\n"
                "            in level\n"
                "            in its group:\n"
                "                level waits for: group\n"
                "                    in level\n"
                "Daemons, left out: 1\n");
    weft_set_daemon(&levels[0].task, true);
    ck_no_error(weft_run_forever(&loop));
    ck_deadlock("Daemons, left out: 1\n");
}
END_TEST

/* ---- Descriptors and other waits from outside ---- */

WEFT_ASYNC(reading, int fd;)
{
    weft_wait_readable(self->fd);
}
WEFT_ASYNC_END

START_TEST(a_wait_for_a_descriptor_is_written_with_its_number)
{
    static WEFT_TASK(reading) task;
    static weft_select select_backend;
    int ends[2];
    char expected[80];
    ck_assert_int_eq(pipe(ends), 0);
    weft_select_init(&select_backend);
    weft_loop_init(&loop, &select_backend.backend);
    weft_loop_create_task(&loop, reading, &task, .fd = ends[0]);
    ck_no_error(weft_run_once(&loop));
    snprintf(expected, sizeof(expected),
             "reading waits for: readable (descriptor %d)\n    in reading\n", ends[0]);
    ck_dumped(expected);
    ck_no_error(weft_shutdown(&loop));
    close(ends[0]);
    close(ends[1]);
}
END_TEST

/* ---- SIGQUIT ---- */

WEFT_DUMP_ON_QUIT(quit);
static volatile sig_atomic_t quits;

static void count_quit(int number)
{
    (void)number;
    quits++;
}

WEFT_ASYNC(quitting, unsigned times;)
{
    while (self->times--) {
        raise(SIGQUIT);
        weft_sleep(UNITS(1));
    }
    weft_await(&future);
}
WEFT_ASYNC_END

/* Runs `run`. Stores what it writes to standard error. */
static void errors_of(void (*run)(void), char *text, size_t size)
{
    FILE *const file = tmpfile();
    const int before = dup(STDERR_FILENO);
    ck_assert(file && before >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    run();
    dup2(before, STDERR_FILENO);
    close(before);
    rewind(file);
    const size_t length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    fclose(file);
}

static void run_into_a_deadlock(void)
{
    ck_error(weft_run_forever(&loop), &weft_deadlock_error);
}

/* The program may have given standard error a buffer. */
START_TEST(a_dump_at_sigquit_is_written_to_standard_error_and_the_action_before_comes_back)
{
    static char buffer[1000];
    static WEFT_TASK(quitting) task;
    static weft_select select_backend;
    const struct sigaction counts = {.sa_handler = count_quit};
    struct sigaction now;
    quits = 0;
    sigaction(SIGQUIT, &counts, NULL);
    weft_select_init(&select_backend);
    weft_loop_init(&loop, &select_backend.backend);
    weft_loop_create_future(&loop, &future);
    weft_end_dump_on_quit(&quit); /* the dump on quit is not in use */
    ck_no_error(weft_dump_on_quit(&loop, &quit));
    ck_error(weft_dump_on_quit(&loop, &quit), &weft_invalid_state_error);
    weft_loop_create_task(&loop, quitting, &task, .times = 2);
    if (_i)
        setvbuf(stderr, buffer, _IOFBF, sizeof(buffer));
    errors_of(run_into_a_deadlock, written, sizeof(written));
    setvbuf(stderr, NULL, _IONBF, 0);
    take_out_places(written);
    ck_assert_str_eq(written, "quitting waits for: sleep\n    in quitting\n"
                              "quitting waits for: sleep\n    in quitting\n");
    ck_assert_int_eq(quits, 0);
    weft_end_dump_on_quit(&quit);
    sigaction(SIGQUIT, NULL, &now);
    ck_assert(now.sa_handler == count_quit);
    raise(SIGQUIT);
    ck_assert_int_eq(quits, 1);
    weft_end_dump_on_quit(&quit);
    ck_no_error(weft_shutdown(&loop));
    ck_no_error(weft_loop_close(&loop));
    ck_no_error(weft_dump_on_quit(&loop, &quit));
    weft_end_dump_on_quit(&quit);
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("dump");
    tcase_add_checked_fixture(tests, new_objects, NULL);
    tcase_add_test(tests, each_nested_await_is_written_from_the_outermost_in);
    tcase_add_test(tests, a_dump_without_tasks_says_so);
    tcase_add_test(tests, a_dump_says_what_each_task_waits_for);
    tcase_add_test(tests, a_dump_of_a_gather_names_its_first_open_part_and_counts_the_others);
    tcase_add_test(tests, a_lock_is_written_with_its_holder);
    tcase_add_test(tests, a_dump_says_if_a_lock_is_held_by_its_own_waiter);
    tcase_add_loop_test(tests, a_dump_does_not_read_a_holder_that_has_ended, 0, 2);
    tcase_add_test(tests, a_dump_writes_numbers_that_are_powers_of_ten);
    tcase_add_test(tests, a_dump_says_what_a_task_will_do_next);
    tcase_add_test(tests, a_sleeper_whose_time_has_come_sleeps_until_it_is_woken);
    tcase_add_test(tests, a_task_can_dump_while_it_runs);
    tcase_add_loop_test(tests, a_dump_contains_the_parent_of_an_eager_task, 0, 2);
    tcase_add_test(tests, a_callback_can_dump);
    tcase_add_test(tests,
                   the_tasks_of_a_group_are_written_under_the_one_in_its_block_the_outermost_first);
    tcase_add_test(tests, a_child_that_has_ended_is_written_until_its_group_is_notified);
    tcase_add_test(tests, a_dump_has_any_number_of_nested_awaits_from_the_outermost_in);
    tcase_add_loop_test(tests, blocks_that_tasks_enter_alternately_are_written_task_by_task, 0, 3);
    tcase_add_test(tests, deeper_than_ten_groups_a_line_has_the_depth_instead_of_an_indent);
    tcase_add_test(tests, of_many_holders_each_one_that_lives_is_named);
    tcase_add_test(tests, a_dump_at_any_moment_changes_nothing);
    tcase_add_test(tests, a_mark_lasts_until_the_memory_is_used_again);
    tcase_add_test(tests, a_run_in_which_only_daemons_are_left_ends_well);
    tcase_add_test(tests, a_task_that_waits_for_an_endless_daemon_is_in_a_deadlock);
    tcase_add_test(tests, a_daemon_that_ignores_a_shutdown_is_an_error);
    tcase_add_test(tests, the_children_of_a_daemon_are_left_out_with_it);
    tcase_add_test(tests, a_group_of_daemons_alone_has_no_heading);
    tcase_add_test(tests, the_nested_groups_of_a_daemon_are_left_out_too);
    tcase_add_test(tests, a_wait_for_a_descriptor_is_written_with_its_number);
    tcase_add_loop_test(
        tests, a_dump_at_sigquit_is_written_to_standard_error_and_the_action_before_comes_back, 0,
        2);
    return run_suite();
}
