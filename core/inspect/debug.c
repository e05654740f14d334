/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "core/inspect/debug.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SLOW_CALL_MS = 100 };

static const weft_inspection_ debugged;

/* ---- Messages ---- */

static void write_text(const weft_loop *loop, const char *text)
{
    const weft_debug_output *const output = loop->debug_output;
    if (output)
        output->write(text, output->to);
    else
        fputs(text, stderr);
}

static void write_number(const weft_loop *loop, unsigned long long number)
{
    char digits[3 * sizeof(number) + 1];
    snprintf(digits, sizeof(digits), "%llu", number);
    write_text(loop, digits);
}

static void report_slow_call(weft_loop *loop, const weft_slow_call *call)
{
    const weft_task *const task = call->task;
    if (task) {
        write_text(loop, call->location.file);
        if (call->location.line) {
            write_text(loop, ":");
            write_number(loop, call->location.line);
        }
        write_text(loop, ": task ");
        write_text(loop, weft_done(task) ? task->root.code->name : weft_task_name(task));
    } else {
        write_text(loop, "weft: a ");
        write_text(loop, call->location.coroutine);
    }
    write_text(loop, " kept the loop for ");
    write_number(loop, call->duration * UINT64_C(1000) / WEFT_TIME_HZ);
    write_text(loop, " ms\n");
}

static void report_begun(const weft_loop *loop, const weft_frame *frame, const char *what)
{
    write_text(loop, frame->code->file);
    write_text(loop, ": coroutine ");
    write_text(loop, frame->code->name);
    write_text(loop, ", begun at line ");
    write_number(loop, frame->flags);
    write_text(loop, ", was never awaited: ");
    write_text(loop, what);
    write_text(loop, "\n");
}

static void write_piece(const char *text, void *to)
{
    write_text(to, text);
}

static void on_failure(weft_loop *loop, weft_task *task)
{
    weft_write_unretrieved_error_(write_piece, loop, task, task->awaitable.error);
}

/* ---- Threads and processes ---- */

/* Returns an address that no other living thread has: errno is an object of each thread. */
static const void *this_thread(void)
{
    return &errno;
}

static void panic_at(const weft_loop *loop, const char *file, unsigned line, const char *text)
{
    const weft_node_ *const running = loop->context.running;
    const weft_frame *frame = running ? running->frame : NULL;
    if (!file && !frame && loop->tasks.children)
        frame = weft_task_innermost(loop->tasks.children);
    if (!file && frame) {
        file = frame->code->file;
        line = weft_line_of_(frame->state);
    }
    weft_panic(file ? file : "weft", line, text);
}

/* A child may use a copy of its parent's loop if no thread-safe handle is open, and the system has
 * no part of it. */
static void check_process(weft_loop *loop, const char *file, unsigned line)
{
    const int process = (int)getpid();
    if (loop->process == process)
        return;
    if (loop->open_handles || loop->backend->is_shared_by_fork)
        panic_at(loop, file, line,
                 loop->backend->is_shared_by_fork
                     ? "a loop is used in a child after fork(), and its backend is the parent's"
                     : "a loop is used in a child after fork(): close its thread-safe handles "
                       "first");
    loop->process = process;
}

static void check_thread(weft_loop *loop, const char *file, unsigned line)
{
    if (loop->thread && loop->thread != this_thread())
        panic_at(loop, file, line,
                 "a loop is used from another thread than the one that runs it: use "
                 "weft_call_soon_threadsafe");
}

static void report_all_begun(weft_loop *loop);

static void check_use(weft_loop *loop, enum weft_use_ use, const char *file, unsigned line)
{
    check_process(loop, file, line);
    switch (use) {
    case WEFT_IS_CALLED_:
        break;
    case WEFT_BEGINS_TO_RUN_:
        if (loop->runs)
            check_thread(loop, file, line);
        else
            loop->thread = this_thread();
        break;
    case WEFT_ENDS_TO_RUN_:
        loop->thread = NULL;
        break;
    case WEFT_RUNS_FOR_A_HOST_:
        loop->thread = this_thread();
        break;
    case WEFT_IS_CLOSED_:
        check_thread(loop, file, line);
        report_all_begun(loop);
        break;
    case WEFT_IS_CHANGED_:
        check_thread(loop, file, line);
        break;
    }
}

/* ---- Coroutines that were begun ----
 * Those whose frame is in the memory of a task are in the loop's list until they are awaited, the
 * task ends, or the memory is used again. So no link of the list points to memory that was freed. A
 * frame that the program resumes itself has another state then, and leaves the list silently. */

static bool is_in(const void *object, const void *memory, size_t size)
{
    return (uintptr_t)object - (uintptr_t)memory < size;
}

static bool is_in_task(const weft_frame *frame, const weft_task *task)
{
    return is_in(frame, task, weft_task_size(task->root.code));
}

static void forget_begun(weft_loop *loop, weft_frame **link, const char *what)
{
    weft_frame *const frame = *link;
    *link = frame->caller;
    if (frame->state != WEFT_BEGUN_STATE_)
        return;
    if (what)
        report_begun(loop, frame, what);
    frame->state = frame->flags = 0;
    frame->caller = NULL;
}

