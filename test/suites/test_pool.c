/* SPDX-License-Identifier: MIT */
/* Pools: tasks for the children of groups. Every slot comes back. */
#include "helper.h"

enum { SLOTS = 2, MANY = 7 };

WEFT_ASYNC(worker, char name; weft_time delay; const weft_error *error; weft_exit left;)
{
    weft_try {
        weft_sleep(self->delay);
        note_letter(self->name);
        weft_check(self->error);
    }
    weft_finally(&self->left) {
        note(weft_loop_current_task(&loop)->root.flags & WEFT_POOLED_ ? "" : "not pooled");
    }
    weft_end;
}
WEFT_ASYNC_END

typedef WEFT_POOL(worker, SLOTS) worker_pool;

static worker_pool pool;

static void new_pool(void)
{
    memset(&pool, 0, sizeof(pool));
}

/* Returns the number of free tasks. A pool that was never used returns 0. */
static size_t free_slots(const weft_pool_ *of)
{
    return of->free_slots.value;
}

static bool all_slots_are_back(void)
{
    size_t listed = 0;
    for (const weft_pool_slot_ *slot = pool.pool.free; slot; slot = slot->next)
        listed++;
    return free_slots(&pool.pool) == SLOTS && listed + pool.pool.fresh == SLOTS &&
           !weft_semaphore_locked(&pool.pool.free_slots) && !loop.reuse_hooks &&
           !loop.context.on_reuse;
}

/* ---- Taking and giving back ---- */

