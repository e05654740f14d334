/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "recording.h"

bool is_before(struct point a, struct point b)
{
    return a.step != b.step ? a.step < b.step : a.inside < b.inside;
}

char *duration_text(const struct model *model, uint64_t duration)
{
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}};
    /* All times of a recording have the unit that fits its length. */
    const double hz = (double)model->hz, length = (double)model->duration / hz;
    int unit = length >= 0.1 || length <= 0 ? 0 : length >= 1e-4 ? 1 : length >= 1e-7 ? 2 : 3;
    const double value = (double)duration / hz / units[unit].seconds;
    char digits[64];
    snprintf(digits, sizeof(digits), "%.3f", value);
    char *end = digits + strlen(digits);
    while (end[-1] == '0')
        *--end = '\0';
    if (end[-1] == '.')
        *--end = '\0';
    return format_text("%s %s", digits, units[unit].name);
}

/* ---- Addresses ---- */

/* What is at an address now. Addresses are hashed, and probed one after another. */
struct map {
    struct entry {
        uint64_t address;
        int value;
        bool used;
    } * entries;
    size_t room, count; /* room is a power of 2 */
};

static struct entry *find_entry(const struct map *map, uint64_t address)
{
    size_t at = (size_t)((address * 0x9E3779B97F4A7C15u) >> 20);
    while (map->entries[at & (map->room - 1)].used &&
           map->entries[at & (map->room - 1)].address != address)
        at++;
    return &map->entries[at & (map->room - 1)];
}

static int look_up(const struct map *map, uint64_t address)
{
    if (!map->room || !address)
        return NONE;
    const struct entry *const entry = find_entry(map, address);
    return entry->used ? entry->value : NONE;
}

static void set_entry(struct map *map, uint64_t address, int value)
{
    if (2 * map->count >= map->room) {
        const struct map old = *map;
        map->room = old.room ? 2 * old.room : 64;
        map->entries = resize(NULL, map->room, sizeof(*map->entries));
        memset(map->entries, 0, map->room * sizeof(*map->entries));
        for (size_t i = 0; i < old.room; i++)
            if (old.entries[i].used)
                *find_entry(map, old.entries[i].address) = old.entries[i];
        free(old.entries);
    }
    struct entry *const entry = find_entry(map, address);
    map->count += !entry->used;
    *entry = (struct entry){address, value, true};
}

/* ---- A recording that is being read ---- */

/* Why a callback is in the ready queue. */
struct callback {
    enum cause cause;
    int task; /* BY_TASK */
    struct point at;
};

enum { DEPTHS = 8 };

/* What the model need not know of a task. */
struct progress {
    bool has_state;   /* false: the beginning of the task's state is lost */
    struct span span; /* the state that the task is in now */
    struct point last_step;
    int open_blocks, level;
    int creation;     /* the arrow of the task's creation; NONE: none, or the task has been ready */
    int left[DEPTHS]; /* the last block that the task has left, 1 more than its number; 0: none */
    int request;      /* the arrow of the last request to cancel; NONE: none */
};

struct reader {
    struct model *model;
    const struct recording *recording;
    const struct record *record; /* the one that is being read */
    int next;                    /* the number of the record behind it */
    struct map tasks, locks, blocks, callbacks;
    char **names;              /* of each task, from the first reading; NULL: this is the first */
    struct progress *progress; /* of each task */
    struct callback *callback;
    int progress_room, callback_count, callback_room;
    bool in_step;
    int last_root;        /* the last task without a parent that was linked */
    const char *who;      /* asked for the last request to cancel; NULL: there was none */
    int names_of_request; /* how many tasks the last sentence names */
};

static const char *keep(struct model *model, char *text)
{
    model->texts = grow(model->texts, model->text_count, &model->text_room, sizeof(*model->texts));
    return model->texts[model->text_count++] = text;
}

static struct point now(const struct reader *reader)
{
    const int count = reader->model->step_count;
    return (struct point){reader->in_step ? count - 1 : count, reader->in_step,
                          reader->record->time};
}

static void end_step(struct reader *reader)
{
    if (reader->in_step)
        reader->model->steps[reader->model->step_count - 1].to = reader->record->time;
    reader->in_step = false;
}

