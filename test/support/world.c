/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <stdlib.h>
#include <string.h>

/* What a task does on weft. It records a small letter when a step passed, a capital when it was
 * cancelled, and a digit when it failed. */
struct actor {
    weft_frame frame;
    enum script script;
    int number, item;
    struct weft_barrier_wait wait;
    const weft_error *caught;
    weft_shield shield;
    weft_timeout limit;
    WEFT_GATHER(2) gather;
    weft_group group;
    bool mine[TASKS];
    int i;
};

/* ---- The whole state, so that a copy can restore it ---- */

static struct world {
    weft_loop loop;
    weft_virtual backend;
    struct things things;
    WEFT_TASK(actor) actors[TASKS];
    char record[ROOM];
    struct model model;
} now;

enum script child_script(int parent, int child)
{
    return child == (parent ? 0 : 1) ? AWAIT_FUTURE : RAISE_LATER;
}

/* Both are for an actor: next_of returns the task that it awaits, gather_others gathers the other
 * tasks, in the order of their numbers. */
static weft_future *next_of(int number);
static const weft_error *gather_others(struct actor *self);

static void record_end(int number, const weft_error *error);

WEFT_ASYNC_BODY(actor)
{
    weft_try {
        if (self->script == LOCK_HOLD) {
            weft_lock_acquire(&things->lock);
        } else if (self->script == LOCK_USE) {
            weft_with_lock(&things->lock) {
                weft_sleep(0);
            }
            weft_end;
        } else if (self->script == RLOCK_USE) {
            weft_with_rlock(&things->rlock) {
                weft_sleep(0);
                weft_with_rlock(&things->rlock) {
                    weft_sleep(0);
                }
                weft_end;
            }
            weft_end;
        } else if (self->script == SEMAPHORE_HOLD) {
            weft_semaphore_acquire(&things->semaphore);
        } else if (self->script == SEMAPHORE_USE) {
            weft_with_semaphore(&things->semaphore) {
                weft_sleep(0);
            }
            weft_end;
        } else if (self->script == EVENT_WAIT) {
            weft_event_wait(&things->event);
        } else if (self->script == CONDITION_WAIT) {
            weft_with_condition(&things->condition) {
                weft_condition_wait(&things->condition);
            }
            weft_end;
        } else if (self->script == CONDITION_NOTIFY) {
            weft_with_condition(&things->condition) {
                weft_check(weft_condition_notify(&things->condition, 1));
                weft_sleep(0);
            }
            weft_end;
        } else if (self->script == CONDITION_HOLD) {
            weft_condition_acquire(&things->condition);
        } else if (self->script == QUEUE_GET) {
            weft_queue_get(&things->queue, &self->item);
        } else if (self->script == QUEUE_PUT) {
            weft_queue_put(&things->queue, self->number);
        } else if (self->script == QUEUE_JOIN) {
            weft_queue_join(&things->queue);
        } else if (self->script == BARRIER_WAIT) {
            weft_barrier_wait(&things->barrier, &self->wait);
        } else if (self->script == BARRIER_RESET) {
            weft_barrier_reset(&things->barrier);
        } else if (self->script == BARRIER_ABORT) {
            weft_barrier_abort(&things->barrier);
        } else if (self->script == RAISE_LATER) {
            weft_sleep(0);
            weft_raise(&fail);
        } else if (self->script == AWAIT_NEXT) {
            weft_await(next_of(self->number));
        } else if (self->script == AWAIT_FUTURE) {
            weft_await(&things->future);
        } else if (self->script == SHIELD_NEXT) {
            weft_await_shielded(&self->shield, next_of(self->number));
        } else if (self->script == AWAIT_IN_TIME) {
            weft_wait_for(&self->limit, &things->future, WEFT_MS(1));
        } else if (self->script == GROUP_OTHERS) {
            weft_with_group(&self->group) {
                for (; self->i < TASKS; self->i++)
                    if (self->mine[self->i])
                        weft_group_create_task(&self->group, actor, &now.actors[self->i],
                                               .script = child_script(self->number, self->i),
                                               .number = self->i);
            }
            weft_end;
        } else {
            weft_check(gather_others(self));
            if (self->script == GATHER_OTHERS)
                weft_gather_all(&self->gather);
            else
                weft_gather_collect(&self->gather);
        }
        record_end(self->number, NULL);
    }
    weft_catch(&weft_base_error, self->caught) {
        record_end(self->number, self->caught);
        weft_raise(self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

static const struct concept *concept;
static size_t worlds;
static char way[ROOM]; /* the operations so far, for the message of a failure */

weft_loop *const world_loop = &now.loop;
struct model *const model = &now.model;
struct things *const things = &now.things;

static weft_future *next_of(int number)
{
    return weft_as_future(&now.actors[(number + 1) % TASKS]);
}

static const weft_error *gather_others(struct actor *self)
{
    const weft_error *error = NULL;
    for (int i = 0; i < TASKS && !error; i++)
        if (i != self->number)
            error = weft_gather_add(&self->gather, &now.actors[i]);
    return error;
}

static void append(char *text, char letter)
{
    const size_t length = strlen(text);
    agree(length + 1 < ROOM, "a record that fits");
    text[length] = letter;
    text[length + 1] = '\0';
}

static void record_end(int number, const weft_error *error)
{
    append(now.record, (char)((!error                           ? 'a'
                               : error == &weft_cancelled_error ? 'A'
                                                                : '0') +
                              number));
}

/* ---- The model ---- */

bool model_is_pending(int task)
{
    return model->tasks[task].state == WAITING;
}

static void push(struct model_entry entry)
{
    model->ready[model->ready_count++] = entry;
}

static void make_ready(int task)
{
    model->tasks[task].state = READY;
    push((struct model_entry){STEP, task, 0});
}

void model_wake(int task)
{
    if (model_is_pending(task))
        make_ready(task);
}

void model_list_last(struct model_list *list, int task)
{
    list->who[list->count++] = task;
}

void model_unlist(struct model_list *list, int task)
{
    int kept = 0;
    for (int i = 0; i < list->count; i++)
        if (list->who[i] != task)
            list->who[kept++] = list->who[i];
    list->count = kept;
}

void model_start(int number, enum script script, int group)
{
    model->tasks[number] =
        (struct model_task){.script = script, .known = true, .awaits = -1, .group = group};
    model->ends[number] = (struct model_end){.exists = true};
    make_ready(number);
}

void model_finish(int number, enum model_step how)
{
    struct model_end *const end = &model->ends[number];
    end->ended = true;
    end->how = how;
    if (number != FUTURE && model->tasks[number].group >= 0)
        push((struct model_entry){GROUP_NOTIFIED, model->tasks[number].group, number});
    for (int i = 0; i < end->count; i++) {
        const struct model_entry entry = end->waiters[i];
        if (entry.kind != STEP) {
            push(entry);
        } else if (model_is_pending(entry.who)) {
            model->tasks[entry.who].received = how;
            make_ready(entry.who);
        }
    }
}

static bool model_cancel(int number);

/* Cancels the parts of a gather. Returns true if one of them had not ended. */
static bool cancel_others(int number)
{
    bool asked = false;
    for (int i = 0; i < TASKS; i++)
        if (i != number)
            asked |= model_cancel(i);
    return asked;
}

static bool cancel_end(int number)
{
    if (number != FUTURE)
        return model_cancel(number);
    if (model->ends[FUTURE].ended)
        return false;
    model_finish(FUTURE, IS_CANCELLED);
    return true;
}

/* Requests a cancellation. Returns false if the task has ended. */
static bool model_cancel(int number)
{
    struct model_task *const task = &model->tasks[number];
    if (task->state == GONE)
        return false;
    task->requests++;
    if (task->state == WAITING && task->awaits >= 0 && cancel_end(task->awaits))
        return true;
    if (task->state == WAITING && task->gathers) {
        if (cancel_others(number))
            task->asked = true;
        else
            task->must_cancel = true;
    } else if (task->state == WAITING) {
        task->cancelled = true;
        make_ready(number);
    } else {
        task->must_cancel = true;
    }
    return true;
}

static void model_run(int number)
{
    struct model_task *const task = &model->tasks[number];
    const bool cancelled = task->cancelled || task->must_cancel, begun = task->phase;
    task->cancelled = task->must_cancel = false;
    task->state = GONE;
    if (cancelled && !begun) {
        model_finish(number, IS_CANCELLED);
        return;
    }
    const enum model_step step = concept->step(number, cancelled);
    if (step == YIELDS)
        make_ready(number);
    else if (step == WAITS)
        task->state = WAITING;
    else
        append(model->record, (char)((step == PASSES         ? 'a'
                                      : step == IS_CANCELLED ? 'A'
                                                             : '0') +
                                     number));
    if (step != YIELDS && step != WAITS)
        model_finish(number, step);
}

static void wake_with(int number, enum model_step how)
{
    model->tasks[number].received = how;
    make_ready(number);
}

/* Notifies a gather that one of its parts has ended. */
static void gather_notified(int number, enum model_step how)
{
    struct model_task *const task = &model->tasks[number];
    task->open--;
    if (how != PASSES && task->script == GATHER_OTHERS)
        wake_with(number, how);
    else if (task->open == 0)
        wake_with(number, task->asked ? IS_CANCELLED : PASSES);
}

void model_uncancel(int number)
{
    struct model_task *const task = &model->tasks[number];
    if (--task->requests == 0)
        task->must_cancel = false;
}

void model_abort(int parent)
{
    model->tasks[parent].aborting = true;
    for (int i = 0; i < TASKS; i++)
        if (model->tasks[parent].mine[i])
            model_cancel(i);
}

/* Notifies a group that one of its children has ended. */
static void group_notified(int number, enum model_step how)
{
    struct model_task *const task = &model->tasks[number];
    if (--task->children == 0)
        model_wake(number);
    if (how != FAILS)
        return;
    task->failures++;
    if (task->aborting || task->cancelled_itself)
        return;
    model_abort(number);
    task->cancelled_itself = true;
    model_cancel(number);
}

static void expire(int number)
{
    if (model->tasks[number].limit != DUE)
        return;
    model->tasks[number].limit = EXPIRED;
    model_cancel(number);
}

static void run_entry(struct model_entry entry)
{
    const enum model_step how = model->ends[entry.about].how;
    if (entry.kind == STEP)
        model_run(entry.who);
    else if (entry.kind == GROUP_NOTIFIED)
        group_notified(entry.who, how);
    else if (entry.kind == EXPIRES)
        expire(entry.who);
    else if (!model_is_pending(entry.who))
        return;
    else if (entry.kind == SHIELD_NOTIFIED)
        wake_with(entry.who, how);
    else
        gather_notified(entry.who, how);
}

/* Returns true if the first armed limit is due first. All limits are equally long, so they are
 * due in the order of the last list. */
static bool next_is_due(void)
{
    const struct model_list *const armed = &model->lists[LISTS - 1];
    return armed->count && model->tasks[armed->who[0]].deadline <= model->clock;
}

static void fire_timers(void)
{
    while (next_is_due()) {
        const int number = model->lists[LISTS - 1].who[0];
        model_unlist(&model->lists[LISTS - 1], number);
        model->tasks[number].limit = DUE;
        push((struct model_entry){EXPIRES, number, 0});
    }
}

static bool may_tick(void)
{
    return model->ready_count || next_is_due();
}

static void model_tick(void)
{
    struct model_entry entries[ENTRIES];
    fire_timers();
    const int count = model->ready_count;
    memcpy(entries, model->ready, sizeof(entries));
    model->ready_count = 0;
    for (int i = 0; i < count; i++)
        run_entry(entries[i]);
}

/* ---- Comparing ---- */

void disagree(const char *what)
{
    ck_abort_msg("after %s: different: %s; weft recorded %s, the model %s", way, what, now.record,
                 model->record);
}

static int number_of(const weft_task *task)
{
    for (int i = 0; i < TASKS; i++)
        if (&now.actors[i].task == task)
            return i;
    return -1;
}

void compare_waiters(const weft_waiters_ *waiters, const struct model_list *list)
{
    int i = 0;
    for (const weft_wait_ *wait = waiters->first; wait; wait = wait->listed_after) {
        const weft_task *const task = WEFT_CONTAINER_(wait, weft_task, live.wait);
        if (!weft_is_parked_(task))
            continue;
        while (i < list->count && !model_is_pending(list->who[i]))
            i++;
        agree(i < list->count && list->who[i] == number_of(task), "the pending waiters");
        i++;
    }
    while (i < list->count && !model_is_pending(list->who[i]))
        i++;
    agree(i == list->count, "the number of pending waiters");
}

void compare_answers(const weft_error *weft, bool model_refuses)
{
    agree(!!weft == model_refuses, "the refusal of the last operation");
}

static void compare(void)
{
    agree(!strcmp(now.record, model->record), "the record");
    for (int i = 0; i < TASKS; i++) {
        const weft_task *const task = &now.actors[i].task;
        const bool alive = model->tasks[i].known && !weft_done(task);
        agree(alive == (model->tasks[i].state != GONE), "the tasks that have ended");
        agree(!alive || weft_is_parked_(task) == model_is_pending(i), "the ready tasks");
    }
    concept->compare();
}

/* ---- Operations ---- */

static void run_tick(void)
{
    weft_stop(&now.loop);
    weft_run_forever(&now.loop);
    model_tick();
    compare();
}

void pass_time(void)
{
    now.backend.now += WEFT_MS(1);
    model->clock++;
}

static bool is_needed(int number);

static void start(int number, enum script script)
{
    bool mine[TASKS] = {false};
    for (int i = 0; i < TASKS && script == GROUP_OTHERS; i++)
        mine[i] = i != number && model->tasks[i].state == GONE && !is_needed(i);
    weft_loop_create_task(&now.loop, actor, &now.actors[number], .script = script,
                          .number = number);
    memcpy(now.actors[number].frame.mine, mine, sizeof(mine));
    model_start(number, script, -1);
    memcpy(model->tasks[number].mine, mine, sizeof(mine));
}

static void cancel(int number)
{
    weft_cancel(&now.actors[number]);
    model_cancel(number);
}

/* Returns true if a task was not notified yet of this end. Its memory must stay until then. */
static bool is_needed(int number)
{
    for (int i = 0; i < TASKS; i++)
        if (i != number && model->tasks[i].state != GONE &&
            (model->tasks[i].gathers || model->tasks[i].mine[number]))
            return true;
    for (int i = 0; i < model->ready_count; i++)
        if (model->ready[i].kind != STEP && model->ready[i].about == number)
            return true;
    return false;
}

/* Returns true if the task may start. Tasks are alike, so the first one starts first. */
static bool may_start(int number)
{
    return model->tasks[number].state == GONE && !is_needed(number) &&
           (number == 0 || model->tasks[number - 1].known);
}

/* Returns true if a request to cancel `from` can reach `to`. */
static bool passes_on(int from, int to)
{
    const struct model_task *const task = &model->tasks[from];
    return task->state == WAITING && model->tasks[to].state != GONE && from != to &&
           (task->awaits == to || task->gathers);
}

/* Returns true if tasks wait for each other in a circle. asyncio recurses there, so nothing can
 * be compared. test_scale.c tests that such a circle ends. */
static bool is_circular(void)
{
    bool reaches[TASKS][TASKS];
    for (int i = 0; i < TASKS; i++)
        for (int j = 0; j < TASKS; j++)
            reaches[i][j] = passes_on(i, j);
    for (int k = 0; k < TASKS; k++)
        for (int i = 0; i < TASKS; i++)
            for (int j = 0; j < TASKS; j++)
                reaches[i][j] |= reaches[i][k] && reaches[k][j];
    for (int i = 0; i < TASKS; i++)
        if (reaches[i][i])
            return true;
    return false;
}

static void explore(int depth);

static void go_on(int depth)
{
    worlds++;
    explore(depth - 1);
}

/* Runs everything that can still happen, at the end of a sequence. */
static void settle(void)
{
    while (may_tick())
        run_tick();
}

static void explore(int depth)
{
    const struct world saved = now;
    const size_t length = strlen(way);
    if (depth == 0) {
        settle();
        now = saved;
        return;
    }
#define TRY(letter, does)                                                                          \
    do {                                                                                           \
        way[length] = (char)(letter);                                                              \
        way[length + 1] = '\0';                                                                    \
        does;                                                                                      \
        go_on(depth);                                                                              \
        now = saved;                                                                               \
        way[length] = '\0';                                                                        \
    } while (0)
    for (int i = 0; i < TASKS; i++) {
        for (int s = 0; s < concept->script_count; s++)
            if (may_start(i))
                TRY('a' + i + TASKS * s, start(i, concept->scripts[s]));
        if (model->tasks[i].state != GONE && !is_circular())
            TRY('A' + i, cancel(i));
    }
    for (int n = 0; n < concept->act_count; n++)
        TRY('0' + n, concept->act(n));
    if (may_tick())
        TRY('.', run_tick());
#undef TRY
}

size_t explore_worlds(const struct concept *which, int depth)
{
    memset(&now, 0, sizeof(now));
    weft_virtual_init(&now.backend);
    now.backend.now = clock_start();
    weft_loop_init(&now.loop, &now.backend.backend);
    model->held_by = -1;
    concept = which;
    worlds = 0;
    way[0] = '\0';
    concept->set_up();
    explore(depth);
    return worlds;
}
