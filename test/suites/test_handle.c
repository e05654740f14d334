/* SPDX-License-Identifier: MIT */
/* Handles: functions that the loop calls soon, later, or when an awaitable has ended. */
#include "helper.h"

#include <stdlib.h>

/* A handle with a letter. Its call records the letter and performs an action. */
struct call {
    weft_handle handle;
    char name;
    void (*action)(struct call *call);
    struct call *other;
};

static struct call a, b, c, d;
static weft_future future;

static void called(weft_loop *of, weft_handle *handle)
{
    struct call *const call = WEFT_HANDLE_OWNER(handle, struct call, handle);
    ck_assert_ptr_eq(of, &loop);
    ck_assert(!weft_handle_pending(handle));
    note_letter(call->name);
    if (call->action)
        call->action(call);
}

static const weft_error *soon(struct call *call)
{
    return weft_call_soon(&loop, &call->handle, called);
}

static const weft_error *later(struct call *call)
{
    return weft_call_later(&loop, &call->handle, UNITS(5), called);
}

static const weft_error *at(struct call *call)
{
    return weft_call_at(&loop, &call->handle, clock_at(5), called);
}

static const weft_error *done(struct call *call)
{
    return weft_add_done_callback(&future, &call->handle, called);
}

typedef const weft_error *schedule(struct call *call);
static schedule *const ways[] = {soon, later, at, done};
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

static bool cancel(struct call *call)
{
    return weft_handle_cancel(&loop, &call->handle);
}

static void new_calls(void)
{
    a = (struct call){.name = 'a'}, b = (struct call){.name = 'b'};
    c = (struct call){.name = 'c'}, d = (struct call){.name = 'd'};
    weft_loop_create_future(&loop, &future);
}

static void end_all(void)
{
    weft_set_done(&future);
    run_dry();
}

/* ---- Soon, later ---- */

START_TEST(callbacks_run_in_the_order_in_which_they_were_scheduled)
{
    soon(&b), soon(&a), soon(&c);
    ck_recorded("");
    tick();
    ck_recorded("bac");
}
END_TEST

START_TEST(later_callbacks_run_by_time_and_then_in_order)
{
    weft_call_later(&loop, &a.handle, UNITS(7), called);
    weft_call_later(&loop, &b.handle, UNITS(3), called);
    weft_call_at(&loop, &c.handle, clock_at(7), called);
    weft_call_at(&loop, &d.handle, clock_at(3), called);
    tick();
    ck_recorded("bd");
    ck_assert_uint_eq(elapsed(), 3);
    tick();
    ck_recorded("ac");
    ck_assert_uint_eq(elapsed(), 7);
}
END_TEST

START_TEST(a_callback_due_now_or_in_the_past_runs_behind_the_ready_entries)
{
    backend.now = clock_at(100);
    weft_call_later(&loop, &a.handle, 0, called);
    weft_call_at(&loop, &b.handle, clock_at(30), called);
    soon(&c);
    tick();
    ck_recorded("cba");
    ck_assert_uint_eq(elapsed(), 100);
}
END_TEST

START_TEST(the_furthest_time_is_no_overflow)
{
    backend.now = WEFT_FOREVER - 200;
    weft_call_later(&loop, &a.handle, WEFT_FOREVER, called);
    weft_call_later(&loop, &b.handle, UNITS(200), called);
    weft_call_later(&loop, &c.handle, UNITS(199), called);
    tick();
    ck_recorded("c");
    ck_assert_uint_eq(elapsed(), WEFT_FOREVER - 1);
    tick();
    ck_recorded("ab");
}
END_TEST

/* ---- Pending ---- */

START_TEST(a_handle_is_pending_until_it_is_called)
{
    ck_assert(!weft_handle_pending(&a.handle));
    ck_no_error(ways[_i](&a));
    ck_assert(weft_handle_pending(&a.handle));
    end_all(); /* `called` checks this too */
    ck_assert(!weft_handle_pending(&a.handle));
    ck_recorded("a");
}
END_TEST