static void begin_step(struct reader *reader, int task)
{
    struct model *const model = reader->model;
    end_step(reader);
    model->steps = grow(model->steps, model->step_count, &model->step_room, sizeof(*model->steps));
    const uint64_t time = reader->record->time;
    model->steps[model->step_count++] = (struct step){time, time, task, task != NONE};
    reader->in_step = true;
    if (task != NONE)
        reader->progress[task].last_step = now(reader);
}

/* ---- Tasks ---- */

static const char *text_of(const struct reader *reader, uint64_t address)
{
    const char *const text = text_at(reader->recording, address);
    return text ? keep(reader->model, format_text("%s", text)) : NULL;
}

/* Returns the text in the records of the kind PIECE_OF_TEXT that come next. NULL: none.
 * The model keeps the text. */
static const char *read_text(struct reader *reader)
{
    struct buffer text = {0};
    const struct recording *const recording = reader->recording;
    while (reader->next < recording->count &&
           recording->records[reader->next].kind == PIECE_OF_TEXT)
        add_text(&text, recording->records[reader->next++].text);
    if (!text.s)
        return NULL;
    struct buffer valid = {0};
    add_text(&valid, "");
    const char *next = text.s;
    for (uint32_t point; (point = next_point(&next));)
        add_point(&valid, point < ' ' ? ' ' : point);
    free(text.s);
    return keep(reader->model, valid.s);
}

/* Sets the parent of a new task. No task is deeper than DEEPEST in the tree, which is a picture. */
static void set_parent(struct reader *reader, int task, int parent)
{
    enum { DEEPEST = 50 };
    while (parent != NONE && reader->progress[parent].level >= DEEPEST)
        parent = reader->model->tasks[parent].parent;
    reader->model->tasks[task].parent = parent;
    reader->progress[task].level = parent == NONE ? 0 : reader->progress[parent].level + 1;
}

static int add_task(struct reader *reader, uint64_t address)
{
    struct model *const model = reader->model;
    const int task = model->task_count;
    model->tasks = grow(model->tasks, task, &model->task_room, sizeof(*model->tasks));
    model->task_count++;
    reader->progress =
        grow(reader->progress, task, &reader->progress_room, sizeof(*reader->progress));
    model->tasks[task] = (struct task){
        .parent = NONE, .first_child = NONE, .last_child = NONE, .next_sibling = NONE};
    model->tasks[task].created = now(reader);
    if (reader->names)
        model->tasks[task].name = keep(model, format_text("%s", reader->names[task]));
    reader->progress[task] = (struct progress){.creation = NONE, .request = NONE};
    reader->progress[task].last_step = now(reader);
    set_entry(&reader->tasks, address, task);
    return task;
}

static bool has_left(const struct reader *reader, int task)
{
    return reader->model->tasks[task].end != GOES_ON;
}

/* Returns the task at this address; adds the task if its beginning is lost. */
static int task_at(struct reader *reader, uint64_t address)
{
    const int task = look_up(&reader->tasks, address);
    return task != NONE && !has_left(reader, task) ? task : add_task(reader, address);
}

static void name_task(struct reader *reader, int task, uint64_t coroutine)
{
    if (!reader->model->tasks[task].name)
        reader->model->tasks[task].name = text_of(reader, coroutine);
}

static void end_span(struct reader *reader, int task, struct point to)
{
    struct progress *const progress = &reader->progress[task];
    struct task *const ending = &reader->model->tasks[task];
    if (!progress->has_state)
        return;
    progress->has_state = false;
    progress->span.to = to;
    ending->spans =
        grow(ending->spans, ending->span_count, &ending->span_room, sizeof(*ending->spans));
    ending->spans[ending->span_count++] = progress->span;
}

static struct span *begin_span(struct reader *reader, int task, enum state state, struct point at)
{
    struct progress *const progress = &reader->progress[task];
    end_span(reader, task, at);
    progress->has_state = true;
    progress->span =
        (struct span){.state = state, .from = at, .arrow = NONE, .holder = NONE, .where = ""};
    return &progress->span;
}

/* ---- Causes ---- */

static const char *const cause_names[] = {
    [BY_NOBODY] = "before the recording",
    [BY_TASK] = "a task",
    [BY_CALLBACK] = "a callback",
    [BY_TIMER] = "a timer",
    [BY_DESCRIPTOR] = "a descriptor",
    [BY_THREAD] = "a thread-safe call",
    [BY_HOST] = "the host",
    [BY_SHUTDOWN] = "the shutdown",
    [BY_TIMEOUT] = "a timeout",
    [BY_SIBLING] = "a sibling",
    [BY_GROUP] = "a group",
};

