/* SPDX-License-Identifier: MIT */
/* Queues: items come out in the right order, once. Waiters are served in order. Nothing is lost
 * under cancellation. */
#include "helper.h"
#include "panic.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- Queues over an array: each order, with the room that a test needs ---- */

enum order { FIFO, LIFO, PRIORITY, ORDERS };
enum { MOST = 64 };

WEFT_QUEUE_BEFORE(lesser, int, one, other, *one < *other)

typedef WEFT_QUEUE_OVER(int) int_queue;
static int_queue queue;

static void init(enum order order, size_t room)
{
    static int items[MOST];
    if (order == FIFO)
        weft_queue_init_over(&queue, items, room);
    else if (order == LIFO)
        weft_lifo_queue_init_over(&queue, items, room);
    else
        weft_priority_queue_init_over(&queue, items, room, lesser);
}

static void new_queue(void)
{
    init(FIFO, 1);
}

/* Puts n items, from `first` on. Records "p" and the item after each put, its capital and the
 * item after a cancellation, and "!" after a shutdown. */
WEFT_ASYNC(putter, int first; int n; int i; const weft_error *caught;)
{
    weft_try {
        for (self->i = self->first; self->i < self->first + self->n; self->i++) {
            weft_queue_put(&queue, self->i);
            note("p");
            note_letter((char)('0' + self->i));
        }
    }
    weft_catch(&weft_queue_shut_down_error) {
        note("!p");
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note("P");
        note_letter((char)('0' + self->i));
        weft_raise(self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

/* Gets n items. Records its letter and each item, its capital after a cancellation, and "!" and
 * its letter after a shutdown. */
WEFT_ASYNC(getter, char name; int n; int i; int item; const weft_error *caught;)
{
    weft_try {
        for (self->i = 0; self->i < self->n; self->i++) {
            weft_queue_get(&queue, &self->item);
            note_letter(self->name);
            note_letter((char)('0' + self->item));
        }
    }
    weft_catch(&weft_queue_shut_down_error) {
        note("!");
        note_letter(self->name);
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note_letter((char)toupper(self->name));
        weft_raise(self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

typedef WEFT_TASK(putter) putter_task;
typedef WEFT_TASK(getter) getter_task;
static putter_task p, q, r;
static getter_task a, b, c;

static void start_putter(putter_task *task, int first, int n)
{
    weft_loop_create_task(&loop, putter, task, .first = first, .n = n);
}

static void start_getter(getter_task *task, char name, int n)
{
    weft_loop_create_task(&loop, getter, task, .name = name, .n = n);
}

static void start_getters(void)
{
    start_getter(&a, 'a', 1);
    start_getter(&b, 'b', 1);
    start_getter(&c, 'c', 1);
    tick();
    ck_recorded("");
}

/* Fills the queue with its one item, and starts p, q and r, which wait to put 2, 3 and 4. */
static void start_putters(void)
{
    start_putter(&p, 1, 2);
    start_putter(&q, 3, 1);
    start_putter(&r, 4, 1);
    tick();
    ck_recorded("p1");
}

static void put(int item)
{
    ck_no_error(weft_queue_put_nowait(&queue, item));
}

static int get(void)
{
    int item = -1;
    ck_no_error(weft_queue_get_nowait(&queue, &item));
    return item;
}

static bool nobody_waits(void)
{
    return !queue.queue.getters.first && !queue.queue.putters.first && !queue.queue.joiners.first;
}

/* CPython: test_queues.QueueBasicTests.test_order
 * CPython: test_queues.LifoQueueTests.test_order
 * CPython: test_queues.PriorityQueueTests.test_order */
START_TEST(items_come_out_in_the_order_of_their_queue)
{
    static const char *const recorded[] = {"a1a3a2", "a2a3a1", "a1a2a3"};
    init((enum order)_i, 3);
    put(1), put(3), put(2);
    start_getter(&a, 'a', 3);
    tick();
    ck_recorded(recorded[_i]);
    ck_assert(weft_done(&a) && nobody_waits());
}
END_TEST

/* CPython: test_queues.QueueBasicTests.test_empty
 * CPython: test_queues.QueueBasicTests.test_full
 * CPython: test_queues.QueueBasicTests.test_maxsize
 * CPython: test_queues.QueueGetTests.test_nonblocking_get
 * CPython: test_queues.QueueGetTests.test_nonblocking_get_exception
 * CPython: test_queues.QueuePutTests.test_nonblocking_put
 * CPython: test_queues.QueuePutTests.test_nonblocking_put_exception */
START_TEST(a_nowait_that_would_wait_is_an_error_and_changes_nothing)
{
    int item = -1;
    init((enum order)_i, 2);
    ck_assert(weft_queue_empty(&queue) && !weft_queue_full(&queue));
    ck_error(weft_queue_get_nowait(&queue, &item), &weft_queue_empty_error);
    ck_assert_int_eq(item, -1);
    put(1);
    ck_assert(!weft_queue_empty(&queue) && !weft_queue_full(&queue));
    put(1);
    ck_assert(!weft_queue_empty(&queue) && weft_queue_full(&queue));
    ck_error(weft_queue_put_nowait(&queue, 2), &weft_queue_full_error);
    ck_assert_uint_eq(weft_queue_size(&queue), 2);
    ck_assert_int_eq(get(), 1);
    ck_assert_int_eq(get(), 1);
    ck_error(weft_queue_get_nowait(&queue, &item), &weft_queue_empty_error);
    ck_assert(weft_queue_empty(&queue));
}
END_TEST

START_TEST(items_wrap_around_in_the_array)
{
    for (size_t room = 1; room <= 4; room++) {
        init(FIFO, room);
        int in = 0, out = 0;
        for (int round = 0; round < 20; round++) {
            while (!weft_queue_full(&queue))
                put(in++);
            for (int i = 0; i <= round % (int)room; i++)
                ck_assert_int_eq(get(), out++);
        }
        ck_assert_uint_eq(weft_queue_size(&queue), (size_t)(in - out));
    }
}
END_TEST

/* Nothing is lost when these calls fail, so no compiler must warn. */
#ifdef __GNUC__
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wunused-result"
#endif
START_TEST(an_error_that_loses_no_item_can_be_ignored)
{
    int item = -1;
    init((enum order)_i, 2);
    (void)weft_queue_get_nowait(&queue, &item);
    (void)weft_queue_task_done(&queue);
    ck_assert_int_eq(item, -1);
    ck_assert(weft_queue_empty(&queue));
}
END_TEST
#ifdef __GNUC__
#pragma GCC diagnostic pop
#endif

/* ---- Waiting ---- */

/* CPython: test_queues.QueuePutTests.test_blocking_put
 * CPython: test_queues.QueuePutTests.test_blocking_put_wait
 * CPython: test_queues.QueueGetTests.test_get_with_waiting_putters
 * CPython: test_queues.QueueGetTests.test_get_with_putters */
START_TEST(putters_wait_while_the_queue_is_full_and_get_room_in_order)
{
    static const char *const recorded[] = {"p2", "p3", "p4", ""};
    start_putters();
    ck_assert_uint_eq(weft_queue_size(&queue), 1);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(get(), i + 1);
        ck_assert(weft_queue_empty(&queue));
        tick();
        ck_recorded(recorded[i]);
    }
    ck_assert(nobody_waits() && weft_queue_empty(&queue));
}
END_TEST

/* CPython: test_queues.QueueGetTests.test_blocking_get
 * CPython: test_queues.QueueGetTests.test_blocking_get_wait
 * CPython: test_queues.QueuePutTests.test_put_with_waiting_getters */
START_TEST(getters_wait_while_the_queue_is_empty_and_get_items_in_order)
{
    init(FIFO, 3);
    start_getters();
    put(1);
    tick();
    ck_recorded("a1");
    put(2), put(3);
    tick();
    ck_recorded("b2c3");
    ck_assert(nobody_waits() && weft_queue_empty(&queue));
}
END_TEST

/* CPython: test_queues.QueueGetTests.test_why_are_getters_waiting
 * CPython: test_queues.QueuePutTests.test_why_are_putters_waiting
 * CPython: test_queues.QueuePutTests.test_put_cancelled */
START_TEST(a_putter_and_a_getter_work_with_any_room)
{
    init(FIFO, (size_t)_i);
    start_putter(&p, 0, 9);
    start_getter(&a, 'a', 9);
    run_dry();
    ck_assert(weft_done(&p) && weft_done(&a) && nobody_waits());
    for (int i = 0; i < 9; i++) {
        const char in[] = {'p', (char)('0' + i), '\0'}, out[] = {'a', (char)('0' + i), '\0'};
        ck_assert(strstr(record, in) && strstr(record, out) > strstr(record, in));
    }
}
END_TEST

/* Another task was faster. The woken task waits again, behind the tasks that came in the
 * meantime. */
START_TEST(a_woken_getter_that_finds_no_item_waits_again_behind_the_others)
{
    start_getters();
    put(1);
    ck_assert_int_eq(get(), 1);
    tick();
    ck_recorded("");
    for (int i = 2; i < 5; i++) {
        put(i);
        tick();
    }
    ck_recorded("b2c3a4");
    ck_assert(nobody_waits());
}
END_TEST

START_TEST(a_woken_putter_that_finds_no_room_waits_again_behind_the_others)
{
    start_putters();
    ck_assert_int_eq(get(), 1);
    put(9);
    tick();
    ck_recorded("");
    ck_assert_int_eq(get(), 9);
    tick();
    ck_recorded("p3");
    run_dry();
    ck_assert_int_eq(get(), 3);
    tick();
    ck_recorded("p4");
    ck_assert_int_eq(get(), 4);
    tick();
    ck_recorded("p2");
    ck_assert(nobody_waits());
}
END_TEST

static int value;

WEFT_ASYNC(late_putter)
{
    weft_queue_put(&queue, value);
}
WEFT_ASYNC_END

START_TEST(a_value_to_put_is_evaluated_when_there_is_room)
{
    static WEFT_TASK(late_putter) task;
    put(1);
    value = 2;
    weft_loop_create_task(&loop, late_putter, &task);
    tick();
    value = 3;
    ck_assert_int_eq(get(), 1);
    tick();
    ck_assert(weft_done(&task));
    ck_assert_int_eq(get(), 3);
}
END_TEST

/* ---- A value whose evaluation uses the queue itself ---- */

static int putting_first(int first, int then)
{
    put(first);
    return then;
}

static int getting_first(int more)
{
    return get() + more;
}

static int shutting_down_first(int then)
{
    weft_queue_shutdown(&queue);
    return then;
}

WEFT_ASYNC(reentrant_putter)
{
    weft_queue_put(&queue, putting_first(1, 2));
}
WEFT_ASYNC_END

WEFT_ASYNC(rotating_putter)
{
    weft_queue_put(&queue, getting_first(10));
}
WEFT_ASYNC_END

WEFT_ASYNC(shutting_down_putter)
{
    weft_queue_put(&queue, shutting_down_first(1));
}
WEFT_ASYNC_END

START_TEST(a_value_that_takes_the_last_room_itself_is_not_put)
{
    static WEFT_TASK(reentrant_putter) task;
    init((enum order)_i, 1);
    queue.items[1] = 42;
    ck_error(weft_queue_put_nowait(&queue, putting_first(1, 2)), &weft_queue_full_error);
    ck_assert_uint_eq(weft_queue_size(&queue), 1);
    ck_assert_int_eq(get(), 1);
    ck_error(weft_run(&loop, reentrant_putter, &task), &weft_queue_full_error);
    ck_assert_uint_eq(weft_queue_size(&queue), 1);
    ck_assert_int_eq(get(), 1);
    ck_assert(weft_queue_empty(&queue));
    ck_assert_int_eq(queue.items[1], 42);
}
END_TEST

START_TEST(a_value_that_puts_another_one_comes_behind_it)
{
    static WEFT_TASK(reentrant_putter) task;
    init((enum order)_i, 2);
    for (int again = 0; again < 2; again++) {
        if (again)
            ck_no_error(weft_run(&loop, reentrant_putter, &task));
        else
            ck_no_error(weft_queue_put_nowait(&queue, putting_first(1, 2)));
        ck_assert_uint_eq(weft_queue_size(&queue), 2);
        ck_assert_int_eq(get(), _i == LIFO ? 2 : 1);
        ck_assert_int_eq(get(), _i == LIFO ? 1 : 2);
    }
}
END_TEST

START_TEST(a_value_that_is_got_from_the_same_queue_is_put)
{
    static WEFT_TASK(rotating_putter) task;
    init((enum order)_i, 3);
    put(1);
    put(2);
    ck_no_error(weft_run(&loop, rotating_putter, &task));
    put(3);
    ck_no_error(weft_queue_put_nowait(&queue, getting_first(10))); /* the queue was full */
    ck_assert_uint_eq(weft_queue_size(&queue), 3);
    static const int expected[ORDERS][3] = {{11, 3, 12}, {13, 12, 1}, {3, 11, 12}};
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(get(), expected[_i][i]);
}
END_TEST

START_TEST(a_value_that_shuts_the_queue_down_is_not_put)
{
    static WEFT_TASK(shutting_down_putter) task;
    init((enum order)_i, 2);
    ck_error(weft_run(&loop, shutting_down_putter, &task), &weft_queue_shut_down_error);
    ck_assert(weft_queue_empty(&queue));
    init((enum order)_i, 2);
    ck_error(weft_queue_put_nowait(&queue, shutting_down_first(1)), &weft_queue_shut_down_error);
    ck_assert(weft_queue_empty(&queue));
}
END_TEST

/* ---- Cancelled ---- */

/* CPython: test_queues.QueueGetTests.test_get_cancelled_race
 * CPython: test_queues.QueueGetTests.test_cancelled_getters_not_being_held_in_self_getters */
START_TEST(a_cancelled_getter_is_unlinked_and_the_next_one_gets_the_item)
{
    start_getters();
    ck_assert(weft_cancel(&a));
    if (_i)
        tick();
    put(1);
    run_dry();
    ck_recorded("Ab1");
    weft_cancel(&c);
    run_dry();
    ck_recorded("C");
    ck_assert(nobody_waits());
}
END_TEST

/* CPython: test_queues.QueuePutTests.test_put_cancelled_race
 * CPython: test_queues.QueuePutTests.test_cancelled_puts_not_being_held_in_self_putters */
START_TEST(a_cancelled_putter_is_unlinked_and_the_next_one_gets_the_room)
{
    start_putters();
    ck_assert(weft_cancel(&p));
    if (_i)
        tick();
    ck_assert_int_eq(get(), 1);
    run_dry();
    ck_recorded("P2p3");
    weft_cancel(&r);
    run_dry();
    ck_recorded("P4");
    ck_assert(nobody_waits());
}
END_TEST

/* asyncio#265.
 * CPython: test_queues.QueuePutTests.test_get_cancel_drop_one_pending_reader */
START_TEST(a_getter_that_is_woken_and_cancelled_leaves_the_item)
{
    init(FIFO, 2);
    start_getter(&a, 'a', 1);
    tick();
    put(1), put(2);
    weft_cancel(&a);
    tick();
    ck_recorded("A");
    ck_assert_uint_eq(weft_queue_size(&queue), 2);
    start_getter(&a, 'a', 1);
    tick();
    ck_recorded("a1");
}
END_TEST

/* CPython: test_queues.QueuePutTests.test_get_cancel_drop_many_pending_readers */
START_TEST(a_getter_that_is_woken_and_cancelled_wakes_the_next_one)
{
    init(FIFO, 2);
    start_getters();
    put(1), put(2);
    weft_cancel(&a);
    tick();
    ck_recorded("Ab1");
    tick();
    ck_recorded("c2");
    ck_assert(nobody_waits());
}
END_TEST

/* CPython: test_queues.QueuePutTests.test_put_cancel_drop
 * CPython: test_queues.QueuePutTests.test_cancelled_put_silence_value_error_exception */
START_TEST(a_putter_that_is_woken_and_cancelled_wakes_the_next_one)
{
    start_putters();
    ck_assert_int_eq(get(), 1);
    weft_cancel(&p);
    tick();
    ck_recorded("P2");
    ck_assert(weft_queue_empty(&queue));
    tick();
    ck_recorded("p3");
    run_dry();
    ck_recorded("");
    ck_assert(weft_cancelled(&p) && !weft_done(&r));
}
END_TEST

START_TEST(a_woken_and_cancelled_waiter_wakes_no_other_if_nothing_is_left)
{
    start_getters();
    put(1);
    ck_assert_int_eq(get(), 1);
    weft_cancel(&a);
    tick();
    ck_recorded("A");
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&b.task).what, "queue: get"));
    weft_cancel(&b), weft_cancel(&c);
    run_dry();
    ck_recorded("BC");
    start_putters();
    ck_assert_int_eq(get(), 1);
    put(9);
    weft_cancel(&p);
    tick();
    ck_recorded("P2");
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&q.task).what, "queue: put"));
}
END_TEST

