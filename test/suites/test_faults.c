/* SPDX-License-Identifier: MIT */
/* Every system call of a backend fails once, at every place and with every documented errno.
 * Each failure gives a clean error or another try. Nothing is lost, and nothing leaks. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#ifdef HAVE_EPOLL
#include <sys/epoll.h>
#include <sys/eventfd.h>
#endif
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "helper.h"

/* ---- The system calls, one of which fails ---- */

/* Calls are counted from 1. Call number `at` fails with errno number `how`. */
static struct fault {
    int calls, at, how;
    int failed_with; /* errno of the failure; 0: no failure yet */
    int ways;        /* how many errnos the call `at` has */
} fault;

static bool fails(const int *errors)
{
    if (++fault.calls != fault.at)
        return false;
    for (fault.ways = 0; errors[fault.ways]; fault.ways++)
        continue;
    errno = fault.failed_with = errors[fault.how];
    return true;
}

#define FAILS(...) fails((const int[]){__VA_ARGS__, 0})

static void before_sleep(bool sleeps, bool for_ever);

/* The naps after a failed select() or poll(): their number, and the length of the last. */
static struct nap {
    int count;
    struct timeval length;
} nap;

/* Counts a nap instead of sleeping. */
static int take_nap(const struct timeval *length)
{
    nap.count++;
    nap.length = *length;
    return 0;
}

static struct timeval select_timeout; /* of the last select() that had one */

static int faulty_select(int count, fd_set *readers, fd_set *writers, fd_set *others,
                         struct timeval *timeout)
{
    if (!readers) {
        ck_assert_int_eq(count, 0);
        return take_nap(timeout);
    }
    if (timeout)
        select_timeout = *timeout;
    before_sleep(!timeout || timeout->tv_sec || timeout->tv_usec, !timeout);
    return FAILS(EINTR, EBADF, EINVAL, ENOMEM) ? -1
                                               : select(count, readers, writers, others, timeout);
}

static int faulty_poll(struct pollfd *entries, nfds_t count, int timeout)
{
    if (!entries) {
        ck_assert_uint_eq(count, 0); /* or poll() would fail at once */
        return take_nap(&(struct timeval){.tv_usec = timeout * 1000});
    }
    before_sleep(timeout != 0, timeout < 0);
    return FAILS(EINTR, EINVAL, ENOMEM) ? -1 : poll(entries, count, timeout);
}

static int allocations; /* that were not freed */
static bool no_memory;

static void *faulty_realloc(void *memory, size_t size)
{
    if (FAILS(ENOMEM)) {
        no_memory = true;
        return NULL;
    }
    allocations += !memory;
    return realloc(memory, size);
}

static void counting_free(void *memory)
{
    allocations -= memory != NULL;
    free(memory);
}

#ifdef HAVE_EPOLL
static int faulty_epoll_create1(int flags)
{
    return FAILS(EMFILE, ENFILE, ENOMEM) ? -1 : epoll_create1(flags);
}

static int faulty_epoll_ctl(int epoll, int what, int descriptor, struct epoll_event *event)
{
    return FAILS(EBADF, ENOMEM, ENOSPC) ? -1 : epoll_ctl(epoll, what, descriptor, event);
}

static int faulty_epoll_wait(int epoll, struct epoll_event *events, int room, int timeout)
{
    before_sleep(timeout != 0, timeout == INT_MAX); /* its longest: for ever */
    return FAILS(EINTR) ? -1 : epoll_wait(epoll, events, room, timeout);
}

static int faulty_eventfd(unsigned count, int flags)
{
    return FAILS(EMFILE, ENFILE, ENOMEM) ? -1 : eventfd(count, flags);
}
#endif

static int faulty_pipe(int ends[2])
{
    return FAILS(EMFILE, ENFILE) ? -1 : pipe(ends);
}

