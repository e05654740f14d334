/* SPDX-License-Identifier: MIT */
/* A trace in Chrome's trace event format, which Perfetto (ui.perfetto.dev) reads. Each task has a
 * row (a "thread") with its states, and, if it enters blocks, a row with these. Each lock has a row
 * with its holders. Flows lead from the step of who woke to the state of who was woken. */
#include <stdlib.h>
#include <string.h>

#include "render.h"

enum { PROCESS = 1 };

struct trace {
    struct buffer *buffer;
    const struct model *model;
    double step;    /* microseconds that are added for each step, if the clock stands in steps */
    double *target; /* where each arrow ends */
    bool has_events;
};

static void add_string(struct buffer *buffer, const char *text)
{
    add_text(buffer, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            add_format(buffer, "\\%c", *text);
        else if ((unsigned char)*text < ' ')
            add_format(buffer, "\\u%04x", (unsigned)*text);
        else
            add_bytes(buffer, text, 1);
    }
    add_text(buffer, "\"");
}

/* ---- Times ---- */

static double microseconds(const struct model *model, uint64_t time)
{
    return (double)time * 1e6 / (double)model->hz;
}

/* If the clock stands in steps, each step gets a length: a 20th of the shortest time that passes
 * between two steps, but at least a microsecond. So the order can be seen. */
static double length_of_step(const struct model *model)
{
    double shortest = 0;
    for (int i = 1; i < model->step_count; i++) {
        const double passed = microseconds(model, model->steps[i].from - model->steps[i - 1].from);
        if (passed > 0 && (shortest <= 0 || passed < shortest))
            shortest = passed;
    }
    return shortest / 20 > 1 ? shortest / 20 : 1;
}

static double time_of(const struct trace *trace, struct point point)
{
    return microseconds(trace->model, point.time) + trace->step * point.step;
}

/* Returns the end of the step, if the point is in a step. */
static double end_of(const struct trace *trace, struct point point)
{
    return time_of(trace, point) + (point.inside ? trace->step : 0);
}

/* Returns the middle of the step, if the point is in a step: where an arrow begins and ends. */
static double arrow_time(const struct trace *trace, struct point point)
{
    return time_of(trace, point) + (point.inside ? trace->step / 2 : 0);
}

/* ---- Events ---- */

static int row_of_task(int task)
{
    return 2 * task + 1;
}

static int row_of_blocks(int task)
{
    return 2 * task + 2;
}

static int row_of_lock(const struct trace *trace, int lock)
{
    return 2 * trace->model->task_count + lock + 1;
}

/* Begins an event, which the caller ends with "}". */
static void begin_event(struct trace *trace, const char *phase, const char *name, int row)
{
    add_text(trace->buffer, trace->has_events ? ",\n" : "\n");
    trace->has_events = true;
    add_format(trace->buffer, "{\"ph\":\"%s\",\"pid\":%d,\"tid\":%d,\"name\":", phase, PROCESS,
               row);
    add_string(trace->buffer, name);
}

static void add_row(struct trace *trace, int row, const char *name, const char *more)
{
    char *const text = format_text("%s%s", name, more);
    begin_event(trace, "M", "thread_name", row);
    add_text(trace->buffer, ",\"args\":{\"name\":");
    add_string(trace->buffer, text);
    add_text(trace->buffer, "}}");
    begin_event(trace, "M", "thread_sort_index", row);
    add_format(trace->buffer, ",\"args\":{\"sort_index\":%d}}", row);
    free(text);
}

/* Begins a slice, whose arguments the caller ends with "}}". */
static void begin_slice(struct trace *trace, const char *name, const char *category, int row,
                        double from, double to, uint64_t time)
{
    begin_event(trace, "X", name, row);
    add_format(trace->buffer, ",\"cat\":\"%s\",\"ts\":%.3f,\"dur\":%.3f,\"args\":{\"time\":\"",
               category, from, to > from ? to - from : 0);
    char *const text = duration_text(trace->model, time);
    add_format(trace->buffer, "%s\"", text);
    free(text);
}

/* A task that is ready for no time has no slice. */
static void add_span(struct trace *trace, int row, const struct span *span)
{
    static const char *const categories[] = {
        [RUNNING] = "runs", [READY] = "ready", [WAITING] = "waits"};
    const struct model *const model = trace->model;
    const char *const name = span->state == WAITING ? span->what : categories[span->state];
    if (span->state == READY && time_of(trace, span->to) <= time_of(trace, span->from))
        return;
    begin_slice(trace, name, categories[span->state], row, time_of(trace, span->from),
                span->state == RUNNING ? end_of(trace, span->to) : time_of(trace, span->to),
                span->from.time);
    if (*span->where) {
        add_text(trace->buffer, ",\"where\":");
        add_string(trace->buffer, span->where);
    }
    if (span->holder != NONE) {
        add_text(trace->buffer, ",\"holder\":");
        add_string(trace->buffer, model->tasks[span->holder].name);
    }
    if (span->arrow != NONE) {
        const struct arrow *const arrow = &model->arrows[span->arrow];
        add_text(trace->buffer, ",\"by\":");
        add_string(trace->buffer,
                   arrow->from == NONE ? arrow->what : model->tasks[arrow->from].name);
    }
    add_text(trace->buffer, "}}");
}

