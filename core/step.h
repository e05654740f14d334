/* SPDX-License-Identifier: MIT */
/* Steps: coroutines whose code the macros of coroutine.h do not make. A step is what a coroutine
 * runs between two waits. The program writes the step function itself. For example, the step
 * function switches to a stack of its own, or interprets a script. To the loop, to groups and to
 * every other coroutine, such a coroutine is like any other.
 *
 *     struct count {
 *         weft_frame frame;
 *         int i;
 *     };
 *
 *     static weft_step count_step(weft_frame *frame, weft_context *context)
 *     {
 *         struct count *const self = (struct count *)(void *)frame;
 *         if (weft_frame_has_ended(frame) || context->error || self->i == 3)
 *             return weft_end_frame(frame);
 *         printf("%d\n", self->i++);
 *         weft_set_line(frame, __LINE__);
 *         return (weft_step){WEFT_YIELDED};
 *     }
 *     WEFT_CODE(count, count_step);
 *
 * Like WEFT_ASYNC(count), this defines the constant `count_code`. So weft_call(count, ...),
 * weft_create_task(count, ...) and weft_run(..., count, ...) work.
 *
 * A step function must obey these rules:
 * - Before a task's first step, the task may be cancelled. The first step then finds
 *   weft_frame_has_ended(frame) true, and must return weft_end_frame(frame).
 * - If context->error is set when a later step begins, the wait has ended with that error. The
 *   coroutine raises the error: it ends with context->error unchanged, or handles the error and
 *   sets context->error to NULL.
 * - A step that does not end the coroutine must have called weft_set_line.
 * - A step returns {WEFT_YIELDED}, or the value of weft_end_frame, weft_enter_frame,
 *   weft_run_begun or weft_run_frame.
 */
#ifndef WEFT_CORE_STEP_H
#define WEFT_CORE_STEP_H

#include "arguments.h"
#include "task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a step ended. In a step function, (weft_step){WEFT_YIELDED} keeps the task ready; all other
 * ready tasks run first. */
typedef weft_step_ weft_step;

/* WEFT_CODE(name, step): defines the constant `name_code` for a coroutine whose step function is
 * `step`, a weft_step (*)(weft_frame *, weft_context *). The program must have declared a `struct
 * name` before, with the first member `weft_frame frame;`. */
#define WEFT_CODE(name, step) static WEFT_CODE_(name, step, 0)

/* WEFT_CODE_EXTERN(name, step): does what WEFT_CODE does, for a coroutine that other files call. A
 * header of the program must contain the declaration of the struct, and WEFT_DECLARE(name). */
#define WEFT_CODE_EXTERN(name, step) WEFT_CODE_(name, step, 0)

/* WEFT_CODE_NAMED(name, field, step): does what WEFT_CODE does, for tasks that have names of their
 * own. `field` is a member of the frame: a const char * that points to the task's name. */
#define WEFT_CODE_NAMED(name, field, step)                                                         \
    static WEFT_CODE_(name, step, offsetof(struct name, field))

#define WEFT_CODE_(name, step, name_offset)                                                        \
    const weft_code name##_code WEFT_IN_FLASH_ = {                                                 \
        step, WEFT_NAME_AND_FILE_(name) sizeof(struct name),                                       \
        WEFT_NAME_AT_(name_offset) WEFT_ALIGNMENT_(name)};                                         \
    _Static_assert(offsetof(struct name, frame) == 0 && (name_offset) <= UINT16_MAX,               \
                   "weft: `weft_frame frame;` must be the first member of struct " #name)

/* Returns true if the coroutine has ended, or must not begin because its task was cancelled before
 * the first step. O(1). */
static inline bool weft_frame_has_ended(const weft_frame *frame)
{
    return frame->state == WEFT_ENDED_STATE_;
}

/* Returns true if the coroutine has not begun. O(1). */
static inline bool weft_frame_is_new(const weft_frame *frame)
{
    return frame->state == 0;
}

/* Stores the line of the source, from 1 to 9,999, at which the coroutine waits. Dumps print this
 * line with the file of the coroutine. O(1). */
static inline void weft_set_line(weft_frame *frame, unsigned line)
{
    frame->state = (uint16_t)line;
}

/* Ends the coroutine, and returns the value that its step must return. context->error is the error
 * with which the coroutine ends; NULL: no error. When the step has returned, the frame's memory may
 * be used again. O(1). */
static inline weft_step weft_end_frame(weft_frame *frame)
{
    const weft_step result = {WEFT_RETURNED};
    frame->state = WEFT_ENDED_STATE_;
    return result;
}

/* Returns the value that a step must return so that the loop next runs a step of the coroutine in
 * *frame, in the same task. The function does not change *frame. O(1). */
static inline weft_step weft_enter_frame(weft_context *context, weft_frame *frame)
{
    const weft_step result = {WEFT_CALLED_};
    context->callee = frame;
    return result;
}

/* Runs the coroutine in *frame, which belongs to the running task, and the coroutines that this one
 * calls or returns to. Returns when one of them waits. Then the loop resumes the task's innermost
 * coroutine, and the calling step must return the value of weft_run_frame. Unlike a call by the
 * loop, the coroutines run on the stack of the caller.
 *
 * The function also returns when the step of a coroutine returns {WEFT_YIELDED}. So the step of the
 * coroutine that called weft_run_frame can end the run when the coroutine in *frame returns to
 * it: it notes that its step was called, and returns {WEFT_YIELDED}. The code behind the
 * weft_run_frame then goes on, and returns nothing to the loop. The coroutine that has called
 * weft_run_frame must not end before. Costs what the steps cost. */
static inline weft_step weft_run_frame(weft_context *context, weft_frame *frame)
{
    weft_node_ *const node = context->running;
    for (;;) {
        node->frame = frame;
        const weft_step result = WEFT_STEP_CODE_OF_(frame->code)(frame, context);
        if (result.what == WEFT_RETURNED)
            frame = frame->caller;
        else if (result.what == WEFT_CALLED_)
            frame = context->callee;
        else
            return result;
    }
}

/* `await c` for a coroutine whose step is written by hand: runs the coroutine in *callee, which
 * weft_begin has filled, as weft_run_frame does. The coroutine returns to the coroutine in *caller.
 * If *callee was not filled, or has been awaited before, sets context->error to
 * weft_invalid_state_error and runs *caller. Costs what weft_run_frame costs. */
static inline weft_step weft_run_begun(weft_context *context, weft_frame *caller,
                                       weft_frame *callee)
{
    context->error = weft_enter_begun_(context, caller, callee);
    return weft_run_frame(context, context->error ? caller : callee);
}

#ifdef __cplusplus
}
#endif
#endif