/* What the cause in a record stands for. */
struct reason {
    enum cause cause;
    int task;        /* NONE: no task */
    int block;       /* BY_TIMEOUT, BY_GROUP; NONE: its beginning is lost */
    struct point at; /* when the task did it */
};

/* Returns now, if the task runs, or else the end of its last step. */
static struct point last_moment(const struct reader *reader, int task)
{
    const struct model *const model = reader->model;
    struct point point = reader->progress[task].last_step;
    if (!point.inside)
        return point;
    if (reader->in_step && point.step == model->step_count - 1)
        return now(reader);
    point.time = model->steps[point.step].to;
    return point;
}

/* Returns the cause of the record. A callback is traced back to the task that made it ready. */
static struct reason reason_of(struct reader *reader, unsigned kind, uint64_t address)
{
    struct reason reason = {kind <= BY_GROUP ? (enum cause)kind : BY_NOBODY, NONE, NONE,
                            now(reader)};
    switch (reason.cause) {
    case BY_TASK:
    case BY_SIBLING:
        reason.task = look_up(&reader->tasks, address);
        break;
    case BY_CALLBACK: {
        const int at = look_up(&reader->callbacks, address);
        if (at != NONE && reader->callback[at].cause != BY_NOBODY) {
            reason.cause = reader->callback[at].cause;
            reason.task = reader->callback[at].task;
            reason.at = reason.task == NONE ? reason.at : reader->callback[at].at;
            return reason;
        }
        break;
    }
    case BY_TIMEOUT:
        reason.block = look_up(&reader->blocks, address);
        break;
    case BY_GROUP:
        reason.block = look_up(&reader->blocks, address);
        if (reason.block != NONE)
            reason.task = reader->model->blocks[reason.block].task;
        break;
    default:
        break;
    }
    if (reason.task != NONE)
        reason.at = last_moment(reader, reason.task);
    return reason;
}

static const char *name_of(const struct reader *reader, int task)
{
    const char *const name = task == NONE ? NULL : reader->model->tasks[task].name;
    return name ? name : "a task";
}

static int add_arrow(struct reader *reader, enum arrow_kind kind, int to, struct reason reason)
{
    struct model *const model = reader->model;
    const int arrow = model->arrow_count;
    const char *what = cause_names[reason.cause];
    if (reason.task != NONE && !reason.at.inside) {
        /* The task's step is lost, so that no arrow can begin in it. */
        what = name_of(reader, reason.task);
        reason.task = NONE;
        reason.at = now(reader);
    }
    model->arrows = grow(model->arrows, arrow, &model->arrow_room, sizeof(*model->arrows));
    model->arrows[model->arrow_count++] = (struct arrow){kind, reason.task, to, reason.at, what};
    return arrow;
}

static void add_note(struct reader *reader, enum note_kind kind, int task, char *text)
{
    struct model *const model = reader->model;
    model->notes = grow(model->notes, model->note_count, &model->note_room, sizeof(*model->notes));
    model->notes[model->note_count++] =
        (struct note){kind, now(reader), task, keep(model, text), 0};
}

/* ---- Blocks and locks ---- */

static void enter_block(struct reader *reader, bool is_timeout)
{
    const struct record *const record = reader->record;
    struct model *const model = reader->model;
    const int task = task_at(reader, record->subject), block = model->block_count;
    model->blocks = grow(model->blocks, block, &model->block_room, sizeof(*model->blocks));
    model->block_count++;
    const char *name = "group";
    if (is_timeout) {
        char *const time = duration_text(model, record->value);
        name =
            record->value == UINT64_MAX ? "timeout" : keep(model, format_text("timeout %s", time));
        free(time);
    }
    model->blocks[block] = (struct block){.is_timeout = is_timeout,
                                          .task = task,
                                          .depth = reader->progress[task].open_blocks++,
                                          .from = now(reader),
                                          .name = name};
    set_entry(&reader->blocks, record->other, block);
    const int depth = model->blocks[block].depth;
    const int before = depth < DEPTHS ? reader->progress[task].left[depth] : 0;
    if (before && reader->in_step && model->blocks[before - 1].to.step == now(reader).step) {
        model->blocks[before - 1].is_followed = true;
        model->blocks[block].follows = true;
    }
}

