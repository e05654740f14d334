/* SPDX-License-Identifier: MIT */
/* The observer: each event, and its cause. */
#define _POSIX_C_SOURCE 200809L
#include <unistd.h>

#include "helper.h"

/* ---- Events as text ----
 * "main ready by host; " and so on. A cause that is a task has the task's name, and any other cause
 * has the name of its kind. */

static const char *const kinds[] = {"",           "created",      "ready",  "runs",    "waits",
                                    "ended",      "cancel asked", "raises", "takes",   "releases",
                                    "enters",     "leaves",       "limits", "expires", "unlimits",
                                    "call ready", "call runs",    "sleeps", "wakes"};
static const char *const causes[] = {"nobody",     "task",    "call", "timer",
                                     "descriptor", "thread",  "host", "shutdown",
                                     "timeout",    "sibling", "group"};

static weft_loop_event last, last_wait;
static unsigned left_out; /* kinds of events that are not noted, as bits */

static void note_cause(const weft_loop_event *event)
{
    note(" by ");
    if (event->cause_kind == WEFT_BY_TASK || event->cause_kind == WEFT_BY_SIBLING)
        note(weft_task_name(event->cause));
    else
        note(causes[event->cause_kind]);
    if (event->cause_kind == WEFT_BY_SIBLING)
        note(" (sibling)");
}

static bool has_cause(const weft_loop_event *event)
{
    return event->kind == WEFT_EVENT_CREATED || event->kind == WEFT_EVENT_READY ||
           event->kind == WEFT_EVENT_CANCEL_REQUESTED || event->kind == WEFT_EVENT_LOCK_RELEASED ||
           event->kind == WEFT_EVENT_CALLBACK_READY;
}

static void note_event(weft_observer *observer, const weft_loop_event *event)
{
    static const char *const ends[] = {"", " failed", " cancelled"};
    (void)observer;
    last = *event;
    if (event->kind == WEFT_EVENT_WAITS)
        last_wait = *event;
    if (left_out & 1u << event->kind)
        return;
    if (event->task) {
        note(weft_task_name(event->task));
        note(" ");
    }
    note(kinds[event->kind]);
    if (event->kind == WEFT_EVENT_WAITS) {
        note(" for ");
        note(event->what);
    }
    if (event->kind == WEFT_EVENT_CREATED && event->object)
        note(" in a group");
    if (event->kind == WEFT_EVENT_CREATED && event->flag)
        note(" eagerly");
    if (has_cause(event))
        note_cause(event);
    note(ends[event->end]);
    note("; ");
}

static weft_observer observer = {.on_event = note_event};

enum {
    LOOP_EVENTS = 1u << WEFT_EVENT_LOOP_SLEEPS | 1u << WEFT_EVENT_LOOP_WAKES,
    LIFE_EVENTS = 1u << WEFT_EVENT_CREATED | 1u << WEFT_EVENT_READY | 1u << WEFT_EVENT_RUNS |
                  1u << WEFT_EVENT_WAITS | 1u << WEFT_EVENT_ENDED
};

static void observe(unsigned without)
{
    left_out = without;
    weft_set_observer(&loop, &observer);
}

/* Runs until nothing can run. The loop must end in the state in which it was without an observer.
 */
static void run_observed(void)
{
    run_dry();
    ck_assert(loop_is_idle());
}

/* ---- The life of a task ---- */

WEFT_ASYNC(sleeper, weft_time delay;)
{
    weft_sleep(self->delay);
}
WEFT_ASYNC_END

static WEFT_TASK(sleeper) sleeping, sleeping_too;

START_TEST(a_task_is_created_and_runs_and_waits_and_ends)
{
    observe(0);
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = UNITS(7));
    ck_recorded("");
    run_observed();
    ck_recorded("sleeper created by host; sleeper ready by host; sleeper runs; "
                "sleeper waits for sleep; sleeps; wakes; sleeper ready by timer; sleeper runs; "
                "sleeper ended; ");
    ck_assert_uint_eq(since_start(last.time), 7);
}
END_TEST

static weft_time time_of_wait;

static void note_wait(weft_observer *of, const weft_loop_event *event)
{
    (void)of;
    if (event->kind == WEFT_EVENT_WAITS) {
        ck_assert_int_eq(event->wait, WEFT_WAITS_ASLEEP);
        ck_assert_ptr_null(event->object);
        time_of_wait = since_start(event->time);
        last = *event;
    }
    if (event->kind == WEFT_EVENT_LOOP_SLEEPS)
        ck_assert_uint_le(event->number, last.number);
}

START_TEST(a_sleep_has_its_duration)
{
    weft_observer of_waits = {.on_event = note_wait};
    weft_set_observer(&loop, &of_waits);
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = UNITS(9));
    run_observed();
    ck_assert_uint_eq(last.number, 9);
    ck_assert_uint_eq(time_of_wait, 0);
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = WEFT_FOREVER);
    ck_no_error(weft_run_once(&loop));
    ck_assert(last.number == WEFT_EVENT_FOREVER);
    ck_assert_uint_eq(time_of_wait, 9);
}
END_TEST

START_TEST(a_task_that_yields_is_ready_by_itself)
{
    observe(0);
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = 0);
    run_observed();
    ck_recorded("sleeper created by host; sleeper ready by host; sleeper runs; "
                "sleeper ready by sleeper; sleeper runs; sleeper ended; ");
}
END_TEST

WEFT_ASYNC(inner)
{
    weft_sleep(UNITS(1));
}
WEFT_ASYNC_END

WEFT_ASYNC(outer, struct inner inner;)
{
    weft_call(inner, &self->inner);
    weft_raise(&fail);
}
WEFT_ASYNC_END

static WEFT_TASK(outer) nesting;

