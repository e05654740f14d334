/* SPDX-License-Identifier: MIT */
/* Byte rings: bytes come out in order, once. A full ring counts and keeps what it has. Nothing is
 * lost under cancellation, whoever puts: a callback, a signal handler or a thread. The suite also
 * runs without atomic pointers, without the thread. */
#define _POSIX_C_SOURCE 200809L
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "helper.h"
#include "panic.h"
#include "primitives/byte_ring.h"

enum { MOST = 9 };

static weft_byte_ring input;
static unsigned char bytes[MOST + 1];

static void open_input(size_t size)
{
    memset(bytes, '#', sizeof(bytes));
    ck_no_error(weft_byte_ring_open(&loop, &input, bytes, size));
}

static void put(const char *text)
{
    for (; *text; text++)
        ck_assert(weft_byte_ring_put(&input, (unsigned char)*text));
}

/* Takes all that is there, into the record. */
static void read_all(void)
{
    unsigned char text[MOST + 1] = {0};
    text[weft_byte_ring_read(&input, text, MOST)] = '\0';
    note((char *)text);
}

/* ---- Without a wait ---- */

START_TEST(bytes_come_out_in_order_and_no_byte_is_overwritten)
{
    const size_t size = (size_t)_i;
    open_input(size);
    for (int round = 0; round < 3 * MOST; round++) {
        char expected[MOST + 1] = {0};
        ck_assert_uint_eq(weft_byte_ring_size(&input), 0);
        for (size_t n = 0; n < size - 1; n++) {
            expected[n] = (char)('a' + (int)n);
            ck_assert(weft_byte_ring_put(&input, (unsigned char)expected[n]));
            ck_assert_uint_eq(weft_byte_ring_size(&input), n + 1);
        }
        ck_assert(!weft_byte_ring_put(&input, '!'));
        ck_assert(!weft_byte_ring_put(&input, '!'));
        ck_assert_uint_eq(weft_byte_ring_lost(&input), 2u * ((unsigned)round + 1));
        read_all();
        ck_recorded(expected);
        put("z"); /* the next round begins at another index */
        read_all();
        ck_recorded("z");
    }
    ck_assert_uint_eq(bytes[size], '#');
    weft_byte_ring_close(&input);
}
END_TEST

START_TEST(a_read_takes_at_most_what_the_caller_wants)
{
    unsigned char some[2];
    open_input(MOST);
    put("abcde");
    ck_assert_uint_eq(weft_byte_ring_read(&input, some, 0), 0);
    ck_assert_uint_eq(weft_byte_ring_read(&input, some, 2), 2);
    ck_assert(some[0] == 'a' && some[1] == 'b');
    ck_assert_uint_eq(weft_byte_ring_size(&input), 3);
    read_all();
    ck_recorded("cde");
    ck_assert_uint_eq(weft_byte_ring_read(&input, some, 2), 0);
    weft_byte_ring_close(&input);
}
END_TEST

START_TEST(the_count_of_lost_bytes_does_not_wrap)
{
    open_input(2);
    put("a");
    input.lost = UINT_MAX - 1;
    for (int i = 0; i < 3; i++)
        ck_assert(!weft_byte_ring_put(&input, '!'));
    ck_assert_uint_eq(weft_byte_ring_lost(&input), UINT_MAX);
    weft_byte_ring_close(&input);
}
END_TEST

START_TEST(an_input_of_zero_bytes_takes_nothing)
{
    static weft_byte_ring closed;
    ck_assert(!weft_byte_ring_put(&closed, 'a'));
    ck_assert_uint_eq(weft_byte_ring_lost(&closed), 1);
    ck_assert_uint_eq(weft_byte_ring_size(&closed), 0);
    weft_byte_ring_close(&closed);
}
END_TEST

START_TEST(an_open_one_is_not_opened_again_and_a_closed_one_begins_empty)
{
    open_input(MOST);
    put("ab");
    ck_error(weft_byte_ring_open(&loop, &input, bytes, 2), &weft_invalid_state_error);
    ck_assert_uint_eq(weft_byte_ring_size(&input), 2);
    weft_byte_ring_close(&input);
    weft_byte_ring_close(&input);
    open_input(3);
    ck_assert_uint_eq(weft_byte_ring_size(&input), 0);
    ck_assert_uint_eq(weft_byte_ring_lost(&input), 0);
    weft_byte_ring_close(&input);
}
END_TEST

START_TEST(an_array_of_a_wrong_size_panics)
{
    EXPECT_PANIC((void)weft_byte_ring_open(&loop, &input, bytes, (size_t)_i), "size");
}
END_TEST

/* ---- With a wait ---- */

