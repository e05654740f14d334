/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper.h"

static weft_select select_backend;

static void set_up(void)
{
    weft_select_init(&select_backend);
    weft_loop_init(&loop, &select_backend.backend);
}

static void tear_down(void)
{
    ck_assert_uint_eq(loop.open_handles, 0);
}

static int open_descriptors(void)
{
    int open = 0;
    for (int i = 0; i < FD_SETSIZE; i++)
        open += fcntl(i, F_GETFD) >= 0;
    return open;
}

/* ---- Handles that record their names ---- */

struct named {
    weft_threadsafe_handle threadsafe;
    char name;
    int again; /* how many times it calls itself */
};

static struct named a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'};

static void note_name(weft_loop *of, weft_handle *handle)
{
    struct named *const self = WEFT_HANDLE_OWNER(handle, struct named, threadsafe.handle);
    ck_assert_ptr_eq(of, &loop);
    note_letter(self->name);
    if (self->again && self->again--)
        ck_assert(weft_call_soon_threadsafe(&self->threadsafe));
}

static void open_named(struct named *named)
{
    ck_no_error(weft_threadsafe_open(&loop, &named->threadsafe, note_name));
}

static void open_all(void)
{
    open_named(&a);
    open_named(&b);
    open_named(&c);
}

static void close_all(void)
{
    weft_threadsafe_close(&a.threadsafe);
    weft_threadsafe_close(&b.threadsafe);
    weft_threadsafe_close(&c.threadsafe);
}

static bool call(struct named *named)
{
    return weft_call_soon_threadsafe(&named->threadsafe);
}

START_TEST(thread_safe_calls_run_in_order_in_the_next_tick)
{
    open_all();
    ck_assert(call(&b));
    ck_assert(call(&a));
    ck_assert(call(&c));
    ck_recorded("");
    ck_no_error(weft_run_once(&loop));
    ck_recorded("bac");
    ck_no_error(weft_run_once(&loop));
    ck_recorded("");
    close_all();
}
END_TEST

START_TEST(a_pending_call_stands_for_two_requests)
{
    open_all();
    ck_assert(call(&a));
    ck_assert(!call(&a));
    ck_no_error(weft_run_once(&loop));
    ck_recorded("a");
    ck_assert(call(&a));
    ck_no_error(weft_run_once(&loop));
    ck_recorded("a");
    close_all();
}
END_TEST

/* For a backend with interrupts disabled, and for a host before it sleeps. */
START_TEST(weft_has_been_called_sees_a_pending_call)
{
    open_all();
    ck_assert(!weft_has_been_called(&loop));
    ck_assert_uint_eq(weft_next_run(&loop), WEFT_FOREVER);
    ck_assert(call(&a));
    ck_assert(weft_has_been_called(&loop));
    ck_assert_uint_eq(weft_next_run(&loop), 0);
    ck_no_error(weft_run_once(&loop));
    ck_assert(!weft_has_been_called(&loop));
    ck_recorded("a");
    close_all();
}
END_TEST

START_TEST(a_call_from_inside_of_its_own_function_is_a_new_call)
{
    open_all();
    a.again = 3;
    ck_assert(call(&a));
    for (int i = 0; i < 6; i++)
        ck_no_error(weft_run_once(&loop));
    ck_recorded("aaaa");
    close_all();
}
END_TEST

static void note_later(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    note("later");
}

static bool calls_later;

static void note_and_again_later(weft_loop *of, weft_handle *handle)
{
    note("now");
    if (calls_later)
        ck_no_error(weft_call_later(of, handle, WEFT_US(1000), note_later));
}

/* The handle was scheduled by its own function. That is cancelled when the next call is seen. */
START_TEST(a_thread_safe_call_replaces_other_uses_of_its_handle)
{
    ck_no_error(weft_threadsafe_open(&loop, &a.threadsafe, note_and_again_later));
    weft_threadsafe_set_daemon(&a.threadsafe, true);
    calls_later = true;
    for (int i = 0; i < 3; i++) {
        ck_assert(call(&a));
        ck_no_error(weft_run_once(&loop));
        ck_recorded("now");
    }
    if (_i) {
        calls_later = false;
        ck_assert(call(&a));
        ck_no_error(weft_run_once(&loop));
        ck_recorded("now");
        ck_assert_uint_eq(weft_next_run(&loop), WEFT_FOREVER);
    }
    ck_assert_ptr_eq(weft_run_forever(&loop), &weft_deadlock_error);
    ck_recorded(_i ? "" : "later");
    weft_threadsafe_close(&a.threadsafe);
}
END_TEST