static void leave_block(struct reader *reader)
{
    const struct record *const record = reader->record;
    const int task = task_at(reader, record->subject);
    const int at = look_up(&reader->blocks, record->other);
    if (at == NONE || reader->model->blocks[at].left || reader->model->blocks[at].task != task)
        return;
    struct block *const block = &reader->model->blocks[at];
    block->left = true;
    block->to = now(reader);
    block->broken |= record->kind == GROUP_LEFT && record->detail;
    if (block->depth < DEPTHS)
        reader->progress[task].left[block->depth] = at + 1;
    if (reader->progress[task].open_blocks)
        reader->progress[task].open_blocks--;
}

static void end_hold(struct lock *lock, struct point at)
{
    if (lock->hold_count && lock->holds[lock->hold_count - 1].to.step == NONE)
        lock->holds[lock->hold_count - 1].to = at;
}

static void take_lock(struct reader *reader)
{
    const struct record *const record = reader->record;
    struct model *const model = reader->model;
    const int task = task_at(reader, record->subject);
    int at = look_up(&reader->locks, record->other);
    if (at == NONE) {
        at = model->lock_count;
        model->locks = grow(model->locks, at, &model->lock_room, sizeof(*model->locks));
        const char *const name = text_of(reader, record->value);
        model->locks[model->lock_count++] = (struct lock){.name = name ? name : "lock"};
        set_entry(&reader->locks, record->other, at);
    }
    struct lock *const lock = &model->locks[at];
    end_hold(lock, now(reader));
    lock->holds = grow(lock->holds, lock->hold_count, &lock->hold_room, sizeof(*lock->holds));
    lock->holds[lock->hold_count++] = (struct hold){task, now(reader), {.step = NONE}};
}

static void release_lock(struct reader *reader)
{
    const int at = look_up(&reader->locks, reader->record->other);
    if (at != NONE)
        end_hold(&reader->model->locks[at], now(reader));
}

/* Returns the task that holds a lock now. */
static int holder_of(const struct reader *reader, uint64_t address)
{
    const int at = look_up(&reader->locks, address);
    if (at == NONE)
        return NONE;
    const struct lock *const lock = &reader->model->locks[at];
    const struct hold *const last = &lock->holds[lock->hold_count - 1];
    return last->to.step == NONE ? last->task : NONE;
}

/* ---- Events ---- */

static void create(struct reader *reader)
{
    const struct record *const record = reader->record;
    const struct reason reason = reason_of(reader, record->detail, record->other);
    const int block = look_up(&reader->blocks, record->value);
    const int parent = block != NONE ? reader->model->blocks[block].task : reason.task;
    const int task = add_task(reader, record->subject);
    set_parent(reader, task, parent);
    const char *const name = read_text(reader);
    if (!reader->names)
        reader->model->tasks[task].name = name;
    if (reason.cause != BY_NOBODY)
        reader->progress[task].creation = add_arrow(reader, CREATES, task, reason);
}

static void make_ready(struct reader *reader)
{
    const struct record *const record = reader->record;
    const int task = task_at(reader, record->subject);
    struct progress *const progress = &reader->progress[task];
    name_task(reader, task, record->value);
    const struct reason reason = reason_of(reader, record->detail, record->other);
    const bool is_new = !progress->has_state;
    const bool yields = reason.cause == BY_TASK && reason.task == task;
    if (progress->has_state && progress->span.state == RUNNING) {
        end_span(reader, task, now(reader));
        end_step(reader);
    }
    /* What a step has woken may be recorded behind the step. */
    struct point at = now(reader);
    if (!at.inside && !yields && record->detail == BY_TASK && reason.at.inside &&
        reason.at.step == at.step - 1 && !is_before(reason.at, progress->span.from))
        at = reason.at;
    struct span *const span = begin_span(reader, task, READY, at);
    span->arrow = progress->creation;
    progress->creation = NONE;
    if (is_new || yields || reason.cause == BY_NOBODY)
        return;
    /* A request to cancel has its own arrow. */
    const int asked = progress->request;
    const struct arrow *const arrow = asked == NONE ? NULL : &reader->model->arrows[asked];
    const struct point here = now(reader);
    if (arrow && arrow->from == reason.task && !is_before(arrow->at, reason.at) &&
        arrow->at.time == here.time)
        span->arrow = asked;
    else
        span->arrow = add_arrow(reader, WAKES, task, reason);
}