/* Gets n bytes. Records each of them, or "!" after a cancellation. */
WEFT_ASYNC(getter, int n; int i; unsigned char byte;)
{
    weft_try {
        for (self->i = 0; self->i < self->n; self->i++) {
            weft_byte_ring_get(&input, &self->byte);
            note_letter((char)self->byte);
        }
    }
    weft_catch(&weft_cancelled_error)
        note("!");
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(getter) a, b;

START_TEST(a_byte_that_is_there_is_not_waited_for)
{
    open_input(MOST);
    put("xyz");
    weft_loop_create_task(&loop, getter, &a, .n = 3);
    tick();
    ck_recorded("xyz");
    weft_byte_ring_close(&input);
}
END_TEST

START_TEST(a_put_wakes_the_task)
{
    open_input(MOST);
    weft_loop_create_task(&loop, getter, &a, .n = 3);
    run_dry();
    put("x");
    run_dry();
    ck_recorded("x");
    put("y");
    tick();
    put("z"); /* the task was woken and has not run */
    run_dry();
    ck_recorded("yz");
    ck_assert(weft_done(&a));
    ck_assert_ptr_null(input.getters.first);
    weft_byte_ring_close(&input);
}
END_TEST

START_TEST(two_tasks_take_each_byte_once)
{
    open_input(MOST);
    weft_loop_create_task(&loop, getter, &a, .n = 1);
    weft_loop_create_task(&loop, getter, &b, .n = 2);
    run_dry();
    put("xy");
    run_dry();
    ck_recorded("xy");
    put("z");
    run_dry();
    ck_recorded("z");
    ck_assert(weft_done(&a) && weft_done(&b));
    weft_byte_ring_close(&input);
}
END_TEST

/* The getter is cancelled `_i` ticks after the put: before the call runs, when the task is ready,
 * and when it has run. */
START_TEST(a_cancelled_task_leaves_the_byte_to_the_next_one)
{
    open_input(MOST);
    weft_loop_create_task(&loop, getter, &a, .n = 2);
    run_dry();
    put("x");
    for (int i = 0; i < _i; i++)
        tick();
    weft_cancel(&a);
    run_dry();
    weft_loop_create_task(&loop, getter, &a, .n = 1);
    run_dry();
    if (_i >= 2) {
        ck_recorded("x!");
        put("x");
        run_dry();
        ck_recorded("x");
    } else {
        ck_recorded("!x");
    }
    ck_assert(weft_done(&a) && !input.getters.first);
    weft_byte_ring_close(&input);
}
END_TEST

START_TEST(a_deadlock_names_what_is_waited_for)
{
    open_input(MOST);
    weft_loop_create_task(&loop, getter, &a, .n = 1);
    run_dry();
    ck_assert_str_eq(weft_task_waits_for(&a.task).what, "byte ring");
    ck_assert_ptr_eq(weft_task_waits_for(&a.task).object, &input);
    weft_byte_ring_close(&input);
}
END_TEST

/* ---- At random ---- */

static unsigned begin_random(const char *test)
{
    const char *const given = getenv("WEFT_SEED");
    const unsigned seed = given ? (unsigned)strtoul(given, NULL, 0) : (unsigned)time(NULL);
    printf("%s: seed %u\n", test, seed);
    fflush(stdout);
    srand(seed);
    return seed;
}

static unsigned char letter(unsigned number)
{
    return (unsigned char)('a' + number % 26);
}

/* Puts, reads, gets, cancellations and ticks in any order, against a model: how many bytes were
 * put, taken and lost. */
START_TEST(any_order_of_operations_loses_nothing)
{
    enum { STEPS = 3000 };
    const size_t size = (size_t)_i;
    const unsigned seed = begin_random("any_order_of_operations_loses_nothing");
    unsigned in = 0, out = 0, lost = 0;
    unsigned char some[MOST];
    open_input(size);
    for (int step = 0; step < STEPS; step++) {
        const bool full = in - out == size - 1;
        const size_t most = (size_t)rand() % sizeof(some), there = in - out;
        size_t n;
        switch (rand() % 5) {
        case 0:
        case 1:
            ck_assert_msg(weft_byte_ring_put(&input, letter(in)) == !full, "seed %u", seed);
            if (full)
                lost++;
            else
                in++;
            break;
        case 2:
            n = weft_byte_ring_read(&input, some, most);
            ck_assert_msg(n == (most < there ? most : there), "seed %u", seed);
            for (size_t i = 0; i < n; i++, out++)
                ck_assert_msg(some[i] == letter(out), "seed %u", seed);
            break;
        case 3:
            if (weft_is_free(&a))
                weft_loop_create_task(&loop, getter, &a, .n = rand() % 4);
            else
                weft_cancel(&a);
            break;
        default:
            tick();
            for (const char *byte = record; *byte; byte++) {
                if (*byte == '!')
                    continue;
                ck_assert_msg(*byte == (char)letter(out), "seed %u", seed);
                out++;
            }
            record[0] = '\0';
        }
        ck_assert_msg(weft_byte_ring_size(&input) == in - out, "seed %u", seed);
        ck_assert_msg(weft_byte_ring_lost(&input) == lost, "seed %u", seed);
    }
    weft_cancel(&a);
    run_dry();
    weft_byte_ring_close(&input);
}
END_TEST

/* ---- From a thread, and from a signal handler ---- */

enum { BYTES = 20000, PRIME = 251 };

static weft_select select_backend;
static atomic_uint sent;     /* bytes that were put */
static atomic_uint refused;  /* puts into a full ring */
static atomic_bool finished; /* the program has taken all bytes */
static unsigned taken;

/* Puts the next byte. If the ring is full, the byte comes again with the next call. */
static void send_one(void)
{
    const unsigned number = atomic_load_explicit(&sent, memory_order_relaxed);
    if (number == BYTES)
        return;
    if (weft_byte_ring_put(&input, (unsigned char)(number % PRIME)))
        atomic_store_explicit(&sent, number + 1, memory_order_relaxed);
    else
        atomic_fetch_add_explicit(&refused, 1, memory_order_relaxed);
}

static void on_signal(int number)
{
    (void)number;
    send_one();
}

static void take(unsigned char byte)
{
    ck_assert_uint_eq(byte, taken % PRIME);
    taken++;
}

WEFT_ASYNC(taker, unsigned char byte; unsigned char some[MOST];)
{
    while (taken < BYTES) {
        weft_byte_ring_get(&input, &self->byte);
        take(self->byte);
        const size_t n = weft_byte_ring_read(&input, self->some, (size_t)rand() % MOST);
        for (size_t i = 0; i < n; i++)
            take(self->some[i]);
    }
}
WEFT_ASYNC_END

/* Cancels the task that takes, and starts it again, until it has taken everything. */
WEFT_ASYNC(restart, WEFT_TASK(taker) taker; int i;)
{
    while (taken < BYTES) {
        weft_create_task(taker, &self->taker);
        for (self->i = rand() % 8; self->i > 0; self->i--)
            weft_sleep(0);
        if (rand() % 4 == 0)
            weft_sleep(WEFT_US(50));
        if (rand() % 2)
            weft_cancel(&self->taker);
        weft_try
            weft_await(&self->taker);
        weft_catch(&weft_cancelled_error) {
        }
        weft_end;
    }
}
WEFT_ASYNC_END

static void run_with(void *(*send)(void *), size_t size)
{
    static WEFT_TASK(restart) task;
    pthread_t sender;
    pthread_t self = pthread_self();
    atomic_store(&sent, 0);
    atomic_store(&refused, 0);
    atomic_store(&finished, false);
    taken = 0;
    weft_select_init(&select_backend);
    weft_loop_init(&loop, &select_backend.backend);
    open_input(size);
    ck_assert_int_eq(pthread_create(&sender, NULL, send, &self), 0);
    ck_no_error(weft_run(&loop, restart, &task));
    atomic_store(&finished, true);
    pthread_join(sender, NULL);
    ck_assert_uint_eq(taken, BYTES);
    ck_assert_uint_eq(weft_byte_ring_size(&input), 0);
    ck_assert_uint_eq(weft_byte_ring_lost(&input), atomic_load(&refused));
    weft_byte_ring_close(&input);
    ck_no_error(weft_loop_close(&loop));
}

/* Sends signals to the thread that runs the loop. */
static void *send_signals(void *to)
{
    const pthread_t thread = *(pthread_t *)to;
    while (!atomic_load(&finished)) {
        pthread_kill(thread, SIGUSR1);
        sched_yield();
    }
    return NULL;
}

START_TEST(a_signal_handler_loses_nothing)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, before;
    begin_random("a_signal_handler_loses_nothing");
    sigaction(SIGUSR1, &action, &before);
    run_with(send_signals, (size_t)_i);
    sigaction(SIGUSR1, &before, NULL);
}
END_TEST