START_TEST(a_waiter_cancelled_before_a_wake_wakes_no_other)
{
    start_getters();
    weft_cancel(&a);
    put(1);
    tick();
    ck_recorded("Ab1");
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&c.task).what, "queue: get"));
    weft_cancel(&c);
    run_dry();
    ck_recorded("C");
    start_putters();
    weft_cancel(&p);
    ck_assert_int_eq(get(), 1);
    tick();
    ck_recorded("P2p3");
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&r.task).what, "queue: put"));
}
END_TEST

/* Counts the digits in the record that follow one of these letters. */
static size_t count(const char *letters)
{
    size_t n = 0;
    for (const char *at = record; *at; at++)
        n += strchr(letters, *at) && isdigit((unsigned char)at[1]);
    return n;
}

static void cancel_some(unsigned victims)
{
    putter_task *const putters[] = {&p, &q, &r};
    getter_task *const getters[] = {&a, &b, &c};
    for (int i = 0; i < 3; i++) {
        if (victims >> i & 1)
            weft_cancel(putters[i]);
        if (victims >> i & 8)
            weft_cancel(getters[2 - i]);
    }
}

static void check_that_nothing_is_lost(void)
{
    const size_t in = count("p"), out = count("abc");
    ck_assert_uint_eq(weft_queue_size(&queue), in - out);
    ck_assert_uint_eq(queue.queue.unfinished, in);
    ck_assert(!queue.queue.getters.first || weft_queue_empty(&queue));
    ck_assert(!queue.queue.putters.first || weft_queue_full(&queue));
}