static int faulty_fcntl(int descriptor, int what, ...)
{
    va_list arguments;
    va_start(arguments, what);
    const int argument = what == F_GETFD ? 0 : va_arg(arguments, int);
    va_end(arguments);
    return FAILS(EBADF, EINVAL) ? -1 : fcntl(descriptor, what, argument);
}

static int faulty_fstat(int descriptor, struct stat *file)
{
    return FAILS(EBADF, EIO, EOVERFLOW, ENOMEM) ? -1 : fstat(descriptor, file);
}

static ssize_t faulty_read(int descriptor, void *bytes, size_t size)
{
    return FAILS(EINTR, EAGAIN, EIO) ? -1 : read(descriptor, bytes, size);
}

static ssize_t faulty_write(int descriptor, const void *bytes, size_t size)
{
    return FAILS(EINTR, EIO, ENOSPC) ? -1 : write(descriptor, bytes, size);
}

static int faulty_clock_gettime(clockid_t clock, struct timespec *now)
{
    return FAILS(EINVAL) ? -1 : clock_gettime(clock, now);
}

/* Closes the descriptor, even if it reports a failure. */
static int faulty_close(int descriptor)
{
    const int result = close(descriptor);
    return FAILS(EINTR, EIO) ? -1 : result;
}

#define select faulty_select
#define pipe faulty_pipe
#define fcntl faulty_fcntl
#define fstat faulty_fstat
#define read faulty_read
#define write faulty_write
#define clock_gettime faulty_clock_gettime
#define close faulty_close
#define poll faulty_poll
#define realloc faulty_realloc
#define free counting_free
#define epoll_create1 faulty_epoll_create1
#define epoll_ctl faulty_epoll_ctl
#define epoll_wait faulty_epoll_wait
#define eventfd faulty_eventfd
#include "core/backend/poll.c"
#include "core/backend/select.c"
#ifdef HAVE_EPOLL
#include "core/backend/epoll.c"
#endif
#undef eventfd
#undef epoll_wait
#undef epoll_ctl
#undef epoll_create1
#undef free
#undef realloc
#undef poll
#undef select
#undef pipe
#undef fcntl
#undef fstat
#undef read
#undef write
#undef clock_gettime
#undef close

/* ---- A program that makes all of them ---- */

enum { BYTES = 5 };
static int ends[2], other_ends[2];
static weft_threadsafe_handle handle;
static int count_sleeps, calls, callbacks;
static weft_event called_back;

static void note_callback(weft_loop *of, weft_handle *called)
{
    (void)of, (void)called;
    callbacks++;
    weft_event_set(&called_back);
}

/* Acts from outside just before the loop sleeps, every second time: then only `wake` can end its
 * sleep. */
static void before_sleep(bool sleeps, bool for_ever)
{
    if (sleeps && (++count_sleeps % 2 || for_ever) && handle.loop)
        calls += weft_call_soon_threadsafe(&handle);
}

WEFT_ASYNC(sender, int sent;)
{
    for (; self->sent < BYTES; self->sent++) {
        weft_wait_writable(ends[1]);
        if (write(ends[1], "x", 1) != 1)
            weft_raise(&fail);
        weft_sleep(WEFT_US(200));
    }
}
WEFT_ASYNC_END