static void note_frames(weft_observer *of, const weft_loop_event *event)
{
    (void)of;
    if (event->kind == WEFT_EVENT_ENDED) {
        ck_assert_int_eq(event->end, WEFT_END_FAILED);
        ck_assert_ptr_eq(event->error, &fail);
    }
    if (event->kind != WEFT_EVENT_WAITS)
        return;
    const weft_frame *frame = weft_task_innermost(event->task);
    for (; frame; frame = weft_task_caller(event->task, frame)) {
        ck_assert_uint_gt(weft_frame_location(frame).line, 0);
        note(weft_frame_location(frame).coroutine);
        note(" ");
    }
}

START_TEST(the_nested_awaits_of_a_waiting_task_can_be_read)
{
    weft_observer of_frames = {.on_event = note_frames};
    weft_set_observer(&loop, &of_frames);
    weft_loop_create_task(&loop, outer, &nesting);
    run_observed();
    ck_recorded("inner outer ");
}
END_TEST

START_TEST(calls_of_coroutines_are_no_events)
{
    observe(LOOP_EVENTS);
    weft_loop_create_task(&loop, outer, &nesting);
    run_observed();
    ck_recorded("outer created by host; outer ready by host; outer runs; outer waits for sleep; "
                "outer ready by timer; outer runs; outer ended failed; ");
}
END_TEST

/* ---- Who wakes ---- */

static weft_event event;

WEFT_ASYNC(waiter)
{
    weft_event_wait(&event);
}
WEFT_ASYNC_END

WEFT_ASYNC(setter)
{
    weft_event_set(&event);
}
WEFT_ASYNC_END

static WEFT_TASK(waiter) waiting, waiting_too;
static WEFT_TASK(setter) setting;

static void new_event(void)
{
    event = (weft_event){.waiters = {.first = NULL}};
}

START_TEST(a_task_wakes_another)
{
    observe(0);
    weft_loop_create_task(&loop, waiter, &waiting);
    weft_loop_create_task(&loop, waiter, &waiting_too);
    weft_loop_create_task(&loop, setter, &setting);
    run_observed();
    ck_recorded("waiter created by host; waiter ready by host; "
                "waiter created by host; waiter ready by host; "
                "setter created by host; setter ready by host; "
                "waiter runs; waiter waits for event; waiter runs; waiter waits for event; "
                "setter runs; setter ended; waiter ready by setter; waiter ready by setter; "
                "waiter runs; waiter ended; waiter runs; waiter ended; ");
}
END_TEST

WEFT_ASYNC(parent, weft_task *child;)
{
    weft_create_task(sleeper, &sleeping, .delay = UNITS(1));
    weft_await(&sleeping);
}
WEFT_ASYNC_END

static WEFT_TASK(parent) parent_task;

START_TEST(a_task_that_ends_wakes_the_one_that_awaits_it)
{
    observe(LOOP_EVENTS);
    weft_loop_create_task(&loop, parent, &parent_task);
    run_observed();
    ck_recorded("parent created by host; parent ready by host; parent runs; "
                "sleeper created by parent; sleeper ready by parent; parent waits for task; "
                "sleeper runs; sleeper waits for sleep; sleeper ready by timer; sleeper runs; "
                "sleeper ended; parent ready by sleeper; parent runs; parent ended; ");
}
END_TEST

static weft_handle handle, other_handle;

static void set_event(weft_loop *of, weft_handle *of_call)
{
    (void)of, (void)of_call;
    weft_event_set(&event);
}

START_TEST(a_callback_wakes_a_task)
{
    observe(0);
    weft_loop_create_task(&loop, waiter, &waiting);
    ck_no_error(weft_call_soon(&loop, &handle, set_event));
    run_observed();
    ck_recorded("waiter created by host; waiter ready by host; call ready by host; "
                "waiter runs; waiter waits for event; call runs; waiter ready by call; "
                "waiter runs; waiter ended; ");
    ck_assert_ptr_eq(last.task, &waiting.task);
}
END_TEST

START_TEST(a_timer_makes_a_callback_ready)
{
    observe(0);
    weft_loop_create_task(&loop, waiter, &waiting);
    ck_no_error(weft_call_later(&loop, &handle, UNITS(3), set_event));
    run_observed();
    ck_recorded("waiter created by host; waiter ready by host; waiter runs; "
                "waiter waits for event; sleeps; wakes; call ready by timer; call runs; "
                "waiter ready by call; waiter runs; waiter ended; ");
}
END_TEST

START_TEST(the_end_of_a_task_makes_a_done_callback_ready)
{
    observe(LIFE_EVENTS | LOOP_EVENTS);
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = UNITS(1));
    ck_no_error(weft_add_done_callback(&sleeping, &handle, set_event));
    run_observed();
    ck_recorded("call ready by sleeper; call runs; ");
}
END_TEST

START_TEST(a_thread_safe_call_makes_a_callback_ready)
{
    weft_threadsafe_handle call = {.loop = NULL};
    observe(LOOP_EVENTS);
    ck_no_error(weft_threadsafe_open(&loop, &call, set_event));
    weft_loop_create_task(&loop, waiter, &waiting);
    ck_assert(weft_call_soon_threadsafe(&call));
    run_dry();
    ck_recorded("waiter created by host; waiter ready by host; call ready by thread; "
                "waiter runs; waiter waits for event; call runs; waiter ready by call; "
                "waiter runs; waiter ended; ");
    weft_threadsafe_close(&call);
}
END_TEST

START_TEST(the_host_wakes_a_task_between_two_runs)
{
    observe(LOOP_EVENTS);
    weft_loop_create_task(&loop, waiter, &waiting);
    run_dry();
    record[0] = '\0';
    weft_event_set(&event);
    run_observed();
    ck_recorded("waiter ready by host; waiter runs; waiter ended; ");
}
END_TEST