START_TEST(a_closed_handle_is_not_called_any_more)
{
    open_all();
    ck_assert(call(&a));
    ck_assert(call(&b));
    weft_threadsafe_close(&a.threadsafe);
    weft_threadsafe_close(&a.threadsafe);
    ck_assert(!call(&a));
    ck_no_error(weft_run_once(&loop));
    ck_recorded("b");
    open_named(&a);
    ck_assert(call(&a));
    ck_no_error(weft_run_once(&loop));
    ck_recorded("a");
    close_all();
}
END_TEST

START_TEST(a_handle_is_opened_once_and_closed_before_its_loop)
{
    open_named(&a);
    ck_error(weft_threadsafe_open(&loop, &a.threadsafe, note_name), &weft_invalid_state_error);
    ck_error(weft_loop_close(&loop), &weft_invalid_state_error);
    weft_threadsafe_close(&a.threadsafe);
    ck_no_error(weft_loop_close(&loop));
}
END_TEST

START_TEST(the_wake_pipe_is_open_while_a_handle_is_open)
{
    const int before = open_descriptors();
    open_all();
    ck_assert_int_eq(open_descriptors(), before + 2);
    ck_assert(fcntl(weft_select_wake_descriptor(&select_backend), F_GETFD) >= 0);
    close_all();
    ck_assert_int_eq(open_descriptors(), before);
    ck_assert_int_eq(weft_select_wake_descriptor(&select_backend), -1);
}
END_TEST

START_TEST(no_handle_is_opened_without_a_wake_pipe)
{
    struct rlimit limit, none;
    getrlimit(RLIMIT_NOFILE, &limit);
    none = limit;
    const int before = open_descriptors();
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    const weft_error *const error = weft_threadsafe_open(&loop, &a.threadsafe, note_name);
    setrlimit(RLIMIT_NOFILE, &limit);
    ck_error(error, &weft_descriptor_error);
    ck_assert_int_eq(open_descriptors(), before);
    ck_assert_int_eq(weft_select_wake_descriptor(&select_backend), -1);
    open_named(&a);
    weft_threadsafe_close(&a.threadsafe);
}
END_TEST

/* Opens all numbers below FD_SETSIZE. Returns false if the system does not allow that many. */
static bool open_all_low(int opened[FD_SETSIZE], int *count)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < FD_SETSIZE + 3 && limit.rlim_max >= FD_SETSIZE + 3) {
        limit.rlim_cur = FD_SETSIZE + 3;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    for (*count = 0; (opened[*count] = open("/dev/null", O_RDONLY)) >= 0; ++*count)
        if (opened[*count] >= FD_SETSIZE)
            break;
    const bool all = opened[*count] >= 0;
    *count += all;
    return all && limit.rlim_cur >= FD_SETSIZE + 3;
}

START_TEST(a_pipe_whose_number_select_cannot_hold_is_refused)
{
    static int opened[FD_SETSIZE];
    int count;
    const bool there_are_more = open_all_low(opened, &count);
    const weft_error *const error = weft_threadsafe_open(&loop, &a.threadsafe, note_name);
    ck_error(error, there_are_more ? &weft_descriptor_range_error : &weft_descriptor_error);
    while (count--)
        close(opened[count]);
}
END_TEST

/* ---- Daemons ---- */

static void *call_a(void *unused)
{
    (void)unused;
    ck_assert(call(&a));
    return NULL;
}

static void stop(weft_loop *of, weft_handle *handle)
{
    (void)handle;
    note("stop");
    weft_stop(of);
}