START_TEST(no_item_is_lost_under_cancellation_at_any_tick)
{
    for (int ticks = 0; ticks < 8; ticks++) {
        for (unsigned victims = 0; victims < 64; victims++) {
            init((enum order)(_i / 2), _i % 2 ? 2 : 1);
            start_getter(&a, 'a', 2);
            start_putter(&p, 0, 3);
            start_putter(&q, 3, 2);
            start_getter(&b, 'b', 1);
            start_getter(&c, 'c', 2);
            start_putter(&r, 5, 2);
            for (int i = 0; i < ticks; i++)
                tick();
            cancel_some(victims);
            run_dry();
            check_that_nothing_is_lost();
            cancel_some(63);
            run_dry();
            ck_assert(nobody_waits() && loop_is_idle());
            record[0] = '\0';
        }
    }
}
END_TEST

/* ---- join and task_done ---- */

WEFT_ASYNC(joiner, char name; const weft_error *caught;)
{
    weft_try {
        weft_queue_join(&queue);
        note_letter(self->name);
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note_letter((char)toupper(self->name));
        weft_raise(self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(joiner) j, k;

static void start_joiners(void)
{
    weft_loop_create_task(&loop, joiner, &j, .name = 'j');
    weft_loop_create_task(&loop, joiner, &k, .name = 'k');
    tick();
}

/* CPython: test_queues.QueueJoinTests.test_join_empty_queue
 * CPython: test_queues.QueueJoinTests.test_task_done_underflow
 * CPython: test_queues.LifoQueueJoinTests.test_join_empty_queue
 * CPython: test_queues.LifoQueueJoinTests.test_task_done_underflow
 * CPython: test_queues.PriorityQueueJoinTests.test_join_empty_queue
 * CPython: test_queues.PriorityQueueJoinTests.test_task_done_underflow */
START_TEST(join_does_not_wait_if_all_items_are_done)
{
    init((enum order)_i, 1);
    ck_error(weft_queue_task_done(&queue), &weft_invalid_state_error);
    start_joiners();
    ck_recorded("jk");
    ck_error(weft_queue_task_done(&queue), &weft_invalid_state_error);
    put(1);
    ck_no_error(weft_queue_task_done(&queue)); /* called before the item is got, which is allowed */
    ck_error(weft_queue_task_done(&queue), &weft_invalid_state_error);
    start_joiners();
    ck_recorded("jk");
    ck_assert_int_eq(get(), 1);
}
END_TEST

/* CPython: test_queues.QueueJoinTests.test_task_done
 * CPython: test_queues.LifoQueueJoinTests.test_task_done
 * CPython: test_queues.PriorityQueueJoinTests.test_task_done */
START_TEST(joiners_wait_until_all_items_are_done)
{
    init((enum order)_i, 3);
    put(1), put(2);
    start_joiners();
    ck_assert_int_eq(get() + get(), 3);
    ck_no_error(weft_queue_task_done(&queue));
    put(3);
    ck_no_error(weft_queue_task_done(&queue));
    tick();
    ck_recorded("");
    ck_no_error(weft_queue_task_done(&queue));
    put(4); /* a woken task does not check again */
    tick();
    ck_recorded("jk");
    ck_assert(nobody_waits());
}
END_TEST

START_TEST(a_cancelled_joiner_is_gone)
{
    put(1);
    start_joiners();
    weft_cancel(&j);
    ck_no_error(weft_queue_task_done(&queue));
    tick();
    ck_recorded("Jk");
    ck_assert(nobody_waits() && weft_cancelled(&j));
}
END_TEST

/* ---- Shut down ---- */

static void check_that_it_is_shut_down(void)
{
    int item = -1;
    ck_error(weft_queue_put_nowait(&queue, 1), &weft_queue_shut_down_error);
    ck_error(weft_queue_get_nowait(&queue, &item), &weft_queue_shut_down_error);
    ck_assert_int_eq(item, -1);
    start_putter(&q, 7, 1);
    start_getter(&b, 'b', 1);
    tick();
    ck_recorded("!p!b");
    ck_assert(weft_done(&q) && weft_done(&b) && weft_queue_empty(&queue));
    ck_assert(!queue.queue.getters.first && !queue.queue.putters.first);
}

static void check_that_all_is_done(void)
{
    ck_error(weft_queue_task_done(&queue), &weft_invalid_state_error);
}

/* CPython: test_queues.QueueShutdownTests.test_shutdown_empty
 * CPython: test_queues.LifoQueueShutdownTests.test_shutdown_empty
 * CPython: test_queues.PriorityQueueShutdownTests.test_shutdown_empty */
START_TEST(shutdown_of_an_empty_queue)
{
    init((enum order)_i, 1);
    start_getter(&a, 'a', 1);
    tick();
    weft_queue_shutdown(&queue);
    ck_assert_uint_eq(weft_queue_size(&queue), 0);
    start_joiners();
    ck_recorded("!ajk");
    check_that_it_is_shut_down();
}
END_TEST

/* CPython: test_queues.QueueShutdownTests.test_shutdown_nonempty
 * CPython: test_queues.LifoQueueShutdownTests.test_shutdown_nonempty
 * CPython: test_queues.PriorityQueueShutdownTests.test_shutdown_nonempty */
START_TEST(shutdown_of_a_queue_with_an_item_that_can_still_be_got)
{
    init((enum order)_i, 1);
    put(1);
    start_joiners();
    start_putter(&p, 2, 1);
    tick();
    weft_queue_shutdown(&queue);
    ck_assert_uint_eq(weft_queue_size(&queue), 1);
    tick();
    ck_recorded("!p");
    ck_assert_int_eq(get(), 1);
    tick();
    ck_recorded("");
    ck_assert(!weft_done(&j));
    weft_cancel(&k);
    run_dry();
    ck_recorded("K");
    ck_no_error(weft_queue_task_done(&queue));
    tick();
    ck_recorded("j");
    check_that_it_is_shut_down();
    check_that_all_is_done();
}
END_TEST

/* CPython: test_queues.QueueShutdownTests.test_shutdown_immediate
 * CPython: test_queues.LifoQueueShutdownTests.test_shutdown_immediate
 * CPython: test_queues.PriorityQueueShutdownTests.test_shutdown_immediate */
START_TEST(shutdown_now_drops_the_items_and_they_count_as_done)
{
    init((enum order)_i, 2);
    put(1), put(2);
    start_putter(&p, 3, 1);
    start_joiners();
    weft_queue_shutdown_now(&queue);
    ck_assert_uint_eq(weft_queue_size(&queue), 0);
    tick();
    ck_recorded("jk!p");
    check_that_it_is_shut_down();
    check_that_all_is_done();
}
END_TEST

/* CPython: test_queues.QueueShutdownTests.test_shutdown_immediate_with_unfinished
 * CPython: test_queues.LifoQueueShutdownTests.test_shutdown_immediate_with_unfinished
 * CPython: test_queues.PriorityQueueShutdownTests.test_shutdown_immediate_with_unfinished */
START_TEST(shutdown_now_leaves_what_was_got_to_be_done)
{
    init((enum order)_i, 2);
    put(1), put(1);
    start_joiners();
    ck_assert_int_eq(get(), 1);
    weft_queue_shutdown_now(&queue);
    tick();
    ck_recorded("");
    check_that_it_is_shut_down();
    ck_no_error(weft_queue_task_done(&queue));
    check_that_all_is_done();
    tick();
    ck_recorded("jk");
}
END_TEST

START_TEST(shutdown_now_of_items_that_are_done_already)
{
    init((enum order)_i, 3);
    put(1), put(2), put(3);
    ck_no_error(weft_queue_task_done(&queue));
    ck_no_error(weft_queue_task_done(&queue));
    weft_queue_shutdown_now(&queue);
    check_that_all_is_done();
    weft_queue_shutdown_now(&queue);
    weft_queue_shutdown(&queue);
    check_that_it_is_shut_down();
    check_that_all_is_done();
}
END_TEST

/* Waiters are woken in order. Waiter b is cancelled in the same tick, before (0) or after (1)
 * the shutdown. */
START_TEST(a_shutdown_wakes_all_waiters)
{
    start_getters();
    if (!_i)
        weft_cancel(&b);
    weft_queue_shutdown(&queue);
    if (_i)
        weft_cancel(&b);
    tick();
    ck_recorded(_i ? "!aB!c" : "B!a!c");
    init(FIFO, 1);
    start_putters();
    if (!_i)
        weft_cancel(&q);
    weft_queue_shutdown(&queue);
    if (_i)
        weft_cancel(&q);
    tick();
    ck_recorded(_i ? "!pP3!p" : "P3!p!p");
    ck_assert(nobody_waits());
}
END_TEST

START_TEST(a_getter_that_was_woken_gets_its_item_though_the_queue_is_shut_down)
{
    start_getter(&a, 'a', 2);
    start_getter(&b, 'b', 1);
    tick();
    put(1);
    if (_i)
        weft_queue_shutdown_now(&queue);
    else
        weft_queue_shutdown(&queue);
    tick();
    ck_recorded(_i ? "!a!b" : "a1!a!b");
    ck_assert(nobody_waits());
}
END_TEST

START_TEST(a_putter_that_was_woken_puts_nothing_if_the_queue_is_shut_down)
{
    start_putters();
    ck_assert_int_eq(get(), 1);
    weft_queue_shutdown(&queue);
    tick();
    ck_recorded("!p!p!p");
    ck_assert(weft_queue_empty(&queue) && nobody_waits());
}
END_TEST

static void put_into(int_queue *into)
{
    ck_no_error(weft_queue_put_nowait(into, 1));
}

static void get_from(int_queue *from)
{
    int got;
    ck_no_error(weft_queue_get_nowait(from, &got));
}

WEFT_ASYNC(unprepared, int_queue *queue; bool gets; int item; unsigned line;)
{
    weft_sleep(0);
    if (self->gets) {
        self->line = __LINE__ + 1;
        weft_queue_get(self->queue, &self->item);
    }
    self->line = __LINE__ + 1;
    weft_queue_put(self->queue, 1);
}
WEFT_ASYNC_END

static WEFT_TASK(unprepared) unprepared_task;

static void run_unprepared(int_queue *zero, bool gets)
{
    memset(&unprepared_task, 0, sizeof(unprepared_task));
    weft_loop_init(&loop, &backend.backend);
    weft_run(&loop, unprepared, &unprepared_task, zero, gets);
}

START_TEST(a_queue_over_an_array_that_has_not_been_initialised_is_found_out)
{
    static int_queue zero;
    EXPECT_PANIC(put_into(&zero), "not been initialised");
    EXPECT_PANIC((void)!weft_queue_put_error_of_(&zero.queue), "not been initialised"); /* at -Os */
    EXPECT_PANIC((void)weft_queue_get_error_of_(&zero.queue), "not been initialised");
    static int_queue ready;
    static int numbers[2];
    weft_queue_init_over(&ready, numbers, 2);
    ck_error(weft_queue_put_error_of_(&ready.queue), &weft_queue_full_error);
    ck_error(weft_queue_get_error_of_(&ready.queue), &weft_queue_empty_error);
    EXPECT_PANIC(get_from(&zero), "not been initialised");
    ck_panicked_in(__FILE__);
    for (volatile int gets = 0; gets < 2; gets++) {
        EXPECT_PANIC(run_unprepared(&zero, gets), "not been initialised");
        ck_panicked_in(__FILE__);
        ck_assert_uint_eq(panic.line, unprepared_task.frame.line);
    }
    weft_loop_init(&loop, &backend.backend);
}
END_TEST

START_TEST(a_queue_may_be_made_anew)
{
    put(1);
    weft_queue_shutdown(&queue);
    init((enum order)_i, 2);
    ck_assert(weft_queue_empty(&queue) && !weft_queue_full(&queue));
    check_that_all_is_done();
    put(2);
    ck_assert_int_eq(get(), 2);
}
END_TEST

/* ---- Structs as items; the array inside ---- */

struct job {
    int deadline;
    char name;
};

WEFT_QUEUE_BEFORE(by_deadline, struct job, one, other, one->deadline < other->deadline)

typedef WEFT_QUEUE(struct job, 2) job_queue;
static job_queue jobs;

/* Gets each item that it puts, at once. */
WEFT_ASYNC(worker, job_queue *jobs; struct job job; int i;)
{
    for (self->i = 0; self->i < 3; self->i++) {
        weft_queue_put(self->jobs, (struct job){.deadline = 3 - self->i, .name = 'a'});
        weft_queue_put(self->jobs, (struct job){2, 'b'});
        weft_queue_get(self->jobs, &self->job);
        note_letter(self->job.name);
        weft_queue_get(self->jobs, &self->job);
        note_letter(self->job.name);
        weft_check(weft_queue_task_done(self->jobs));
    }
}
WEFT_ASYNC_END

START_TEST(items_may_be_structs)
{
    static const char *const recorded[] = {"ababab", "bababa", "baabab"};
    static WEFT_TASK(worker) task;
    if (_i == FIFO)
        weft_queue_init(&jobs);
    else if (_i == LIFO)
        weft_lifo_queue_init(&jobs);
    else
        weft_priority_queue_init(&jobs, by_deadline);
    weft_loop_create_task(&loop, worker, &task, .jobs = &jobs);
    tick();
    ck_recorded(recorded[_i]);
    ck_assert(weft_done(&task) && weft_queue_empty(&jobs));
    struct job job;
    ck_no_error(weft_queue_put_nowait(&jobs, (struct job){.deadline = 1, .name = 'x'}));
    ck_no_error(weft_queue_put_nowait(&jobs, (struct job){.deadline = 1, .name = 'y'}));
    ck_assert(weft_queue_full(&jobs));
    ck_no_error(weft_queue_get_nowait(&jobs, &job));
    ck_assert_int_eq(job.name, _i == LIFO ? 'y' : 'x');
}
END_TEST

/* The results of Python's heapq for these operations. 62 items are put while there is room,
 * each with one of a few priorities. After each operation, the next item is put with a chance
 * of 3 in 5; otherwise an item is got. The letters name the items in the order of putting: 0 to
 * 9, A to Z, a to z. */
static const char names[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static const struct {
    uint32_t seed;
    size_t room;
    uint32_t priorities;
    const char *expected;
} by_heapq[] = {
    {1, 62, 1, "013579AEHJKIGFLNMQTZYabXcWdgfnmoltsrxwvuqzypkjiheVSURPODC8B624"},
    {2, 16, 3, "17ACHEG3NMLQO4BISTUJVW2XbcZeYhikjangpqDrstuoxylwm0vzf596RF8dPK"},
    {3, 62, 4, "12435607A9BFEGHINLUYRbXefhiJdMkWaoQprvwcOxyzstgqTZ8PVKmuDnCljS"},
    {4, 7, 2, "023451768ABDEFGIKLHNO9PQCSTVWRZabcdYXegUhjJklomfspruqtvniMwxyz"},
};

static uint32_t state;

static uint32_t random_below(uint32_t n)
{
    state = state * 1103515245u + 12345u;
    return (state >> 16) % n;
}

START_TEST(items_that_compare_equal_come_in_the_order_of_heapq)
{
    static struct job items[sizeof(names) - 1];
    static WEFT_QUEUE_OVER(struct job) heap;
    weft_priority_queue_init_over(&heap, items, by_heapq[_i].room, by_deadline);
    state = by_heapq[_i].seed;
    for (const char *name = names; *name || !weft_queue_empty(&heap);) {
        struct job job;
        if (*name && !weft_queue_full(&heap) && (random_below(5) < 3 || weft_queue_empty(&heap))) {
            job.deadline = (int)random_below(by_heapq[_i].priorities);
            job.name = *name++;
            ck_no_error(weft_queue_put_nowait(&heap, job));
        } else {
            ck_no_error(weft_queue_get_nowait(&heap, &job));
            note_letter(job.name);
        }
    }
    ck_recorded(by_heapq[_i].expected);
}
END_TEST

/* ---- Unbounded ---- */

struct item {
    int priority;
    uint32_t came;
    weft_queue_node node;
    bool is_in;
};

WEFT_QUEUE_BEFORE(by_priority, struct item, one, other, one->priority < other->priority)

typedef WEFT_UNBOUNDED_QUEUE(struct item, node) item_queue;
static item_queue unbounded;

static void init_unbounded(enum order order)
{
    if (order == FIFO)
        weft_unbounded_queue_init(&unbounded);
    else if (order == LIFO)
        weft_unbounded_lifo_queue_init(&unbounded);
    else
        weft_unbounded_priority_queue_init(&unbounded, by_priority);
}

static void put_item(struct item *item)
{
    ck_no_error(weft_queue_put_item_nowait(&unbounded, item));
}

static struct item *get_item(void)
{
    struct item *item = NULL;
    ck_no_error(weft_queue_get_item_nowait(&unbounded, &item));
    return item;
}

START_TEST(an_unbounded_queue_that_is_all_zero_is_first_in_first_out)
{
    static struct item items[3];
    memset(&unbounded, 0, sizeof(unbounded));
    for (int i = 0; i < 3; i++)
        put_item(&items[i]);
    ck_assert(!weft_queue_full(&unbounded) && !weft_queue_empty(&unbounded));
    ck_assert_uint_eq(weft_queue_size(&unbounded), 3);
    for (int i = 0; i < 3; i++)
        ck_assert_ptr_eq(get_item(), &items[i]);
    struct item *item = &items[1];
    ck_error(weft_queue_get_item_nowait(&unbounded, &item), &weft_queue_empty_error);
    ck_assert_ptr_eq(item, &items[1]);
    ck_assert(weft_queue_empty(&unbounded));
}
END_TEST

/* Gets items until the queue is shut down. Records its name and the items' priorities. */
WEFT_ASYNC(item_getter, char name; struct item * item; const weft_error *caught;)
{
    weft_try {
        while (true) {
            weft_queue_get_item(&unbounded, &self->item);
            note_letter(self->name);
            note_letter((char)('0' + self->item->priority));
            weft_check(weft_queue_task_done(&unbounded));
        }
    }
    weft_catch(&weft_queue_shut_down_error) {
        note("!");
        note_letter(self->name);
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note_letter((char)toupper(self->name));
        weft_raise(self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(item_getter) x, y;

static void start_item_getters(void)
{
    weft_loop_create_task(&loop, item_getter, &x, .name = 'x');
    weft_loop_create_task(&loop, item_getter, &y, .name = 'y');
    tick();
}

START_TEST(items_of_an_unbounded_queue_are_waited_for)
{
    static const char *const recorded[] = {"x1x3x2", "x2x3x1", "x1x2x3"};
    static struct item items[] = {{.priority = 1}, {.priority = 3}, {.priority = 2}};
    init_unbounded((enum order)_i);
    start_item_getters();
    for (int i = 0; i < 3; i++)
        put_item(&items[i]);
    tick();
    ck_recorded(recorded[_i]);
    put_item(&items[0]); /* x waits behind y now */
    tick();
    ck_recorded("x1");
}
END_TEST

/* asyncio#265 */
START_TEST(a_getter_of_an_unbounded_queue_that_is_woken_and_cancelled_wakes_the_next_one)
{
    static struct item item = {.priority = 7};
    init_unbounded((enum order)_i);
    start_item_getters();
    put_item(&item);
    weft_cancel(&x);
    tick();
    ck_recorded("X");
    tick();
    ck_recorded("y7");
    weft_cancel(&y);
    run_dry();
    ck_assert(!unbounded.queue.getters.first && loop_is_idle());
}
END_TEST

WEFT_ASYNC(item_joiner)
{
    weft_queue_join(&unbounded);
    note("j");
}
WEFT_ASYNC_END

START_TEST(an_unbounded_queue_is_shut_down_and_gives_its_items_back)
{
    static struct item items[3], *item;
    static WEFT_TASK(item_joiner) task;
    const enum order order = (enum order)(_i / 2);
    const bool now = _i % 2;
    memset(items, 0, sizeof(items));
    init_unbounded(order);
    for (int i = 0; i < 3; i++)
        put_item(&items[i]);
    weft_loop_create_task(&loop, item_joiner, &task);
    tick();
    if (now)
        weft_queue_shutdown_now(&unbounded);
    else
        weft_queue_shutdown(&unbounded);
    ck_error(weft_queue_put_item_nowait(&unbounded, &items[0]), &weft_queue_shut_down_error);
    ck_assert_uint_eq(weft_queue_size(&unbounded), now ? 0 : 3);
    start_item_getters();
    run_dry();
    ck_recorded(now ? "j!x!y" : "x0x0x0!x!yj");
    ck_error(weft_queue_get_item_nowait(&unbounded, &item), &weft_queue_shut_down_error);
    ck_error(weft_queue_task_done(&unbounded), &weft_invalid_state_error);
    init_unbounded(order);
    for (int i = 0; i < 3; i++)
        put_item(&items[i]);
    ck_assert_uint_eq(weft_queue_size(&unbounded), 3);
}
END_TEST

START_TEST(shutdown_now_of_an_unbounded_queue_that_is_empty)
{
    struct item *item;
    init_unbounded((enum order)_i);
    start_item_getters();
    weft_queue_shutdown_now(&unbounded);
    run_dry();
    ck_recorded("!x!y");
    ck_assert(weft_queue_empty(&unbounded));
    ck_error(weft_queue_get_item_nowait(&unbounded, &item), &weft_queue_shut_down_error);
}
END_TEST

/* There are no items the second time. The items of the first time belong to the program, and may
 * no longer exist. */
START_TEST(shutdown_now_of_an_unbounded_queue_twice)
{
    static struct item items[3];
    memset(items, 0, sizeof(items));
    init_unbounded((enum order)_i);
    for (int i = 0; i < 3; i++)
        put_item(&items[i]);
    weft_queue_shutdown_now(&unbounded);
    for (int i = 0; i < 3; i++)
        items[i].node.next = &items[i].node;
    weft_queue_shutdown_now(&unbounded);
    ck_assert(weft_queue_empty(&unbounded));
    for (int i = 0; i < 3; i++)
        ck_assert_ptr_eq(items[i].node.next, &items[i].node);
}
END_TEST

/* Puts in a coroutine, where a failure raises. */
WEFT_ASYNC(item_putter, struct item *item;)
{
    weft_queue_put_item(&unbounded, self->item);
    note("in,");
    weft_queue_shutdown(&unbounded);
    weft_queue_put_item(&unbounded, self->item);
    note("never");
}
WEFT_ASYNC_END

START_TEST(an_item_is_put_without_waiting_or_refused_by_an_error)
{
    static struct item item;
    static WEFT_TASK(item_putter) task;
    init_unbounded((enum order)_i);
    weft_loop_create_task(&loop, item_putter, &task, .item = &item);
    tick();
    ck_recorded("in,");
    ck_error(weft_error_of(&task), &weft_queue_shut_down_error);
    ck_assert_uint_eq(weft_queue_size(&unbounded), 1);
    ck_assert_ptr_eq(get_item(), &item);
}
END_TEST

START_TEST(an_item_that_is_in_a_queue_is_not_put_again)
{
    static struct item items[2];
    memset(items, 0, sizeof(items));
    init_unbounded((enum order)(_i / 2));
    put_item(&items[0]);
    if (_i % 2)
        put_item(&items[1]);
    EXPECT_PANIC(put_item(&items[0]), "is in a queue");
    ck_panicked_in(__FILE__);
    ck_assert_uint_eq(weft_queue_size(&unbounded), 1 + (size_t)(_i % 2));
}
END_TEST

/* The links that an item had in one queue mean nothing in another queue. And the links of an
 * item that was got mean nothing to the items still in the queue. */
START_TEST(an_item_that_was_got_has_no_link_to_its_queue)
{
    static struct item items[4];
    memset(items, 0, sizeof(items));
    static item_queue other;
    init_unbounded(PRIORITY);
    weft_unbounded_queue_init(&other);
    for (int i = 0; i < 4; i++) {
        items[i].priority = i;
        put_item(&items[i]);
    }
    ck_assert_ptr_eq(get_item(), &items[0]);
    ck_no_error(weft_queue_put_item_nowait(&other, &items[0]));
    weft_queue_shutdown_now(&other);
    for (int i = 1; i < 4; i++)
        ck_assert_ptr_eq(get_item(), &items[i]);
    ck_assert(weft_queue_empty(&unbounded));
}
END_TEST

/* Many items, in a heap of some shape. Afterwards each can be put into another queue. */
START_TEST(items_that_were_dropped_may_be_put_into_another_queue)
{
    enum { ITEMS = 30, GOT = 7 };
    static struct item items[ITEMS];
    memset(items, 0, sizeof(items));
    init_unbounded((enum order)_i);
    state = 5;
    for (int i = 0; i < ITEMS; i++) {
        items[i].priority = (int)random_below(10);
        put_item(&items[i]);
    }
    for (int i = 0; i < GOT; i++)
        put_item(get_item());
    weft_queue_shutdown_now(&unbounded);
    for (int i = 0; i < GOT; i++)
        ck_no_error(weft_queue_task_done(&unbounded));
    ck_error(weft_queue_task_done(&unbounded), &weft_invalid_state_error);
    init_unbounded((enum order)((_i + 1) % ORDERS));
    for (int i = 0; i < ITEMS; i++)
        put_item(&items[i]);
    for (int i = 0; i < ITEMS; i++)
        ck_assert_ptr_nonnull(get_item());
    ck_assert(weft_queue_empty(&unbounded));
}
END_TEST

/* Returns true if `item` must come out before the other items in the queue. */
static bool comes_first(enum order order, const struct item *item, const struct item *items, int n)
{
    for (int i = 0; i < n; i++) {
        const struct item *const other = &items[i];
        const bool earlier = other->came < item->came;
        if (!other->is_in || other == item)
            continue;
        if (order == PRIORITY && other->priority != item->priority
                ? other->priority < item->priority
                : earlier == (order != LIFO))
            return false;
    }
    return item->is_in;
}

static void try_at_random(enum order order, unsigned seed)
{
    enum { ITEMS = 40 };
    static struct item items[ITEMS];
    memset(items, 0, sizeof(items));
    init_unbounded(order);
    state = seed * 2654435769u;
    const uint32_t priorities = 1 + random_below(ITEMS), haste = random_below(80) + 10;
    for (uint32_t step = 0; step < 400; step++) {
        struct item *item = &items[random_below(ITEMS)];
        if (random_below(100) < haste && !item->is_in) {
            item->priority = (int)random_below(priorities);
            item->came = step;
            item->is_in = true;
            put_item(item);
        } else if (!weft_queue_empty(&unbounded)) {
            item = get_item();
            ck_assert_msg(comes_first(order, item, items, ITEMS), "seed %u, step %u", seed,
                          (unsigned)step);
            item->is_in = false;
        }
    }
}

START_TEST(an_unbounded_queue_agrees_with_a_model_at_random)
{
    for (unsigned seed = 1; seed <= 100; seed++)
        try_at_random((enum order)_i, seed);
}
END_TEST

/* The node may be anywhere in the item, also at its start. */
struct early {
    weft_queue_node node;
    int key;
};

struct late {
    char text[33];
    weft_queue_node node;
};

WEFT_QUEUE_BEFORE(by_key, struct early, one, other, one->key < other->key)
WEFT_QUEUE_BEFORE(by_text, struct late, one, other, strcmp(one->text, other->text) < 0)

START_TEST(the_node_may_be_anywhere_in_the_item)
{
    static WEFT_UNBOUNDED_QUEUE(struct early, node) early;
    static WEFT_UNBOUNDED_QUEUE(struct late, node) late;
    static struct early keys[3] = {{.key = 2}, {.key = 3}, {.key = 1}}, *key;
    static struct late texts[3] = {{.text = "b"}, {.text = "c"}, {.text = "a"}}, *text;
    weft_unbounded_priority_queue_init(&early, by_key);
    weft_unbounded_priority_queue_init(&late, by_text);
    for (int i = 0; i < 3; i++) {
        ck_no_error(weft_queue_put_item_nowait(&early, &keys[i]));
        ck_no_error(weft_queue_put_item_nowait(&late, &texts[i]));
    }
    for (int i = 0; i < 3; i++) {
        ck_no_error(weft_queue_get_item_nowait(&early, &key));
        ck_assert_int_eq(key->key, i + 1);
        ck_no_error(weft_queue_get_item_nowait(&late, &text));
        ck_assert_int_eq(text->text[0], 'a' + i);
    }
}
END_TEST

/* ---- Reports ---- */

START_TEST(a_report_says_what_each_waiter_waits_for)
{
    start_getter(&a, 'a', 1);
    tick();
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&a.task).what, "queue: get"));
    IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&a.task).object, &queue));
    start_putter(&p, 1, 3);
    run_dry();
    start_joiners();
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&p.task).what, "queue: put"));
    IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&p.task).object, &queue));
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&j.task).what, "queue: join"));
    IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&j.task).object, &queue));
    IF_TEXTS(ck_assert_ptr_null(weft_task_waits_for(&j.task).holder));
}
END_TEST