static void add_task(struct trace *trace, int at)
{
    static const char *const ends[] = {
        [RETURNED] = "returns", [CANCELLED] = "ends cancelled", [FAILED] = "fails"};
    const struct task *const task = &trace->model->tasks[at];
    add_row(trace, row_of_task(at), task->name, "");
    for (int i = 0; i < task->span_count; i++)
        add_span(trace, row_of_task(at), &task->spans[i]);
    if (task->end == GOES_ON)
        return;
    begin_event(trace, "i", ends[task->end], row_of_task(at));
    add_format(trace->buffer, ",\"cat\":\"end\",\"s\":\"t\",\"ts\":%.3f",
               end_of(trace, task->ended));
    if (task->error) {
        add_text(trace->buffer, ",\"args\":{\"error\":");
        add_string(trace->buffer, task->error);
        add_text(trace->buffer, "}");
    }
    add_text(trace->buffer, "}");
}

static void add_blocks(struct trace *trace)
{
    const struct model *const model = trace->model;
    bool *const has_row = resize(NULL, (size_t)model->task_count + 1, sizeof(*has_row));
    memset(has_row, 0, (size_t)model->task_count + 1);
    for (int i = 0; i < model->block_count; i++) {
        const struct block *const block = &model->blocks[i];
        const int row = row_of_blocks(block->task);
        if (!has_row[block->task])
            add_row(trace, row, model->tasks[block->task].name, ": blocks");
        has_row[block->task] = true;
        begin_slice(trace, block->name, block->is_timeout ? "timeout" : "group", row,
                    time_of(trace, block->from), time_of(trace, block->to), block->from.time);
        add_format(trace->buffer, ",\"cancelled\":%s}}", block->broken ? "true" : "false");
    }
    free(has_row);
}

static void add_lock(struct trace *trace, int at)
{
    const struct lock *const lock = &trace->model->locks[at];
    const int row = row_of_lock(trace, at);
    add_row(trace, row, lock->name, "");
    for (int i = 0; i < lock->hold_count; i++) {
        const struct hold *const hold = &lock->holds[i];
        begin_slice(trace, trace->model->tasks[hold->task].name, "lock", row,
                    time_of(trace, hold->from), time_of(trace, hold->to), hold->from.time);
        add_text(trace->buffer, "}}");
    }
}

/* An arrow ends where the task that was woken begins to be ready, or else runs. */
static void place_arrows(struct trace *trace)
{
    const struct model *const model = trace->model;
    trace->target = resize(NULL, (size_t)model->arrow_count + 1, sizeof(*trace->target));
    for (int i = 0; i < model->arrow_count; i++)
        trace->target[i] = arrow_time(trace, model->arrows[i].at);
    for (int i = 0; i < model->task_count; i++) {
        for (int j = 0; j < model->tasks[i].span_count; j++) {
            const struct span *const span = &model->tasks[i].spans[j];
            const double at = arrow_time(trace, span->from);
            if (span->arrow != NONE && at > trace->target[span->arrow])
                trace->target[span->arrow] = at;
        }
    }
}

static void add_arrow(struct trace *trace, const struct arrow *arrow, int number)
{
    static const char *const names[] = {
        [CREATES] = "creates", [WAKES] = "wakes", [CANCELS] = "cancels"};
    const double at = arrow_time(trace, arrow->at);
    const int id = number + 1;
    if (arrow->from == NONE) {
        char *const name = format_text("%s by %s", names[arrow->kind], arrow->what);
        begin_event(trace, "i", name, row_of_task(arrow->to));
        add_format(trace->buffer, ",\"cat\":\"%s\",\"s\":\"t\",\"ts\":%.3f}", names[arrow->kind],
                   at);
        free(name);
        return;
    }
    begin_event(trace, "s", names[arrow->kind], row_of_task(arrow->from));
    add_format(trace->buffer, ",\"cat\":\"arrow\",\"id\":%d,\"ts\":%.3f}", id, at);
    begin_event(trace, "f", names[arrow->kind], row_of_task(arrow->to));
    add_format(trace->buffer, ",\"cat\":\"arrow\",\"id\":%d,\"bp\":\"e\",\"ts\":%.3f}", id,
               trace->target[number]);
}

void write_json(struct buffer *buffer, const struct model *model)
{
    struct trace trace = {.buffer = buffer, .model = model};
    if (model->clock_stands)
        trace.step = length_of_step(model);
    place_arrows(&trace);
    add_text(buffer, "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"title\":");
    add_string(buffer, model->title ? model->title : "weft");
    add_format(buffer, ",\"lost\":\"%llu\",\"microseconds_added_for_each_step\":\"%.3f\"},",
               (unsigned long long)model->lost, trace.step);
    add_text(buffer, "\"traceEvents\":[");
    begin_event(&trace, "M", "process_name", 0);
    add_text(buffer, ",\"args\":{\"name\":");
    add_string(buffer, model->title ? model->title : "weft");
    add_text(buffer, "}}");
    for (int i = 0; i < model->task_count; i++)
        add_task(&trace, i);
    add_blocks(&trace);
    for (int i = 0; i < model->lock_count; i++)
        add_lock(&trace, i);
    for (int i = 0; i < model->arrow_count; i++)
        add_arrow(&trace, &model->arrows[i], i);
    free(trace.target);
    add_text(buffer, "\n]}\n");
}