/* ---- Eager tasks ---- */

WEFT_ASYNC(eager_parent)
{
    weft_create_eager_task(sleeper, &sleeping, .delay = UNITS(1));
    weft_create_eager_task(setter, &setting);
}
WEFT_ASYNC_END

static WEFT_TASK(eager_parent) eager;

START_TEST(an_eager_task_runs_at_once)
{
    observe(LOOP_EVENTS);
    weft_loop_create_task(&loop, waiter, &waiting);
    weft_loop_create_task(&loop, eager_parent, &eager);
    run_observed();
    ck_recorded("waiter created by host; waiter ready by host; eager_parent created by host; "
                "eager_parent ready by host; waiter runs; waiter waits for event; "
                "eager_parent runs; sleeper created eagerly by eager_parent; sleeper runs; "
                "sleeper waits for sleep; eager_parent runs; "
                "setter created eagerly by eager_parent; setter runs; setter ended; "
                "waiter ready by setter; eager_parent runs; eager_parent ended; waiter runs; "
                "waiter ended; sleeper ready by timer; sleeper runs; sleeper ended; ");
}
END_TEST

/* ---- Cancellation ---- */

WEFT_ASYNC(canceller, weft_task *victim;)
{
    weft_cancel(self->victim);
}
WEFT_ASYNC_END

static WEFT_TASK(canceller) cancelling;

START_TEST(a_task_cancels_another)
{
    observe(LOOP_EVENTS);
    weft_loop_create_task(&loop, waiter, &waiting);
    weft_loop_create_task(&loop, canceller, &cancelling, .victim = &waiting.task);
    run_observed();
    ck_recorded("waiter created by host; waiter ready by host; canceller created by host; "
                "canceller ready by host; waiter runs; waiter waits for event; canceller runs; "
                "waiter cancel asked by canceller; canceller ended; waiter ready by canceller; "
                "waiter runs; waiter raises; waiter ended cancelled; ");
}
END_TEST

START_TEST(a_task_that_is_cancelled_before_its_first_step_does_not_run)
{
    observe(LOOP_EVENTS);
    weft_loop_create_task(&loop, waiter, &waiting);
    weft_cancel(&waiting);
    ck_recorded("waiter created by host; waiter ready by host; waiter cancel asked by host; ");
    ck_assert_uint_eq(last.number, 1);
    weft_cancel(&waiting);
    ck_assert_uint_eq(last.number, 2);
    run_observed();
    ck_recorded("waiter cancel asked by host; waiter raises; waiter ended cancelled; ");
}
END_TEST

START_TEST(a_request_passes_on_to_the_awaited_task)
{
    observe(LOOP_EVENTS | LIFE_EVENTS);
    weft_loop_create_task(&loop, parent, &parent_task);
    weft_loop_create_task(&loop, canceller, &cancelling, .victim = &parent_task.task);
    run_observed();
    ck_recorded("parent cancel asked by canceller; sleeper cancel asked by canceller; "
                "sleeper raises; parent raises; ");
}
END_TEST

START_TEST(a_shutdown_cancels)
{
    observe(LOOP_EVENTS);
    weft_loop_create_task(&loop, waiter, &waiting);
    run_dry();
    record[0] = '\0';
    ck_no_error(weft_shutdown(&loop));
    ck_recorded("waiter cancel asked by shutdown; waiter ready by shutdown; waiter runs; "
                "waiter raises; waiter ended cancelled; ");
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = 0);
    tick();
    ck_recorded("sleeper created by host; sleeper ready by host; sleeper runs; "
                "sleeper ready by sleeper; ");
}
END_TEST

/* ---- Timeouts ---- */