START_TEST(a_call_from_another_thread_ends_a_sleep)
{
    static weft_handle far;
    pthread_t thread;
    ck_no_error(weft_threadsafe_open(&loop, &a.threadsafe, stop));
    if (_i)
        ck_no_error(weft_call_later(&loop, &far, SECONDS_AT_MOST(3600), stop));
    pthread_create(&thread, NULL, call_a, NULL);
    ck_no_error(weft_run_forever(&loop));
    pthread_join(thread, NULL);
    ck_recorded("stop");
    weft_handle_cancel(&loop, &far);
    weft_threadsafe_close(&a.threadsafe);
}
END_TEST

START_TEST(a_run_does_not_wait_for_a_daemon)
{
    open_named(&a);
    weft_threadsafe_set_daemon(&a.threadsafe, true);
    ck_assert_ptr_eq(weft_run_forever(&loop), &weft_deadlock_error);
    ck_assert(call(&a));
    ck_assert_ptr_eq(weft_run_forever(&loop), &weft_deadlock_error);
    ck_recorded("a");
    weft_threadsafe_set_daemon(&a.threadsafe, false);
    weft_threadsafe_close(&a.threadsafe);
    ck_assert_ptr_eq(weft_run_forever(&loop), &weft_deadlock_error);
}
END_TEST

START_TEST(a_closed_handle_does_not_become_a_daemon)
{
    weft_threadsafe_set_daemon(&a.threadsafe, true);
    open_named(&a);
    weft_threadsafe_close(&a.threadsafe);
    weft_threadsafe_set_daemon(&a.threadsafe, true);
    ck_assert(!a.threadsafe.daemon);
    ck_assert_uint_eq(loop.keepalive_handles, 0);
}
END_TEST

/* ---- fork() ---- */

static bool is_wake_pending(void)
{
    struct pollfd wake_pipe = {.fd = weft_select_wake_descriptor(&select_backend),
                               .events = POLLIN};
    return poll(&wake_pipe, 1, 0) == 1;
}

