/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backends.h"

/* ---- A loop on each backend, which counts how often it sleeps and polls ---- */

static struct counted {
    weft_backend *backend;
    void (*sleep)(weft_backend *backend, weft_time until);
    int sleeps, looks;
    void (*meanwhile)(void); /* runs during the sleep */
} counted;

static void count_sleep(weft_backend *of, weft_time until)
{
    if (until == 0)
        counted.looks++;
    else
        counted.sleeps++;
    if (until && counted.meanwhile)
        counted.meanwhile();
    counted.sleep(of, until);
}

enum { PAIRS = 8 };
static int pairs[PAIRS][2];

static void set_up(void)
{
    counted.backend = open_backend();
    counted.sleep = counted.backend->sleep;
    counted.sleeps = counted.looks = 0;
    counted.meanwhile = NULL;
    counted.backend->sleep = count_sleep;
    weft_loop_init(&loop, counted.backend);
    for (int i = 0; i < PAIRS; i++) {
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
        for (int side = 0; side < 2; side++)
            ck_assert_int_eq(fcntl(pairs[i][side], F_SETFL, O_NONBLOCK), 0);
    }
}

static void tear_down(void)
{
    ck_assert_ptr_null(weft_first_watch(&loop));
    for (int i = 0; i < PAIRS; i++)
        for (int side = 0; side < 2; side++)
            close(pairs[i][side]);
}

static void put(int fd)
{
    ck_assert_int_eq(write(fd, "x", 1), 1);
}

static size_t take_all(int fd)
{
    char bytes[4096];
    size_t taken = 0;
    ssize_t n;
    while ((n = read(fd, bytes, sizeof(bytes))) > 0)
        taken += (size_t)n;
    return taken;
}

static void fill(int fd)
{
    static const char bytes[4096];
    while (write(fd, bytes, sizeof(bytes)) > 0)
        continue;
    ck_assert_int_eq(errno, EAGAIN);
}

/* ---- Tasks ---- */

/* Waits until it can read (a small letter as name) or write (a capital), records its name, and
 * reads. */