static void add_waiting(TCase *tests)
{
    tcase_add_test(tests, putters_wait_while_the_queue_is_full_and_get_room_in_order);
    tcase_add_test(tests, getters_wait_while_the_queue_is_empty_and_get_items_in_order);
    tcase_add_loop_test(tests, a_putter_and_a_getter_work_with_any_room, 1, 10);
    tcase_add_test(tests, a_woken_getter_that_finds_no_item_waits_again_behind_the_others);
    tcase_add_test(tests, a_woken_putter_that_finds_no_room_waits_again_behind_the_others);
    tcase_add_test(tests, a_value_to_put_is_evaluated_when_there_is_room);
    tcase_add_loop_test(tests, a_value_that_takes_the_last_room_itself_is_not_put, 0, ORDERS);
    tcase_add_loop_test(tests, a_value_that_puts_another_one_comes_behind_it, 0, ORDERS);
    tcase_add_loop_test(tests, a_value_that_is_got_from_the_same_queue_is_put, 0, ORDERS);
    tcase_add_loop_test(tests, a_value_that_shuts_the_queue_down_is_not_put, 0, ORDERS);
    tcase_add_loop_test(tests, a_cancelled_getter_is_unlinked_and_the_next_one_gets_the_item, 0, 2);
    tcase_add_loop_test(tests, a_cancelled_putter_is_unlinked_and_the_next_one_gets_the_room, 0, 2);
    tcase_add_test(tests, a_getter_that_is_woken_and_cancelled_leaves_the_item);
    tcase_add_test(tests, a_getter_that_is_woken_and_cancelled_wakes_the_next_one);
    tcase_add_test(tests, a_putter_that_is_woken_and_cancelled_wakes_the_next_one);
    tcase_add_test(tests, a_woken_and_cancelled_waiter_wakes_no_other_if_nothing_is_left);
    tcase_add_test(tests, a_waiter_cancelled_before_a_wake_wakes_no_other);
    tcase_add_loop_test(tests, no_item_is_lost_under_cancellation_at_any_tick, 0, 2 * ORDERS);
    tcase_add_loop_test(tests, join_does_not_wait_if_all_items_are_done, 0, ORDERS);
    tcase_add_loop_test(tests, joiners_wait_until_all_items_are_done, 0, ORDERS);
    tcase_add_test(tests, a_cancelled_joiner_is_gone);
}