WEFT_ASYNC(limited, weft_timeout limit; weft_time delay;)
{
    weft_with_timeout(&self->limit, self->delay)
        weft_event_wait(&event);
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(limited) limiting;

START_TEST(a_timeout_cancels)
{
    observe(LOOP_EVENTS);
    weft_loop_create_task(&loop, limited, &limiting, .delay = UNITS(5));
    run_observed();
    ck_recorded("limited created by host; limited ready by host; limited runs; limited limits; "
                "limited waits for event; call ready by timer; call runs; limited expires; "
                "limited cancel asked by timeout; limited ready by timeout; limited runs; "
                "limited raises; limited unlimits; limited ended failed; ");
}
END_TEST

WEFT_ASYNC(limited_at, weft_timeout limit; weft_time when;)
{
    weft_with_timeout_at(&self->limit, self->when)
        weft_sleep(UNITS(2));
    weft_end;
}
WEFT_ASYNC_END

static uint64_t limit_in_event;

static void note_limit(weft_observer *of, const weft_loop_event *of_limit)
{
    (void)of;
    if (of_limit->kind == WEFT_EVENT_TIMEOUT_ENTERED) {
        note("limits ");
        limit_in_event = of_limit->number;
    }
}

START_TEST(a_timeout_at_a_time_tells_how_long_it_is)
{
    static WEFT_TASK(limited_at) limiting_at;
    weft_observer of_limits = {.on_event = note_limit};
    weft_set_observer(&loop, &of_limits);
    weft_loop_create_task(&loop, limited_at, &limiting_at,
                          .when = weft_loop_time(&loop) + UNITS(9));
    run_observed();
    ck_recorded("limits ");
    ck_assert_uint_eq(limit_in_event, 9);
    weft_loop_create_task(&loop, limited_at, &limiting_at, .when = WEFT_FOREVER);
    run_observed();
    ck_recorded("limits ");
    ck_assert_uint_eq(limit_in_event, WEFT_EVENT_FOREVER);
}
END_TEST

static void note_limits(weft_observer *of, const weft_loop_event *of_limit)
{
    (void)of;
    if (of_limit->kind == WEFT_EVENT_TIMEOUT_ENTERED)
        last = *of_limit;
    if (of_limit->kind == WEFT_EVENT_TIMEOUT_LEFT) {
        ck_assert_ptr_eq(of_limit->object, &limiting.frame.limit);
        note(of_limit->flag ? "late " : "in time ");
    }
}

START_TEST(a_timeout_tells_how_long_it_is_and_whether_it_was_kept)
{
    weft_observer of_limits = {.on_event = note_limits};
    weft_set_observer(&loop, &of_limits);
    weft_loop_create_task(&loop, limited, &limiting, .delay = UNITS(5));
    run_observed();
    ck_assert_uint_eq(last.number, 5);
    weft_loop_create_task(&loop, limited, &limiting, .delay = 0);
    run_observed();
    ck_assert_uint_eq(last.number, 0);
    weft_loop_create_task(&loop, limited, &limiting, .delay = WEFT_FOREVER);
    weft_loop_create_task(&loop, setter, &setting);
    run_observed();
    ck_assert(last.number == WEFT_EVENT_FOREVER);
    ck_recorded("late late in time ");
}
END_TEST

WEFT_ASYNC(limited_twice, weft_timeout limit;)
{
    weft_with_timeout(&self->limit, UNITS(5)) {
        weft_with_timeout(&self->limit, UNITS(5)) {
            weft_sleep(0);
        }
        weft_end;
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_timeout_that_cannot_be_entered_is_no_event)
{
    static WEFT_TASK(limited_twice) task;
    observe(LIFE_EVENTS | LOOP_EVENTS);
    weft_loop_create_task(&loop, limited_twice, &task);
    run_observed();
    ck_error(weft_error_of(&task), &weft_invalid_state_error);
    ck_recorded("limited_twice limits; limited_twice unlimits; ");
}
END_TEST

/* ---- Groups ---- */

WEFT_ASYNC(failing)
{
    weft_raise(&fail);
}
WEFT_ASYNC_END

/* How a group's body ends: with a child that fails, with an error of its own, or by its own
 * request. */
enum way { CHILD_FAILS, BODY_FAILS, GROUP_CANCELS, ALL_END };

WEFT_ASYNC(grouping, weft_group group; enum way way; WEFT_TASK(waiter) child;
           WEFT_TASK(failing) failing;)
{
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, waiter, &self->child);
        if (self->way == CHILD_FAILS)
            weft_group_create_task(&self->group, failing, &self->failing);
        if (self->way == ALL_END)
            weft_event_set(&event);
        weft_sleep(0);
        if (self->way == BODY_FAILS)
            weft_raise(&fail);
        if (self->way == GROUP_CANCELS)
            weft_group_cancel(&self->group);
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(grouping) group_task;

#define GROUP_BEGINS                                                                               \
    "grouping created by host; grouping ready by host; grouping runs; grouping enters; "           \
    "waiter created in a group by grouping; waiter ready by grouping; "

static void group(enum way way)
{
    observe(LOOP_EVENTS);
    weft_loop_create_task(&loop, grouping, &group_task, .way = way);
    run_observed();
}

START_TEST(a_group_is_entered_and_left)
{
    group(ALL_END);
    ck_recorded(GROUP_BEGINS "grouping ready by grouping; waiter runs; waiter ended; "
                             "grouping runs; grouping waits for group; "
                             "grouping ready by waiter; grouping runs; grouping leaves; "
                             "grouping ended; ");
}
END_TEST

START_TEST(a_child_that_fails_has_its_siblings_cancelled)
{
    group(CHILD_FAILS);
    ck_recorded(GROUP_BEGINS
                "failing created in a group by grouping; failing ready by grouping; "
                "grouping ready by grouping; waiter runs; waiter waits for event; failing runs; "
                "failing ended failed; grouping runs; grouping waits for group; "
                "waiter cancel asked by failing (sibling); waiter ready by failing; "
                "grouping cancel asked by failing (sibling); grouping ready by failing; "
                "waiter runs; waiter raises; waiter ended cancelled; grouping runs; "
                "grouping raises; grouping waits for group; grouping ready by waiter; "
                "grouping runs; grouping leaves failed; grouping ended failed; ");
}
END_TEST

START_TEST(a_group_whose_body_fails_cancels_its_children)
{
    group(BODY_FAILS);
    ck_recorded(GROUP_BEGINS "grouping ready by grouping; waiter runs; waiter waits for event; "
                             "grouping runs; waiter cancel asked by group; waiter ready by group; "
                             "grouping waits for group; waiter runs; waiter raises; "
                             "waiter ended cancelled; grouping ready by waiter; grouping runs; "
                             "grouping leaves failed; grouping ended failed; ");
}
END_TEST

START_TEST(a_group_that_is_cancelled_cancels_its_children_and_its_parent)
{
    group(GROUP_CANCELS);
    ck_recorded(GROUP_BEGINS "grouping ready by grouping; waiter runs; waiter waits for event; "
                             "grouping runs; waiter cancel asked by group; waiter ready by group; "
                             "grouping cancel asked by group; grouping ready by grouping; "
                             "waiter runs; waiter raises; waiter ended cancelled; grouping runs; "
                             "grouping raises; grouping waits for group; grouping ready by waiter; "
                             "grouping runs; grouping leaves; grouping ended; ");
}
END_TEST

WEFT_ASYNC(outlives_a_group, weft_group group; const weft_error *caught;)
{
    weft_try {
        weft_with_group(&self->group)
            weft_raise(&fail);
        weft_end;
    }
    weft_catch(&weft_group_error, self->caught) {
    }
    weft_end;
    weft_event_set(&event);
}
WEFT_ASYNC_END

START_TEST(a_group_that_has_cancelled_its_children_causes_nothing_further)
{
    static WEFT_TASK(outlives_a_group) task;
    weft_loop_create_task(&loop, waiter, &waiting);
    run_dry();
    observe(LOOP_EVENTS);
    record[0] = '\0';
    weft_loop_create_task(&loop, outlives_a_group, &task);
    run_observed();
    ck_recorded("outlives_a_group created by host; outlives_a_group ready by host; "
                "outlives_a_group runs; outlives_a_group enters; outlives_a_group leaves failed; "
                "outlives_a_group ended; waiter ready by outlives_a_group; waiter runs; "
                "waiter ended; ");
}
END_TEST

/* ---- Locks ---- */

static weft_lock lock;

WEFT_ASYNC(locker, bool keeps;)
{
    weft_lock_acquire(&lock);
    weft_sleep(0);
    if (!self->keeps)
        weft_lock_release(&lock);
}
WEFT_ASYNC_END

static WEFT_TASK(locker) locking, locking_too;

START_TEST(a_lock_is_taken_and_released)
{
    observe(LOOP_EVENTS);
    lock = (weft_lock){.holder = NULL};
    weft_loop_create_task(&loop, locker, &locking);
    weft_loop_create_task(&loop, locker, &locking_too);
    run_observed();
    ck_recorded("locker created by host; locker ready by host; locker created by host; "
                "locker ready by host; locker runs; locker takes; locker ready by locker; "
                "locker runs; locker waits for lock; locker runs; "
                "locker releases by locker; locker ended; locker ready by locker; locker runs; "
                "locker takes; locker ready by locker; locker runs; locker releases by locker; "
                "locker ended; ");
    ck_assert_ptr_eq(last.task, &locking_too.task);
}
END_TEST

START_TEST(a_lock_whose_holder_is_gone_is_released_by_the_host)
{
    observe(LIFE_EVENTS | LOOP_EVENTS);
    lock = (weft_lock){.holder = NULL};
    weft_loop_create_task(&loop, locker, &locking, .keeps = true);
    run_observed();
    ck_recorded("locker takes; ");
    ck_no_error(weft_lock_release(&lock));
    ck_recorded("locker releases by host; ");
    ck_assert_ptr_eq(last.object, &lock);
    ck_error(weft_lock_release(&lock), &weft_invalid_state_error);
    ck_recorded("");
}
END_TEST

START_TEST(a_lock_that_was_taken_before_the_observer_was_set_is_released_silently)
{
    lock = (weft_lock){.holder = NULL};
    weft_loop_create_task(&loop, locker, &locking, .keeps = true);
    run_dry();
    observe(0);
    ck_no_error(weft_lock_release(&lock));
    ck_recorded("");
}
END_TEST

START_TEST(a_lock_that_was_taken_is_released_silently_after_the_observer_was_removed)
{
    lock = (weft_lock){.holder = NULL};
    observe(0);
    weft_loop_create_task(&loop, locker, &locking, .keeps = true);
    run_dry();
    weft_set_observer(&loop, NULL);
    record[0] = '\0';
    ck_no_error(weft_lock_release(&lock));
    ck_recorded("");
    ck_assert(!weft_lock_locked(&lock));
}
END_TEST

START_TEST(a_waiter_waits_for_the_lock_while_others_hold_it_one_after_another)
{
    static WEFT_TASK(locker) third;
    observe(0);
    lock = (weft_lock){.holder = NULL};
    weft_loop_create_task(&loop, locker, &locking);
    weft_loop_create_task(&loop, locker, &locking_too);
    weft_loop_create_task(&loop, locker, &third);
    while (lock.holder != &locking_too.task)
        tick();
    ck_assert_str_eq(weft_task_waits_for(&third.task).what, "lock");
    ck_assert_ptr_eq(weft_task_waits_for(&third.task).object, &lock);
    ck_assert_ptr_eq(weft_task_waits_for(&third.task).holder, &locking_too.task);
    run_observed();
    record[0] = '\0';
}
END_TEST

/* With an observer from the beginning, and with one that comes after the waiter has gone. */
START_TEST(a_lock_whose_waiter_was_cancelled_is_released_as_it_was_taken)
{
    lock = (weft_lock){.holder = NULL};
    if (!_i)
        observe(LIFE_EVENTS | LOOP_EVENTS);
    weft_loop_create_task(&loop, locker, &locking, .keeps = true);
    weft_loop_create_task(&loop, locker, &locking_too);
    run_dry();
    weft_cancel(&locking_too);
    run_dry();
    ck_assert(weft_cancelled(&locking_too));
    if (_i)
        observe(LIFE_EVENTS | LOOP_EVENTS);
    record[0] = '\0';
    ck_no_error(weft_lock_release(&lock));
    ck_recorded(_i ? "" : "locker releases by host; ");
}
END_TEST

START_TEST(a_lock_that_another_loop_takes_later_is_no_event_of_the_first_loop)
{
    weft_virtual another_backend;
    weft_loop another;
    weft_virtual_init(&another_backend);
    weft_loop_init(&another, &another_backend.backend);
    lock = (weft_lock){.holder = NULL};
    observe(LIFE_EVENTS | LOOP_EVENTS);
    weft_loop_create_task(&loop, locker, &locking);
    run_observed();
    ck_recorded("locker takes; locker releases by locker; ");
    weft_loop_create_task(&another, locker, &locking);
    for (int i = 0; i < 5; i++)
        ck_no_error(weft_run_once(&another));
    ck_assert(weft_done(&locking) && !lock.holder);
    ck_recorded("");
    ck_no_error(weft_loop_close(&another));
}
END_TEST

/* ---- What was there before ---- */

START_TEST(tasks_that_exist_already_are_reported_at_once)
{
    weft_loop_create_task(&loop, grouping, &group_task, .way = BODY_FAILS);
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = UNITS(1));
    weft_loop_create_task(&loop, outer, &nesting);
    tick();
    weft_loop_create_task(&loop, waiter, &waiting);
    observe(LOOP_EVENTS);
    ck_recorded("grouping created by nobody; grouping ready by nobody; "
                "sleeper created by nobody; sleeper waits for sleep; outer created by nobody; "
                "outer waits for sleep; waiter created by nobody; waiter ready by nobody; "
                "grouping enters; waiter created in a group by nobody; waiter ready by nobody; ");
    left_out = ~(1u << WEFT_EVENT_CREATED | 1u << WEFT_EVENT_ENDED);
    weft_event_set(&event);
    run_observed();
    ck_recorded("waiter ended; waiter ended; grouping ended failed; sleeper ended; "
                "outer ended failed; ");
}
END_TEST

WEFT_ASYNC(observing)
{
    weft_create_task(setter, &setting);
    observe(LOOP_EVENTS);
    weft_create_task(waiter, &waiting);
    weft_sleep(0);
}
WEFT_ASYNC_END

static WEFT_TASK(observing) observing_task;

START_TEST(an_observer_that_a_task_sets_begins_with_the_next_tick)
{
    weft_loop_create_task(&loop, observing, &observing_task);
    run_observed();
    ck_recorded("observing created by nobody; observing ready by nobody; "
                "setter created by nobody; setter ready by nobody; "
                "waiter created by nobody; waiter ready by nobody; "
                "setter runs; setter ended; waiter runs; waiter ended; observing runs; "
                "observing ended; ");
}
END_TEST

WEFT_ASYNC(observing_late)
{
    observe(LOOP_EVENTS);
    weft_lock_acquire(&lock);
    weft_lock_release(&lock);
    weft_cancel(&waiting);
}
WEFT_ASYNC_END

START_TEST(what_a_task_does_in_the_tick_in_which_it_sets_the_observer_is_no_event)
{
    static WEFT_TASK(observing_late) late;
    lock = (weft_lock){.holder = NULL};
    weft_loop_create_task(&loop, waiter, &waiting);
    tick();
    weft_loop_create_task(&loop, observing_late, &late);
    run_observed();
    ck_recorded("waiter created by nobody; waiter ready by nobody; waiter runs; waiter raises; "
                "waiter ended cancelled; ");
}
END_TEST

/* The child ends in the tick in which the observer is set, and its group is notified in the next
 * one. */
WEFT_ASYNC(child_that_ends)
{
}
WEFT_ASYNC_END

WEFT_ASYNC(group_of_one, weft_group group; WEFT_TASK(child_that_ends) child;)
{
    weft_with_group(&self->group)
        weft_group_create_task(&self->group, child_that_ends, &self->child);
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(only_observing)
{
    observe(LOOP_EVENTS);
}
WEFT_ASYNC_END

START_TEST(a_child_that_has_ended_is_not_reported_as_one_that_exists)
{
    static WEFT_TASK(group_of_one) group_of_one;
    static WEFT_TASK(only_observing) only_observing;
    weft_loop_create_task(&loop, group_of_one, &group_of_one);
    tick();
    weft_loop_create_task(&loop, only_observing, &only_observing);
    tick();
    tick();
    run_observed();
    ck_recorded("group_of_one created by nobody; group_of_one waits for group; "
                "group_of_one enters; group_of_one ready by child_that_ends; "
                "group_of_one runs; group_of_one leaves; group_of_one ended; ");
}
END_TEST

/* ---- On and off ---- */

START_TEST(a_loop_is_as_before_when_its_observer_was_removed)
{
    observe(0);
    ck_assert(loop.inspection && loop.attention);
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = 0);
    tick();
    weft_set_observer(&loop, NULL);
    ck_assert(!loop.inspection && !loop.attention && !loop.observer);
    record[0] = '\0';
    run_observed();
    ck_recorded("");
    weft_set_observer(&loop, NULL);
}
END_TEST

WEFT_ASYNC(unobserving)
{
    weft_create_task(setter, &setting);
    weft_set_observer(weft_running_loop(), NULL);
    weft_create_task(sleeper, &sleeping_too, .delay = 0);
    weft_sleep(0);
}
WEFT_ASYNC_END

static WEFT_TASK(unobserving) unobserving_task;

START_TEST(a_task_removes_the_observer)
{
    observe(0);
    weft_loop_create_task(&loop, unobserving, &unobserving_task);
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = 0);
    tick();
    record[0] = '\0';
    run_observed();
    ck_assert(weft_done(&unobserving_task) && weft_done(&sleeping_too));
    ck_recorded("");
}
END_TEST