/* Runs `child` in a child process, and returns its result. */
static bool in_a_child(bool (*child)(void))
{
    int status = 1;
    fflush(NULL); /* the child ends with exit(), for its coverage */
    const pid_t process = fork();
    ck_assert_int_ge(process, 0);
    if (process == 0)
        exit(child() ? 0 : 1);
    ck_assert_int_eq(waitpid(process, &status, 0), process);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool run_twice(void)
{
    const int number = weft_select_wake_descriptor(&select_backend);
    return !weft_run_once(&loop) && !is_wake_pending() &&
           number == weft_select_wake_descriptor(&select_backend) &&
           weft_call_soon_threadsafe(&a.threadsafe) && is_wake_pending() && !weft_run_once(&loop) &&
           !is_wake_pending() && strcmp(record, "aa") == 0;
}

START_TEST(a_childs_loop_does_not_empty_its_parents_wake_pipe)
{
    open_named(&a);
    ck_assert(call(&a) && is_wake_pending());
    ck_assert(in_a_child(run_twice));
    ck_assert(is_wake_pending());
    ck_no_error(weft_run_once(&loop));
    ck_recorded("a");
    ck_assert(!is_wake_pending());
    weft_threadsafe_close(&a.threadsafe);
}
END_TEST

/* Runs without a descriptor for a pipe of its own: the byte stays for the parent. */
static bool run_without_a_pipe(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    const struct rlimit none = {0, limit.rlim_max};
    return setrlimit(RLIMIT_NOFILE, &none) == 0 && !weft_run_once(&loop) &&
           setrlimit(RLIMIT_NOFILE, &limit) == 0 && strcmp(record, "a") == 0;
}

START_TEST(a_child_without_a_descriptor_for_a_pipe_leaves_its_parents_wake_up)
{
    open_named(&a);
    ck_assert(call(&a) && is_wake_pending());
    ck_assert(in_a_child(run_without_a_pipe));
    ck_assert(is_wake_pending());
    ck_no_error(weft_run_once(&loop));
    ck_recorded("a");
    weft_threadsafe_close(&a.threadsafe);
}
END_TEST

static bool close_and_open_again(void)
{
    weft_threadsafe_close(&a.threadsafe);
    return !weft_threadsafe_open(&loop, &a.threadsafe, note_name) &&
           weft_call_soon_threadsafe(&a.threadsafe) && is_wake_pending() && !weft_run_once(&loop) &&
           !is_wake_pending() && strcmp(record, "a") == 0;
}

START_TEST(a_child_that_opens_its_handles_again_has_a_wake_pipe_of_its_own)
{
    open_named(&a);
    ck_assert(in_a_child(close_and_open_again));
    ck_assert(!is_wake_pending());
    ck_assert(call(&a) && is_wake_pending());
    ck_assert(in_a_child(close_and_open_again));
    ck_assert(is_wake_pending());
    ck_no_error(weft_run_once(&loop));
    ck_recorded("a");
    weft_threadsafe_close(&a.threadsafe);
}
END_TEST

START_TEST(a_backend_without_a_wake_is_called_between_two_ticks)
{
    weft_loop_init(&loop, &backend.backend);
    open_named(&a);
    ck_assert(call(&a));
    ck_assert_ptr_eq(weft_run_forever(&loop), &weft_deadlock_error);
    ck_recorded("a");
    weft_threadsafe_close(&a.threadsafe);
}
END_TEST

START_TEST(a_full_pipe_loses_nothing)
{
    pthread_t thread;
    ck_no_error(weft_threadsafe_open(&loop, &a.threadsafe, stop));
    for (int i = 0; i < 3; i++) {
        while (write(select_backend.wake_pipe[1], "", 1) > 0)
            continue;
        ck_assert_int_eq(errno, EAGAIN);
        pthread_create(&thread, NULL, call_a, NULL);
        ck_no_error(weft_run_forever(&loop));
        pthread_join(thread, NULL);
        ck_recorded("stop");
    }
    weft_threadsafe_close(&a.threadsafe);
}
END_TEST

static int sleeps;
static void (*real_sleep)(weft_backend *backend, weft_time until);

static void count_sleep(weft_backend *of, weft_time until)
{
    sleeps++;
    real_sleep(of, until);
}

START_TEST(the_wake_pipe_is_emptied)
{
    static weft_handle later;
    real_sleep = select_backend.backend.sleep;
    select_backend.backend.sleep = count_sleep;
    open_all();
    sleeps = 0;
    ck_assert(call(&a));
    ck_no_error(weft_call_later(&loop, &later, WEFT_US(5000), stop));
    ck_no_error(weft_run_forever(&loop));
    ck_recorded("astop");
    /* One sleep ends by the wake, one by the timer, and one more if that one ended early. */
    ck_assert_int_le(sleeps, 4);
    close_all();
}
END_TEST

/* Otherwise a host that polls the wake pipe would be woken again and again. */
START_TEST(the_wake_pipe_is_emptied_in_a_hosts_run)
{
    open_named(&a);
    struct pollfd wake_pipe = {.fd = select_backend.wake_pipe[0], .events = POLLIN};
    ck_assert(call(&a));
    ck_assert_int_eq(poll(&wake_pipe, 1, 0), 1);
    ck_no_error(weft_run_once(&loop));
    ck_recorded("a");
    ck_assert_int_eq(poll(&wake_pipe, 1, 0), 0);
    weft_threadsafe_close(&a.threadsafe);
}
END_TEST

START_TEST(a_wake_leaves_errno_alone)
{
    open_named(&a);
    while (write(select_backend.wake_pipe[1], "", 1) > 0)
        continue;
    errno = 12345;
    ck_assert(call(&a));
    ck_assert_int_eq(errno, 12345);
    weft_threadsafe_close(&a.threadsafe);
}
END_TEST

WEFT_ASYNC(spinner, bool ends;)
{
    while (!self->ends)
        weft_sleep(0);
}
WEFT_ASYNC_END

static WEFT_TASK(spinner) spinning;

static void end_spinner(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    spinning.frame.ends = true;
}

START_TEST(a_call_is_seen_while_tasks_are_ready)
{
    pthread_t thread;
    ck_no_error(weft_threadsafe_open(&loop, &a.threadsafe, end_spinner));
    weft_loop_create_task(&loop, spinner, &spinning);
    pthread_create(&thread, NULL, call_a, NULL);
    ck_no_error(weft_run_until_complete(&loop, &spinning));
    pthread_join(thread, NULL);
    weft_threadsafe_close(&a.threadsafe);
}
END_TEST

/* ---- Four threads and a million calls ---- */

enum { SENDERS = 4, MESSAGES = 16, EACH = 250000 };

/* A number on its way from a thread to the loop. `full` is true until the loop has taken it. */
struct message {
    weft_threadsafe_handle threadsafe;
    unsigned number;
    atomic_bool full;
    struct sender *from;
};

static struct sender {
    pthread_t thread;
    struct message messages[MESSAGES];
    unsigned received;
} senders[SENDERS];

static unsigned done;

/* The numbers of each thread must come in order, each exactly once. */
static void receive(weft_loop *of, weft_handle *handle)
{
    struct message *const message = WEFT_HANDLE_OWNER(handle, struct message, threadsafe.handle);
    struct sender *const from = message->from;
    if (message->number != from->received)
        ck_abort_msg("%u came instead of %u", message->number, from->received);
    from->received++;
    atomic_store(&message->full, false);
    if (from->received == EACH && ++done == SENDERS)
        weft_stop(of);
}

static void *send_all(void *argument)
{
    struct sender *const self = argument;
    for (unsigned i = 0; i < EACH; i++) {
        struct message *const message = &self->messages[i % MESSAGES];
        while (atomic_load(&message->full))
            sched_yield();
        message->number = i;
        atomic_store(&message->full, true);
        if (!weft_call_soon_threadsafe(&message->threadsafe))
            abort();
    }
    return NULL;
}

START_TEST(a_million_calls_from_four_threads_are_all_made_in_order)
{
    done = 0;
    for (int i = 0; i < SENDERS; i++)
        for (int k = 0; k < MESSAGES; k++) {
            struct message *const message = &senders[i].messages[k];
            message->from = &senders[i];
            ck_no_error(weft_threadsafe_open(&loop, &message->threadsafe, receive));
        }
    for (int i = 0; i < SENDERS; i++)
        pthread_create(&senders[i].thread, NULL, send_all, &senders[i]);
    ck_no_error(weft_run_forever(&loop));
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(senders[i].thread, NULL);
        for (int k = 0; k < MESSAGES; k++)
            weft_threadsafe_close(&senders[i].messages[k].threadsafe);
        ck_assert_uint_eq(senders[i].received, EACH);
    }
}
END_TEST