static void add_shutdown(TCase *tests)
{
    tcase_add_loop_test(tests, shutdown_of_an_empty_queue, 0, ORDERS);
    tcase_add_loop_test(tests, shutdown_of_a_queue_with_an_item_that_can_still_be_got, 0, ORDERS);
    tcase_add_loop_test(tests, shutdown_now_drops_the_items_and_they_count_as_done, 0, ORDERS);
    tcase_add_loop_test(tests, shutdown_now_leaves_what_was_got_to_be_done, 0, ORDERS);
    tcase_add_loop_test(tests, shutdown_now_of_items_that_are_done_already, 0, ORDERS);
    tcase_add_loop_test(tests, a_shutdown_wakes_all_waiters, 0, 2);
    tcase_add_loop_test(tests, a_getter_that_was_woken_gets_its_item_though_the_queue_is_shut_down,
                        0, 2);
    tcase_add_test(tests, a_putter_that_was_woken_puts_nothing_if_the_queue_is_shut_down);
    tcase_add_test(tests, a_queue_over_an_array_that_has_not_been_initialised_is_found_out);
    tcase_add_loop_test(tests, a_queue_may_be_made_anew, 0, ORDERS);
}

static void add_unbounded(TCase *tests)
{
    tcase_add_test(tests, an_unbounded_queue_that_is_all_zero_is_first_in_first_out);
    tcase_add_loop_test(tests, items_of_an_unbounded_queue_are_waited_for, 0, ORDERS);
    tcase_add_loop_test(
        tests, a_getter_of_an_unbounded_queue_that_is_woken_and_cancelled_wakes_the_next_one, 0,
        ORDERS);
    tcase_add_loop_test(tests, an_unbounded_queue_is_shut_down_and_gives_its_items_back, 0,
                        2 * ORDERS);
    tcase_add_loop_test(tests, shutdown_now_of_an_unbounded_queue_that_is_empty, 0, 3);
    tcase_add_loop_test(tests, shutdown_now_of_an_unbounded_queue_twice, 0, 3);
    tcase_add_loop_test(tests, an_item_is_put_without_waiting_or_refused_by_an_error, 0, ORDERS);
    tcase_add_loop_test(tests, an_item_that_is_in_a_queue_is_not_put_again, 0, 2 * ORDERS);
    tcase_add_test(tests, an_item_that_was_got_has_no_link_to_its_queue);
    tcase_add_loop_test(tests, items_that_were_dropped_may_be_put_into_another_queue, 0, ORDERS);
    tcase_add_loop_test(tests, an_unbounded_queue_agrees_with_a_model_at_random, 0, ORDERS);
    tcase_add_test(tests, the_node_may_be_anywhere_in_the_item);
}

int main(void)
{
    TCase *const tests = begin_suite("queue");
    tcase_add_checked_fixture(tests, new_queue, NULL);
    tcase_add_loop_test(tests, items_come_out_in_the_order_of_their_queue, 0, ORDERS);
    tcase_add_loop_test(tests, a_nowait_that_would_wait_is_an_error_and_changes_nothing, 0, ORDERS);
    tcase_add_loop_test(tests, an_error_that_loses_no_item_can_be_ignored, 0, ORDERS);
    tcase_add_test(tests, items_wrap_around_in_the_array);
    add_waiting(tests);
    add_shutdown(tests);
    tcase_add_loop_test(tests, items_may_be_structs, 0, ORDERS);
    tcase_add_loop_test(tests, items_that_compare_equal_come_in_the_order_of_heapq, 0,
                        sizeof(by_heapq) / sizeof(*by_heapq));
    add_unbounded(tests);
    tcase_add_test(tests, a_report_says_what_each_waiter_waits_for);
    return run_suite();
}
