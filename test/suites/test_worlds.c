/* SPDX-License-Identifier: MIT */
/* Small worlds: up to three tasks use a primitive, and every order of operations is tried. Weft
 * must do what a small model does (world.h). */
#include <stdio.h>
#include <stdlib.h>

#include "world.h"

enum { FIRST, SECOND, THIRD, FOURTH }; /* the model's lists */

static struct model_list *list(int number)
{
    return &model->lists[number];
}

static struct model_task *task_number(int number)
{
    return &model->tasks[number];
}

/* ---- Lock: held by a task; waiters in list FIRST ---- */

static bool lock_is_held(void)
{
    return model->held_by >= 0;
}

static bool all_listed_are_cancelled(void)
{
    for (int i = 0; i < list(FIRST)->count; i++)
        if (!task_number(list(FIRST)->who[i])->cancelled)
            return false;
    return true;
}

static bool take_at_once(int task)
{
    if (lock_is_held() || !all_listed_are_cancelled()) {
        model_list_last(list(FIRST), task);
        return false;
    }
    model->held_by = task;
    return true;
}

static void wake_next_for_lock(void)
{
    if (list(FIRST)->count)
        model_wake(list(FIRST)->who[0]);
}

/* Runs a task that waited for the lock. Returns true if it has the lock now. */
static bool take_or_pass_on(int task, bool cancelled)
{
    model_unlist(list(FIRST), task);
    if (!cancelled)
        model->held_by = task;
    else if (!lock_is_held())
        wake_next_for_lock();
    return !cancelled;
}

static void give_lock_back(void)
{
    model->held_by = -1;
    wake_next_for_lock();
}

/* Leaves a block with the lock, which another task may have released. */
static enum model_step leave_lock(enum model_step step)
{
    if (!lock_is_held())
        return FAILS;
    give_lock_back();
    return step;
}

enum { WANTS = 1, HAS, HAS_TWICE };

/* Phase WANTS, then the phases from HAS to `last` with the lock held. Each of those yields once. */
static enum model_step use_lock(int number, bool cancelled, int last)
{
    struct model_task *const task = task_number(number);
    bool takes = false;
    if (task->phase == 0)
        takes = take_at_once(number), task->phase = WANTS;
    else if (task->phase == WANTS)
        takes = take_or_pass_on(number, cancelled);
    if (task->phase == WANTS && takes && last == WANTS)
        return PASSES;
    if (task->phase == WANTS && !takes)
        return cancelled ? IS_CANCELLED : WAITS;
    if (!cancelled && ++task->phase <= last)
        return YIELDS;
    return leave_lock(cancelled ? IS_CANCELLED : PASSES);
}

static enum model_step step_lock(int number, bool cancelled)
{
    return use_lock(number, cancelled, task_number(number)->script == LOCK_USE ? HAS : WANTS);
}

static enum model_step step_rlock(int number, bool cancelled)
{
    return use_lock(number, cancelled, HAS_TWICE);
}

static void release_lock(int n)
{
    (void)n;
    compare_answers(weft_lock_release(&things->lock), !lock_is_held());
    if (lock_is_held())
        give_lock_back();
}

static void compare_lock(void)
{
    agree(weft_lock_locked(&things->lock) == lock_is_held(), "the lock");
    compare_waiters(&things->lock.waiters, list(FIRST));
}

static void compare_rlock(void)
{
    size_t depth = 0;
    if (lock_is_held())
        depth = task_number(model->held_by)->phase == HAS_TWICE ? 2 : 1;
    agree(things->rlock.depth == depth, "the depth");
    agree(weft_rlock_locked(&things->rlock) == lock_is_held(), "the lock");
    compare_waiters(&things->rlock.lock.waiters, list(FIRST));
}

static void nothing(void)
{
}

/* ---- Semaphore: a value; a woken waiter has been granted a unit ---- */

enum { UNITS = 1 };