/* Reports the frames in this memory, and takes them off the list. */
static void report_begun_in(weft_loop *loop, const void *memory, size_t size, const char *what)
{
    weft_frame **link = &loop->begun;
    while (*link)
        if ((*link)->state != WEFT_BEGUN_STATE_ || is_in(*link, memory, size))
            forget_begun(loop, link, what);
        else
            link = &(*link)->caller;
}

static void report_all_begun(weft_loop *loop)
{
    while (loop->begun)
        forget_begun(loop, &loop->begun, "its loop closes");
}

static void begin(weft_loop *loop, weft_frame *frame)
{
    frame->state = WEFT_BEGUN_STATE_;
    if (is_in_task(frame, weft_running_task_(&loop->context))) {
        frame->caller = loop->begun;
        loop->begun = frame;
    }
}

static void leave_list(weft_loop *loop, const weft_frame *frame)
{
    weft_frame **link = &loop->begun;
    while (*link && *link != frame)
        link = &(*link)->caller;
    if (*link)
        forget_begun(loop, link, NULL);
}

static void on_reuse(weft_context *context, const void *memory, size_t size)
{
    weft_loop *const loop = weft_running_loop_(context);
    weft_frame *const frame = (weft_frame *)(uintptr_t)memory;
    if (!size) {
        if (frame->state == WEFT_BEGUN_STATE_)
            leave_list(loop, frame);
        else
            begin(loop, frame);
        return;
    }
    if (size == 1) { /* it may be in no list */
        report_begun(loop, frame, "its frame is used again");
        leave_list(loop, frame);
        return;
    }
    report_begun_in(loop, memory, size, "its frame is used again");
    weft_on_reuse_(context, memory, size);
}

/* ---- Ticks ---- */

/* Has the wake-ups of a task that has just parked for a primitive checked (weft_is_parked_).
 * Reports what a task that has ended leaves behind. */
static void look_after_step(weft_loop *loop, weft_task *task)
{
    if (weft_has_ended_(&task->awaitable)) {
        if (loop->begun)
            report_begun_in(loop, task, weft_task_size(task->root.code), "its task has ended");
    } else if (weft_parked_in_(task) == WEFT_LISTED_) {
        weft_set_parked_(task, WEFT_CHECKED_);
    }
}

static void run_entry(weft_loop *loop, weft_node_ *node)
{
    const bool is_callback = weft_is_callback_(node);
    weft_node_ *next = weft_run_first_step_(loop, node);
    while (!is_callback) {
        look_after_step(loop, weft_task_of_node_(node));
        if (!next)
            break;
        node = next;
        next = weft_run_next_step_(loop, node);
    }
}

/* Returns the time from which the next call counts. */
static weft_time end_call(weft_loop *loop, weft_slow_call *call, weft_time began)
{
    const weft_time now = weft_loop_time(loop);
    call->duration = weft_wrap_(now - began);
    if (call->duration <= loop->longest)
        return now;
    loop->context.running = NULL;
    if (loop->watchdog)
        loop->watchdog(loop, call);
    else
        report_slow_call(loop, call);
    return weft_loop_time(loop);
}

static void run_tick(weft_loop *loop)
{
    weft_time began = weft_loop_time(loop);
    weft_node_ *node;
    while ((node = weft_ready_pop_(&loop->ready)) != &loop->ready.tick) {
        weft_slow_call call = weft_begin_call_(loop, node);
        run_entry(loop, node);
        if (loop->inspection == &debugged)
            check_process(loop, call.location.file, call.location.line);
        began = end_call(loop, &call, began);
    }
}

/* ---- On and off ---- */

static const weft_inspection_ debugged = {
    .run_tick = run_tick, .check_use = check_use, .on_reuse = on_reuse, .on_failure = on_failure};

bool weft_get_debug(const weft_loop *loop)
{
    return loop->inspection == &debugged;
}

static void enable(weft_loop *loop)
{
    loop->note_failure = weft_note_failure_;
    loop->process = (int)getpid();
    loop->thread = loop->runs ? this_thread() : NULL;
    if (!loop->longest)
        loop->longest = WEFT_MS(SLOW_CALL_MS);
    weft_set_inspection_(loop, &debugged);
}

static void disable(weft_loop *loop)
{
    while (loop->begun)
        forget_begun(loop, &loop->begun, NULL);
    weft_set_inspection_(loop, NULL);
    weft_set_watchdog(loop, loop->longest, loop->watchdog);
}

void weft_set_debug(weft_loop *loop, bool enabled)
{
    if (enabled)
        enable(loop);
    else if (weft_get_debug(loop))
        disable(loop);
    weft_set_on_reuse_(loop);
}

void(weft_set_slow_call)(weft_loop *loop, weft_time longest)
{
    loop->longest = weft_is_negative_(longest) ? 0 : longest;
}

void weft_set_debug_output(weft_loop *loop, const weft_debug_output *output)
{
    loop->debug_output = output;
}