WEFT_ASYNC(many, weft_group group; int i;)
{
    weft_with_group(&self->group) {
        for (self->i = 0; self->i < MANY; self->i++) {
            weft_group_create_pooled(&self->group, worker, &pool, .name = (char)('a' + self->i),
                                     .delay = 3);
            note(".");
        }
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(as_many_run_at_once_as_the_pool_has_tasks)
{
    static WEFT_TASK(many) task;
    new_pool();
    ck_no_error(weft_run(&loop, many, &task));
    ck_recorded("..ab..cd..ef.g");
    ck_assert_uint_eq(elapsed(), 12);
    ck_assert(all_slots_are_back());
}
END_TEST

/* No task is used before the first is taken. A task that was granted to a waiter is not free. */
START_TEST(a_pool_counts_its_free_tasks)
{
    static WEFT_TASK(many) task;
    static const size_t left[] = {2, 0, 0, 0, 0};
    new_pool();
    ck_assert_uint_eq(weft_pool_free(&pool), SLOTS);
    weft_loop_create_task(&loop, many, &task);
    for (int i = 0; i < 5; i++) {
        ck_assert_uint_eq(weft_pool_free(&pool), left[i]);
        tick();
    }
    run_dry();
    ck_assert_uint_eq(weft_pool_free(&pool), SLOTS);
    record[0] = '\0';
}
END_TEST

/* Several tasks share the pool. */
static weft_group shared_group;

WEFT_ASYNC(taking, char name; weft_time delay; const weft_error *caught;)
{
    weft_try {
        weft_group_create_pooled(&shared_group, worker, &pool, .name = self->name,
                                 .delay = self->delay);
        note("+");
    }
    weft_catch(&weft_base_error, self->caught) {
        note_error(self->caught);
        weft_raise(self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(taking) takers[MANY];

WEFT_ASYNC(holding_open, weft_time delay; const weft_error *error;)
{
    weft_with_group(&shared_group) {
        weft_sleep(self->delay);
        weft_check(self->error);
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(holding_open) holder;

static void start_taking(int count, weft_time delay, const weft_error *error)
{
    new_pool();
    memset(&shared_group, 0, sizeof(shared_group));
    weft_loop_create_task(&loop, holding_open, &holder, .delay = delay, .error = error);
    for (int i = 0; i < count; i++)
        weft_loop_create_task(&loop, taking, &takers[i], .name = (char)('a' + i), .delay = 5);
    tick();
}

START_TEST(waiters_get_a_slot_in_the_order_in_which_they_came)
{
    start_taking(5, 50, NULL);
    ck_recorded("++");
    const weft_wait_info waiting = weft_task_waits_for(&takers[2].task);
    ck_assert_str_eq(waiting.what, "pool");
    ck_assert_ptr_eq(waiting.object, &pool.pool.free_slots);
    run_dry();
    ck_recorded("ab++cd+e");
    ck_assert(all_slots_are_back());
}
END_TEST

/* Cancels the first waiter, while it waits or when it has been granted a task. */
START_TEST(a_cancelled_waiter_takes_no_slot_and_the_next_one_gets_it)
{
    start_taking(4, 50, NULL);
    if (_i)
        while (!weft_done(&pool.slots[0].task) && !weft_done(&pool.slots[1].task))
            tick();
    weft_cancel(&takers[2]);
    run_dry();
    ck_recorded(_i ? "++ab=cancelled+d" : "++=cancelledab+d");
    ck_assert(weft_cancelled(&takers[2]));
    ck_assert(all_slots_are_back());
}
END_TEST

START_TEST(a_waiter_that_is_granted_a_slot_and_cancelled_passes_it_on)
{
    start_taking(4, 50, NULL);
    while (weft_parked_in_(&takers[2].task) == WEFT_LISTED_)
        tick();
    weft_cancel(&takers[2]);
    run_dry();
    ck_assert(weft_cancelled(&takers[2]));
    ck_recorded("++ab=cancelled+d");
    ck_assert(all_slots_are_back());
}
END_TEST

/* The group shuts down while tasks wait for a slot. A slot that comes free goes back. */
START_TEST(a_waiter_is_refused_if_the_group_shuts_down_meanwhile)
{
    start_taking(4, 1, &fail);
    run_dry();
    ck_recorded("++=invalid state=invalid state");
    ck_error(weft_first_error(weft_error_of(&holder)).error, &fail);
    ck_assert(all_slots_are_back());
}
END_TEST

/* The group refuses the child at once, though the pool is exhausted. */
START_TEST(a_group_that_takes_no_child_is_refused_before_the_wait)
{
    static WEFT_TASK(many) task;
    new_pool();
    weft_loop_create_task(&loop, many, &task);
    tick();
    ck_recorded("..");
    ck_assert_uint_eq(free_slots(&pool.pool), 0);
    memset(&shared_group, 0, sizeof(shared_group));
    weft_loop_create_task(&loop, taking, &takers[0], .name = 'a');
    tick();
    ck_recorded("=invalid state");
    ck_error(weft_error_of(&takers[0]), &weft_invalid_state_error);
    weft_cancel(&task);
    run_dry();
    ck_assert(all_slots_are_back());
    record[0] = '\0';
}
END_TEST

/* Cancels the group in the exception handler for the task that failed in the child's memory, or
 * in the evaluation of the arguments. */
static weft_group *cancelled_late;

static void cancel_late(weft_loop *of, weft_task *task, const weft_error *error)
{
    (void)of, (void)task, (void)error;
    weft_group_cancel(cancelled_late);
}

static char cancelling_name(void)
{
    if (!loop.exception_handler)
        weft_group_cancel(cancelled_late);
    return 'c';
}

WEFT_ASYNC(starting_late, weft_group group;)
{
    cancelled_late = &self->group;
    weft_create_task(worker, &pool.slots[SLOTS - 1].task, .name = 'f', .error = &fail);
    weft_sleep(UNITS(1));
    weft_with_group(&self->group) {
        weft_try {
            weft_group_create_pooled(&self->group, worker, &pool, .name = cancelling_name(),
                                     .delay = 9);
            note("started");
        }
        weft_catch(&weft_invalid_state_error) {
            note("refused");
        }
        weft_end;
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_child_is_refused_if_its_group_is_cancelled_while_it_is_started)
{
    static WEFT_TASK(starting_late) task;
    new_pool();
    if (_i)
        weft_set_exception_handler(&loop, cancel_late);
    ck_no_error(weft_run(&loop, starting_late, &task));
    ck_recorded("fnot pooledrefused");
    ck_assert_uint_eq(elapsed(), 1);
    ck_assert(all_slots_are_back() && loop_is_idle());
}
END_TEST

/* The arguments are evaluated when the task is taken. */
static char next_name;

WEFT_ASYNC(naming, weft_group group; int i;)
{
    weft_with_group(&self->group) {
        for (self->i = 0; self->i < 3; self->i++)
            weft_group_create_pooled(&self->group, worker, &pool, .name = next_name++, .delay = 2);
    }
    weft_end;
}
WEFT_ASYNC_END

static void skip_names(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    next_name = 'x';
}

START_TEST(arguments_are_evaluated_behind_the_wait)
{
    static WEFT_TASK(naming) task;
    static weft_handle handle;
    new_pool();
    next_name = 'a';
    weft_call_at(&loop, &handle, clock_at(1), skip_names);
    ck_no_error(weft_run(&loop, naming, &task));
    ck_recorded("abx");
}
END_TEST

START_TEST(cancelled_children_free_their_slots)
{
    static WEFT_TASK(many) task;
    new_pool();
    weft_loop_create_task(&loop, many, &task);
    tick();
    tick();
    weft_cancel(&task);
    run_dry();
    ck_recorded("..");
    ck_assert(weft_cancelled(&task));
    ck_assert(all_slots_are_back());
}
END_TEST

START_TEST(a_pooled_child_cancelled_before_its_first_step_frees_its_slot)
{
    static WEFT_TASK(many) task;
    new_pool();
    weft_loop_create_task(&loop, many, &task);
    tick();
    weft_cancel(&task);
    run_dry();
    ck_assert(all_slots_are_back());
    record[0] = '\0';
}
END_TEST

/* ---- Children that failed ---- */

/* Both children of a full pool fail. Then their parent may act. */
enum what { NOTHING, FORGETS, ENTERS_AGAIN, ENDS };

WEFT_ASYNC(failing, int what, count; weft_group group; const weft_error *caught; int i;)
{
    weft_try {
        weft_with_group(&self->group) {
            for (self->i = 0; self->i < self->count; self->i++)
                weft_group_create_pooled(&self->group, worker, &pool, .name = (char)('a' + self->i),
                                         .delay = 1, .error = self->i ? &other_fail : &fail);
        }
        weft_end;
    }
    weft_catch(&weft_group_error, self->caught) {
        for (weft_error_walk at = weft_first_error(self->caught); at.error; weft_next_error(&at)) {
            note_error(at.error);
            ck_assert_uint_ne(at.task->root.flags & WEFT_POOLED_, 0);
        }
    }
    weft_end;
    if (self->what == NOTHING)
        weft_sleep(UNITS(50));
    if (self->what == FORGETS) {
        weft_group_forget_errors(&self->group);
        weft_group_forget_errors(&self->group);
        ck_assert(all_slots_are_back());
    }
    if (self->what == ENTERS_AGAIN) {
        weft_with_group(&self->group) {
            ck_assert(all_slots_are_back());
        }
        weft_end;
    }
}
WEFT_ASYNC_END

typedef WEFT_TASK(failing) failing_task;

static failing_task failed_group;

START_TEST(slots_of_failed_children_are_kept_with_their_errors)
{
    new_pool();
    weft_loop_create_task(&loop, failing, &failed_group, .what = NOTHING, .count = 1 + _i);
    while (!failed_group.frame.caught)
        tick();
    ck_recorded(_i ? "ab=fail=other" : "a=fail");
    ck_assert_uint_eq(free_slots(&pool.pool), (size_t)(1 - _i));
    ck_assert_uint_eq(weft_count_errors(failed_group.frame.caught), (size_t)(1 + _i));
    run_dry();
    ck_assert_uint_eq(free_slots(&pool.pool), (size_t)(1 - _i));
    weft_group_forget_errors(&failed_group.frame.group);
    ck_assert(all_slots_are_back());
}
END_TEST

START_TEST(kept_slots_go_back_when_the_group_forgets_its_errors_or_is_reused)
{
    new_pool();
    ck_no_error(weft_run(&loop, failing, &failed_group, .what = _i, .count = SLOTS));
    ck_recorded("ab=fail=other");
    ck_assert(all_slots_are_back());
}
END_TEST

/* The loop no longer knows the group. The pool still does. */
START_TEST(kept_slots_go_back_though_the_loop_was_closed_meanwhile)
{
    new_pool();
    ck_no_error(weft_run(&loop, failing, &failed_group, .what = ENDS, .count = SLOTS));
    ck_no_error(weft_loop_close(&loop));
    ck_recorded("ab=fail=other");
    ck_assert_uint_eq(free_slots(&pool.pool), 0);
    weft_group_forget_errors(&failed_group.frame.group);
    ck_assert(all_slots_are_back());
}
END_TEST

/* Two groups keep tasks. Forgetting the first group must leave nothing of it in the loop. */
START_TEST(kept_slots_of_two_groups_go_back_though_the_loop_was_closed)
{
    static failing_task groups[2];
    new_pool();
    for (int i = 0; i < 2; i++)
        ck_no_error(weft_run(&loop, failing, &groups[i], .what = ENDS, .count = 1));
    ck_no_error(weft_loop_close(&loop));
    ck_recorded("a=faila=fail");
    ck_assert_uint_eq(free_slots(&pool.pool), 0);
    for (int i = 0; i < 2; i++) {
        weft_group_forget_errors(&groups[_i ^ i].frame.group);
        ck_assert_uint_eq(free_slots(&pool.pool), (size_t)(1 + i));
        ck_assert_ptr_null(loop.reuse_hooks);
    }
    ck_assert(all_slots_are_back());
}
END_TEST

/* Runs another coroutine in the memory that contains the group. */
WEFT_ASYNC(over_it, char bytes[sizeof(struct failing)];)
{
    ck_assert(all_slots_are_back());
    note("!");
}
WEFT_ASYNC_END

START_TEST(kept_slots_go_back_when_a_task_starts_in_the_groups_memory)
{
    static union {
        failing_task failing;
        WEFT_TASK(over_it) over;
    } memory;
    new_pool();
    ck_no_error(weft_run(&loop, failing, &memory.failing, .what = ENDS, .count = SLOTS));
    ck_assert_uint_eq(free_slots(&pool.pool), 0);
    if (_i)
        ck_no_error(weft_run(&loop, over_it, &memory.over));
    else
        weft_loop_create_task(&loop, over_it, &memory.over);
    run_dry();
    ck_recorded("ab=fail=other!");
    ck_assert(all_slots_are_back());
}
END_TEST

WEFT_ASYNC(
    calling, union {
        struct failing failing;
        struct over_it over;
    } at;)
{
    weft_call(failing, &self->at.failing, .what = ENDS, .count = SLOTS);
    ck_assert_uint_eq(free_slots(&pool.pool), 0);
    weft_call(over_it, &self->at.over);
}
WEFT_ASYNC_END

START_TEST(kept_slots_go_back_when_a_call_uses_the_groups_memory)
{
    static WEFT_TASK(calling) task;
    new_pool();
    ck_no_error(weft_run(&loop, calling, &task));
    ck_recorded("ab=fail=other!");
    ck_assert(all_slots_are_back());
}
END_TEST

/* A task that waits for a slot gets a slot that a group forgets. */
START_TEST(a_waiter_gets_a_slot_that_a_group_forgets)
{
    new_pool();
    ck_no_error(weft_run(&loop, failing, &failed_group, .what = ENDS, .count = SLOTS));
    memset(&shared_group, 0, sizeof(shared_group));
    weft_loop_create_task(&loop, holding_open, &holder, .delay = 9);
    weft_loop_create_task(&loop, taking, &takers[0], .name = 'z');
    tick();
    ck_recorded("ab=fail=other");
    weft_group_forget_errors(&failed_group.frame.group);
    run_dry();
    ck_recorded("+z");
    ck_assert(all_slots_are_back());
}
END_TEST

/* Groups in tasks of two pools, each of which keeps other tasks: a tree of failures. */
enum { LEAVES = 2, NODES = 3 };

WEFT_ASYNC(leaf)
{
    weft_sleep(UNITS(1));
    weft_raise(&fail);
}
WEFT_ASYNC_END

static WEFT_POOL(leaf, LEAVES *NODES) leaves;

WEFT_ASYNC(node, bool catches; weft_group group; int i; const weft_error *caught;)
{
    weft_try {
        weft_with_group(&self->group) {
            for (self->i = 0; self->i < LEAVES; self->i++)
                weft_group_create_pooled(&self->group, leaf, &leaves);
        }
        weft_end;
    }
    weft_catch(&weft_group_error, self->caught) {
        if (!self->catches)
            weft_raise(self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_POOL(node, NODES) nodes;

WEFT_ASYNC(root, bool catches; weft_group group; int i;)
{
    weft_with_group(&self->group) {
        for (self->i = 0; self->i < NODES; self->i++)
            weft_group_create_pooled(&self->group, node, &nodes, .catches = self->catches);
    }
    weft_end;
}
WEFT_ASYNC_END

static size_t count_leaves(const weft_error *error)
{
    size_t count = 0;
    if (!weft_error_is(error, &weft_group_error))
        return error == &fail;
    for (weft_error_walk at = weft_first_error(error); at.error; weft_next_error(&at))
        count += count_leaves(at.error);
    return count;
}

START_TEST(slots_kept_by_failed_tasks_go_back_with_them)
{
    static WEFT_TASK(root) task;
    memset(&leaves, 0, sizeof(leaves));
    memset(&nodes, 0, sizeof(nodes));
    ck_assert_uint_eq(count_leaves(weft_run(&loop, root, &task)), LEAVES * NODES);
    ck_assert_uint_eq(free_slots(&leaves.pool), 0);
    ck_assert_uint_eq(free_slots(&nodes.pool), 0);
    weft_group_forget_errors(&task.frame.group);
    ck_assert_uint_eq(free_slots(&leaves.pool), LEAVES * NODES);
    ck_assert_uint_eq(free_slots(&nodes.pool), NODES);
    ck_assert_ptr_null(loop.reuse_hooks);
    ck_assert_uint_eq(count_leaves(weft_run(&loop, root, &task)), LEAVES * NODES);
    weft_group_forget_errors(&task.frame.group);
}
END_TEST

/* Cancels each of these in each tick: the root, a node, a leaf, all tasks of a pool. */
START_TEST(every_slot_comes_back_under_cancellation_at_any_tick)
{
    static WEFT_TASK(root) task;
    for (int ticks = 0; ticks < 12; ticks++) {
        memset(&leaves, 0, sizeof(leaves));
        memset(&nodes, 0, sizeof(nodes));
        weft_loop_create_task(&loop, root, &task);
        for (int i = 0; i < ticks; i++)
            tick();
        const bool asked = _i == 0 && weft_cancel(&task);
        if (_i == 1)
            weft_cancel(&nodes.slots[NODES - 1].task);
        if (_i == 2)
            weft_cancel(&leaves.slots[0].task);
        for (int i = 0; _i == 3 && i < NODES; i++)
            weft_cancel(&nodes.slots[i].task);
        for (int i = 0; _i == 4 && i < LEAVES * NODES; i++)
            weft_cancel(&leaves.slots[i].task);
        run_dry();
        ck_assert(weft_done(&task) && count_tasks() == 0);
        ck_assert_uint_eq(weft_cancelling(&task.task), asked);
        weft_group_forget_errors(&task.frame.group);
        ck_assert_uint_eq(weft_pool_free(&leaves), LEAVES * NODES);
        ck_assert_uint_eq(weft_pool_free(&nodes), NODES);
        ck_assert_ptr_null(loop.reuse_hooks);
        weft_error_of(&task);
    }
}
END_TEST

/* The tasks caught the errors and returned, so their slots are free. */
START_TEST(tasks_that_ended_well_keep_no_slots)
{
    static WEFT_TASK(root) task;
    memset(&leaves, 0, sizeof(leaves));
    memset(&nodes, 0, sizeof(nodes));
    for (int i = 0; i < 3; i++) {
        ck_no_error(weft_run(&loop, root, &task, .catches = true));
        ck_assert_uint_eq(free_slots(&leaves.pool), LEAVES * NODES);
        ck_assert_uint_eq(free_slots(&nodes.pool), NODES);
        ck_assert_ptr_null(loop.reuse_hooks);
    }
}
END_TEST

/* All leaves failed below nodes that ended well. Then other tasks need the slots. */
WEFT_ASYNC(after, struct root first; weft_group group; int i;)
{
    weft_call(root, &self->first, .catches = true);
    weft_with_group(&self->group) {
        for (self->i = 0; self->i < LEAVES * NODES; self->i++)
            weft_group_create_pooled(&self->group, leaf, &leaves);
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_waiter_gets_a_slot_that_an_ended_task_kept)
{
    static WEFT_TASK(after) task;
    memset(&leaves, 0, sizeof(leaves));
    memset(&nodes, 0, sizeof(nodes));
    ck_assert_uint_eq(count_leaves(weft_run(&loop, after, &task)), LEAVES * NODES);
    weft_group_forget_errors(&task.frame.group);
}
END_TEST

/* Two groups in one frame; each keeps a task. */
WEFT_ASYNC(pair, weft_group one, other; const weft_error *caught;)
{
    weft_try {
        weft_with_group(&self->one) {
            weft_group_create_pooled(&self->one, leaf, &leaves);
        }
        weft_end;
    }
    weft_catch(&weft_group_error, self->caught) {
    }
    weft_end;
    weft_with_group(&self->other) {
        weft_group_create_pooled(&self->other, leaf, &leaves);
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_POOL(pair, 1) pairs;

WEFT_ASYNC(above, weft_group group;)
{
    weft_with_group(&self->group) {
        weft_group_create_pooled(&self->group, pair, &pairs);
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(slots_kept_by_the_groups_of_a_failed_task_go_back_with_it)
{
    static WEFT_TASK(above) task;
    memset(&leaves, 0, sizeof(leaves));
    memset(&pairs, 0, sizeof(pairs));
    ck_assert_uint_eq(count_leaves(weft_run(&loop, above, &task)), 1);
    ck_assert_uint_eq(free_slots(&leaves.pool), LEAVES * NODES - 2);
    ck_assert_uint_eq(free_slots(&pairs.pool), 0);
    weft_group_forget_errors(&task.frame.group);
    ck_assert_uint_eq(free_slots(&leaves.pool), LEAVES * NODES);
    ck_assert_uint_eq(free_slots(&pairs.pool), 1);
    ck_assert_ptr_null(loop.reuse_hooks);
}
END_TEST

/* The groups of a pool's tasks take from that pool, as deep as the pool is large. */
enum { DEPTH = 6 };

struct descending;
WEFT_FORWARD(descending);

struct descending {
    weft_frame frame;
    int depth;
    weft_group group;
};

static WEFT_POOL(descending, DEPTH) depths;

WEFT_ASYNC_BODY(descending)
{
    weft_with_group(&self->group) {
        if (self->depth == 1)
            weft_raise(&fail);
        weft_group_create_pooled(&self->group, descending, &depths, .depth = self->depth - 1);
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_pool_may_nest_in_itself)
{
    static WEFT_TASK(descending) task;
    memset(&depths, 0, sizeof(depths));
    for (int i = 0; i < 2; i++) {
        const weft_error *error = weft_run(&loop, descending, &task, .depth = DEPTH + 1);
        ck_assert_uint_eq(free_slots(&depths.pool), 0);
        ck_assert_uint_eq(count_leaves(error), 1);
    }
    weft_group_forget_errors(&task.frame.group);
    ck_assert_uint_eq(free_slots(&depths.pool), DEPTH);
    ck_assert_ptr_null(loop.reuse_hooks);
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("pool");
    tcase_add_test(tests, as_many_run_at_once_as_the_pool_has_tasks);
    tcase_add_test(tests, a_pool_counts_its_free_tasks);
    tcase_add_test(tests, waiters_get_a_slot_in_the_order_in_which_they_came);
    tcase_add_loop_test(tests, a_cancelled_waiter_takes_no_slot_and_the_next_one_gets_it, 0, 2);
    tcase_add_test(tests, a_waiter_that_is_granted_a_slot_and_cancelled_passes_it_on);
    tcase_add_test(tests, a_waiter_is_refused_if_the_group_shuts_down_meanwhile);
    tcase_add_test(tests, a_group_that_takes_no_child_is_refused_before_the_wait);
    tcase_add_loop_test(tests, a_child_is_refused_if_its_group_is_cancelled_while_it_is_started, 0,
                        2);
    tcase_add_test(tests, arguments_are_evaluated_behind_the_wait);
    tcase_add_test(tests, cancelled_children_free_their_slots);
    tcase_add_test(tests, a_pooled_child_cancelled_before_its_first_step_frees_its_slot);
    tcase_add_loop_test(tests, slots_of_failed_children_are_kept_with_their_errors, 0, 2);
    tcase_add_loop_test(tests, kept_slots_go_back_when_the_group_forgets_its_errors_or_is_reused,
                        FORGETS, ENTERS_AGAIN + 1);
    tcase_add_test(tests, kept_slots_go_back_though_the_loop_was_closed_meanwhile);
    tcase_add_loop_test(tests, kept_slots_of_two_groups_go_back_though_the_loop_was_closed, 0, 2);
    tcase_add_loop_test(tests, kept_slots_go_back_when_a_task_starts_in_the_groups_memory, 0, 2);
    tcase_add_test(tests, kept_slots_go_back_when_a_call_uses_the_groups_memory);
    tcase_add_test(tests, a_waiter_gets_a_slot_that_a_group_forgets);
    tcase_add_test(tests, slots_kept_by_failed_tasks_go_back_with_them);
    tcase_add_loop_test(tests, every_slot_comes_back_under_cancellation_at_any_tick, 0, 5);
    tcase_add_test(tests, slots_kept_by_the_groups_of_a_failed_task_go_back_with_it);
    tcase_add_test(tests, tasks_that_ended_well_keep_no_slots);
    tcase_add_test(tests, a_waiter_gets_a_slot_that_an_ended_task_kept);
    tcase_add_test(tests, a_pool_may_nest_in_itself);
    return run_suite();
}