static void run(struct reader *reader)
{
    const int task = task_at(reader, reader->record->subject);
    struct progress *const progress = &reader->progress[task];
    name_task(reader, task, reader->record->value);
    begin_step(reader, task);
    /* A task that has started an eager one goes on. */
    if (!progress->has_state || progress->span.state != RUNNING)
        begin_span(reader, task, RUNNING, now(reader));
}

/* Returns the nested awaits behind a WAITS, the outermost first. */
static const char *read_awaits(struct reader *reader)
{
    struct buffer lines = {0};
    const struct recording *const recording = reader->recording;
    const int first = reader->next;
    while (reader->next < recording->count && recording->records[reader->next].kind == AWAIT)
        reader->next++;
    add_text(&lines, "");
    for (int i = reader->next - 1; i >= first; i--) {
        const struct record *const await = &recording->records[i];
        const char *file = text_at(recording, await->other);
        const char *const name = text_at(recording, await->value);
        if (file && strrchr(file, '/'))
            file = strrchr(file, '/') + 1;
        add_format(&lines, "%s%s", lines.length ? "\n" : "", file ? file : "?");
        if (await->line)
            add_format(&lines, ":%u", await->line);
        add_format(&lines, ": in %s", name ? name : "?");
    }
    return keep(reader->model, lines.s);
}

static const char *what_is_awaited(struct reader *reader)
{
    const struct record *const record = reader->record;
    struct model *const model = reader->model;
    switch (record->detail) {
    case FOR_SLEEP: {
        if (record->value == UINT64_MAX)
            return "sleep";
        char *const time = duration_text(model, record->value);
        const char *const what = keep(model, format_text("sleep %s", time));
        free(time);
        return what;
    }
    case FOR_READABLE:
    case FOR_WRITABLE:
        return keep(model,
                    format_text("%s %llu", record->detail == FOR_READABLE ? "readable" : "writable",
                                (unsigned long long)record->value));
    case FOR_TASK:
        return keep(
            model, format_text("task %s", name_of(reader, look_up(&reader->tasks, record->other))));
    case FOR_FUTURE:
        return "future";
    case FOR_GATHER:
        return "gather";
    case FOR_PRIMITIVE: {
        const char *const what = text_of(reader, record->value);
        return what ? what : "a primitive";
    }
    default:
        return "an event";
    }
}

static void wait_for(struct reader *reader)
{
    const struct record *const record = reader->record;
    const int task = task_at(reader, record->subject);
    end_span(reader, task, now(reader));
    end_step(reader);
    struct span *const span = begin_span(reader, task, WAITING, now(reader));
    span->what = what_is_awaited(reader);
    const int holder = record->detail == FOR_PRIMITIVE ? holder_of(reader, record->other) : NONE;
    span->holder = holder;
    span->where = read_awaits(reader);
}

static void end(struct reader *reader)
{
    static const enum end ends[] = {RETURNED, FAILED, CANCELLED};
    const int at = task_at(reader, reader->record->subject);
    const unsigned detail = reader->record->detail;
    struct task *const task = &reader->model->tasks[at];
    const bool ran = reader->progress[at].has_state && reader->progress[at].span.state == RUNNING;
    task->ended = ran ? reader->progress[at].last_step : now(reader);
    task->ended.time = reader->record->time;
    end_span(reader, at, now(reader));
    if (ran)
        end_step(reader);
    task->end = detail <= 2 ? ends[detail] : RETURNED;
    task->error = read_text(reader);
    if (task->end != FAILED)
        return;
    const char *const error = task->error ? task->error : "an error";
    add_note(reader, FAILURE_NOTE, at, format_text("%s fails: %s", name_of(reader, at), error));
}

/* Returns who asked for a cancellation, as the beginning of a sentence. */
static char *who_cancels(struct reader *reader, int task, struct reason reason)
{
    const char *const by = name_of(reader, reason.task);
    switch (reason.cause) {
    case BY_TIMEOUT:
        return format_text("%s of %s expires, and",
                           reason.block == NONE ? "timeout"
                                                : reader->model->blocks[reason.block].name,
                           name_of(reader, task));
    case BY_GROUP:
        return format_text("the group of %s", by);
    case BY_SIBLING:
        return format_text("%s has failed: its group", by);
    case BY_TASK:
        return format_text("%s", by);
    default:
        return format_text("%s", cause_names[reason.cause]);
    }
}