START_TEST(a_pending_handle_is_not_scheduled_again_and_loses_nothing)
{
    for (int other = 0; other < WAYS; other++) {
        weft_loop_create_future(&loop, &future);
        ck_no_error(ways[_i](&b));
        ck_no_error(ways[_i](&a));
        ck_no_error(ways[_i](&c));
        ck_error(ways[other](&a), &weft_invalid_state_error);
        end_all();
        ck_recorded("bac");
    }
}
END_TEST

/* ---- Cancel ---- */

START_TEST(an_idle_handle_is_not_cancelled)
{
    ck_assert(!cancel(&a));
    soon(&a);
    tick();
    ck_assert(!cancel(&a));
    ck_recorded("a");
}
END_TEST

/* Cancels each of three handles. */
START_TEST(a_cancelled_handle_is_not_called_and_may_be_used_again_at_once)
{
    struct call *const calls[] = {&a, &b, &c};
    static const char *const left[] = {"bc", "ac", "ab"};
    for (int i = 0; i < 3; i++) {
        weft_loop_create_future(&loop, &future);
        ways[_i](&a), ways[_i](&b), ways[_i](&c);
        ck_assert(cancel(calls[i]));
        ck_assert(!weft_handle_pending(&calls[i]->handle) && !cancel(calls[i]));
        end_all();
        ck_recorded(left[i]);
        weft_loop_create_future(&loop, &future);
        ck_no_error(ways[_i](calls[i]));
        ck_assert(cancel(calls[i]));
        ck_no_error(ways[_i](calls[i]));
        end_all();
        ck_recorded(((const char[]){calls[i]->name, '\0'}));
    }
}
END_TEST

static void cancel_other(struct call *call)
{
    note(cancel(call->other) ? "!" : "?");
}

/* The delay is over, or the future has ended, so the callback is already in the ready queue. */
START_TEST(a_queued_callback_can_be_cancelled_by_an_earlier_one)
{
    a.action = cancel_other, a.other = &c;
    ways[_i](&a), ways[_i](&b), ways[_i](&c), ways[_i](&d);
    end_all();
    ck_recorded("a!bd");
}
END_TEST

START_TEST(a_callback_that_has_run_is_not_cancelled_by_a_later_one)
{
    b.action = cancel_other, b.other = &a;
    ways[_i](&a), ways[_i](&b);
    end_all();
    ck_recorded("ab?");
}
END_TEST

static void cancel_itself(struct call *call)
{
    note(cancel(call) ? "!" : "?");
}

START_TEST(a_handle_is_idle_when_it_is_called)
{
    a.action = cancel_itself;
    ways[_i](&a), ways[_i](&b);
    end_all();
    ck_recorded("a?b");
}
END_TEST

static int rounds;
static schedule *way;

/* Schedules itself again, and cancels the callback that comes after it. */
static void again(struct call *call)
{
    if (rounds-- == 0)
        return;
    ck_no_error(way(call));
    if (call->other)
        cancel(call->other);
}

START_TEST(a_handle_is_used_again_inside_its_own_call)
{
    rounds = 3, way = ways[_i];
    a.action = again;
    way(&a), way(&b);
    end_all();
    ck_recorded("abaaa");
}
END_TEST

START_TEST(a_handle_reused_inside_its_own_call_can_cancel_the_next_call)
{
    rounds = 3, way = ways[_i];
    a.action = again, a.other = &b;
    way(&a), way(&b);
    end_all();
    ck_recorded("aaaa");
}
END_TEST

static void free_it(struct call *call)
{
    free(call);
}

START_TEST(a_handle_is_freed_inside_its_own_call)
{
    struct call *const freed = malloc(sizeof(*freed));
    *freed = (struct call){.name = 'f', .action = free_it};
    b.action = cancel_other, b.other = &c;
    ways[_i](freed), ways[_i](&b), ways[_i](&c), ways[_i](&d);
    end_all();
    ck_recorded("fb!d");
}
END_TEST

/* ---- Done callbacks ---- */

struct listener {
    weft_frame frame;
    char name;
};

WEFT_ASYNC_BODY(listener)
{
    weft_await(&future);
    note_letter(self->name);
}
WEFT_ASYNC_END

static WEFT_TASK(listener) x, y, z;

/* CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_result */
/* CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_exception */
START_TEST(callbacks_and_tasks_are_notified_in_the_order_of_waiting)
{
    weft_loop_create_task(&loop, listener, &x, .name = 'x');
    tick();
    done(&a);
    weft_loop_create_task(&loop, listener, &y, .name = 'y');
    tick();
    done(&b), done(&c);
    weft_loop_create_task(&loop, listener, &z, .name = 'z');
    tick();
    end_all();
    ck_recorded("xaybcz");
}
END_TEST

/* Removes each callback from the list a x b c y, then the other callbacks. */
/* CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_first_callback */
/* CPython:
 * test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_first_and_second_callback */
/* CPython: test_futures.BaseFutureDoneCallbackTests.test_callbacks_remove_third_callback */
START_TEST(callbacks_are_removed_from_between_tasks)
{
    struct call *const calls[] = {&a, &b, &c};
    static const char *const left[] = {"xbcy", "axcy", "axby"};
    static const char *const left_then[] = {"xcy", "axy", "xby"};
    for (int more = 0; more < 2; more++) {
        weft_loop_create_future(&loop, &future);
        done(&a);
        weft_loop_create_task(&loop, listener, &x, .name = 'x');
        tick();
        done(&b), done(&c);
        weft_loop_create_task(&loop, listener, &y, .name = 'y');
        tick();
        ck_assert(cancel(calls[_i]));
        if (more)
            ck_assert(cancel(calls[(_i + 1) % 3]));
        end_all();
        ck_recorded(more ? left_then[_i] : left[_i]);
        cancel(&a), cancel(&b), cancel(&c);
    }
}
END_TEST

/* CPython: test_futures.BaseFutureDoneCallbackTests.test_remove_done_callback */
START_TEST(the_only_callback_is_removed_and_another_one_added)
{
    done(&a);
    ck_assert(cancel(&a));
    done(&b);
    end_all();
    ck_recorded("b");
}
END_TEST

START_TEST(a_done_callback_of_an_ended_awaitable_runs_in_the_next_tick)
{
    weft_set_done(&future);
    soon(&a), done(&b), soon(&c);
    ck_recorded("");
    tick();
    ck_recorded("abc");
}
END_TEST

START_TEST(a_done_callback_of_an_awaitable_never_started_is_refused)
{
    future = (weft_future){.awaitable = {.scope = NULL}};
    ck_error(done(&a), &weft_invalid_state_error);
    ck_assert(!weft_handle_pending(&a.handle));
}
END_TEST

static void add_other(struct call *call)
{
    ck_no_error(done(call->other));
}

/* As in asyncio, a callback that is added by another callback runs in the next tick. */
/* CPython: test_futures.BaseFutureDoneCallbackTests.test_schedule_callbacks_list_mutation_2 */
START_TEST(a_callback_adds_another_during_delivery)
{
    a.action = add_other, a.other = &c;
    done(&a), done(&b);
    weft_set_done(&future);
    tick();
    ck_recorded("ab");
    tick();
    ck_recorded("c");
}
END_TEST

static void begin_anew(struct call *call)
{
    weft_loop_create_future(&loop, &future);
    ck_no_error(done(call));
    call->action = NULL;
}

START_TEST(a_callback_can_reuse_the_awaitable_before_the_other_callbacks_run)
{
    a.action = begin_anew;
    done(&a), done(&b);
    weft_loop_create_task(&loop, listener, &x, .name = 'x');
    tick();
    end_all();
    ck_recorded("abx");
    end_all();
    ck_recorded("a");
}
END_TEST

struct failing {
    weft_frame frame;
};

WEFT_ASYNC_BODY(failing)
{
    weft_sleep(UNITS(1));
    weft_raise(&fail);
}
WEFT_ASYNC_END

static void note_failure(weft_loop *of, weft_task *task, const weft_error *error)
{
    (void)of, (void)task;
    note_error(error);
}

/* In asyncio, too, add_done_callback does not retrieve the exception. */
START_TEST(a_done_callback_of_a_task_does_not_retrieve_its_error)
{
    static WEFT_TASK(failing) task;
    weft_set_exception_handler(&loop, note_failure);
    weft_loop_create_task(&loop, failing, &task);
    ck_no_error(weft_add_done_callback(&task, &a.handle, called));
    run_dry();
    weft_loop_close(&loop);
    ck_recorded("a=fail");
}
END_TEST