static void make_semaphore(void)
{
    things->semaphore = (weft_semaphore)WEFT_BOUNDED_SEMAPHORE(UNITS);
    model->value = UNITS;
}

static bool give_unit(void)
{
    for (int i = 0; i < list(FIRST)->count; i++) {
        const int number = list(FIRST)->who[i];
        if (!model_is_pending(number))
            continue;
        model->value--;
        task_number(number)->given = true;
        model_wake(number);
        return true;
    }
    return false;
}

static enum model_step take_unit(int number, bool cancelled)
{
    struct model_task *const task = task_number(number);
    if (task->phase == 0) {
        task->phase = WANTS;
        if (model->value == 0 || !all_listed_are_cancelled()) {
            model_list_last(list(FIRST), number);
            return WAITS;
        }
        model->value--;
        return PASSES;
    }
    model_unlist(list(FIRST), number);
    if (task->given && cancelled)
        model->value++;
    task->given = false;
    while (model->value > 0 && give_unit())
        continue;
    return cancelled ? IS_CANCELLED : PASSES;
}

static void give_unit_back(void)
{
    model->value++;
    give_unit();
}

static enum model_step step_semaphore(int number, bool cancelled)
{
    struct model_task *const task = task_number(number);
    if (task->phase == HAS) {
        if (model->value >= UNITS)
            return FAILS;
        give_unit_back();
        return cancelled ? IS_CANCELLED : PASSES;
    }
    const enum model_step step = take_unit(number, cancelled);
    if (step != PASSES || task->script == SEMAPHORE_HOLD)
        return step;
    task->phase = HAS;
    return YIELDS;
}

static void release_semaphore(int n)
{
    (void)n;
    compare_answers(weft_semaphore_release(&things->semaphore), model->value >= UNITS);
    if (model->value < UNITS)
        give_unit_back();
}

static void compare_semaphore(void)
{
    agree((int)things->semaphore.value == model->value, "the value");
    const bool locked = model->value == 0 || !all_listed_are_cancelled();
    agree(weft_semaphore_locked(&things->semaphore) == locked, "the lock");
    compare_waiters(&things->semaphore.waiters, list(FIRST));
}

/* ---- Event ---- */

static enum model_step step_event(int number, bool cancelled)
{
    if (task_number(number)->phase++) {
        model_unlist(list(FIRST), number);
        return cancelled ? IS_CANCELLED : PASSES;
    }
    if (model->set)
        return PASSES;
    model_list_last(list(FIRST), number);
    return WAITS;
}

static void wake_all(const struct model_list *all)
{
    for (int i = 0; i < all->count; i++)
        model_wake(all->who[i]);
}

static void change_event(int n)
{
    if (n == 0)
        weft_event_set(&things->event);
    else
        weft_event_clear(&things->event);
    if (n == 0 && !model->set)
        wake_all(list(FIRST));
    model->set = n == 0;
}

static void compare_event(void)
{
    agree(weft_event_is_set(&things->event) == model->set, "the flag");
    compare_waiters(&things->event.waiters, list(FIRST));
}

/* ---- Condition: the lock, and the condition's waiters in list SECOND ---- */

static void notify(int n)
{
    for (int i = 0; i < list(SECOND)->count && n; i++) {
        if (!model_is_pending(list(SECOND)->who[i]))
            continue;
        model_wake(list(SECOND)->who[i]);
        n--;
    }
}

enum { OUTSIDE, LISTED, TAKES_LOCK };

static void begin_condition_wait(int number)
{
    give_lock_back();
    model_list_last(list(SECOND), number);
    task_number(number)->inner = LISTED;
    task_number(number)->remembered = false;
}