WEFT_ASYNC(user, int fd; char name; size_t wanted, taken; const weft_error *caught;)
{
    weft_try {
        do {
            if (self->name >= 'a')
                weft_wait_readable(self->fd);
            else
                weft_wait_writable(self->fd);
            note_letter(self->name);
            if (self->name >= 'a')
                self->taken += take_all(self->fd);
        } while (self->taken < self->wanted);
    }
    weft_catch(&weft_base_error, self->caught) {
        note_letter(self->name);
        note_error(self->caught);
        weft_raise(self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(ticker, char name; int times;)
{
    while (self->times--) {
        weft_sleep(0);
        if (self->name)
            note_letter(self->name);
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(sleeper, weft_time delay, begun, ended;)
{
    self->begun = weft_loop_time(weft_running_loop());
    weft_sleep(self->delay);
    self->ended = weft_loop_time(weft_running_loop());
}
WEFT_ASYNC_END

static WEFT_TASK(user) readers[PAIRS], writers[PAIRS], other;
static WEFT_TASK(ticker) tickers[2];

static void start_reader(int i)
{
    weft_loop_create_task(&loop, user, &readers[i], .fd = pairs[i][0], .name = (char)('a' + i));
}

static void start_writer(int i)
{
    weft_loop_create_task(&loop, user, &writers[i], .fd = pairs[i][0], .name = (char)('A' + i));
}

static void start_other(int fd, char name)
{
    weft_loop_create_task(&loop, user, &other, .fd = fd, .name = name);
}

/* Runs one tick without sleeping. */
static void one_tick(void)
{
    ck_no_error(weft_run_once(&loop));
}

static void ticks(int n)
{
    while (n--)
        one_tick();
}

/* ---- Ready ---- */

static void put_to_0(void)
{
    put(pairs[0][1]);
}

START_TEST(a_reader_waits_until_bytes_arrive)
{
    start_reader(0);
    counted.meanwhile = put_to_0;
    ck_no_error(weft_run_until_complete(&loop, &readers[0]));
    ck_recorded("a");
    ck_assert_uint_eq(readers[0].frame.taken, 1);
}
END_TEST

START_TEST(an_idle_loop_sleeps_once_for_each_event)
{
    weft_loop_create_task(&loop, user, &readers[0], .fd = pairs[0][0], .name = 'a', .wanted = 10);
    counted.meanwhile = put_to_0;
    ck_no_error(weft_run_until_complete(&loop, &readers[0]));
    ck_recorded("aaaaaaaaaa");
    ck_assert_int_eq(counted.sleeps, 10);
    ck_assert_int_eq(counted.looks, 0);
}
END_TEST

START_TEST(a_loop_with_a_timer_sleeps_once_until_the_timer_is_due)
{
    static WEFT_TASK(sleeper) late;
    start_reader(0);
    weft_loop_create_task(&loop, sleeper, &late, .delay = WEFT_MS(20));
    ck_no_error(weft_run_until_complete(&loop, &late));
    /* select() may return a little early, and is then called again. */
    ck_assert_int_le(counted.sleeps, 2);
    ck_assert_uint_ge(weft_wrap_(late.frame.ended - late.frame.begun), WEFT_MS(20));
    ck_no_error(weft_shutdown(&loop));
    ck_recorded("a=cancelled");
}
END_TEST

START_TEST(a_writer_waits_until_there_is_room)
{
    fill(pairs[0][0]);
    start_writer(0);
    ticks(3);
    ck_recorded("");
    take_all(pairs[0][1]);
    ck_no_error(weft_run_until_complete(&loop, &writers[0]));
    ck_recorded("A");
}
END_TEST

START_TEST(a_reader_and_a_writer_can_share_a_descriptor)
{
    start_reader(0);
    fill(pairs[0][0]);
    start_writer(0);
    ticks(3);
    put_to_0();
    ck_no_error(weft_run_until_complete(&loop, &readers[0]));
    ck_recorded("a");
    take_all(pairs[0][1]);
    ck_no_error(weft_run_until_complete(&loop, &writers[0]));
    ck_recorded("A");
}
END_TEST

START_TEST(a_closed_peer_makes_a_descriptor_readable)
{
    start_reader(0);
    ticks(2);
    ck_assert_int_eq(shutdown(pairs[0][1], SHUT_WR), 0);
    ck_no_error(weft_run_until_complete(&loop, &readers[0]));
    ck_recorded("a");
}
END_TEST

/* Like loop.add_reader(fd, future.set_result, None): one tick for the callback, and the task in
 * the next tick. */
START_TEST(a_waiting_task_runs_in_the_tick_after_the_watches_callback)
{
    start_reader(0);
    one_tick();
    put_to_0();
    weft_loop_create_task(&loop, ticker, &tickers[0], .name = '.', .times = 3);
    one_tick();
    ck_recorded("");
    one_tick();
    ck_recorded(".a");
    ticks(3);
    ck_recorded("..");
}
END_TEST

START_TEST(waiters_that_are_ready_at_once_run_in_the_order_of_waiting)
{
    for (int i = PAIRS - 1; i >= 0; i--) {
        start_reader(i);
        put(pairs[i][1]);
    }
    ticks(4);
    ck_recorded("hgfedcba");
}
END_TEST

/* ---- Refused ---- */

START_TEST(a_second_wait_for_one_descriptor_and_direction_is_refused)
{
    start_reader(0);
    one_tick();
    start_other(pairs[0][0], 'x');
    one_tick();
    ck_recorded("x=another wait for the descriptor is pending");
    put_to_0();
    ticks(3);
    ck_recorded("a");
    ck_assert_ptr_eq(weft_error_of(&other), &weft_descriptor_busy_error);
    ck_assert(weft_error_is(&weft_descriptor_busy_error, &weft_descriptor_error));
}
END_TEST

static const int refused[] = {-1, INT_MIN, FD_SETSIZE - 8, FD_SETSIZE, INT_MAX};

/* Returns the next number that is not open. Valgrind, for one, uses some numbers itself. */
static int closed_from(int descriptor)
{
    while (fcntl(descriptor, F_GETFD) >= 0)
        descriptor++;
    return descriptor;
}

START_TEST(a_number_that_the_backend_cannot_hold_or_that_is_not_open_is_refused)
{
    const int descriptor = closed_from(refused[_i]);
    const bool too_high = descriptor >= FD_SETSIZE && !takes_any_number();
    const weft_error *const error =
        too_high ? &weft_descriptor_range_error : &weft_bad_descriptor_error;
    for (int what = 0; what < 2; what++) {
        start_other(descriptor, what ? 'x' : 'X');
        one_tick();
        ck_assert_ptr_eq(weft_error_of(&other), error);
    }
    ck_assert_ptr_null(weft_first_watch(&loop));
    static weft_handle handle;
    ck_assert_ptr_eq(weft_call_when_readable(&loop, &handle, descriptor, NULL), error);
    ck_assert(!weft_handle_pending(&handle));
}
END_TEST

START_TEST(a_backend_without_descriptors_refuses_a_wait_for_one)
{
    static WEFT_TASK(user) task;
    const weft_error *const error = weft_run(&loop, user, &task, .name = 'x');
    ck_error(error, &weft_invalid_state_error);
    ck_assert_str_eq(weft_error_text(error), "the loop's backend has no descriptors");
}
END_TEST

/* ---- Closed ---- */

START_TEST(a_descriptor_closed_without_notice_fails_only_its_own_waiters)
{
    fill(pairs[1][0]);
    for (int i = 0; i < 3; i++)
        start_reader(i);
    start_writer(1);
    ticks(2);
    close(pairs[1][0]);
    ticks(3);
    ck_recorded("b=Bad file descriptorB=Bad file descriptor");
    put(pairs[0][1]);
    put(pairs[2][1]);
    ticks(3);
    ck_recorded("ac");
}
END_TEST

START_TEST(a_descriptor_closed_during_a_sleep_is_found_at_the_next_wake)
{
    start_reader(0);
    start_reader(1);
    ticks(2);
    close(pairs[1][0]);
    const weft_error *const error = weft_run_until_complete(&loop, &readers[1]);
    ck_assert_ptr_eq(error, &weft_bad_descriptor_error);
    ck_no_error(weft_shutdown(&loop));
    ck_recorded("b=Bad file descriptora=cancelled");
}
END_TEST

/* Closes the descriptor, and makes its number name an end of another pair. */
static void reuse(int descriptor, int now)
{
    close(descriptor);
    ck_assert_int_eq(dup2(now, descriptor), descriptor);
}

START_TEST(a_number_that_is_closed_and_reused_notifies_its_new_waiter)
{
    start_reader(0);
    ticks(2);
    reuse(pairs[0][0], pairs[1][0]);
    start_other(pairs[0][0], 'x');
    ticks(2);
    ck_recorded("a=Bad file descriptor");
    put(pairs[1][1]);
    ticks(3);
    ck_recorded("x");
}
END_TEST

START_TEST(a_number_reused_for_the_other_direction_notifies_its_new_waiter)
{
    start_reader(0);
    ticks(2);
    reuse(pairs[0][0], pairs[1][0]);
    start_other(pairs[0][0], 'X');
    ticks(4);
    ck_recorded("a=Bad file descriptorX");
}
END_TEST

static void note_call(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    note("call");
}

START_TEST(weft_notify_closing_fails_all_waits_for_the_descriptor)
{
    static weft_handle handle;
    start_reader(0);
    fill(pairs[0][0]);
    start_writer(0);
    start_reader(1);
    one_tick();
    fill(pairs[2][0]);
    ck_no_error(weft_call_when_writable(&loop, &handle, pairs[2][0], note_call));
    weft_notify_closing(&loop, pairs[0][0]);
    weft_notify_closing(&loop, pairs[2][0]);
    weft_notify_closing(&loop, pairs[3][0]);
    close(pairs[0][0]);
    one_tick();
    ck_recorded("a=Bad file descriptorA=Bad file descriptorcall");
    ck_no_error(weft_shutdown(&loop));
    ck_recorded("b=cancelled");
}
END_TEST

/* ---- Cancelled ---- */

/* Brings a reader into the state in which it is cancelled. */
static void park_reader(int state)
{
    start_reader(0);
    one_tick();
    if (state == 0)
        return;
    put_to_0();
    counted.sleep(counted.backend, 0); /* its callback is queued */
    if (state == 2)
        one_tick(); /* the task is ready */
}

START_TEST(a_wait_that_is_cancelled_leaves_no_trace)
{
    park_reader(_i);
    ck_assert(weft_cancel(&readers[0]));
    ck_assert(!weft_first_watch(&loop));
    one_tick();
    ck_recorded("a=cancelled");
    start_other(pairs[0][0], 'x');
    put_to_0();
    ticks(3);
    ck_recorded("x");
}
END_TEST

WEFT_ASYNC(limited, int fd; weft_timeout limit;)
{
    weft_with_timeout(&self->limit, WEFT_US(2000)) {
        weft_wait_readable(self->fd);
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_wait_for_a_descriptor_can_time_out)
{
    static WEFT_TASK(limited) task;
    ck_assert_ptr_eq(weft_run(&loop, limited, &task, .fd = pairs[0][0]), &weft_timeout_error);
    put_to_0();
    ck_no_error(weft_run(&loop, limited, &task, .fd = pairs[0][0]));
}
END_TEST

/* ---- Calls ---- */

static struct caller {
    weft_handle handle;
    int calls;
} caller;

static void note_and_ask_again(weft_loop *of, weft_handle *handle)
{
    struct caller *const self = WEFT_HANDLE_OWNER(handle, struct caller, handle);
    note(self->calls < 3 ? "call" : "end");
    if (self->calls++ < 3)
        ck_no_error(weft_call_when_readable(of, handle, pairs[0][0], note_and_ask_again));
}

START_TEST(a_callback_runs_once_and_can_schedule_itself_again)
{
    caller.calls = 0;
    ck_no_error(weft_call_when_readable(&loop, &caller.handle, pairs[0][0], note_and_ask_again));
    ck_error(weft_call_when_readable(&loop, &caller.handle, pairs[1][0], note_call),
             &weft_invalid_state_error);
    ck_error(weft_call_soon(&loop, &caller.handle, note_call), &weft_invalid_state_error);
    ticks(2);
    ck_recorded("");
    put_to_0();
    one_tick();
    ck_recorded("call");
    ticks(9);
    ck_recorded("callcallend");
    ck_assert(!weft_handle_pending(&caller.handle));
}
END_TEST

START_TEST(a_callback_that_is_cancelled_does_not_run)
{
    static weft_handle handle;
    for (int ready = 0; ready < 2; ready++) {
        ck_no_error(weft_call_when_writable(&loop, &handle, pairs[0][0], note_call));
        if (ready)
            counted.sleep(counted.backend, 0);
        ck_assert(weft_handle_cancel(&loop, &handle));
        ck_assert(!weft_handle_cancel(&loop, &handle));
    }
    ck_no_error(weft_call_when_writable(&loop, &handle, pairs[0][0], note_call));
    ticks(2);
    ck_recorded("call");
}
END_TEST

START_TEST(a_task_and_a_callback_cannot_share_a_descriptor)
{
    static weft_handle handle;
    ck_no_error(weft_call_when_readable(&loop, &handle, pairs[0][0], note_call));
    start_reader(0);
    one_tick();
    ck_recorded("a=another wait for the descriptor is pending");
    ck_assert(weft_handle_cancel(&loop, &handle));
    start_reader(0);
    one_tick();
    ck_assert_ptr_eq(weft_call_when_readable(&loop, &handle, pairs[0][0], note_call),
                     &weft_descriptor_busy_error);
    ck_no_error(weft_shutdown(&loop));
    ck_recorded("a=cancelled");
}
END_TEST

/* ---- While others are ready ---- */

START_TEST(descriptors_do_not_starve_while_tasks_are_ready)
{
    weft_loop_create_task(&loop, ticker, &tickers[0], .times = INT_MAX);
    start_reader(0);
    put_to_0();
    ck_no_error(weft_run_until_complete(&loop, &readers[0]));
    ck_assert(!weft_done(&tickers[0]));
    ck_assert_int_eq(counted.sleeps, 0);
    ck_no_error(weft_shutdown(&loop));
}
END_TEST

START_TEST(tasks_and_timers_do_not_starve_while_a_descriptor_is_ready)
{
    static WEFT_TASK(sleeper) late;
    weft_loop_create_task(&loop, user, &writers[0], .fd = pairs[0][0], .name = 'A', .wanted = 1);
    weft_loop_create_task(&loop, ticker, &tickers[0], .times = 10);
    ck_no_error(weft_run_until_complete(&loop, &tickers[0]));
    record[0] = '\0';
    weft_loop_create_task(&loop, sleeper, &late, .delay = WEFT_US(100));
    ck_no_error(weft_run_until_complete(&loop, &late));
    record[0] = '\0';
    ck_no_error(weft_shutdown(&loop));
}
END_TEST

static weft_time now_by_hand;

static weft_time read_hand(weft_backend *of)
{
    (void)of;
    return now_by_hand;
}

START_TEST(while_tasks_are_ready_the_backend_polls_now_and_then)
{
    const weft_time half = WEFT_IO_POLL_INTERVAL_ / 2;
    counted.backend->now = read_hand;
    now_by_hand = clock_at(1000);
    weft_loop_create_task(&loop, ticker, &tickers[0], .times = 1000);
    start_reader(0);
    for (int i = 0; i < 20; i++) {
        weft_stop(&loop);
        ck_no_error(weft_run_forever(&loop));
        now_by_hand += i % 2 ? WEFT_IO_POLL_INTERVAL_ - half : half;
    }
    ck_assert_int_eq(counted.looks, 9);
    ck_assert_int_eq(counted.sleeps, 0);
    ck_no_error(weft_shutdown(&loop));
    record[0] = '\0';
}
END_TEST

/* The last poll may be so long ago that its time counts as one to come. */
START_TEST(the_backend_polls_after_half_the_range_of_the_clock)
{
    counted.backend->now = read_hand;
    now_by_hand = clock_at(1000);
    weft_loop_create_task(&loop, ticker, &tickers[0], .times = 1000);
    start_reader(0);
    for (int i = 0; i < 3; i++) {
        weft_stop(&loop);
        ck_no_error(weft_run_forever(&loop));
    }
    counted.looks = 0;
    now_by_hand = weft_wrap_(now_by_hand + WEFT_FOREVER + 2 * WEFT_IO_POLL_INTERVAL_);
    weft_stop(&loop);
    ck_no_error(weft_run_forever(&loop));
    ck_assert_int_eq(counted.looks, 1);
    ck_no_error(weft_shutdown(&loop));
    record[0] = '\0';
}
END_TEST

static void put_to_0_late(void)
{
    now_by_hand += 10 * WEFT_IO_POLL_INTERVAL_;
    put_to_0();
}

START_TEST(a_sleep_counts_as_a_poll)
{
    counted.backend->now = read_hand;
    now_by_hand = clock_at(1000);
    weft_loop_create_task(&loop, user, &readers[0], .fd = pairs[0][0], .name = 'a', .wanted = 5);
    start_reader(1);
    counted.meanwhile = put_to_0_late;
    ck_no_error(weft_run_until_complete(&loop, &readers[0]));
    ck_recorded("aaaaa");
    ck_assert_int_eq(counted.looks, 0);
    ck_no_error(weft_shutdown(&loop));
    ck_recorded("b=cancelled");
}
END_TEST

START_TEST(a_hosts_run_polls_once)
{
    counted.backend->now = read_hand;
    now_by_hand = clock_at(1000);
    weft_loop_create_task(&loop, ticker, &tickers[0], .times = 1000);
    start_reader(0);
    one_tick();
    for (int i = 0; i < 20; i++) {
        counted.looks = 0;
        now_by_hand += WEFT_IO_POLL_INTERVAL_ * 2;
        one_tick();
        ck_assert_int_eq(counted.looks, 1);
    }
    ck_no_error(weft_shutdown(&loop));
    record[0] = '\0';
}
END_TEST

START_TEST(without_descriptors_the_backend_is_not_asked_while_tasks_are_ready)
{
    weft_loop_create_task(&loop, ticker, &tickers[0], .times = 1000);
    ck_no_error(weft_run_until_complete(&loop, &tickers[0]));
    ck_assert_int_eq(counted.looks + counted.sleeps, 0);
}
END_TEST

/* ---- The end ---- */

START_TEST(a_closed_loop_watches_nothing)
{
    static weft_handle handle;
    start_reader(0);
    start_reader(1);
    ck_no_error(weft_call_when_writable(&loop, &handle, pairs[2][0], note_call));
    weft_stop(&loop);
    ck_no_error(weft_run_forever(&loop));
    ck_assert_ptr_nonnull(weft_first_watch(&loop));
    ck_no_error(weft_loop_close(&loop));
    ck_assert_ptr_null(weft_first_watch(&loop));
    ck_assert(!weft_handle_pending(&handle));
    start_reader(0);
    put_to_0();
    ticks(3);
    ck_recorded("a");
}
END_TEST

START_TEST(a_report_names_the_descriptor)
{
    fill(pairs[1][0]);
    start_reader(0);
    start_writer(1);
    one_tick();
    const weft_wait_info reading = weft_task_waits_for(&readers[0].task);
    const weft_wait_info writing = weft_task_waits_for(&writers[1].task);
    ck_assert_str_eq(reading.what, "readable");
    ck_assert_int_eq(reading.descriptor, pairs[0][0]);
    ck_assert_str_eq(writing.what, "writable");
    ck_assert_int_eq(writing.descriptor, pairs[1][0]);
    ck_no_error(weft_shutdown(&loop));
    record[0] = '\0';
    ck_assert_int_eq(weft_task_waits_for(&readers[0].task).descriptor, -1);
}
END_TEST

/* The task finds the closing by its read: its watch is gone, so its number cannot be compared. */
START_TEST(a_task_that_was_notified_is_not_notified_of_a_closing)
{
    park_reader(_i);
    weft_notify_closing(&loop, pairs[0][0]);
    ticks(2);
    ck_recorded("a");
    ck_no_error(weft_error_of(&readers[0]));
}
END_TEST

static void append(const char *text, void *to)
{
    ck_assert_uint_lt(strlen(to) + strlen(text), 1000);
    strcat(to, text);
}

/* The callback of the descriptor is queued, and its entry uses the memory of the number. */
START_TEST(a_report_of_a_notified_task_names_no_descriptor)
{
    char dumped[1000] = "";
    park_reader(1);
    const weft_wait_info waiting = weft_task_waits_for(&readers[0].task);
    ck_assert_str_eq(waiting.what, "nothing");
    ck_assert_int_eq(waiting.descriptor, -1);
    weft_dump(&loop, append, dumped);
    ck_assert_ptr_eq(strstr(dumped, "user is ready\n"), dumped);
    ticks(2);
    ck_recorded("a");
}
END_TEST

START_TEST(the_watches_of_a_loop_can_be_walked)
{
    for (int i = 0; i < 3; i++)
        start_reader(i);
    fill(pairs[1][0]);
    start_writer(1);
    one_tick();
    static const int which[] = {0, 1, 2, 1};
    int i = 0;
    for (weft_watch *at = weft_first_watch(&loop); at; at = weft_next_watch(at), i++) {
        ck_assert_int_eq(weft_watch_descriptor(at), pairs[which[i]][0]);
        ck_assert_int_eq(weft_watch_for(at), i == 3 ? WEFT_WRITABLE : WEFT_READABLE);
    }
    ck_assert_int_eq(i, 4);
    ck_no_error(weft_shutdown(&loop));
    record[0] = '\0';
}
END_TEST

/* ---- At random ---- */

static unsigned long long seed;

static unsigned choose(unsigned below)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(seed >> 33) % below;
}

/* Makes one of several changes to a reader of a pair. */
static size_t disturb(int i)
{
    switch (choose(4)) {
    case 0:
        put(pairs[i][1]);
        return 1;
    case 1:
        weft_cancel(&readers[i]);
        return 0;
    case 2:
        if (weft_done(&readers[i]))
            start_reader(i);
        return 0;
    default:
        weft_notify_closing(&loop, pairs[i][0]);
        return 0;
    }
}

START_TEST(no_byte_is_lost_under_cancellation_at_any_tick)
{
    seed = (unsigned long long)_i + 1;
    size_t sent = 0, taken = 0;
    for (int i = 0; i < PAIRS; i++)
        start_reader(i);
    for (int round = 0; round < 3000; round++) {
        sent += disturb((int)choose(PAIRS));
        if (choose(2))
            one_tick();
        for (int i = 0; i < PAIRS; i++)
            if (weft_done(&readers[i])) {
                taken += readers[i].frame.taken;
                readers[i].frame.taken = 0;
            }
        record[0] = '\0';
    }
    ck_no_error(weft_shutdown(&loop));
    for (int i = 0; i < PAIRS; i++)
        taken += readers[i].frame.taken + take_all(pairs[i][0]);
    record[0] = '\0';
    ck_assert_msg(sent == taken, "seed %d: %zu bytes sent, %zu taken", _i + 1, sent, taken);
}
END_TEST

/* ---- At random, beside a model: a list of waiters, in order ---- */

enum { ASKERS = 12 };

static struct asker {
    weft_handle handle;
    int pair, what;
    enum { IDLE, WAITS, NOTIFIED } state;
} askers[ASKERS], *waiting[ASKERS];

static int waiters;

static void end_wait(struct asker *asker)
{
    int kept = 0;
    for (int i = 0; i < waiters; i++)
        if (waiting[i] != asker)
            waiting[kept++] = waiting[i];
    waiters = kept;
}

static void be_notified(struct asker *asker)
{
    end_wait(asker);
    asker->state = NOTIFIED;
}

static bool is_taken(int pair, int what)
{
    for (int i = 0; i < waiters; i++)
        if (waiting[i]->pair == pair && waiting[i]->what == what)
            return true;
    return false;
}

static void ask_or_cancel(weft_loop *of, weft_handle *handle);

static const weft_error *call_when(weft_handle *handle, int pair, int what)
{
    if (what == WEFT_READABLE)
        return weft_call_when_readable(&loop, handle, pairs[pair][0], ask_or_cancel);
    return weft_call_when_writable(&loop, handle, pairs[pair][0], ask_or_cancel);
}

static void ask_at_random(struct asker *asker)
{
    const int pair = (int)choose(PAIRS), what = (int)choose(2);
    const weft_error *const expected = asker->state != IDLE   ? &weft_invalid_state_error
                                       : is_taken(pair, what) ? &weft_descriptor_busy_error
                                                              : NULL;
    ck_assert_ptr_eq(call_when(&asker->handle, pair, what), expected);
    if (expected)
        return;
    asker->pair = pair;
    asker->what = what;
    asker->state = WAITS;
    waiting[waiters++] = asker;
}

static void cancel_at_random(struct asker *asker)
{
    ck_assert(weft_handle_cancel(&loop, &asker->handle) == (asker->state != IDLE));
    end_wait(asker);
    asker->state = IDLE;
}

static void notify_all_of(int pair)
{
    weft_notify_closing(&loop, pairs[pair][0]);
    for (int i = 0; i < ASKERS; i++)
        if (askers[i].state == WAITS && askers[i].pair == pair)
            be_notified(&askers[i]);
}

static void do_at_random(void)
{
    const int pair = (int)choose(PAIRS);
    switch (choose(6)) {
    case 0:
        cancel_at_random(&askers[choose(ASKERS)]);
        break;
    case 1:
        notify_all_of(pair);
        break;
    case 2:
        take_all(pairs[pair][0]);
        take_all(pairs[pair][1]);
        break;
    case 3:
        fill(pairs[pair][choose(2)]);
        break;
    default:
        ask_at_random(&askers[choose(ASKERS)]);
        break;
    }
}

static void ask_or_cancel(weft_loop *of, weft_handle *handle)
{
    struct asker *const self = WEFT_HANDLE_OWNER(handle, struct asker, handle);
    ck_assert_ptr_eq(of, &loop);
    ck_assert_msg(self->state == NOTIFIED, "seed %llu", seed);
    self->state = IDLE;
    do_at_random();
}

static bool is_ready(const struct asker *asker)
{
    struct pollfd entry = {.fd = pairs[asker->pair][0],
                           .events = asker->what == WEFT_READABLE ? POLLIN : POLLOUT};
    return poll(&entry, 1, 0) == 1;
}

/* Runs one tick of the model: calls the waiters that were notified, then notifies those that are
 * ready. */
static void tick_beside_the_model(void)
{
    for (int i = 0; i < ASKERS; i++)
        if (askers[i].state == WAITS && is_ready(&askers[i]))
            be_notified(&askers[i]);
    one_tick();
}

static void compare_with_the_model(int start)
{
    int i = 0;
    for (weft_watch *at = weft_first_watch(&loop); at; at = weft_next_watch(at), i++) {
        ck_assert_msg(i < waiters && at == &waiting[i]->handle.wait, "seed %d", start);
        ck_assert_int_eq(weft_watch_descriptor(at), pairs[waiting[i]->pair][0]);
        ck_assert_int_eq((int)weft_watch_for(at), waiting[i]->what);
    }
    ck_assert_msg(i == waiters, "seed %d", start);
}

START_TEST(the_watches_are_as_in_a_model)
{
    seed = (unsigned long long)_i + 1;
    for (int round = 0; round < 2000; round++) {
        do_at_random();
        compare_with_the_model(_i + 1);
        if (choose(3))
            continue;
        tick_beside_the_model();
        compare_with_the_model(_i + 1);
    }
    ck_no_error(weft_loop_close(&loop));
    for (int i = 0; i < ASKERS; i++)
        ck_assert(!weft_handle_pending(&askers[i].handle));
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_reader_waits_until_bytes_arrive);
    tcase_add_test(tests, an_idle_loop_sleeps_once_for_each_event);
    tcase_add_test(tests, a_loop_with_a_timer_sleeps_once_until_the_timer_is_due);
    tcase_add_test(tests, a_writer_waits_until_there_is_room);
    tcase_add_test(tests, a_reader_and_a_writer_can_share_a_descriptor);
    tcase_add_test(tests, a_closed_peer_makes_a_descriptor_readable);
    tcase_add_test(tests, a_waiting_task_runs_in_the_tick_after_the_watches_callback);
    tcase_add_test(tests, waiters_that_are_ready_at_once_run_in_the_order_of_waiting);
    tcase_add_test(tests, a_second_wait_for_one_descriptor_and_direction_is_refused);
    tcase_add_loop_test(tests, a_number_that_the_backend_cannot_hold_or_that_is_not_open_is_refused,
                        0, sizeof(refused) / sizeof(*refused));
    tcase_add_test(tests, a_descriptor_closed_without_notice_fails_only_its_own_waiters);
    tcase_add_test(tests, a_descriptor_closed_during_a_sleep_is_found_at_the_next_wake);
    tcase_add_test(tests, a_number_that_is_closed_and_reused_notifies_its_new_waiter);
    tcase_add_test(tests, a_number_reused_for_the_other_direction_notifies_its_new_waiter);
    tcase_add_test(tests, weft_notify_closing_fails_all_waits_for_the_descriptor);
    tcase_add_loop_test(tests, a_task_that_was_notified_is_not_notified_of_a_closing, 1, 3);
    tcase_add_loop_test(tests, a_wait_that_is_cancelled_leaves_no_trace, 0, 3);
    tcase_add_test(tests, a_wait_for_a_descriptor_can_time_out);
    tcase_add_test(tests, a_callback_runs_once_and_can_schedule_itself_again);
    tcase_add_test(tests, a_callback_that_is_cancelled_does_not_run);
    tcase_add_test(tests, a_task_and_a_callback_cannot_share_a_descriptor);
    tcase_add_test(tests, descriptors_do_not_starve_while_tasks_are_ready);
    tcase_add_test(tests, tasks_and_timers_do_not_starve_while_a_descriptor_is_ready);
    tcase_add_test(tests, while_tasks_are_ready_the_backend_polls_now_and_then);
    tcase_add_test(tests, the_backend_polls_after_half_the_range_of_the_clock);
    tcase_add_test(tests, a_sleep_counts_as_a_poll);
    tcase_add_test(tests, a_hosts_run_polls_once);
    tcase_add_test(tests, without_descriptors_the_backend_is_not_asked_while_tasks_are_ready);
    tcase_add_test(tests, a_closed_loop_watches_nothing);
    tcase_add_test(tests, a_report_names_the_descriptor);
    tcase_add_test(tests, a_report_of_a_notified_task_names_no_descriptor);
    tcase_add_test(tests, the_watches_of_a_loop_can_be_walked);
    tcase_add_loop_test(tests, no_byte_is_lost_under_cancellation_at_any_tick, 0, 20);
    tcase_add_loop_test(tests, the_watches_are_as_in_a_model, 0, 20);
}

int main(void)
{
    TCase *tests = begin_suite("descriptor");
    tcase_add_test(tests, a_backend_without_descriptors_refuses_a_wait_for_one);
    for (int i = 0; (tests = begin_case_on(i)); i++)
        add_tests(tests);
    return run_suite();
}