/* Adds the request to the sentence before, if it has the same cause. */
static void request(struct reader *reader)
{
    enum { MOST_NAMES = 6 };
    const struct record *const record = reader->record;
    struct model *const model = reader->model;
    const int task = task_at(reader, record->subject);
    const struct reason reason = reason_of(reader, record->detail, record->other);
    reader->progress[task].request = add_arrow(reader, CANCELS, task, reason);
    if (reason.cause == BY_GROUP && reason.block != NONE)
        model->blocks[reason.block].broken = true;
    char *const who = who_cancels(reader, task, reason);
    const char *const name =
        reason.cause == BY_TASK && reason.task == task ? "itself" : name_of(reader, task);
    struct note *const last = model->note_count ? &model->notes[model->note_count - 1] : NULL;
    if (last && last->kind == REQUEST && last->at.time == record->time && reader->who &&
        strcmp(reader->who, who) == 0) {
        if (++reader->names_of_request <= MOST_NAMES)
            last->text = keep(model, format_text("%s, %s", last->text, name));
        else
            last->more++;
    } else {
        add_note(reader, REQUEST, task, format_text("%s cancels %s", who, name));
        reader->names_of_request = 1;
    }
    reader->who = keep(model, who);
}

static void callback_is_ready(struct reader *reader)
{
    const struct record *const record = reader->record;
    const struct reason reason = reason_of(reader, record->detail, record->other);
    reader->callback = grow(reader->callback, reader->callback_count, &reader->callback_room,
                            sizeof(*reader->callback));
    set_entry(&reader->callbacks, record->subject, reader->callback_count);
    reader->callback[reader->callback_count++] =
        (struct callback){reason.cause, reason.task, reason.at};
}

static void read_record(struct reader *reader)
{
    switch (reader->record->kind) {
    case CREATED:
        create(reader);
        break;
    case IS_NOW_READY:
        make_ready(reader);
        break;
    case RUNS_NOW:
        run(reader);
        break;
    case WAITS_NOW:
        wait_for(reader);
        break;
    case HAS_ENDED:
        end(reader);
        break;
    case CANCEL_REQUESTED:
        request(reader);
        break;
    case LOCK_TAKEN:
        take_lock(reader);
        break;
    case LOCK_RELEASED:
        release_lock(reader);
        break;
    case GROUP_ENTERED:
    case TIMEOUT_ENTERED:
        enter_block(reader, reader->record->kind == TIMEOUT_ENTERED);
        break;
    case GROUP_LEFT:
    case TIMEOUT_LEFT:
        leave_block(reader);
        break;
    case TIMEOUT_EXPIRED: {
        const int block = look_up(&reader->blocks, reader->record->other);
        if (block != NONE)
            reader->model->blocks[block].broken = true;
        break;
    }
    case CALLBACK_READY:
        callback_is_ready(reader);
        break;
    case CALLBACK_RUNS:
        begin_step(reader, NONE);
        break;
    case LOOP_SLEEPS:
        end_step(reader);
        break;
    default:
        break;
    }
}

/* ---- The end of a recording ---- */

static struct point end_of_recording(const struct reader *reader)
{
    struct point point = now(reader);
    point.step++;
    return point;
}

static void finish_task(struct reader *reader, int task)
{
    struct model *const model = reader->model;
    struct task *const at = &model->tasks[task];
    const struct progress *const progress = &reader->progress[task];
    const bool waits = progress->has_state && progress->span.state == WAITING;
    const int holder = waits ? progress->span.holder : NONE;
    if (waits && holder != NONE)
        add_note(reader, DEADLOCK, task,
                 format_text("%s still waits for the %s, which %s holds", name_of(reader, task),
                             progress->span.what, holder == task ? "it" : name_of(reader, holder)));
    end_span(reader, task, end_of_recording(reader));
    if (!at->name)
        at->name = "a task";
    /* The tasks without a parent are linked as well. */
    int *const first = at->parent == NONE ? NULL : &model->tasks[at->parent].first_child;
    int *const last =
        at->parent == NONE ? &reader->last_root : &model->tasks[at->parent].last_child;
    if (*last != NONE)
        model->tasks[*last].next_sibling = task;
    else if (first)
        *first = task;
    *last = task;
}