static int others;

static void count_event(weft_observer *of, const weft_loop_event *of_loop)
{
    (void)of, (void)of_loop;
    others++;
}

START_TEST(another_observer_takes_the_place_of_the_first)
{
    weft_observer counter = {.on_event = count_event};
    others = 0;
    observe(0);
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = 0);
    tick();
    ck_assert_int_eq(others, 0);
    record[0] = '\0';
    weft_set_observer(&loop, &counter);
    ck_assert_int_eq(others, 2); /* created, ready */
    run_observed();
    ck_assert_int_eq(others, 4); /* runs, ended */
    ck_recorded("");
    ck_no_error(weft_loop_close(&loop));
    ck_assert_ptr_null(loop.observer);
}
END_TEST

/* The mark of the observer must not keep the loop awake. */
START_TEST(a_call_that_the_host_cancels_leaves_the_loop_idle)
{
    observe(LOOP_EVENTS);
    ck_no_error(weft_call_later(&loop, &other_handle, UNITS(9), set_event));
    ck_no_error(weft_call_soon(&loop, &handle, set_event));
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = 0);
    weft_cancel(&sleeping); /* reports both */
    tick();
    ck_assert(weft_done(&sleeping));
    ck_no_error(weft_call_soon(&loop, &handle, set_event));
    lock = (weft_lock){.holder = NULL};
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = 0);
    weft_cancel(&sleeping);
    tick();
    ck_assert(weft_handle_pending(&other_handle) && !weft_handle_pending(&handle));
    ck_no_error(weft_run_once(&loop));
    ck_assert(weft_next_run(&loop) == clock_at(9));
    ck_no_error(weft_call_soon(&loop, &handle, set_event));
    ck_no_error(weft_call_soon(&loop, &handle, set_event) ? NULL : &fail);
    weft_cancel(&sleeping);
    ck_assert(weft_handle_cancel(&loop, &handle));
    ck_no_error(weft_run_once(&loop));
    ck_assert(weft_next_run(&loop) == clock_at(9));
    record[0] = '\0';
    run_observed();
    ck_recorded("call ready by timer; call runs; ");
}
END_TEST