/* Goes on with a wait. Returns WAITS, or, with the lock held, PASSES or IS_CANCELLED. */
static enum model_step go_on_with_condition_wait(int number, bool cancelled)
{
    struct model_task *const task = task_number(number);
    bool has_lock;
    task->remembered |= cancelled;
    if (task->inner == LISTED) {
        model_unlist(list(SECOND), number);
        task->inner = TAKES_LOCK;
        has_lock = take_at_once(number);
    } else {
        has_lock = take_or_pass_on(number, cancelled) || take_at_once(number);
    }
    if (!has_lock)
        return WAITS;
    task->inner = OUTSIDE;
    if (!task->remembered)
        return PASSES;
    notify(1);
    return IS_CANCELLED;
}

static enum model_step step_condition(int number, bool cancelled)
{
    struct model_task *const task = task_number(number);
    enum model_step step;
    if (task->script == CONDITION_HOLD)
        return use_lock(number, cancelled, WANTS);
    if (task->script == CONDITION_NOTIFY) {
        const bool had = task->phase == HAS;
        step = use_lock(number, cancelled, HAS);
        if (step == YIELDS && !had)
            notify(1);
        return step;
    }
    if (task->inner) {
        step = go_on_with_condition_wait(number, cancelled);
        return step == WAITS ? step : leave_lock(step);
    }
    step = use_lock(number, cancelled, WANTS);
    if (step != PASSES)
        return step;
    begin_condition_wait(number);
    return WAITS;
}

static void act_on_condition(int n)
{
    if (n == 0) {
        compare_answers(weft_condition_release(&things->condition), !lock_is_held());
        if (lock_is_held())
            give_lock_back();
        return;
    }
    compare_answers(weft_condition_notify_all(&things->condition), !lock_is_held());
    if (lock_is_held())
        wake_all(list(SECOND));
}

static void compare_condition(void)
{
    agree(weft_condition_locked(&things->condition) == lock_is_held(), "the lock");
    compare_waiters(&things->condition.lock.waiters, list(FIRST));
    compare_waiters(&things->condition.waiters, list(SECOND));
}

/* ---- Queue of one item: getters in FIRST, putters in SECOND, joiners in THIRD ---- */

static void make_queue(void)
{
    weft_queue_init(&things->queue);
}

/* Removes and wakes the first pending waiter. Removes the waiters before it as well. */
static void pop(struct model_list *from)
{
    while (from->count) {
        const int number = from->who[0];
        const bool pending = model_is_pending(number);
        model_unlist(from, number);
        if (pending) {
            task_number(number)->given = true;
            model_wake(number);
            return;
        }
    }
}

static void item_comes(void)
{
    model->size++;
    model->unfinished++;
    pop(list(FIRST));
}

static void item_goes(void)
{
    model->size--;
    pop(list(SECOND));
}

/* `there`: the item or room that the list waits for is available. */
static enum model_step wait_in_queue(int number, bool cancelled, int which, bool there)
{
    struct model_task *const task = task_number(number);
    const bool woken = task->given;
    task->given = false;
    if (task->phase)
        model_unlist(list(which), number);
    task->phase = WANTS;
    if (cancelled) {
        if (woken && there)
            pop(list(which));
        return IS_CANCELLED;
    }
    if (model->shut && (which == SECOND || !there))
        return FAILS;
    if (there)
        return PASSES;
    model_list_last(list(which), number);
    return WAITS;
}

static enum model_step step_queue(int number, bool cancelled)
{
    struct model_task *const task = task_number(number);
    enum model_step step;
    if (task->script == QUEUE_GET) {
        step = wait_in_queue(number, cancelled, FIRST, model->size > 0);
        if (step == PASSES)
            item_goes();
        return step;
    }
    if (task->script == QUEUE_PUT) {
        step = wait_in_queue(number, cancelled, SECOND, model->size == 0);
        if (step == PASSES)
            item_comes();
        return step;
    }
    if (task->phase++) {
        model_unlist(list(THIRD), number);
        return cancelled ? IS_CANCELLED : PASSES;
    }
    if (!model->unfinished)
        return PASSES;
    model_list_last(list(THIRD), number);
    return WAITS;
}