static void finish(struct reader *reader)
{
    struct model *const model = reader->model;
    end_step(reader);
    const struct point last = end_of_recording(reader);
    for (int i = 0; i < model->task_count; i++)
        finish_task(reader, i);
    for (int i = 0; i < model->block_count; i++)
        if (!model->blocks[i].left)
            model->blocks[i].to = last;
    for (int i = 0; i < model->lock_count; i++)
        end_hold(&model->locks[i], last);
    model->clock_stands = true;
    for (int i = 0; i < model->step_count; i++)
        model->clock_stands &= model->steps[i].from == model->steps[i].to;
}

/* ---- Names ---- */

struct name {
    const char *text;
    int at;
};

static int compare_names(const void *a, const void *b)
{
    const struct name *const one = a, *const other = b;
    const int order = strcmp(one->text, other->text);
    return order ? order : (one->at > other->at) - (one->at < other->at);
}

/* Returns a new name for each name; " #1", " #2" and so on follow a name that several have. */
static char **number_names(struct name *names, int count)
{
    char **const numbered = resize(NULL, (size_t)count + 1, sizeof(*numbered));
    qsort(names, (size_t)count, sizeof(*names), compare_names);
    for (int i = 0; i < count;) {
        int end = i + 1;
        while (end < count && strcmp(names[end].text, names[i].text) == 0)
            end++;
        for (int first = i; i < end; i++)
            numbered[names[i].at] = end == first + 1
                                        ? format_text("%s", names[i].text)
                                        : format_text("%s #%d", names[i].text, i - first + 1);
    }
    return numbered;
}

static char **task_names(const struct model *model)
{
    struct name *const names = resize(NULL, (size_t)model->task_count + 1, sizeof(*names));
    for (int i = 0; i < model->task_count; i++)
        names[i] = (struct name){model->tasks[i].name, i};
    char **const numbered = number_names(names, model->task_count);
    free(names);
    return numbered;
}

static void name_locks(struct model *model)
{
    struct name *const names = resize(NULL, (size_t)model->lock_count + 1, sizeof(*names));
    for (int i = 0; i < model->lock_count; i++)
        names[i] = (struct name){model->locks[i].name, i};
    char **const numbered = number_names(names, model->lock_count);
    for (int i = 0; i < model->lock_count; i++)
        model->locks[i].name = keep(model, numbered[i]);
    free(numbered);
    free(names);
}

/* ---- The whole ---- */

/* Makes a model. The names of the tasks are numbered if `names` is not NULL. */
static struct model *read_all(const struct recording *recording, char **names)
{
    struct model *const model = resize(NULL, 1, sizeof(*model));
    const struct record start = {0};
    *model = (struct model){.hz = recording->hz,
                            .start = recording->start,
                            .lost = recording->lost_before ? recording->lost_before
                                                           : recording->lost_after,
                            .lost_first = recording->lost_before != 0};
    struct reader reader = {.model = model,
                            .recording = recording,
                            .record = &start,
                            .names = names,
                            .last_root = NONE};
    if (recording->count)
        model->duration = recording->records[recording->count - 1].time;
    while (reader.next < recording->count) {
        reader.record = &recording->records[reader.next++];
        read_record(&reader);
    }
    finish(&reader);
    name_locks(model);
    free(reader.tasks.entries);
    free(reader.locks.entries);
    free(reader.blocks.entries);
    free(reader.callbacks.entries);
    free(reader.progress);
    free(reader.callback);
    return model;
}

/* The sentences of a model have the names of tasks, and a number is part of a name. So the
 * recording is read twice: for the names first. */
struct model *read_recording(const void *bytes, size_t length, const char **problem)
{
    struct recording recording;
    struct model *model = NULL;
    if (parse_recording(&recording, bytes, length, problem)) {
        struct model *const first = read_all(&recording, NULL);
        char **const names = task_names(first);
        const int count = first->task_count;
        free_model(first);
        model = read_all(&recording, names);
        for (int i = 0; i < count; i++)
            free(names[i]);
        free(names);
    }
    free_recording(&recording);
    return model;
}

void free_model(struct model *model)
{
    for (int i = 0; i < model->task_count; i++)
        free(model->tasks[i].spans);
    for (int i = 0; i < model->lock_count; i++)
        free(model->locks[i].holds);
    for (int i = 0; i < model->text_count; i++)
        free(model->texts[i]);
    free(model->steps);
    free(model->tasks);
    free(model->arrows);
    free(model->blocks);
    free(model->locks);
    free(model->notes);
    free(model->texts);
    free(model);
}