/* ---- Beside a watchdog and debug mode ---- */

static void bark(weft_loop *of, const weft_slow_call *call)
{
    (void)of, (void)call;
    note("slow; ");
}

static void events_of_life(const char *also)
{
    left_out = LOOP_EVENTS;
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = 0);
    run_dry();
    const char *const life = "sleeper created by host; sleeper ready by host; sleeper runs; "
                             "sleeper ready by sleeper; sleeper runs; sleeper ended; ";
    ck_assert_str_eq(record, also ? also : life);
    record[0] = '\0';
}

START_TEST(a_watchdog_works_beside_it)
{
    weft_set_watchdog(&loop, 0, bark);
    observe(0);
    events_of_life(NULL);
    weft_set_observer(&loop, NULL);
    ck_assert(loop.inspection);
    events_of_life("");
    observe(0);
    weft_set_watchdog(&loop, 0, NULL);
    events_of_life(NULL);
    weft_set_watchdog(&loop, 0, bark);
    events_of_life(NULL);
    weft_set_watchdog(&loop, 0, NULL);
    weft_set_observer(&loop, NULL);
    ck_assert(!loop.inspection && !loop.attention);
}
END_TEST

START_TEST(the_debug_mode_works_beside_it)
{
    weft_set_debug(&loop, true);
    observe(0);
    ck_assert(weft_get_debug(&loop));
    events_of_life(NULL);
    weft_set_debug(&loop, false);
    ck_assert(!weft_get_debug(&loop));
    events_of_life(NULL);
    weft_set_debug(&loop, true);
    weft_set_watchdog(&loop, SECONDS_AT_MOST(10), bark);
    events_of_life(NULL);
    weft_set_observer(&loop, NULL);
    ck_assert(weft_get_debug(&loop));
    events_of_life("");
    observe(0);
    group(CHILD_FAILS);
    record[0] = '\0';
    weft_set_watchdog(&loop, 0, NULL);
    weft_set_debug(&loop, false);
    events_of_life(NULL);
    weft_set_observer(&loop, NULL);
    ck_assert(!loop.inspection && !loop.attention);
}
END_TEST

