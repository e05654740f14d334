/* SPDX-License-Identifier: MIT */
#include "core/awaitable.h"

/* ---- Until the program stops the loop ---- */

const weft_error *weft_run_forever(weft_loop *loop)
{
    const weft_error *const error = weft_run_ticks_(loop);
    if (error == &weft_deadlock_error && loop->only_daemons && loop->only_daemons(loop))
        return NULL;
    return error;
}

void weft_stop(weft_loop *loop)
{
    weft_check_use_(loop, WEFT_IS_CHANGED_);
    weft_stop_after_(loop, 1);
}

/* ---- For a host ---- */

const weft_error *weft_run_once(weft_loop *loop)
{
    weft_check_use_(loop, WEFT_BEGINS_TO_RUN_);
    if (loop->runs)
        return &weft_loop_runs_error_;
    if (loop->watches || loop->open_handles) { /* to poll also takes back a wake-up */
        loop->io_polled_at = 0;                /* and the tick does not poll again */
        loop->backend->sleep(loop->backend, 0);
    }
    if (!loop->stopping)
        weft_stop(loop);
    const weft_error *const error = weft_run_forever(loop);
    weft_check_use_(loop, WEFT_RUNS_FOR_A_HOST_);
    return error;
}

weft_time weft_next_run(const weft_loop *loop)
{
    weft_time next = 0;
    if (weft_loop_is_idle_(loop))
        (void)weft_timers_next_(&loop->timers, &next);
    return next;
}

/* ---- Until something has ended ---- */

static void stop_when_done(weft_loop *loop, weft_handle *handle)
{
    (void)handle;
    weft_stop(loop);
}

const weft_error *weft_run_until_complete_(weft_loop *loop, weft_awaitable_ *awaitable)
{
    weft_handle done = {.function = NULL};
    if (awaitable->scope && awaitable->scope->loop != loop)
        return &weft_invalid_state_error;
    const weft_error *error = weft_add_done_callback_(awaitable, &done, stop_when_done);
    if (error)
        return error;
    error = weft_run_ticks_(loop);
    weft_handle_cancel(loop, &done);
    if (weft_has_ended_(awaitable))
        return weft_retrieve_error_(awaitable);
    return error ? error : &weft_invalid_state_error;
}

static void cancel_all(weft_loop *loop)
{
    loop->in_shutdown = true;
    for (weft_task *task = weft_first_task(loop); task; task = weft_next_task(task))
        weft_cancel_task_(task);
    loop->in_shutdown = false;
}

/* The shutdown waits no more for the tasks that have survived it. */
static void end_shutdown(weft_loop *loop)
{
    loop->shutdown_pending = 0;
    for (weft_task *task = weft_first_task(loop); task; task = weft_next_task(task))
        task->root.flags &= (uint16_t)~WEFT_SHUTDOWN_PENDING_;
}

const weft_error *weft_shutdown(weft_loop *loop)
{
    if (loop->runs)
        return &weft_loop_runs_error_;
    cancel_all(loop);
    const weft_error *error = loop->shutdown_pending ? weft_run_ticks_(loop) : NULL;
    if (!error && loop->shutdown_pending)
        error = &weft_invalid_state_error;
    end_shutdown(loop);
    return error;
}

const weft_error *weft_run_and_keep_(weft_loop *loop, weft_task *task)
{
    if (loop->runs)
        return &weft_loop_runs_error_;
    weft_start_task_(&loop->tasks, task, false);
    return weft_run_until_complete_(loop, &task->awaitable);
}

const weft_error *weft_run_(weft_loop *loop, weft_task *task)
{
    if (loop->runs)
        return &weft_loop_runs_error_;
    const weft_error *const error = weft_run_and_keep_(loop, task);
    if (error != &weft_deadlock_error || weft_has_ended_(&task->awaitable))
        (void)weft_shutdown(loop);
    return error;
}

size_t weft_task_size(const weft_code *code)
{
    return offsetof(weft_task, root) + WEFT_SIZE_OF_(code);
}

const weft_error *weft_run_code(weft_loop *loop, const weft_code *code, void *memory)
{
    weft_task *const task = memory;
    if (offsetof(weft_task, root) & (WEFT_ALIGNMENT_OF_(code) - 1u))
        weft_panic(WEFT_FILE_OF_(code), 0,
                   WEFT_TEXT_("a member of the frame is aligned too strictly for a task"));
    weft_prepare_task_(loop, task, code, WEFT_FILE_, __LINE__);
    task->root = (weft_frame){.code = code};
    return weft_run_(loop, task);
}

/* ---- From init to close ---- */

/* If the library is compiled for size, calls no memset, which would be larger than this loop. */
static void clear(weft_loop *loop)
{
#ifdef __OPTIMIZE_SIZE__
    unsigned char volatile *byte = (unsigned char *)loop, *const end = (unsigned char *)(loop + 1);
    while (byte != end)
        *byte++ = 0;
#else
    *loop = (weft_loop){.backend = NULL};
#endif
}

static void make_new(weft_loop *loop, weft_backend *backend)
{
    clear(loop);
    loop->backend = backend;
    weft_ready_init_(&loop->ready);
    loop->tasks.loop = loop;
    loop->tasks.next = loop->tasks.previous = &loop->tasks;
    loop->futures.loop = loop;
}

void weft_loop_init(weft_loop *loop, weft_backend *backend)
{
    make_new(loop, backend);
    backend->loop = loop;
}

/* Frees the frames of a task that has not ended, and takes its done callbacks off. */
static void forget_task(weft_loop *loop, weft_task *task)
{
    const weft_frame *frame = weft_task_innermost(task);
    while (frame) {
        const weft_frame *const caller = weft_task_caller(task, frame);
        ((weft_frame *)(uintptr_t)frame)->state = WEFT_ENDED_STATE_;
        frame = caller;
    }
    if (!weft_has_ended_(&task->awaitable)) {
        weft_forget_callbacks_(&task->awaitable);
        task->awaitable.waiters = WEFT_ENDED_;
        task->awaitable.error = &weft_cancelled_error;
    }
    task->awaitable.scope = &loop->tasks;
    task->live.wait.node.frame = &task->root;
}

static void forget_tasks(weft_loop *loop)
{
    weft_scope_ *scope = &loop->tasks;
    do {
        for (weft_task *task = scope->children, *next; task; task = next) {
            next = task->next;
            forget_task(loop, task);
        }
    } while ((scope = scope->next) != &loop->tasks);
}

const weft_error *weft_loop_close(weft_loop *loop)
{
    WEFT_ERROR_(open, weft_invalid_state_error, "thread-safe handles are open");
    while (loop->failed && !loop->runs && !loop->open_handles)
        weft_report_failure_(loop->failed);
    if (loop->runs)
        return &weft_loop_runs_error_;
    if (loop->open_handles) /* by the exception handler, perhaps */
        return open;
    weft_check_use_(loop, WEFT_IS_CLOSED_);
    weft_forget_handles_(loop);
    forget_tasks(loop);
    void (*const pooled)(weft_scope_ *, weft_task *) = loop->pooled;
    make_new(loop, loop->backend);
    loop->pooled = pooled;
    return NULL;
}

const weft_error *weft_runner_close(weft_loop *loop)
{
    const weft_error *const shutdown_error = weft_shutdown(loop);
    const weft_error *const error = weft_loop_close(loop);
    return shutdown_error ? shutdown_error : error;
}