/* Runs until the sender has ended, and all bytes have arrived or an error has come. */
WEFT_ASYNC(receiver, int received;)
{
    while (self->received < BYTES) {
        weft_wait_readable(ends[0]);
        char bytes[BYTES];
        const ssize_t n = read(ends[0], bytes, sizeof(bytes));
        self->received += n > 0 ? (int)n : 0;
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(waiter, const weft_error *caught;)
{
    weft_try {
        weft_wait_readable(other_ends[0]);
    }
    weft_catch(&weft_descriptor_error, self->caught) {
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(program, WEFT_TASK(sender) sender; WEFT_TASK(receiver) receiver;
           WEFT_TASK(waiter) waiters[2]; weft_timeout limit; const weft_error *caught, *opened;)
{
    self->opened = weft_threadsafe_open(weft_running_loop(), &handle, note_callback);
    weft_create_task(sender, &self->sender);
    weft_create_task(receiver, &self->receiver);
    weft_create_task(waiter, &self->waiters[0]);
    weft_create_task(waiter, &self->waiters[1]);
    weft_try {
        weft_with_timeout(&self->limit, SECONDS_AT_MOST(60)) {
            weft_await(&self->sender);
            weft_await(&self->receiver);
        }
        weft_end;
    }
    weft_catch(&weft_base_error, self->caught) {
        weft_cancel(&self->sender);
        weft_cancel(&self->receiver);
    }
    weft_end;
    close(other_ends[0]);
    weft_await(&self->waiters[0]);
    weft_await(&self->waiters[1]);
    weft_event_clear(&called_back);
    if (!self->opened)
        weft_event_wait(&called_back); /* no timer is armed, so only `wake` ends this sleep */
    weft_threadsafe_close(&handle);
}
WEFT_ASYNC_END

static int open_descriptors(void)
{
    int open = 0;
    for (int i = 0; i < FD_SETSIZE; i++)
        open += fcntl(i, F_GETFD) >= 0;
    return open;
}

static int left_in(int end)
{
    char bytes[BYTES];
    const ssize_t n = recv(end, bytes, sizeof(bytes), MSG_DONTWAIT);
    return n > 0 ? (int)n : 0;
}

/* ---- The backends ---- */

static union {
    weft_backend backend;
    weft_select select;
    weft_poll poll;
#ifdef HAVE_EPOLL
    weft_epoll epoll;
#endif
} any;

static bool open_select(void)
{
    weft_select_init(&any.select);
    return true;
}

static void close_nothing(void)
{
}

static bool open_poll(void)
{
    return weft_poll_init(&any.poll, 0);
}

static void close_poll(void)
{
    weft_poll_close(&any.poll);
}

#ifdef HAVE_EPOLL
/* epoll checks for closed descriptors at each look, as the other backends do. */
static bool open_epoll(void)
{
    const bool opened = weft_epoll_init(&any.epoll);
    any.epoll.check_every = 0;
    return opened;
}

static void close_epoll(void)
{
    weft_epoll_close(&any.epoll);
}
#endif

static const struct {
    bool (*open)(void);
    void (*close)(void);
} backends[] = {
    {open_select, close_nothing},
    {open_poll, close_poll},
#ifdef HAVE_EPOLL
    {open_epoll, close_epoll},
#endif
};
enum { BACKENDS = sizeof(backends) / sizeof(*backends) };

/* ---- Runs ---- */

static bool run_on_backend(void)
{
    static WEFT_TASK(program) task;
    weft_loop_init(&loop, &any.backend);
    ck_no_error(weft_run(&loop, program, &task));
    const struct program *const self = &task.frame;
    ck_assert_int_eq(self->sender.frame.sent, self->receiver.frame.received + left_in(ends[0]));
    ck_assert(weft_done(&self->sender) && weft_done(&self->receiver));
    ck_assert_msg(callbacks == calls, "%d requests, %d callbacks", calls, callbacks);
    ck_assert(!self->caught || weft_error_is(self->caught, &weft_descriptor_error));
    ck_no_error(weft_loop_close(&loop));
    return !self->caught && !self->opened && self->receiver.frame.received == BYTES &&
           self->waiters[0].frame.caught && self->waiters[1].frame.caught;
}

/* Returns true if the program ended as it would without a fault. */
static bool run_program(int which, int at, int how)
{
    const int before = open_descriptors();
    fault = (struct fault){.at = at, .how = how};
    count_sleeps = calls = callbacks = 0;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, other_ends), 0);
    const bool opened = backends[which].open();
    const bool well = opened && run_on_backend();
    if (opened)
        backends[which].close();
    else
        close(other_ends[0]);
    close(ends[0]);
    close(ends[1]);
    close(other_ends[1]);
    ck_assert_int_eq(open_descriptors(), before);
    ck_assert_int_eq(allocations, 0);
    return well;
}

START_TEST(the_program_ends_well_without_a_fault)
{
    ck_assert(run_program(_i, 0, 0));
    ck_assert_int_gt(calls, 0);
    ck_assert_int_gt(fault.calls, 50);
}
END_TEST

/* Returns true if the program may report the failure instead of overcoming it: a bad descriptor,
 * no pipe, or no memory at the start of a wait. select() needs no memory. */
static bool may_be_reported(int which, int error)
{
    return error == EBADF || error == EMFILE || error == ENFILE || error == EINVAL ||
           (which > 0 && (error == ENOMEM || error == ENOSPC));
}

START_TEST(each_system_call_fails_once_in_every_way_and_nothing_is_lost)
{
    int reported = 0, at = 1;
    for (int how = 0;; how++) {
        const bool well = run_program(_i, at, how);
        if (fault.calls < at)
            break;
        ck_assert_msg(well || may_be_reported(_i, fault.failed_with), "call %d, errno %d", at,
                      fault.failed_with);
        reported += !well;
        if (how + 1 >= fault.ways) {
            at++;
            how = -1;
        }
    }
    ck_assert_int_gt(at, 50);
    ck_assert_int_gt(reported, 5);
}
END_TEST

/* Watches a descriptor on a new backend, with a fault at call `at`. Returns false if there is no
 * such call. */
static bool watch_once(int which, int at)
{
    weft_handle watching = {.function = NULL};
    fault = (struct fault){.at = 0};
    ck_assert(backends[which].open());
    weft_loop_init(&loop, &any.backend);
    fault = (struct fault){.at = at};
    no_memory = false;
    const weft_error *const error =
        weft_call_when_readable(&loop, &watching, ends[0], note_callback);
    const bool came = fault.failed_with;
    if (no_memory)
        ck_error(error, &weft_descriptor_range_error);
    weft_handle_cancel(&loop, &watching);
    backends[which].close();
    return came;
}

START_TEST(a_watch_for_which_there_is_no_memory_is_refused)
{
    ck_assert_int_eq(pipe(ends), 0);
    for (int at = 1; watch_once(_i, at); at++)
        continue;
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(a_poll_backend_for_which_there_is_no_memory_is_not_made)
{
    static weft_poll poll_backend;
    fault = (struct fault){.at = 2};
    no_memory = false;
    const bool made = weft_poll_init(&poll_backend, 0);
    ck_assert(no_memory && !made);
}
END_TEST

/* The number 0, which is readable here, is not taken for the pipe's. */
START_TEST(a_wake_pipe_that_could_not_be_made_ends_no_sleep)
{
    const int before = dup(0);
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "x", 1), 1);
    ck_assert_int_eq(dup2(ends[0], 0), 0);
    fault = (struct fault){.at = 0};
    ck_assert(backends[_i].open());
    weft_loop_init(&loop, &any.backend);
    fault = (struct fault){.at = 1};
    const weft_error *const error = weft_threadsafe_open(&loop, &handle, note_callback);
    const weft_time until = any.backend.now(&any.backend) + WEFT_MS(1);
    any.backend.sleep(&any.backend, until);
    const weft_time now = any.backend.now(&any.backend);
    backends[_i].close();
    close(0);
    if (before >= 0) {
        dup2(before, 0);
        close(before);
    }
    close(ends[0]);
    close(ends[1]);
    ck_error(error, &weft_descriptor_error);
    ck_assert_uint_ge(now, until);
}
END_TEST

/* Returns the backend's member that says if what `wake` needs is open. */
static int wake_of(int which)
{
#ifdef HAVE_EPOLL
    if (which == 2)
        return any.epoll.wake_event;
#endif
    return which ? any.poll.wake_pipe[0] : any.select.wake_pipe[0];
}

/* Opens a handle, with a fault at call `at`. Returns false if there is no such call. */
static bool open_handle_once(int which, int at)
{
    fault = (struct fault){.at = 0};
    ck_assert(backends[which].open());
    weft_loop_init(&loop, &any.backend);
    fault = (struct fault){.at = at};
    const weft_error *const error = weft_threadsafe_open(&loop, &handle, note_callback);
    const bool came = fault.failed_with;
    ck_assert(came == (error != NULL) && came == (wake_of(which) == -1));
    weft_threadsafe_close(&handle);
    backends[which].close();
    return came;
}

/* Otherwise a descriptor that gets such a number later would be taken for it. */
START_TEST(what_a_wake_could_not_open_in_full_is_closed_and_forgotten)
{
    const int before = open_descriptors();
    int at = 1;
    while (open_handle_once(_i, at))
        at++;
    ck_assert_int_gt(at, 2);
    ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

/* After EINTR, and after errors that do not say that another write is of no use. */
START_TEST(a_wake_whose_write_fails_is_written_again)
{
    fault = (struct fault){.at = 0};
    ck_assert(backends[_i].open());
    weft_loop_init(&loop, &any.backend);
    ck_no_error(weft_threadsafe_open(&loop, &handle, note_callback));
    for (int how = 0; how < 3; how++) {
        fault = (struct fault){.at = 1, .how = how};
        any.backend.wake(&any.backend);
        ck_assert_int_ne(fault.failed_with, 0);
        ck_assert_int_eq(fault.calls, 2);
    }
    weft_threadsafe_close(&handle);
    backends[_i].close();
}
END_TEST

/* ---- A select() or a poll() that fails ---- */

enum { LONGEST_NAP = 10000 };

/* Fails with errno number `how`: EINTR, EBADF, EINVAL, ENOMEM; poll() has no EBADF. */
static void sleep_and_fail(weft_backend *of, int how, weft_time delay)
{
    const weft_time end = weft_wrap_(of->now(of) + delay);
    const weft_time until = delay && delay != WEFT_FOREVER ? end - !end : delay;
    nap = (struct nap){0};
    fault = (struct fault){.at = delay && delay != WEFT_FOREVER ? 2 : 1, .how = how};
    of->sleep(of, until);
    ck_assert_int_ne(fault.failed_with, 0);
    ck_assert_int_eq(nap.length.tv_sec, 0);
}

START_TEST(a_select_that_fails_is_tried_again_after_a_nap)
{
    weft_select select_backend;
    weft_select_init(&select_backend);
    weft_loop_init(&loop, &select_backend.backend);
    sleep_and_fail(&select_backend.backend, _i, WEFT_FOREVER);
    ck_assert_int_eq(nap.count, 1);
    ck_assert_int_eq(nap.length.tv_usec, LONGEST_NAP);
    sleep_and_fail(&select_backend.backend, _i, WEFT_SECONDS(3));
    ck_assert_int_eq(nap.length.tv_usec, LONGEST_NAP);
    sleep_and_fail(&select_backend.backend, _i, SECONDS_AT_MOST(3600));
    ck_assert_int_eq(nap.length.tv_usec, LONGEST_NAP);
    sleep_and_fail(&select_backend.backend, _i, WEFT_MS(LONGEST_NAP / 1000 / 2));
    ck_assert_int_le(nap.length.tv_usec, LONGEST_NAP / 2);
    sleep_and_fail(&select_backend.backend, _i, 0);
    ck_assert_int_eq(nap.length.tv_usec, 0);
}
END_TEST

START_TEST(a_select_that_a_signal_ends_is_tried_again_at_once)
{
    weft_select select_backend;
    weft_select_init(&select_backend);
    weft_loop_init(&loop, &select_backend.backend);
    sleep_and_fail(&select_backend.backend, 0, WEFT_FOREVER);
    ck_assert_int_eq(nap.count, 0);
}
END_TEST

/* Some systems refuse longer timeouts than 31 days. */
START_TEST(select_is_not_asked_to_sleep_for_longer_than_a_day)
{
    weft_select select_backend;
    weft_select_init(&select_backend);
    weft_loop_init(&loop, &select_backend.backend);
    sleep_and_fail(&select_backend.backend, 0, SECONDS_AT_MOST(86400 * 40));
    ck_assert_int_gt(select_timeout.tv_sec, 3600);
    ck_assert_int_le(select_timeout.tv_sec, 86400);
}
END_TEST

static weft_poll poll_backend;

static void begin_poll(void)
{
    fault = (struct fault){.at = 0};
    ck_assert(weft_poll_init(&poll_backend, 0));
    weft_loop_init(&loop, &poll_backend.backend);
}

START_TEST(a_poll_that_fails_is_tried_again_after_a_nap)
{
    begin_poll();
    sleep_and_fail(&poll_backend.backend, _i, WEFT_FOREVER);
    ck_assert_int_eq(nap.count, 1);
    ck_assert_int_eq(nap.length.tv_usec, LONGEST_NAP);
    sleep_and_fail(&poll_backend.backend, _i, WEFT_SECONDS(3));
    ck_assert_int_eq(nap.length.tv_usec, LONGEST_NAP);
    sleep_and_fail(&poll_backend.backend, _i, WEFT_MS(LONGEST_NAP / 1000 / 2));
    ck_assert_int_le(nap.length.tv_usec, LONGEST_NAP / 2);
    sleep_and_fail(&poll_backend.backend, _i, 0);
    ck_assert_int_eq(nap.length.tv_usec, 0);
    weft_poll_close(&poll_backend);
}
END_TEST

START_TEST(a_poll_that_a_signal_ends_is_tried_again_at_once)
{
    begin_poll();
    sleep_and_fail(&poll_backend.backend, 0, WEFT_FOREVER);
    ck_assert_int_eq(nap.count, 0);
    weft_poll_close(&poll_backend);
}
END_TEST

START_TEST(a_sleep_that_is_over_in_time_is_followed_by_no_nap)
{
    ck_assert(backends[_i].open());
    weft_loop_init(&loop, &any.backend);
    nap = (struct nap){0};
    fault = (struct fault){.at = 0};
    errno = EINVAL;
    any.backend.sleep(&any.backend, any.backend.now(&any.backend) + 100);
    ck_assert_int_eq(nap.count, 0);
    backends[_i].close();
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("faults");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, the_program_ends_well_without_a_fault, 0, BACKENDS);
    tcase_add_loop_test(tests, each_system_call_fails_once_in_every_way_and_nothing_is_lost, 0,
                        BACKENDS);
    tcase_add_loop_test(tests, a_watch_for_which_there_is_no_memory_is_refused, 0, BACKENDS);
    tcase_add_loop_test(tests, a_wake_pipe_that_could_not_be_made_ends_no_sleep, 0, BACKENDS);
    tcase_add_loop_test(tests, a_wake_whose_write_fails_is_written_again, 0, BACKENDS);
    tcase_add_loop_test(tests, what_a_wake_could_not_open_in_full_is_closed_and_forgotten, 0,
                        BACKENDS);
    tcase_add_test(tests, a_poll_backend_for_which_there_is_no_memory_is_not_made);
    tcase_add_loop_test(tests, a_select_that_fails_is_tried_again_after_a_nap, 1, 4);
    tcase_add_test(tests, a_select_that_a_signal_ends_is_tried_again_at_once);
    ADD_TEST_IF(SECONDS_AT_MOST(3601) == SECONDS_AT_MOST(3600) + WEFT_TIME_HZ, tests,
                select_is_not_asked_to_sleep_for_longer_than_a_day);
    tcase_add_loop_test(tests, a_poll_that_fails_is_tried_again_after_a_nap, 1, 3);
    tcase_add_test(tests, a_poll_that_a_signal_ends_is_tried_again_at_once);
    tcase_add_loop_test(tests, a_sleep_that_is_over_in_time_is_followed_by_no_nap, 0, BACKENDS);
    return run_suite();
}