/* All threads call one handle, each after it has counted. The last call must see all counts. */
static atomic_uint counted;
static unsigned seen, calls;

static void look_at_count(weft_loop *of, weft_handle *handle)
{
    (void)handle;
    seen = atomic_load_explicit(&counted, memory_order_relaxed);
    calls++;
    if (seen == SENDERS * EACH)
        weft_stop(of);
}

static void *count_and_call(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < EACH; i++) {
        atomic_fetch_add_explicit(&counted, 1, memory_order_relaxed);
        (void)call(&a);
    }
    return NULL;
}

START_TEST(a_million_calls_of_one_handle_see_what_was_written_before_them)
{
    ck_no_error(weft_threadsafe_open(&loop, &a.threadsafe, look_at_count));
    atomic_store(&counted, 0);
    for (int i = 0; i < SENDERS; i++)
        pthread_create(&senders[i].thread, NULL, count_and_call, NULL);
    ck_no_error(weft_run_forever(&loop));
    for (int i = 0; i < SENDERS; i++)
        pthread_join(senders[i].thread, NULL);
    ck_assert_uint_ge(calls, 1);
    weft_threadsafe_close(&a.threadsafe);
}
END_TEST

/* ---- A storm of signals ---- */

enum { STORM = 100000 };
static volatile sig_atomic_t raised;
static sig_atomic_t noticed;
static pthread_t main_thread;

static void on_signal(int number)
{
    (void)number;
    raised = raised + 1;
    (void)call(&a);
}

static void note_signals(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    noticed = raised;
}

static void *raise_storm(void *unused)
{
    (void)unused;
    for (int i = 0; i < STORM; i++)
        pthread_kill(main_thread, SIGUSR1);
    ck_assert(call(&b));
    return NULL;
}