static void act_on_queue(int n)
{
    int item;
    if (n == 0) {
        compare_answers(weft_queue_get_nowait(&things->queue, &item), !model->size);
        if (model->size)
            item_goes();
    } else if (n == 1) {
        const bool refuses = model->size || model->shut;
        compare_answers(weft_queue_put_nowait(&things->queue, 7), refuses);
        if (!refuses)
            item_comes();
    } else if (n == 2) {
        compare_answers(weft_queue_task_done(&things->queue), !model->unfinished);
        if (model->unfinished && --model->unfinished == 0)
            wake_all(list(THIRD));
    } else {
        weft_queue_shutdown(&things->queue);
        model->shut = true;
        for (int i = 0; i < TASKS; i++)
            pop(list(FIRST));
        for (int i = 0; i < TASKS; i++)
            pop(list(SECOND));
    }
}

static void compare_queue(void)
{
    agree((int)weft_queue_size(&things->queue) == model->size, "the size");
    agree((int)things->queue.queue.unfinished == model->unfinished, "the unfinished items");
    compare_waiters(&things->queue.queue.getters, list(FIRST));
    compare_waiters(&things->queue.queue.putters, list(SECOND));
    compare_waiters(&things->queue.queue.joiners, list(THIRD));
}

/* ---- Barrier for two tasks: a condition and a count ---- */

enum { FILLING, DRAINING, RESETTING, BROKEN };

enum { PARTIES = 2 };

static void make_barrier(void)
{
    things->barrier = (weft_barrier)WEFT_BARRIER(PARTIES);
}

/* Phases of a wait after WANTS: waiting until the previous tasks have left; waiting until the
 * barrier is full. */
enum { IS_OUT = HAS, IS_IN };

static void leave_barrier(void)
{
    if (--model->count == 0) {
        if (model->barrier != BROKEN)
            model->barrier = FILLING;
        wake_all(list(SECOND));
    }
}

/* Is called with the lock held. `step` is how the last wait for the condition ended. */
static enum model_step pass_barrier(int number, enum model_step step)
{
    struct model_task *const task = task_number(number);
    if (task->phase == IS_OUT && step == PASSES) {
        if (model->barrier == DRAINING || model->barrier == RESETTING) {
            begin_condition_wait(number);
            return WAITS;
        }
        if (model->barrier == BROKEN)
            return FAILS;
        task->phase = IS_IN;
        if (++model->count == PARTIES) {
            model->barrier = DRAINING;
            wake_all(list(SECOND));
        }
    }
    if (task->phase != IS_IN)
        return step;
    if (step == PASSES && model->barrier == FILLING) {
        begin_condition_wait(number);
        return WAITS;
    }
    if (step == PASSES && model->barrier != DRAINING)
        step = FAILS;
    leave_barrier();
    return step;
}

static void change_barrier(enum script script)
{
    if (script == BARRIER_ABORT)
        model->barrier = BROKEN;
    else if (model->count == 0)
        model->barrier = FILLING;
    else
        model->barrier = RESETTING;
    wake_all(list(SECOND));
}

static enum model_step step_barrier(int number, bool cancelled)
{
    struct model_task *const task = task_number(number);
    enum model_step step;
    if (task->inner) {
        step = go_on_with_condition_wait(number, cancelled);
        if (step == WAITS)
            return WAITS;
    } else {
        step = use_lock(number, cancelled, WANTS);
        if (step != PASSES)
            return step;
        task->phase = IS_OUT;
    }
    if (task->script == BARRIER_WAIT)
        step = pass_barrier(number, step);
    else
        change_barrier(task->script);
    return step == WAITS ? step : leave_lock(step);
}