#ifndef WEFT_NO_ATOMICS
static void *send_bytes(void *unused)
{
    (void)unused;
    while (atomic_load_explicit(&sent, memory_order_relaxed) < BYTES)
        send_one();
    return NULL;
}

START_TEST(a_thread_loses_nothing)
{
    begin_random("a_thread_loses_nothing");
    run_with(send_bytes, (size_t)_i);
}
END_TEST
#endif

int main(void)
{
    TCase *const tests = begin_suite("byte ring");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, bytes_come_out_in_order_and_no_byte_is_overwritten, 2, MOST + 1);
    tcase_add_test(tests, a_read_takes_at_most_what_the_caller_wants);
    tcase_add_test(tests, the_count_of_lost_bytes_does_not_wrap);
    tcase_add_test(tests, an_input_of_zero_bytes_takes_nothing);
    tcase_add_test(tests, an_open_one_is_not_opened_again_and_a_closed_one_begins_empty);
    tcase_add_loop_test(tests, an_array_of_a_wrong_size_panics, 0, 2);
    tcase_add_test(tests, a_byte_that_is_there_is_not_waited_for);
    tcase_add_test(tests, a_put_wakes_the_task);
    tcase_add_test(tests, two_tasks_take_each_byte_once);
    tcase_add_loop_test(tests, a_cancelled_task_leaves_the_byte_to_the_next_one, 0, 4);
    tcase_add_test(tests, a_deadlock_names_what_is_waited_for);
    tcase_add_loop_test(tests, any_order_of_operations_loses_nothing, 2, MOST + 1);
    tcase_add_loop_test(tests, a_signal_handler_loses_nothing, 2, 5);
#ifndef WEFT_NO_ATOMICS
    tcase_add_loop_test(tests, a_thread_loses_nothing, 2, 5);
#endif
    return run_suite();
}