/* Two tasks that send bytes to each other, so that signals arrive in every system call. */
WEFT_ASYNC(player, int in, out; size_t received; bool ends;)
{
    while (!self->ends) {
        char byte = 'x';
        if (write(self->out, &byte, 1) != 1)
            weft_sleep(0);
        weft_wait_readable(self->in);
        char got;
        if (read(self->in, &got, 1) == 1)
            self->received++;
    }
}
WEFT_ASYNC_END

static void start_storm(pthread_t *thread, struct sigaction *before)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGUSR1, &action, before);
    raised = noticed = 0;
    main_thread = pthread_self();
    pthread_create(thread, NULL, raise_storm, NULL);
}

START_TEST(a_storm_of_signals_is_seen_to_the_last)
{
    static WEFT_TASK(player) players[2];
    int there[2], back[2];
    pthread_t thread;
    struct sigaction before;
    ck_assert_int_eq(pipe(there) | pipe(back), 0);
    ck_no_error(weft_threadsafe_open(&loop, &a.threadsafe, note_signals));
    ck_no_error(weft_threadsafe_open(&loop, &b.threadsafe, stop));
    weft_loop_create_task(&loop, player, &players[0], .in = there[0], .out = back[1]);
    if (_i)
        weft_loop_create_task(&loop, player, &players[1], .in = back[0], .out = there[1]);
    start_storm(&thread, &before);
    ck_no_error(weft_run_forever(&loop));
    pthread_join(thread, NULL);
    ck_no_error(weft_run_once(&loop));
    sigaction(SIGUSR1, &before, NULL);
    ck_assert_int_gt(raised, 0);
    ck_assert_int_eq(noticed, raised);
    ck_no_error(weft_shutdown(&loop));
    weft_threadsafe_close(&a.threadsafe);
    weft_threadsafe_close(&b.threadsafe);
    for (int i = 0; i < 2; i++) {
        close(there[i]);
        close(back[i]);
    }
    record[0] = '\0';
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("threadsafe");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, thread_safe_calls_run_in_order_in_the_next_tick);
    tcase_add_test(tests, a_pending_call_stands_for_two_requests);
    tcase_add_test(tests, weft_has_been_called_sees_a_pending_call);
    tcase_add_test(tests, a_call_from_inside_of_its_own_function_is_a_new_call);
    tcase_add_loop_test(tests, a_thread_safe_call_replaces_other_uses_of_its_handle, 0, 2);
    tcase_add_test(tests, a_closed_handle_is_not_called_any_more);
    tcase_add_test(tests, a_handle_is_opened_once_and_closed_before_its_loop);
    tcase_add_test(tests, the_wake_pipe_is_open_while_a_handle_is_open);
    tcase_add_test(tests, no_handle_is_opened_without_a_wake_pipe);
    tcase_add_test(tests, a_pipe_whose_number_select_cannot_hold_is_refused);
    tcase_add_loop_test(tests, a_call_from_another_thread_ends_a_sleep, 0, 2);
    tcase_add_test(tests, a_run_does_not_wait_for_a_daemon);
    tcase_add_test(tests, a_closed_handle_does_not_become_a_daemon);
    tcase_add_test(tests, a_childs_loop_does_not_empty_its_parents_wake_pipe);
    tcase_add_test(tests, a_child_without_a_descriptor_for_a_pipe_leaves_its_parents_wake_up);
    tcase_add_test(tests, a_child_that_opens_its_handles_again_has_a_wake_pipe_of_its_own);
    tcase_add_test(tests, a_backend_without_a_wake_is_called_between_two_ticks);
    tcase_add_test(tests, a_full_pipe_loses_nothing);
    tcase_add_test(tests, the_wake_pipe_is_emptied);
    tcase_add_test(tests, the_wake_pipe_is_emptied_in_a_hosts_run);
    tcase_add_test(tests, a_wake_leaves_errno_alone);
    tcase_add_test(tests, a_call_is_seen_while_tasks_are_ready);
    tcase_add_test(tests, a_million_calls_from_four_threads_are_all_made_in_order);
    tcase_add_test(tests, a_million_calls_of_one_handle_see_what_was_written_before_them);
    tcase_add_loop_test(tests, a_storm_of_signals_is_seen_to_the_last, 0, 2);
    return run_suite();
}