static void write_nothing(const char *text, void *to)
{
    (void)text, (void)to;
}

static void dump_tasks(weft_observer *of, const weft_loop_event *of_loop)
{
    (void)of, (void)of_loop;
    weft_dump(&loop, write_nothing, NULL);
    others++;
}

START_TEST(an_observer_may_dump_all_tasks)
{
    weft_observer dumper = {.on_event = dump_tasks};
    weft_set_observer(&loop, &dumper);
    weft_loop_create_task(&loop, eager_parent, &eager);
    weft_loop_create_task(&loop, grouping, &group_task, .way = CHILD_FAILS);
    run_observed();
    ck_assert(weft_done(&eager) && weft_done(&group_task));
}
END_TEST

/* ---- Descriptors ---- */

static int ends_of_pipe[2];

WEFT_ASYNC(reader)
{
    weft_wait_readable(ends_of_pipe[0]);
}
WEFT_ASYNC_END

static WEFT_TASK(reader) reading;

static void set_and_close(weft_loop *of, weft_handle *of_call)
{
    (void)of_call;
    weft_notify_closing(of, ends_of_pipe[0]);
}

START_TEST(a_descriptor_wakes_a_task_and_makes_a_callback_ready)
{
    weft_select select_backend;
    static weft_loop selecting;
    ck_assert_int_eq(pipe(ends_of_pipe), 0);
    weft_select_init(&select_backend);
    weft_loop_init(&selecting, &select_backend.backend);
    left_out = LOOP_EVENTS;
    weft_set_observer(&selecting, &observer);
    weft_loop_create_task(&selecting, reader, &reading);
    ck_no_error(weft_call_when_writable(&selecting, &handle, ends_of_pipe[1], set_event));
    ck_no_error(weft_run_once(&selecting));
    ck_no_error(weft_run_once(&selecting));
    ck_recorded("reader created by host; reader ready by host; call ready by descriptor; "
                "reader runs; reader waits for readable; call runs; ");
    ck_assert_uint_eq(last_wait.number, (unsigned)ends_of_pipe[0]);
    ck_assert_int_eq(write(ends_of_pipe[1], "x", 1), 1);
    ck_error(weft_run_forever(&selecting), &weft_deadlock_error);
    ck_recorded("reader ready by descriptor; reader runs; reader ended; ");
    weft_loop_create_task(&selecting, reader, &reading);
    ck_no_error(weft_call_later(&selecting, &handle, 0, set_and_close));
    ck_no_error(weft_call_soon(&selecting, &other_handle, set_event));
    ck_error(weft_run_forever(&selecting), &weft_deadlock_error);
    ck_no_error(weft_loop_close(&selecting));
    close(ends_of_pipe[0]);
    close(ends_of_pipe[1]);
}
END_TEST