static void compare_barrier(void)
{
    agree((int)things->barrier.count == model->count, "the count");
    agree((int)things->barrier.state == model->barrier, "the state");
    agree(weft_condition_locked(&things->barrier.condition) == lock_is_held(), "the lock");
    compare_waiters(&things->barrier.condition.lock.waiters, list(FIRST));
    compare_waiters(&things->barrier.condition.waiters, list(SECOND));
}

/* ---- Tasks that wait for each other, and for a future ---- */

static void make_future(void)
{
    weft_loop_create_future(world_loop, &things->future);
    model->ends[FUTURE].exists = true;
}

static void hear_of(int number, int about, enum model_entry_kind kind)
{
    struct model_end *const end = &model->ends[about];
    end->waiters[end->count++] = (struct model_entry){kind, number, about};
}

static enum model_step await_end(int number, int about, enum model_entry_kind kind)
{
    if (!model->ends[about].exists)
        return FAILS;
    if (model->ends[about].ended)
        return model->ends[about].how;
    hear_of(number, about, kind);
    if (kind == STEP)
        task_number(number)->awaits = about;
    return WAITS;
}

static enum model_step gather(int number, bool collects)
{
    struct model_task *const task = task_number(number);
    enum model_step failed = PASSES;
    for (int i = 0; i < TASKS; i++)
        if (i != number && !model->ends[i].exists)
            return FAILS;
    for (int i = 0; i < TASKS; i++) {
        if (i == number)
            continue;
        if (!model->ends[i].ended)
            hear_of(number, i, GATHER_NOTIFIED), task->open++;
        else if (failed == PASSES)
            failed = model->ends[i].how;
    }
    if (failed != PASSES && !collects)
        return failed;
    task->gathers = task->open;
    return task->open ? WAITS : PASSES;
}

/* A task that has ended needs no notification any more. */
static void forget(int number)
{
    for (int i = 0; i < ENDS; i++) {
        struct model_end *const end = &model->ends[i];
        int kept = 0;
        for (int k = 0; k < end->count; k++)
            if (end->waiters[k].who != number)
                end->waiters[kept++] = end->waiters[k];
        end->count = kept;
    }
    int kept = 0;
    for (int k = 0; k < model->ready_count; k++)
        if (model->ready[k].who != number)
            model->ready[kept++] = model->ready[k];
    model->ready_count = kept;
}

static void arm(int number)
{
    task_number(number)->limit = ARMED;
    task_number(number)->deadline = model->clock + 1;
    model_list_last(list(FOURTH), number);
}

static enum model_step leave_limit(int number, enum model_step step)
{
    struct model_task *const task = task_number(number);
    const bool expired = task->limit == EXPIRED;
    model_unlist(list(FOURTH), number);
    task->limit = NONE;
    if (!expired)
        return step;
    model_uncancel(number);
    return step == IS_CANCELLED && !task->requests ? FAILS : step;
}

static enum model_step wait_for_children(int number)
{
    struct model_task *const task = task_number(number);
    if (task->children)
        return WAITS;
    if (task->cancelled_itself) {
        model_uncancel(number);
        task->propagates &= task->requests > 0;
    }
    return task->failures ? FAILS : task->propagates ? IS_CANCELLED : PASSES;
}

static enum model_step step_group(int number, bool cancelled)
{
    struct model_task *const task = task_number(number);
    if (!task->phase++) {
        for (int i = 0; i < TASKS; i++) {
            if (!task->mine[i])
                continue;
            model_start(i, child_script(number, i), number);
            task->children++;
        }
    } else if (cancelled && !task->aborting) {
        task->propagates = true;
        model_abort(number);
    }
    return wait_for_children(number);
}

