/* SPDX-License-Identifier: MIT */
/* The ready queue: ticks, and removal from anywhere in a tick. The entries are callbacks without
 * a function, which the test runs. */
#include "helper.h"
#include "ready.h"

static weft_frame task = {.state = 0};

static weft_ready_queue_ queue;
static weft_wait_ entries[8];

static void push(char name)
{
    weft_wait_ *const entry = &entries[name - 'a'];
    entry->node.callback = WEFT_CALL_READY_;
    ready_push_callback(&queue, entry);
}

/* Pushes an entry as a task does: without a link to its predecessor. */
static void push_task(char name)
{
    weft_wait_ *const entry = &entries[name - 'a'];
    entry->node.frame = &task;
    entry->previous = NULL;
    weft_ready_push_(&queue, &entry->node);
}

static void push_all(const char *names)
{
    for (; *names; names++)
        push(*names);
}

static void take_out(char name)
{
    weft_ready_remove_(&queue, &entries[name - 'a']);
}

static char name_of(weft_node_ *node)
{
    return (char)('a' + (weft_wait_of_(node) - entries));
}

static void pop(void)
{
    note_letter(name_of(weft_ready_pop_(&queue)));
}

/* Does what the loop does after it has popped the end of a tick. */
static void end_tick(void)
{
    queue.head = &queue.tick;
    note(" ");
}

/* Runs a tick as the loop does. When `at` runs, removes the entries `removed`, then pushes the
 * entries `added`. */
static void run_tick(char at, const char *removed, const char *added)
{
    weft_node_ *node;
    ready_begin_tick(&queue);
    while ((node = weft_ready_pop_(&queue)) != &queue.tick) {
        const char name = name_of(node);
        note_letter(name);
        for (; name == at && *removed; removed++)
            take_out(*removed);
        if (name == at)
            push_all(added);
    }
    end_tick();
}

static void run_rest(void)
{
    while (!ready_is_idle(&queue))
        run_tick('-', "", "");
}

static void new_queue(void)
{
    memset(entries, 0, sizeof(entries));
    weft_ready_init_(&queue);
}

START_TEST(entries_run_in_the_order_in_which_they_came)
{
    push_all("abc");
    run_rest();
    push_all("ba");
    run_rest();
    ck_recorded("abc ba ");
}
END_TEST

START_TEST(an_entry_pushed_during_a_tick_runs_in_the_next)
{
    push_all("ab");
    run_tick('a', "", "cd");
    run_tick('d', "", "ad");
    run_rest();
    ck_recorded("ab cd ad ");
}
END_TEST

START_TEST(a_running_entry_can_push_itself)
{
    push_all("ab");
    run_tick('a', "", "a");
    run_tick('a', "", "a");
    run_rest();
    ck_recorded("ab a a ");
}
END_TEST

/* In a tick of abcd: the running entry; the entries removed then; the entries pushed then; all
 * entries that run. */
static const struct {
    char at;
    const char *removed, *added, *recorded;
} removals[] = {
    {'a', "b", "", "acd "},                            /* the head */
    {'a', "c", "", "abd "},                            /* from the middle */
    {'a', "d", "", "abc "},                            /* the last of the tick and of the queue */
    {'a', "bcd", "", "a "},                            /* all, each as the head */
    {'a', "dcb", "", "a "},                            /* all, each as the last */
    {'a', "cbd", "", "a "},    {'c', "d", "", "abc "}, /* the only one left */
    {'a', "b", "e", "acd e "},                         /* with an entry behind this tick */
    {'a', "d", "e", "abc e "}, {'c', "d", "ef", "abc ef "},   {'a', "bcd", "ef", "a ef "},
    {'a', "b", "b", "acd b "}, /* entries that are pushed again */
    {'a', "d", "d", "abc d "}, {'a', "bcd", "dcb", "a dcb "}, {'c', "d", "da", "abc da "},
};

START_TEST(a_callback_is_taken_out_from_anywhere_in_a_tick)
{
    push_all("abcd");
    run_tick(removals[_i].at, removals[_i].removed, removals[_i].added);
    run_rest();
    ck_recorded(removals[_i].recorded);
}
END_TEST

/* The next tick contains c, d, e and f when b, the last entry of this tick, runs. */
START_TEST(a_callback_of_the_next_tick_is_taken_out_during_this_one)
{
    static const char *const recorded[] = {"ab def ", "ab cef ", "ab cdf ", "ab cde "};
    push_all("ab");
    ready_begin_tick(&queue);
    pop();
    push_all("cdef");
    take_out("cdef"[_i]);
    pop();
    ck_assert_ptr_eq(weft_ready_pop_(&queue), &queue.tick);
    end_tick();
    run_rest();
    ck_recorded(recorded[_i]);
}
END_TEST

START_TEST(callbacks_are_taken_out_between_ticks)
{
    push_all("abc");
    take_out('a');
    take_out('c');
    push('d');
    take_out('b');
    take_out('d');
    ck_assert(ready_is_idle(&queue));
    push_all("cb");
    run_rest();
    ck_recorded("cb ");
}
END_TEST

/* Tasks have no link to their predecessor. The link of a callback behind a task must still be
 * right. */
START_TEST(callbacks_are_taken_out_between_tasks)
{
    static const char *const recorded[] = {"abcd ", "acd ", "abc ", "ac "};
    push_task('a');
    push('b');
    push_task('c');
    push('d');
    if (_i & 1)
        take_out('b');
    if (_i & 2)
        take_out('d');
    run_rest();
    ck_recorded(recorded[_i]);
}
END_TEST

START_TEST(a_callback_behind_a_task_that_was_popped_is_the_head)
{
    push_task('a');
    push_task('b');
    push('c');
    push('d');
    ready_begin_tick(&queue);
    pop();
    pop();
    take_out('c');
    take_out('d');
    ck_assert_ptr_eq(weft_ready_pop_(&queue), &queue.tick); /* the tick is over */
    end_tick();
    push_all("ef");
    take_out('e');
    run_rest();
    ck_recorded("ab f ");
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("queue");
    tcase_add_checked_fixture(tests, new_queue, NULL);
    tcase_add_test(tests, entries_run_in_the_order_in_which_they_came);
    tcase_add_test(tests, an_entry_pushed_during_a_tick_runs_in_the_next);
    tcase_add_test(tests, a_running_entry_can_push_itself);
    tcase_add_loop_test(tests, a_callback_is_taken_out_from_anywhere_in_a_tick, 0,
                        sizeof(removals) / sizeof(removals[0]));
    tcase_add_loop_test(tests, a_callback_of_the_next_tick_is_taken_out_during_this_one, 0, 4);
    tcase_add_test(tests, callbacks_are_taken_out_between_ticks);
    tcase_add_loop_test(tests, callbacks_are_taken_out_between_tasks, 0, 4);
    tcase_add_test(tests, a_callback_behind_a_task_that_was_popped_is_the_head);
    return run_suite();
}
