/* SPDX-License-Identifier: MIT */
/* The debug mode: each message, each panic, and silence without it. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef HAVE_EPOLL
#include "core/backend/epoll.h"
#endif
#include "helper.h"
#include "panic.h"

#define FILE_AND(text) __FILE__ text

static void hear(const char *text, void *to)
{
    ck_assert_ptr_eq(to, &loop);
    note(text);
}

static const weft_debug_output to_record = {hear, &loop};

static void debug(void)
{
    weft_set_debug_output(&loop, &to_record);
    weft_set_debug(&loop, true);
}

/* ---- On and off ---- */

START_TEST(it_is_off_at_first_and_after_the_loop_was_closed)
{
    ck_assert(!weft_get_debug(&loop));
    debug();
    ck_assert(weft_get_debug(&loop));
    weft_set_debug(&loop, false);
    ck_assert(!weft_get_debug(&loop) && !loop.context.on_reuse && !loop.attention);
    weft_set_debug(&loop, false);
    debug();
    ck_no_error(weft_loop_close(&loop));
    ck_assert(!weft_get_debug(&loop) && !loop.context.on_reuse);
    ck_recorded("");
}
END_TEST

/* ---- Errors that nobody retrieved ---- */

WEFT_ASYNC(fails)
{
    weft_raise(&fail);
}
WEFT_ASYNC_END

static WEFT_TASK(fails) failing;

static void retrieve(weft_loop *of, weft_task *task, const weft_error *error)
{
    (void)of, (void)task;
    note_error(error);
}

#define UNRETRIEVED FILE_AND(": task fails failed and nobody retrieved the error: fail\n")

START_TEST(an_error_that_nobody_retrieved_is_reported)
{
    debug();
    weft_loop_create_task(&loop, fails, &failing);
    run_dry();
    ck_recorded("");
    weft_loop_create_task(&loop, fails, &failing); /* in the same memory */
    ck_recorded(UNRETRIEVED);
    run_dry();
    ck_no_error(weft_loop_close(&loop));
    ck_recorded(UNRETRIEVED);
}
END_TEST

START_TEST(an_exception_handler_is_called_in_place_of_that)
{
    debug();
    weft_set_exception_handler(&loop, retrieve);
    weft_loop_create_task(&loop, fails, &failing);
    run_dry();
    ck_no_error(weft_loop_close(&loop));
    ck_recorded("=fail");
}
END_TEST

START_TEST(an_error_that_was_retrieved_is_not_reported)
{
    debug();
    weft_loop_create_task(&loop, fails, &failing);
    run_dry();
    ck_error(weft_error_of(&failing), &fail);
    ck_no_error(weft_loop_close(&loop));
    ck_recorded("");
}
END_TEST

