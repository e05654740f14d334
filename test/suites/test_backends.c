/* SPDX-License-Identifier: MIT */
/* What backends with descriptors do, beyond test_descriptor.c: wake, regular files, large
 * numbers, and what only one backend has. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backends.h"
#include "core/backend/poll.h"
#include "core/backend/units.h"
#ifdef HAVE_EPOLL
#include "core/backend/epoll.h"
#endif

static weft_backend *on; /* the backend */
static int pair[2];

static void set_up(void)
{
    on = open_backend();
    weft_loop_init(&loop, on);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
}

static void tear_down(void)
{
    ck_assert_ptr_null(weft_first_watch(&loop));
    close(pair[0]);
    close(pair[1]);
}

WEFT_ASYNC(waiter, int fd; char name; const weft_error *caught;)
{
    weft_try {
        if (self->name >= 'a')
            weft_wait_readable(self->fd);
        else
            weft_wait_writable(self->fd);
        note_letter(self->name);
    }
    weft_catch(&weft_base_error, self->caught) {
        note_letter(self->name);
        note_error(self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(sleeper, weft_time delay;)
{
    weft_sleep(self->delay);
    note("slept");
}
WEFT_ASYNC_END

static WEFT_TASK(waiter) waiters[2];
static WEFT_TASK(sleeper) sleeping;

static void start(int i, int fd, char name)
{
    weft_loop_create_task(&loop, waiter, &waiters[i], .fd = fd, .name = name);
}

static void finish(int i)
{
    ck_no_error(weft_run_until_complete(&loop, &waiters[i]));
}

/* ---- wake ---- */

static weft_threadsafe_handle called;

static void stop(weft_loop *of, weft_handle *handle)
{
    (void)handle;
    note("woken");
    weft_stop(of);
}

static void *call_it(void *unused)
{
    (void)unused;
    weft_call_soon_threadsafe(&called);
    return NULL;
}

/* Counts the open descriptors below 64. */
static int count_open(void)
{
    int count = 0;
    for (int fd = 0; fd < 64; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* A program that another one starts by exec() must not hold them. */
START_TEST(what_a_wake_opens_is_closed_by_exec_and_never_blocks)
{
    bool was_open[64];
    int opened = 0;
    for (int fd = 0; fd < 64; fd++)
        was_open[fd] = fcntl(fd, F_GETFD) >= 0;
    ck_no_error(weft_threadsafe_open(&loop, &called, stop));
    for (int fd = 0; fd < 64; fd++) {
        if (was_open[fd] || fcntl(fd, F_GETFD) < 0)
            continue;
        opened++;
        ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
        ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    }
    ck_assert_int_gt(opened, 0);
    weft_threadsafe_close(&called);
}
END_TEST

static const int waits[] = {0, 1, 2}; /* for the wake only; for a descriptor; for a timer */

START_TEST(a_wake_ends_a_sleep_and_its_pipe_is_closed_again)
{
    const int before = count_open();
    ck_no_error(weft_threadsafe_open(&loop, &called, stop));
    ck_assert_int_gt(count_open(), before);
    if (waits[_i] == 1)
        start(0, pair[0], 'a');
    if (waits[_i] == 2)
        weft_loop_create_task(&loop, sleeper, &sleeping, .delay = SECONDS_AT_MOST(3600));
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        ck_assert_int_eq(pthread_create(&thread, NULL, call_it, NULL), 0);
        ck_no_error(weft_run_forever(&loop));
        pthread_join(thread, NULL);
        ck_recorded("woken");
    }
    weft_threadsafe_close(&called);
    ck_assert_int_eq(count_open(), before);
    (void)weft_shutdown(&loop);
}
END_TEST

START_TEST(a_wake_leaves_errno_as_it_was)
{
    ck_no_error(weft_threadsafe_open(&loop, &called, stop));
    errno = ENOTTY;
    for (int i = 0; i < 100000; i++)
        on->wake(on);
    ck_assert_int_eq(errno, ENOTTY);
    on->sleep(on, WEFT_FOREVER);
    weft_threadsafe_close(&called);
}
END_TEST

/* Returns a time in at least 1 ms. For sleep(), 0 has another meaning. */
static weft_time end_of_sleep(void)
{
    const weft_time end = weft_wrap_(on->now(on) + WEFT_MS(1));
    return end + !end;
}

START_TEST(a_wake_pipe_that_was_emptied_wakes_again)
{
    ck_no_error(weft_threadsafe_open(&loop, &called, stop));
    for (int i = 0; i < 3; i++) {
        on->wake(on);
        on->sleep(on, WEFT_FOREVER);
    }
    const weft_time until = end_of_sleep();
    on->sleep(on, until);
    ck_assert(weft_has_passed(until, on->now(on)));
    weft_threadsafe_close(&called);
}
END_TEST

/* The number 0 is a descriptor like any other. */
START_TEST(a_wake_pipe_may_have_the_number_0)
{
    const int before = dup(0);
    close(0);
    const weft_error *const error = weft_threadsafe_open(&loop, &called, stop);
    if (!error) {
        on->wake(on);
        on->sleep(on, WEFT_FOREVER);
    }
    weft_threadsafe_close(&called);
    if (before >= 0) {
        dup2(before, 0);
        close(before);
    }
    ck_no_error(error);
}
END_TEST

/* ---- The clock ---- */

/* The clock mostly shows the same microsecond when the backend reads it again. */
START_TEST(a_sleep_until_now_or_a_microsecond_later_ends)
{
    for (int i = 0; i < 500; i++)
        on->sleep(on, on->now(on));
    for (int i = 0; i < 20; i++)
        on->sleep(on, weft_wrap_(on->now(on) + 1));
}
END_TEST

static weft_time monotonic_clock(void)
{
    struct timespec now;
    ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return weft_units_of_(now.tv_sec, now.tv_nsec);
}

START_TEST(now_is_the_monotonic_clock_in_microseconds)
{
    for (int i = 0; i < 1000; i++) {
        const weft_time before = monotonic_clock(), now = weft_loop_time(&loop);
        ck_assert(weft_has_passed(before, now));
        ck_assert(weft_has_passed(now, monotonic_clock()));
    }
}
END_TEST

/* The backend rounds its clock down, so a deadline of now + delay could come up to a microsecond
 * early. */
START_TEST(a_deadline_is_later_than_the_rounded_clock_and_the_delay)
{
    static weft_handle handle;
    memset(&handle, 0, sizeof(handle));
    const weft_time before = weft_loop_time(&loop);
    ck_no_error(weft_call_later(&loop, &handle, WEFT_SECONDS(1), stop));
    ck_assert_uint_gt(weft_wrap_(weft_next_run(&loop) - before), WEFT_SECONDS(1));
    weft_handle_cancel(&loop, &handle);
}
END_TEST

/* ---- Files that are always ready ---- */

START_TEST(a_regular_file_is_always_ready)
{
    FILE *const file = tmpfile();
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 3; i++) {
        start(0, fileno(file), 'a');
        start(1, fileno(file), 'B');
        finish(0);
        finish(1);
        ck_recorded("aB");
    }
    start(0, fileno(file), 'a');
    ck_no_error(weft_run_once(&loop));
    weft_cancel(&waiters[0]);
    finish(0);
    ck_recorded("a=cancelled");
    fclose(file);
}
END_TEST

/* A number changes from a regular file to a pipe, and the other way round. A backend that knows
 * only the number could report the old file's readiness. */
START_TEST(a_number_that_was_a_regular_files_is_waited_for)
{
    FILE *const file = tmpfile();
    ck_assert_ptr_nonnull(file);
    const int number = dup(fileno(file));
    start(0, number, 'a');
    finish(0);
    ck_assert_int_eq(dup2(pair[0], number), number);
    start(0, number, 'b');
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = WEFT_MS(1));
    ck_no_error(weft_run_until_complete(&loop, &sleeping));
    ck_recorded("aslept");
    ck_assert_int_eq(dup2(fileno(file), number), number);
    start(1, number, 'c');
    finish(1);
    finish(0);
    ck_assert(!strcmp(record, "b=Bad file descriptorc") || !strcmp(record, "bc"));
    close(number);
    fclose(file);
}
END_TEST

/* A new file often gets the inode of a file that was deleted. */
START_TEST(a_pipe_that_is_taken_for_a_regular_file_is_waited_for)
{
    char name[] = "/tmp/weftXXXXXX";
    const int number = mkstemp(name);
    ck_assert_int_ge(number, 0);
    start(0, number, 'a');
    finish(0);
    ck_assert_int_eq(close(number) | unlink(name) | mkfifo(name, 0600), 0);
    ck_assert_int_eq(open(name, O_RDWR | O_NONBLOCK), number);
    for (int i = 0; i < 2; i++) {
        start(0, number, 'b');
        weft_loop_create_task(&loop, sleeper, &sleeping, .delay = WEFT_MS(1));
        ck_no_error(weft_run_until_complete(&loop, &sleeping));
        weft_cancel(&waiters[0]);
        finish(0);
    }
    ck_recorded("asleptb=cancelledsleptb=cancelled");
    close(number);
    unlink(name);
}
END_TEST

/* A copy keeps the file open whose number is a regular file's now: epoll still reports it. */
START_TEST(a_regular_file_is_ready_though_the_file_that_had_its_number_is_reported)
{
    FILE *const file = tmpfile();
    ck_assert_ptr_nonnull(file);
    const int number = dup(pair[0]);
    start(0, number, 'a');
    ck_no_error(weft_run_once(&loop));
    weft_cancel(&waiters[0]);
    finish(0);
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    ck_assert_int_eq(dup2(fileno(file), number), number);
    start(1, number, 'B');
    finish(1);
    ck_recorded("a=cancelledB");
    close(number);
    fclose(file);
}
END_TEST

START_TEST(two_numbers_of_one_file_are_waited_for_apart)
{
    const int other = dup(pair[0]);
    start(0, pair[0], 'a');
    start(1, other, 'B');
    finish(1);
    ck_recorded("B");
    start(1, other, 'b');
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    finish(0);
    finish(1);
    ck_recorded("ab");
    close(other);
}
END_TEST

static void sleep_in_full(void)
{
    const weft_time until = end_of_sleep();
    on->sleep(on, until);
    ck_assert(weft_has_passed(until, on->now(on)));
}

START_TEST(a_regular_file_that_nobody_waits_for_ends_no_sleep)
{
    FILE *const file = tmpfile();
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 2; i++) {
        start(0, fileno(file), 'a');
        finish(0);
        sleep_in_full();
        start(0, fileno(file), 'a');
        start(1, fileno(file), 'B');
        finish(0);
        finish(1);
        sleep_in_full();
    }
    fclose(file);
}
END_TEST

START_TEST(a_wake_pipe_that_was_closed_ends_no_sleep)
{
    ck_no_error(weft_threadsafe_open(&loop, &called, stop));
    weft_threadsafe_close(&called);
    sleep_in_full();
    const int other = dup(pair[0]); /* has its number, perhaps */
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    sleep_in_full();
    close(other);
}
END_TEST

/* What epoll has armed for it may end one sleep early, and no more. */
START_TEST(a_descriptor_that_nobody_waits_for_ends_no_sleep)
{
    start(0, pair[0], 'a');
    ck_no_error(weft_run_once(&loop));
    close(pair[1]);
    pair[1] = -1;
    finish(0);
    ck_recorded("a");
    on->sleep(on, end_of_sleep());
    sleep_in_full();
}
END_TEST

/* ---- Numbers of any size ---- */

START_TEST(numbers_too_large_for_select_work_on_other_backends)
{
    struct rlimit limit;
    if (!takes_any_number() || getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max < 5000 ? limit.rlim_max : 5000;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur <= 2 * FD_SETSIZE)
        return;
    const int high = fcntl(pair[0], F_DUPFD, 2 * FD_SETSIZE);
    ck_assert_int_ge(high, 2 * FD_SETSIZE);
    start(0, high, 'a');
    start(1, high, 'B');
    finish(1);
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    finish(0);
    ck_recorded("Ba");
    close(high);
}
END_TEST

/* ---- Only poll(), for a host that calls it ---- */

static weft_poll polled;

static void set_up_poll(void)
{
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert(weft_poll_init(&polled, 1));
    weft_loop_init(&loop, &polled.backend);
}

static void tear_down_poll(void)
{
    ck_no_error(weft_loop_close(&loop));
    weft_poll_close(&polled);
    close(pair[0]);
    close(pair[1]);
}

/* Calls poll() as a host does, for a descriptor of its own and for weft's. */
static void look(void)
{
    polled.entries[0] = (struct pollfd){.fd = pair[1], .events = POLLOUT};
    weft_poll_fill(&polled);
    ck_assert_int_ge(poll(polled.entries, polled.count, 0), 0);
}

START_TEST(a_reader_and_a_writer_of_one_number_share_an_entry)
{
    start(0, pair[0], 'a');
    start(1, pair[0], 'B');
    ck_no_error(weft_run_once(&loop));
    look();
    ck_assert_uint_eq(polled.count, 3); /* the host's entry, the wake pipe's entry */
    ck_assert_int_eq(polled.entries[2].events, POLLIN | POLLOUT);
    weft_poll_notify(&polled);
    ck_assert_int_eq(polled.entries[0].revents, POLLOUT);
    for (int i = 0; i < 2; i++)
        ck_no_error(weft_run_once(&loop));
    ck_recorded("B");
}
END_TEST

/* Such a watch has no entry yet, so poll() cannot notify it. The host's entry must not be taken
 * for it. */
START_TEST(a_watch_that_is_added_after_the_entries_were_made_is_not_notified)
{
    start(0, pair[0], 'A');
    ck_no_error(weft_run_once(&loop));
    look();
    weft_cancel(&waiters[0]);
    static weft_handle handle;
    ck_no_error(weft_call_when_writable(&loop, &handle, pair[1], stop));
    weft_poll_notify(&polled);
    ck_assert_ptr_nonnull(weft_first_watch(&loop));
    look();
    weft_poll_notify(&polled);
    ck_assert_ptr_null(weft_first_watch(&loop));
}
END_TEST

/* The host's poll() stands for that of one run. */
START_TEST(a_run_after_the_one_that_the_host_polled_for_polls_itself)
{
    start(0, pair[0], 'a');
    ck_no_error(weft_run_once(&loop));
    look();
    weft_poll_notify(&polled);
    ck_no_error(weft_run_once(&loop));
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    ck_no_error(weft_run_once(&loop));
    ck_assert_ptr_null(weft_first_watch(&loop));
    ck_no_error(weft_run_once(&loop));
    ck_recorded("a");
}
END_TEST

/* A run's own poll() stands for none. */
START_TEST(a_run_after_one_that_polled_itself_polls_too)
{
    start(0, pair[0], 'a');
    start(1, pair[1], 'B');
    for (int i = 0; i < 2; i++)
        ck_no_error(weft_run_once(&loop));
    ck_assert_ptr_null(weft_next_watch(weft_first_watch(&loop)));
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    ck_no_error(weft_run_once(&loop));
    ck_assert_ptr_null(weft_first_watch(&loop));
    ck_no_error(weft_run_once(&loop));
    ck_recorded("Ba");
}
END_TEST

START_TEST(a_timeout_is_rounded_up)
{
    const weft_time now = weft_loop_time(&loop);
    ck_assert_int_eq(weft_poll_timeout(&polled, 0), 0);
    ck_assert_int_eq(weft_poll_timeout(&polled, now), 0);
    ck_assert_int_eq(weft_poll_timeout(&polled, WEFT_FOREVER), -1);
    const weft_time farthest = WEFT_TIME_BITS == 64 ? WEFT_FOREVER - 1 : now + WEFT_FOREVER - 1;
    ck_assert_int_gt(weft_poll_timeout(&polled, farthest), MS_FIT(1000000) ? 1000000 : 30);
    const weft_time far = now + SECONDS_AT_MOST(1000) + 1;
    const int timeout = weft_poll_timeout(&polled, far);
    ck_assert(weft_has_passed(far, weft_loop_time(&loop) + WEFT_MS(timeout)));
}
END_TEST

/* ---- Only epoll ---- */

#ifdef HAVE_EPOLL
static weft_epoll epoll;

static void set_up_epoll(void)
{
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert(weft_epoll_init(&epoll));
    weft_loop_init(&loop, &epoll.backend);
}

static void tear_down_epoll(void)
{
    ck_no_error(weft_loop_close(&loop));
    weft_epoll_close(&epoll);
    close(pair[0]);
}

START_TEST(a_wake_counter_that_is_full_is_a_wake)
{
    const uint64_t most = UINT64_MAX - 1;
    ck_no_error(weft_threadsafe_open(&loop, &called, stop));
    ck_assert_int_eq(write(epoll.wake_event, &most, sizeof(most)), sizeof(most));
    epoll.backend.wake(&epoll.backend);
    epoll.backend.sleep(&epoll.backend, WEFT_FOREVER);
    weft_threadsafe_close(&called);
    close(pair[1]);
}
END_TEST

/* A copy keeps the file open, so epoll reports that it can be read. The number is closed, so the
 * other wait cannot be armed again. */
START_TEST(the_other_wait_for_a_closed_number_fails)
{
    const char bytes[4096] = {0};
    const int number = dup(pair[0]);
    ck_assert_int_eq(fcntl(number, F_SETFL, O_NONBLOCK), 0);
    while (write(number, bytes, sizeof(bytes)) > 0)
        continue;
    start(0, number, 'a');
    start(1, number, 'B');
    ck_no_error(weft_run_once(&loop));
    close(number);
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    epoll.checked = epoll.backend.now(&epoll.backend);
    finish(0);
    finish(1);
    ck_recorded("B=Bad file descriptora");
    close(pair[1]);
}
END_TEST

/* The search costs one system call a watch, so it is not made in each sleep. */
START_TEST(closed_descriptors_are_searched_for_no_more_often_than_check_every)
{
    epoll.check_every = SECONDS_AT_MOST(3600);
    epoll.checked = weft_wrap_(epoll.backend.now(&epoll.backend) - epoll.check_every);
    start(0, pair[1], 'a');
    for (int i = 0; i < 2; i++) /* the second run searches */
        ck_no_error(weft_run_once(&loop));
    close(pair[1]);
    for (int i = 0; i < 3; i++)
        ck_no_error(weft_run_once(&loop));
    ck_recorded("");
    epoll.check_every = 0;
    finish(0);
    ck_recorded("a=Bad file descriptor");
}
END_TEST

/* A longer sleep is split, so that epoll can check. After a shorter sleep it checks at the end. */
START_TEST(a_closed_descriptor_is_found_within_a_bounded_time)
{
    weft_loop_create_task(&loop, sleeper, &sleeping, .delay = WEFT_MS(1));
    start(0, pair[1], 'a');
    start(1, pair[0], 'b');
    ck_no_error(weft_run_until_complete(&loop, &sleeping));
    epoll.checked = epoll.backend.now(&epoll.backend);
    close(pair[1]);
    finish(0);
    finish(1); /* the other end is open, but has hung up */
    ck_recorded("sleptba=Bad file descriptor");
}
END_TEST
#endif

/* ---- The suite ---- */

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, a_wake_ends_a_sleep_and_its_pipe_is_closed_again, 0, 3);
    tcase_add_test(tests, what_a_wake_opens_is_closed_by_exec_and_never_blocks);
    tcase_add_test(tests, a_wake_leaves_errno_as_it_was);
    tcase_add_test(tests, a_wake_pipe_that_was_emptied_wakes_again);
    tcase_add_test(tests, a_wake_pipe_may_have_the_number_0);
    tcase_add_test(tests, a_sleep_until_now_or_a_microsecond_later_ends);
    tcase_add_test(tests, now_is_the_monotonic_clock_in_microseconds);
    tcase_add_test(tests, a_deadline_is_later_than_the_rounded_clock_and_the_delay);
    tcase_add_test(tests, a_regular_file_is_always_ready);
    tcase_add_test(tests, a_number_that_was_a_regular_files_is_waited_for);
    tcase_add_test(tests, a_pipe_that_is_taken_for_a_regular_file_is_waited_for);
    tcase_add_test(tests, a_regular_file_is_ready_though_the_file_that_had_its_number_is_reported);
    tcase_add_test(tests, two_numbers_of_one_file_are_waited_for_apart);
    tcase_add_test(tests, a_descriptor_that_nobody_waits_for_ends_no_sleep);
    tcase_add_test(tests, a_regular_file_that_nobody_waits_for_ends_no_sleep);
    tcase_add_test(tests, a_wake_pipe_that_was_closed_ends_no_sleep);
    tcase_add_test(tests, numbers_too_large_for_select_work_on_other_backends);
}

int main(void)
{
    TCase *tests = begin_suite("backends");
    tcase_add_checked_fixture(tests, set_up_poll, tear_down_poll);
    tcase_add_test(tests, a_reader_and_a_writer_of_one_number_share_an_entry);
    tcase_add_test(tests, a_watch_that_is_added_after_the_entries_were_made_is_not_notified);
    tcase_add_test(tests, a_run_after_the_one_that_the_host_polled_for_polls_itself);
    tcase_add_test(tests, a_run_after_one_that_polled_itself_polls_too);
    tcase_add_test(tests, a_timeout_is_rounded_up);
#ifdef HAVE_EPOLL
    tests = begin_case("epoll's own", NULL, NULL);
    tcase_add_checked_fixture(tests, set_up_epoll, tear_down_epoll);
    tcase_add_test(tests, a_wake_counter_that_is_full_is_a_wake);
    tcase_add_test(tests, the_other_wait_for_a_closed_number_fails);
    tcase_add_test(tests, closed_descriptors_are_searched_for_no_more_often_than_check_every);
    tcase_add_test(tests, a_closed_descriptor_is_found_within_a_bounded_time);
#endif
    for (int i = 0; (tests = begin_case_on(i)); i++)
        add_tests(tests);
    return run_suite();
}