static enum model_step step_tasks(int number, bool cancelled)
{
    struct model_task *const task = task_number(number);
    const enum script script = task->script;
    enum model_step step;
    if (script == GROUP_OTHERS) {
        step = step_group(number, cancelled);
    } else if (task->phase++) {
        step = cancelled ? IS_CANCELLED : script == RAISE_LATER ? FAILS : task->received;
    } else {
        const int next = (number + 1) % TASKS;
        step = script == RAISE_LATER     ? YIELDS
               : script == AWAIT_NEXT    ? await_end(number, next, STEP)
               : script == AWAIT_FUTURE  ? await_end(number, FUTURE, STEP)
               : script == SHIELD_NEXT   ? await_end(number, next, SHIELD_NOTIFIED)
               : script == AWAIT_IN_TIME ? (arm(number), await_end(number, FUTURE, STEP))
                                         : gather(number, script == COLLECT_OTHERS);
    }
    if (step == WAITS || step == YIELDS)
        return step;
    forget(number);
    return script == AWAIT_IN_TIME ? leave_limit(number, step) : step;
}

static void act_on_tasks(int n)
{
    if (n) {
        pass_time();
        return;
    }
    compare_answers(weft_set_done(&things->future), model->ends[FUTURE].ended);
    if (!model->ends[FUTURE].ended)
        model_finish(FUTURE, PASSES);
}

/* ---- Tests ---- */

static const enum script lock_scripts[] = {LOCK_HOLD, LOCK_USE}, rlock_scripts[] = {RLOCK_USE},
                         semaphore_scripts[] = {SEMAPHORE_HOLD, SEMAPHORE_USE},
                         event_scripts[] = {EVENT_WAIT},
                         condition_scripts[] = {CONDITION_WAIT, CONDITION_NOTIFY, CONDITION_HOLD},
                         queue_scripts[] = {QUEUE_GET, QUEUE_PUT, QUEUE_JOIN},
                         task_scripts[] = {RAISE_LATER,   AWAIT_NEXT,    AWAIT_FUTURE,
                                           SHIELD_NEXT,   GATHER_OTHERS, COLLECT_OTHERS,
                                           AWAIT_IN_TIME, GROUP_OTHERS},
                         barrier_scripts[] = {BARRIER_WAIT, BARRIER_RESET, BARRIER_ABORT};

#define SCRIPTS(of) of##_scripts, sizeof(of##_scripts) / sizeof(of##_scripts[0])

/* The number of operations in a sequence. */
static const struct {
    const char *name;
    struct concept concept;
    int depth;
} all[] = {
    {"lock", {SCRIPTS(lock), nothing, step_lock, release_lock, 1, compare_lock}, 8},
    {"rlock", {SCRIPTS(rlock), nothing, step_rlock, NULL, 0, compare_rlock}, 10},
    {"semaphore",
     {SCRIPTS(semaphore), make_semaphore, step_semaphore, release_semaphore, 1, compare_semaphore},
     8},
    {"event", {SCRIPTS(event), nothing, step_event, change_event, 2, compare_event}, 8},
    {"condition",
     {SCRIPTS(condition), nothing, step_condition, act_on_condition, 2, compare_condition},
     7},
    {"queue", {SCRIPTS(queue), make_queue, step_queue, act_on_queue, 4, compare_queue}, 7},
    {"barrier", {SCRIPTS(barrier), make_barrier, step_barrier, NULL, 0, compare_barrier}, 8},
    {"task", {SCRIPTS(task), make_future, step_tasks, act_on_tasks, 2, nothing}, 6},
};

/* Returns the depth. The environment variable WEFT_WORLDS changes it. */
static int depth_of(int number)
{
    const char *const more = getenv("WEFT_WORLDS");
    return all[number].depth + (more ? atoi(more) : 0);
}

START_TEST(all_small_worlds_agree_with_the_model)
{
    const size_t count = explore_worlds(&all[_i].concept, depth_of(_i));
    ck_assert_uint_gt(count, 1000);
    printf("%s: %zu worlds of up to %d operations\n", all[_i].name, count, depth_of(_i));
    fflush(stdout);
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("worlds");
    tcase_add_loop_test(tests, all_small_worlds_agree_with_the_model, 0,
                        sizeof(all) / sizeof(all[0]));
    return run_suite();
}