/* Runs `function`, and returns what it writes to standard error. */
static const char *standard_error_of(void (*function)(void))
{
    static char text[1000];
    FILE *const file = tmpfile();
    fflush(stderr);
    const int before = dup(STDERR_FILENO);
    ck_assert(file && before >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    function();
    fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    rewind(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void fail_unheard(void)
{
    weft_loop_create_task(&loop, fails, &failing);
    run_dry();
    ck_no_error(weft_loop_close(&loop));
}

START_TEST(without_a_function_it_writes_to_standard_error)
{
    weft_set_debug(&loop, true);
    ck_assert_str_eq(standard_error_of(fail_unheard), UNRETRIEVED);
}
END_TEST

START_TEST(the_ready_handler_prints_unretrieved_errors_without_debug_mode)
{
    weft_set_exception_handler(&loop, weft_print_unretrieved_error);
    ck_assert_str_eq(standard_error_of(fail_unheard), UNRETRIEVED);
}
END_TEST

/* ---- Slow calls ---- */

static unsigned sleep_line;

WEFT_ASYNC(works, weft_time first, second;)
{
    backend.now += self->first;
    sleep_line = __LINE__ + 1;
    weft_sleep(WEFT_MS(1));
    backend.now += self->second;
}
WEFT_ASYNC_END

static WEFT_TASK(works) working;

static void work_long(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    backend.now += WEFT_MS(150);
}

START_TEST(a_call_above_100_ms_is_reported)
{
    char expected[200];
    debug();
    weft_loop_create_task(&loop, works, &working, .first = WEFT_MS(100), .second = WEFT_MS(101));
    run_dry();
    snprintf(expected, sizeof(expected), FILE_AND(":%u: task works kept the loop for 101 ms\n"),
             sleep_line);
    ck_recorded(expected);
    weft_loop_create_task(&loop, works, &working, .first = WEFT_MS(2000));
    run_dry();
    ck_recorded(FILE_AND(": task works kept the loop for 2000 ms\n"));
}
END_TEST

START_TEST(a_slow_callback_is_reported)
{
    weft_handle handle = {.function = NULL};
    debug();
    ck_no_error(weft_call_soon(&loop, &handle, work_long));
    run_dry();
    ck_recorded("weft: a callback kept the loop for 150 ms\n");
}
END_TEST

START_TEST(another_limit_can_be_set)
{
    debug();
    weft_set_slow_call(&loop, WEFT_SECONDS(1));
    weft_loop_create_task(&loop, works, &working, .first = WEFT_SECONDS(1));
    run_dry();
    ck_recorded("");
    weft_set_slow_call(&loop, WEFT_MS(5));
    weft_loop_create_task(&loop, works, &working, .first = WEFT_MS(6));
    run_dry();
    ck_recorded(FILE_AND(": task works kept the loop for 6 ms\n"));
}
END_TEST

WEFT_ASYNC_NAMED(has_a_name, name, const char *name;)
{
    backend.now += WEFT_MS(101);
    sleep_line = __LINE__ + 1;
    weft_yield;
    backend.now += WEFT_MS(102);
}
WEFT_ASYNC_END

/* The text of a name may be gone after the task has ended. */
START_TEST(a_slow_call_is_reported_by_the_tasks_name_while_the_task_lives)
{
    static WEFT_TASK(has_a_name) task;
    char expected[300];
    debug();
    weft_loop_create_task(&loop, has_a_name, &task, .name = "ada");
    run_dry();
    snprintf(expected, sizeof(expected),
             FILE_AND(": task ada kept the loop for 101 ms\n")
                 FILE_AND(":%u: task has_a_name kept the loop for 102 ms\n"),
             sleep_line);
    ck_recorded(expected);
}
END_TEST

static void watch(weft_loop *of, const weft_slow_call *call)
{
    (void)of;
    note(call->location.coroutine);
}

START_TEST(a_watchdog_is_called_in_place_of_that_and_stays)
{
    if (_i)
        debug();
    weft_set_watchdog(&loop, WEFT_MS(10), watch);
    if (!_i)
        debug();
    weft_loop_create_task(&loop, works, &working, .first = WEFT_MS(11));
    run_dry();
    ck_recorded("works");
    weft_set_debug(&loop, false);
    weft_loop_create_task(&loop, works, &working, .first = WEFT_MS(11));
    run_dry();
    ck_recorded("works");
    debug();
    weft_set_watchdog(&loop, WEFT_MS(10), NULL);
    ck_assert(weft_get_debug(&loop));
}
END_TEST

static void watch_the_running_task(weft_loop *of, const weft_slow_call *call)
{
    ck_assert_ptr_nonnull(call->task);
    ck_assert_ptr_null(weft_loop_current_task(of));
    note("none");
}

START_TEST(no_task_runs_while_the_watchdog_is_called)
{
    if (_i)
        debug();
    weft_set_watchdog(&loop, WEFT_MS(10), watch_the_running_task);
    weft_loop_create_task(&loop, works, &working, .first = WEFT_MS(11), .second = WEFT_MS(11));
    run_dry();
    ck_recorded("nonenone");
}
END_TEST

/* ---- Coroutines that were begun and never awaited ---- */

static unsigned begin_line;

WEFT_ASYNC(child, int n; int result;)
{
    weft_yield;
    self->result = 2 * self->n;
}
WEFT_ASYNC_END

enum what { AWAITED, TWICE, CALLED, DROPPED, STUCK, DRIVEN };

WEFT_ASYNC(begins, enum what what; struct child child, *other; weft_frame *innermost;
           weft_context context;)
{
    begin_line = __LINE__ + 1;
    weft_begin(child, &self->child, .n = 3);
    switch (self->what) {
    case TWICE:
        weft_begin(child, &self->child, .n = 4);
        break;
    case DRIVEN:
        self->innermost = &self->child.frame;
        while (weft_resume(&self->innermost, &self->child.frame, &self->context).what !=
               WEFT_RETURNED)
            continue;
        break;
    default:
        break;
    }
    if (self->what == CALLED) {
        weft_call(child, &self->child, .n = 5);
    }
    if (self->what == AWAITED || self->what == TWICE) {
        weft_call_begun(&self->child);
    }
    if (self->what == STUCK)
        weft_sleep(WEFT_SECONDS(1));
    note_letter((char)('0' + self->child.result));
}
WEFT_ASYNC_END

static WEFT_TASK(begins) beginning;

static void expect_never_awaited(const char *why, const char *before)
{
    char expected[300];
    snprintf(expected, sizeof(expected),
             "%s" FILE_AND(": coroutine child, begun at line %u, was never awaited: %s\n"), before,
             begin_line, why);
    ck_assert_msg(strstr(record, expected) == record, "the record was: %s", record);
    record[0] = '\0';
}

START_TEST(a_coroutine_that_is_awaited_is_not_reported)
{
    debug();
    for (int i = 0; i < 2; i++) {
        weft_loop_create_task(&loop, begins, &beginning, .what = AWAITED);
        run_dry();
    }
    ck_recorded("66");
}
END_TEST

START_TEST(a_frame_that_is_used_again_without_an_await_is_reported)
{
    debug();
    weft_loop_create_task(&loop, begins, &beginning, .what = _i ? CALLED : TWICE);
    run_dry();
    ck_assert_ptr_nonnull(strchr(record, _i ? ':' : '8'));
    expect_never_awaited("its frame is used again", "");
}
END_TEST

START_TEST(a_coroutine_whose_task_ends_without_an_await_is_reported)
{
    debug();
    weft_loop_create_task(&loop, begins, &beginning, .what = DROPPED);
    run_dry();
    expect_never_awaited("its task has ended", "0");
}
END_TEST

START_TEST(a_coroutine_whose_loop_closes_without_an_await_is_reported)
{
    debug();
    weft_loop_create_task(&loop, begins, &beginning, .what = STUCK);
    tick();
    ck_recorded("");
    ck_no_error(weft_loop_close(&loop));
    expect_never_awaited("its loop closes", "");
}
END_TEST

WEFT_ASYNC(begins_two, struct child first, second;)
{
    weft_begin(child, &self->first, .n = 1);
    weft_begin(child, &self->second, .n = 2);
    weft_call_begun(&self->first);
    weft_sleep(WEFT_SECONDS(1));
    weft_call_begun(&self->second);
    note_letter((char)('0' + self->first.result));
    note_letter((char)('0' + self->second.result));
}
WEFT_ASYNC_END

static WEFT_TASK(begins_two) beginning_two;

/* Another task's frame is used again meanwhile, and is not reported. */
START_TEST(coroutines_that_were_begun_together_are_awaited_in_any_order)
{
    debug();
    weft_loop_create_task(&loop, begins_two, &beginning_two);
    weft_loop_create_task(&loop, begins, &beginning, .what = TWICE);
    run_dry();
    ck_assert_ptr_nonnull(strstr(record, "24"));
    ck_assert_ptr_nonnull(strstr(record, "its frame is used again"));
}
END_TEST

WEFT_ASYNC(leaves_both, struct child child; WEFT_TASK(fails) task;)
{
    /* weft-lint: ignore the test is about coroutines that nobody awaits */
    weft_begin(child, &self->child, .n = 1);
    begin_line = __LINE__ - 1;
    weft_create_task(fails, &self->task);
    weft_sleep(0);
    weft_sleep(0);
}
WEFT_ASYNC_END

WEFT_ASYNC(calls_twice, struct leaves_both inner;)
{
    weft_call(leaves_both, &self->inner);
    note("first;");
    weft_call(leaves_both, &self->inner);
    note("second;");
}
WEFT_ASYNC_END

START_TEST(memory_with_a_begun_coroutine_and_a_failed_task_has_both_reported_in_that_order)
{
    static WEFT_TASK(calls_twice) task;
    char expected[600];
    debug();
    weft_loop_create_task(&loop, calls_twice, &task);
    run_dry();
    snprintf(expected, sizeof(expected),
             "first;" FILE_AND(": coroutine child, begun at line %u, was never awaited: its frame "
                               "is used again\n") UNRETRIEVED "second;",
             begin_line);
    ck_assert_msg(strstr(record, expected) == record, "the record was: %s", record);
    record[0] = '\0';
}
END_TEST

START_TEST(a_coroutine_that_the_program_resumes_itself_is_not_reported)
{
    debug();
    weft_loop_create_task(&loop, begins, &beginning, .what = DRIVEN);
    run_dry();
    ck_recorded("6");
}
END_TEST

START_TEST(debug_mode_can_end_while_coroutines_are_begun)
{
    debug();
    weft_loop_create_task(&loop, begins, &beginning, .what = STUCK);
    tick();
    weft_set_debug(&loop, false);
    ck_assert(!weft_get_debug(&loop));
    ck_no_error(weft_loop_close(&loop));
    ck_recorded("");
}
END_TEST

START_TEST(a_coroutine_begun_in_debug_mode_can_be_awaited_without)
{
    debug();
    weft_loop_create_task(&loop, begins, &beginning, .what = _i ? AWAITED : DROPPED);
    beginning.frame.what = AWAITED;
    weft_set_debug(&loop, false);
    run_dry();
    ck_recorded("6");
}
END_TEST

WEFT_ASYNC(elsewhere, struct child *where;)
{
    /* weft-lint: ignore the test is about coroutines that nobody awaits */
    weft_begin(child, self->where, .n = 1);
    begin_line = __LINE__ - 1;
}
WEFT_ASYNC_END

static WEFT_TASK(elsewhere) there;

START_TEST(a_frame_outside_of_a_task_is_reported_when_it_is_used_again)
{
    static struct child frame;
    debug();
    weft_loop_create_task(&loop, elsewhere, &there, .where = &frame);
    run_dry();
    ck_recorded("");
    weft_loop_create_task(&loop, elsewhere, &there, .where = &frame);
    run_dry();
    expect_never_awaited("its frame is used again", "");
}
END_TEST

/* ---- Use from another thread ---- */

static weft_future future;
static weft_handle handle, due;
static weft_lock lock;
static weft_event event;
WEFT_ASYNC(waits)
{
    weft_await(&future);
}
WEFT_ASYNC_END

static WEFT_TASK(waits) waiting;
static WEFT_TASK(child) created;
static unsigned create_line;

static void nothing(weft_loop *of, weft_handle *which)
{
    (void)of, (void)which;
}

static void set_future(void)
{
    weft_set_done(&future);
}
static void fail_future(void)
{
    weft_set_error(&future, &fail);
}
static void cancel_future(void)
{
    weft_cancel(&future);
}
static void cancel_task(void)
{
    weft_cancel(&waiting);
}
static void create_task(void)
{
    create_line = __LINE__ + 1;
    weft_loop_create_task(&loop, child, &created);
}
static void call_soon(void)
{
    weft_call_soon(&loop, &handle, nothing);
}
static void call_later(void)
{
    weft_call_later(&loop, &handle, WEFT_MS(1), nothing);
}
static void cancel_call(void)
{
    weft_handle_cancel(&loop, &due);
}
static void add_done_callback(void)
{
    weft_add_done_callback(&future, &handle, nothing);
}
static void stop(void)
{
    weft_stop(&loop);
}
static void run(void)
{
    weft_run_forever(&loop);
}

static void run_once(void)
{
    weft_run_once(&loop);
}

static void (*const uses[])(void) = {set_future,        fail_future, cancel_future, cancel_task,
                                     create_task,       call_soon,   call_later,    cancel_call,
                                     add_done_callback, stop,        run,           run_once};

static void *use(void *function)
{
    void (*const *const how)(void) = function;
    panic_is_expected = true;
    panic.text = NULL;
    if (!setjmp(panic_exit))
        (*how)();
    panic_is_expected = false;
    return NULL;
}

static void in_a_thread(void (*const *how)(void))
{
    pthread_t thread;
    ck_assert(!pthread_create(&thread, NULL, use, (void *)(uintptr_t)how));
    ck_assert(!pthread_join(thread, NULL));
}

WEFT_ASYNC(uses_a_thread, int i;)
{
    in_a_thread(&uses[self->i]);
}
WEFT_ASYNC_END

static WEFT_TASK(uses_a_thread) using;

START_TEST(use_of_a_loop_that_runs_from_another_thread_panics)
{
    debug();
    weft_loop_create_future(&loop, &future);
    ck_no_error(weft_call_later(&loop, &due, WEFT_SECONDS(1), nothing));
    weft_loop_create_task(&loop, waits, &waiting);
    weft_loop_create_task(&loop, uses_a_thread, &using, .i = _i);
    tick();
    ck_assert_msg(panic.text && strstr(panic.text, "from another thread"), "no panic");
    ck_assert_str_eq(panic.file, __FILE__);
    ck_assert(uses[_i] != create_task || panic.line == create_line);
    ck_assert(uses[_i] != set_future || panic.line != 0);
}
END_TEST

START_TEST(a_loop_that_does_not_run_can_be_used_by_any_thread)
{
    debug();
    weft_loop_create_future(&loop, &future);
    tick();
    in_a_thread(&uses[_i]);
    ck_assert_ptr_null(panic.text);
}
END_TEST

START_TEST(a_loop_that_a_host_drives_is_its_threads_between_two_runs)
{
    debug();
    weft_loop_create_future(&loop, &future);
    weft_run_once(&loop);
    in_a_thread(&uses[0]);
    ck_assert_msg(panic.text && strstr(panic.text, "from another thread"), "no panic");
}
END_TEST

static void close_loop(void)
{
    weft_loop_close(&loop);
}

START_TEST(a_close_from_another_thread_panics_before_it_changes_the_loop)
{
    static void (*const closes)(void) = close_loop;
    debug();
    ck_no_error(weft_call_later(&loop, &due, WEFT_SECONDS(1), nothing));
    weft_run_once(&loop);
    in_a_thread(&closes);
    ck_assert_msg(panic.text && strstr(panic.text, "from another thread"), "no panic");
    ck_assert(weft_handle_pending(&due));
}
END_TEST

/* ---- Two threads that share a primitive ---- */

static weft_condition condition;
static weft_semaphore semaphore = WEFT_SEMAPHORE(0);
static WEFT_QUEUE(int, 1) queue;
static unsigned wait_line;

WEFT_ASYNC(takes, int i; int got;)
{
    if (self->i == 0) {
        wait_line = __LINE__ + 1;
        weft_lock_acquire(&lock);
    } else if (self->i == 1) {
        wait_line = __LINE__ + 1;
        weft_event_wait(&event);
    } else if (self->i == 2) {
        wait_line = __LINE__ + 1;
        weft_queue_get(&queue, &self->got);
    } else if (self->i == 3) {
        wait_line = __LINE__ + 1;
        weft_semaphore_acquire(&semaphore);
    } else {
        weft_with_condition(&condition) {
            wait_line = __LINE__ + 1;
            weft_condition_wait(&condition);
        }
        weft_end;
    }
}
WEFT_ASYNC_END

static void release_lock(void)
{
    weft_lock_release(&lock);
}
static void set_event(void)
{
    weft_event_set(&event);
}
static void put(void)
{
    (void)!weft_queue_put_nowait(&queue, 1);
}
static void release_semaphore(void)
{
    weft_semaphore_release(&semaphore);
}
static void notify(void)
{
    weft_condition_notify(&condition, 1);
}

static void (*const hands[])(void) = {release_lock, set_event, put, release_semaphore, notify};

static weft_loop others_loop;
static WEFT_TASK(takes) taking;
static int which;
static bool eagerly;

WEFT_ASYNC(starts)
{
    weft_create_eager_task(takes, &taking, .i = which);
}
WEFT_ASYNC_END

/* The other thread's loop: a task waits there for what the first thread has. */
static void *wait_there(void *backend_of)
{
    static WEFT_TASK(starts) starting;
    weft_loop_init(&others_loop, backend_of);
    weft_set_debug(&others_loop, true);
    if (eagerly)
        weft_loop_create_task(&others_loop, starts, &starting);
    else
        weft_loop_create_task(&others_loop, takes, &taking, .i = which);
    weft_run_once(&others_loop);
    return NULL;
}

WEFT_ASYNC(holds)
{
    weft_lock_acquire(&lock);
    if (which == 4) {
        weft_condition_acquire(&condition);
        weft_condition_release(&condition);
    }
}
WEFT_ASYNC_END

static WEFT_TASK(holds) holding;

START_TEST(two_threads_that_share_a_primitive_are_caught)
{
    static weft_virtual others_backend;
    pthread_t thread;
    which = _i % 5;
    eagerly = _i >= 5;
    weft_queue_init(&queue);
    weft_virtual_init(&others_backend);
    weft_loop_create_task(&loop, holds, &holding);
    run_dry();
    ck_assert(!pthread_create(&thread, NULL, wait_there, &others_backend.backend));
    ck_assert(!pthread_join(thread, NULL));
    if (which == 4)
        condition.lock.holder = &holding.task;
    EXPECT_PANIC(hands[which](), "from another thread");
    ck_assert_str_eq(panic.file, __FILE__);
    ck_assert_uint_eq(panic.line, wait_line);
}
END_TEST

/* In one thread, loops may share what they like, in debug mode too. */
START_TEST(a_primitive_wakes_tasks_of_its_own_thread)
{
    which = _i;
    debug();
    weft_queue_init(&queue);
    weft_loop_create_task(&loop, holds, &holding);
    run_dry();
    weft_loop_create_task(&loop, takes, &taking, .i = _i);
    weft_run_once(&loop);
    ck_assert_str_ne(weft_task_waits_for(&taking.task).what, "nothing");
    if (_i == 4)
        condition.lock.holder = &holding.task;
    hands[_i]();
    if (_i == 4)
        condition.lock.holder = NULL;
    run_dry();
    ck_assert(weft_done(&taking));
}
END_TEST

START_TEST(a_task_that_waits_in_debug_mode_can_be_cancelled_and_woken_without)
{
    debug();
    which = 1;
    weft_loop_create_task(&loop, takes, &taking, .i = 1);
    tick();
    weft_dump(&loop, hear, &loop);
    ck_assert_ptr_nonnull(strstr(record, "takes waits for: event"));
    if (_i == 0)
        weft_cancel(&taking);
    else
        weft_set_debug(&loop, false), weft_event_set(&event);
    run_dry();
    ck_assert(weft_done(&taking) && weft_cancelled(&taking) == (_i == 0));
}
END_TEST

/* ---- After fork ---- */

static weft_threadsafe_handle door;

static void call_threadsafe(void)
{
    (void)weft_call_soon_threadsafe(&door);
}
static void close_and_run(void)
{
    weft_threadsafe_close(&door);
    run_dry();
}
static void open_again(void)
{
    weft_threadsafe_close(&door);
    ck_no_error(weft_threadsafe_open(&loop, &door, nothing));
    weft_threadsafe_set_daemon(&door, true);
    (void)weft_call_soon_threadsafe(&door);
    run_dry();
}

static void (*const in_child[])(void) = {call_threadsafe, run,           create_task,
                                         set_future,      close_and_run, open_again};

enum { FORBIDDEN = 4 };

/* Returns 0 if the child did not panic, 1 if it did with the text, 2 if with another. */
static int in_a_child(void (*const *how)(void))
{
    int status;
    fflush(NULL); /* the child ends with exit(), for its coverage */
    const pid_t child_process = fork();
    if (!child_process) {
        use((void *)(uintptr_t)how);
        exit(!panic.text ? 0 : strstr(panic.text, "in a child after fork()") ? 1 : 2);
    }
    ck_assert(waitpid(child_process, &status, 0) == child_process && WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(use_in_a_child_panics_until_its_handles_are_closed)
{
    static weft_select select_;
    weft_select_init(&select_);
    weft_loop_init(&loop, &select_.backend);
    debug();
    ck_no_error(weft_threadsafe_open(&loop, &door, nothing));
    weft_threadsafe_set_daemon(&door, true);
    weft_loop_create_future(&loop, &future);
    ck_assert_int_eq(in_a_child(&in_child[_i]), _i < FORBIDDEN);
    (void)weft_call_soon_threadsafe(&door); /* nothing has changed for the parent */
    weft_run_once(&loop);
    weft_threadsafe_close(&door);
    ck_no_error(weft_loop_close(&loop));
}
END_TEST

START_TEST(the_panic_of_a_child_names_where_a_task_waits)
{
    static weft_select select_;
    int status;
    weft_select_init(&select_);
    weft_loop_init(&loop, &select_.backend);
    debug();
    ck_no_error(weft_threadsafe_open(&loop, &door, nothing));
    weft_loop_create_task(&loop, begins, &beginning, .what = STUCK);
    tick();
    fflush(NULL); /* the child ends with exit(), for its coverage */
    const pid_t child_process = fork();
    if (!child_process) {
        void (*const how)(void) = run;
        use((void *)(uintptr_t)&how);
        exit(panic.text && panic.file && !strcmp(panic.file, __FILE__) ? 7 : 0);
    }
    ck_assert(waitpid(child_process, &status, 0) == child_process && WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 7);
    weft_threadsafe_close(&door);
    ck_no_error(weft_loop_close(&loop));
}
END_TEST

#ifdef HAVE_EPOLL
START_TEST(a_child_must_never_use_a_loop_on_epoll)
{
    static weft_epoll epoll;
    ck_assert(weft_epoll_init(&epoll));
    weft_loop_init(&loop, &epoll.backend);
    debug();
    ck_assert_int_eq(in_a_child(&uses[10]), 1);
    ck_no_error(weft_loop_close(&loop));
    weft_epoll_close(&epoll);
}
END_TEST
#endif

WEFT_ASYNC(forks, int *status;)
{
    fflush(NULL); /* the child ends with exit(), for its coverage */
    const pid_t child_process = fork();
    if (child_process)
        waitpid(child_process, self->status, 0);
    weft_sleep(0);
}
WEFT_ASYNC_END

static WEFT_TASK(forks) forking;

START_TEST(a_task_that_goes_on_in_a_child_panics)
{
    static weft_select select_;
    static int status;
    const pid_t parent = getpid();
    weft_select_init(&select_);
    weft_loop_init(&loop, &select_.backend);
    debug();
    ck_no_error(weft_threadsafe_open(&loop, &door, nothing));
    weft_threadsafe_set_daemon(&door, true);
    weft_loop_create_task(&loop, forks, &forking, .status = &status);
    panic_is_expected = true;
    if (!setjmp(panic_exit))
        run_dry();
    if (getpid() != parent)
        exit(panic.text && strstr(panic.text, "in a child after fork()") ? 7 : 0);
    panic_is_expected = false;
    ck_assert_int_eq(WEXITSTATUS(status), 7);
    weft_threadsafe_close(&door);
}
END_TEST

/* ---- Off ---- */

START_TEST(without_it_there_is_no_message_and_no_panic)
{
    weft_set_debug_output(&loop, &to_record);
    weft_loop_create_task(&loop, fails, &failing);
    weft_loop_create_task(&loop, works, &working, .first = WEFT_SECONDS(1));
    weft_loop_create_task(&loop, begins, &beginning, .what = TWICE);
    run_dry();
    weft_loop_create_task(&loop, uses_a_thread, &using, .i = 9);
    tick();
    ck_assert_ptr_null(panic.text);
    ck_no_error(weft_loop_close(&loop));
    ck_recorded("8");
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("debug");
    tcase_add_test(tests, it_is_off_at_first_and_after_the_loop_was_closed);
    tcase_add_test(tests, an_error_that_nobody_retrieved_is_reported);
    tcase_add_test(tests, an_exception_handler_is_called_in_place_of_that);
    tcase_add_test(tests, an_error_that_was_retrieved_is_not_reported);
    tcase_add_test(tests, without_a_function_it_writes_to_standard_error);
    tcase_add_test(tests, the_ready_handler_prints_unretrieved_errors_without_debug_mode);
    tcase_add_test(tests, a_call_above_100_ms_is_reported);
    tcase_add_test(tests, a_slow_callback_is_reported);
    tcase_add_test(tests, another_limit_can_be_set);
    tcase_add_test(tests, a_slow_call_is_reported_by_the_tasks_name_while_the_task_lives);
    tcase_add_loop_test(tests, a_watchdog_is_called_in_place_of_that_and_stays, 0, 2);
    tcase_add_loop_test(tests, no_task_runs_while_the_watchdog_is_called, 0, 2);
    tcase_add_test(tests, a_coroutine_that_is_awaited_is_not_reported);
    tcase_add_loop_test(tests, a_frame_that_is_used_again_without_an_await_is_reported, 0, 2);
    tcase_add_test(tests, a_coroutine_whose_task_ends_without_an_await_is_reported);
    tcase_add_test(tests, a_coroutine_whose_loop_closes_without_an_await_is_reported);
    tcase_add_test(tests, a_coroutine_that_the_program_resumes_itself_is_not_reported);
    tcase_add_test(tests, coroutines_that_were_begun_together_are_awaited_in_any_order);
    tcase_add_test(tests,
                   memory_with_a_begun_coroutine_and_a_failed_task_has_both_reported_in_that_order);
    tcase_add_test(tests, debug_mode_can_end_while_coroutines_are_begun);
    tcase_add_loop_test(tests, a_coroutine_begun_in_debug_mode_can_be_awaited_without, 0, 2);
    tcase_add_test(tests, a_frame_outside_of_a_task_is_reported_when_it_is_used_again);
    tcase_add_loop_test(tests, use_of_a_loop_that_runs_from_another_thread_panics, 0,
                        sizeof(uses) / sizeof(*uses));
    tcase_add_loop_test(tests, a_loop_that_does_not_run_can_be_used_by_any_thread, 0, 3);
    tcase_add_test(tests, a_loop_that_a_host_drives_is_its_threads_between_two_runs);
    tcase_add_test(tests, a_close_from_another_thread_panics_before_it_changes_the_loop);
    tcase_add_loop_test(tests, two_threads_that_share_a_primitive_are_caught, 0, 10);
    tcase_add_loop_test(tests, a_primitive_wakes_tasks_of_its_own_thread, 0, 5);
    tcase_add_loop_test(tests, a_task_that_waits_in_debug_mode_can_be_cancelled_and_woken_without,
                        0, 2);
    tcase_add_loop_test(tests, use_in_a_child_panics_until_its_handles_are_closed, 0,
                        sizeof(in_child) / sizeof(*in_child));
    tcase_add_test(tests, the_panic_of_a_child_names_where_a_task_waits);
#ifdef HAVE_EPOLL
    tcase_add_test(tests, a_child_must_never_use_a_loop_on_epoll);
#endif
    tcase_add_test(tests, a_task_that_goes_on_in_a_child_panics);
    tcase_add_test(tests, without_it_there_is_no_message_and_no_panic);
    return run_suite();
}