START_TEST(calls_that_are_pending_when_the_loop_closes_are_cancelled)
{
    soon(&a), later(&b), weft_call_later(&loop, &c.handle, UNITS(7), called);
    weft_loop_close(&loop);
    ck_assert(!weft_handle_pending(&a.handle));
    ck_assert(!weft_handle_pending(&b.handle));
    ck_assert(!cancel(&c));
    soon(&c);
    run_dry();
    ck_recorded("c");
}
END_TEST

START_TEST(a_delay_below_zero_is_due_at_once)
{
    const weft_time began = backend.now;
    backend.now = began + 5;
    new_calls();
    weft_call_later(&loop, &a.handle, WEFT_MS(-5), called);
    weft_call_later(&loop, &b.handle, WEFT_SECONDS(-0.5), called);
    weft_call_later(&loop, &c.handle, began - weft_loop_time(&loop), called);
    weft_call_later(&loop, &d.handle, WEFT_FOREVER + 1, called);
    ck_assert(weft_has_passed(weft_next_run(&loop), weft_loop_time(&loop)));
    weft_run_once(&loop);
    weft_run_once(&loop);
    ck_recorded("abcd");
    ck_assert_uint_eq(weft_loop_time(&loop), weft_wrap_(began + 5));
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("handle");
    tcase_add_checked_fixture(tests, new_calls, NULL);
    tcase_add_test(tests, callbacks_run_in_the_order_in_which_they_were_scheduled);
    tcase_add_test(tests, later_callbacks_run_by_time_and_then_in_order);
    tcase_add_test(tests, a_callback_due_now_or_in_the_past_runs_behind_the_ready_entries);
    ADD_TEST_IF(WEFT_TIME_BITS == 64, tests, the_furthest_time_is_no_overflow);
    tcase_add_loop_test(tests, a_handle_is_pending_until_it_is_called, 0, WAYS);
    tcase_add_loop_test(tests, a_pending_handle_is_not_scheduled_again_and_loses_nothing, 0, WAYS);
    tcase_add_test(tests, an_idle_handle_is_not_cancelled);
    tcase_add_loop_test(tests, a_cancelled_handle_is_not_called_and_may_be_used_again_at_once, 0,
                        WAYS);
    tcase_add_loop_test(tests, a_queued_callback_can_be_cancelled_by_an_earlier_one, 0, WAYS);
    tcase_add_loop_test(tests, a_callback_that_has_run_is_not_cancelled_by_a_later_one, 0, WAYS);
    tcase_add_loop_test(tests, a_handle_is_idle_when_it_is_called, 0, WAYS);
    tcase_add_loop_test(tests, a_handle_is_used_again_inside_its_own_call, 0, WAYS);
    tcase_add_loop_test(tests, a_handle_reused_inside_its_own_call_can_cancel_the_next_call, 0,
                        WAYS);
    tcase_add_loop_test(tests, a_handle_is_freed_inside_its_own_call, 0, WAYS);
    tcase_add_test(tests, callbacks_and_tasks_are_notified_in_the_order_of_waiting);
    tcase_add_loop_test(tests, callbacks_are_removed_from_between_tasks, 0, 3);
    tcase_add_test(tests, the_only_callback_is_removed_and_another_one_added);
    tcase_add_test(tests, a_done_callback_of_an_ended_awaitable_runs_in_the_next_tick);
    tcase_add_test(tests, a_done_callback_of_an_awaitable_never_started_is_refused);
    tcase_add_test(tests, a_callback_adds_another_during_delivery);
    tcase_add_test(tests, a_callback_can_reuse_the_awaitable_before_the_other_callbacks_run);
    tcase_add_test(tests, a_done_callback_of_a_task_does_not_retrieve_its_error);
    tcase_add_test(tests, calls_that_are_pending_when_the_loop_closes_are_cancelled);
    tcase_add_test(tests, a_delay_below_zero_is_due_at_once);
    return run_suite();
}