WEFT_ASYNC(writer)
{
    weft_wait_writable(ends_of_pipe[1]);
}
WEFT_ASYNC_END

static WEFT_TASK(writer) writing;

START_TEST(a_wait_for_a_descriptor_tells_for_what)
{
    weft_select select_backend;
    static weft_loop selecting;
    ck_assert_int_eq(pipe(ends_of_pipe), 0);
    ck_assert_int_eq(write(ends_of_pipe[1], "x", 1), 1);
    weft_select_init(&select_backend);
    weft_loop_init(&selecting, &select_backend.backend);
    weft_set_observer(&selecting, &observer);
    weft_loop_create_task(&selecting, writer, &writing);
    ck_error(weft_run_forever(&selecting), &weft_deadlock_error);
    ck_assert_int_eq(last_wait.wait, WEFT_WAITS_WRITABLE);
    ck_assert_uint_eq(last_wait.number, (unsigned)ends_of_pipe[1]);
    weft_loop_create_task(&selecting, reader, &reading);
    ck_error(weft_run_forever(&selecting), &weft_deadlock_error);
    ck_assert_int_eq(last_wait.wait, WEFT_WAITS_READABLE);
    ck_assert_uint_eq(last_wait.number, (unsigned)ends_of_pipe[0]);
    ck_no_error(weft_loop_close(&selecting));
    close(ends_of_pipe[0]);
    close(ends_of_pipe[1]);
    record[0] = '\0';
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("observer");
    tcase_add_checked_fixture(tests, new_event, NULL);
    tcase_add_test(tests, a_task_is_created_and_runs_and_waits_and_ends);
    tcase_add_test(tests, a_sleep_has_its_duration);
    tcase_add_test(tests, a_task_that_yields_is_ready_by_itself);
    tcase_add_test(tests, the_nested_awaits_of_a_waiting_task_can_be_read);
    tcase_add_test(tests, calls_of_coroutines_are_no_events);
    tcase_add_test(tests, a_task_wakes_another);
    tcase_add_test(tests, a_task_that_ends_wakes_the_one_that_awaits_it);
    tcase_add_test(tests, a_callback_wakes_a_task);
    tcase_add_test(tests, a_timer_makes_a_callback_ready);
    tcase_add_test(tests, the_end_of_a_task_makes_a_done_callback_ready);
    tcase_add_test(tests, a_thread_safe_call_makes_a_callback_ready);
    tcase_add_test(tests, the_host_wakes_a_task_between_two_runs);
    tcase_add_test(tests, an_eager_task_runs_at_once);
    tcase_add_test(tests, a_task_cancels_another);
    tcase_add_test(tests, a_task_that_is_cancelled_before_its_first_step_does_not_run);
    tcase_add_test(tests, a_request_passes_on_to_the_awaited_task);
    tcase_add_test(tests, a_shutdown_cancels);
    tcase_add_test(tests, a_timeout_cancels);
    tcase_add_test(tests, a_timeout_tells_how_long_it_is_and_whether_it_was_kept);
    tcase_add_test(tests, a_timeout_that_cannot_be_entered_is_no_event);
    tcase_add_test(tests, a_timeout_at_a_time_tells_how_long_it_is);
    tcase_add_test(tests, a_group_is_entered_and_left);
    tcase_add_test(tests, a_child_that_fails_has_its_siblings_cancelled);
    tcase_add_test(tests, a_group_whose_body_fails_cancels_its_children);
    tcase_add_test(tests, a_group_that_is_cancelled_cancels_its_children_and_its_parent);
    tcase_add_test(tests, a_group_that_has_cancelled_its_children_causes_nothing_further);
    tcase_add_test(tests, a_lock_is_taken_and_released);
    tcase_add_test(tests, a_lock_whose_holder_is_gone_is_released_by_the_host);
    tcase_add_test(tests, a_lock_that_was_taken_before_the_observer_was_set_is_released_silently);
    tcase_add_test(tests,
                   a_lock_that_was_taken_is_released_silently_after_the_observer_was_removed);
    tcase_add_test(tests, a_waiter_waits_for_the_lock_while_others_hold_it_one_after_another);
    tcase_add_loop_test(tests, a_lock_whose_waiter_was_cancelled_is_released_as_it_was_taken, 0, 2);
    tcase_add_test(tests, a_lock_that_another_loop_takes_later_is_no_event_of_the_first_loop);
    tcase_add_test(tests, tasks_that_exist_already_are_reported_at_once);
    tcase_add_test(tests, an_observer_that_a_task_sets_begins_with_the_next_tick);
    tcase_add_test(tests, what_a_task_does_in_the_tick_in_which_it_sets_the_observer_is_no_event);
    tcase_add_test(tests, a_child_that_has_ended_is_not_reported_as_one_that_exists);
    tcase_add_test(tests, a_loop_is_as_before_when_its_observer_was_removed);
    tcase_add_test(tests, a_task_removes_the_observer);
    tcase_add_test(tests, another_observer_takes_the_place_of_the_first);
    tcase_add_test(tests, a_call_that_the_host_cancels_leaves_the_loop_idle);
    tcase_add_test(tests, a_watchdog_works_beside_it);
    tcase_add_test(tests, the_debug_mode_works_beside_it);
    tcase_add_test(tests, an_observer_may_dump_all_tasks);
    tcase_add_test(tests, a_descriptor_wakes_a_task_and_makes_a_callback_ready);
    tcase_add_test(tests, a_wait_for_a_descriptor_tells_for_what);
    return run_suite();
}
