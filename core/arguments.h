/* SPDX-License-Identifier: MIT */
/* Arguments: how a program passes arguments to a coroutine that it calls or starts.
 *
 * Each coroutine has a frame: a struct that the program provides (coroutine.h). Each argument sets
 * a member of the frame. An argument can name the member that it sets, as `.delay = 2` does. An
 * argument without a name is an argument by position: the first such argument sets the first
 * member, the second one the second. The arguments by position come first: `weft_call(fetch,
 * &self->f, 1, .delay = 2)`. A member for which there is no argument becomes zero.
 */
#ifndef WEFT_CORE_ARGUMENTS_H
#define WEFT_CORE_ARGUMENTS_H

#include "coroutine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* weft_call(name, struct name *frame, .argument = value, ...)
 * `await name(...)`. Runs the coroutine `name` in *frame. The calling coroutine continues when the
 * called one has ended. A call creates no task, and puts nothing into the ready queue. C's stack
 * does not grow with the depth of the calls. After the call, the frame holds the results. If the
 * called coroutine ends with an error, weft_call raises that error. Panics if another coroutine
 * still runs in *frame. O(frame size + n), n: the failed tasks whose error nobody retrieved, plus
 * the groups that keep the memory of failed tasks from a pool. */
#define weft_call(name, ...) WEFT_CALL_(name, __VA_ARGS__, )
#define WEFT_CALL_(name, callee, ...)                                                              \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        {                                                                                          \
            WEFT_REQUIRE_FRAME_(name, callee);                                                     \
            struct name *const weft_callee_ = (callee);                                            \
            weft_frame_->state = __LINE__;                                                         \
            weft_enter_(weft_context_, weft_frame_, &weft_callee_->frame, sizeof(struct name));    \
            *weft_callee_ = WEFT_FRAME_(name, weft_frame_, __VA_ARGS__);                           \
        }                                                                                          \
        WEFT_SUSPEND_(WEFT_CALLED_);                                                               \
    } while (0)

/* weft_begin(name, struct name *frame, .argument = value, ...)
 * `name(...)` without await. Fills *frame and runs nothing. Later the program runs the coroutine
 * with weft_call_begun or weft_resume. Panics if another coroutine still runs in *frame. weft_begin
 * does not know the loop. So the program must ensure two things about the memory of *frame, which
 * weft_call ensures itself. First: the memory contains no failed task whose error nobody has
 * retrieved. Second: the memory contains no group that still keeps memory of a pool. O(frame
 * size). */
#define weft_begin(name, ...) WEFT_BEGIN_(name, __VA_ARGS__, )
#define WEFT_BEGIN_(name, begun, ...)                                                              \
    do {                                                                                           \
        WEFT_REQUIRE_FRAME_(name, begun);                                                          \
        struct name *const weft_begun_ = (begun);                                                  \
        weft_context *const weft_here_ = WEFT_CONTEXT_HERE_;                                       \
        weft_check_frame_(&weft_begun_->frame, __FILE__, __LINE__);                                \
        if (WEFT_UNLIKELY_(weft_here_ && weft_here_->on_reuse)) {                                  \
            weft_reuse_frame_(weft_here_, &weft_begun_->frame, sizeof(struct name));               \
            *weft_begun_ = WEFT_FRAME_(name, NULL, __VA_ARGS__);                                   \
            weft_note_begun_(weft_here_, &weft_begun_->frame, __LINE__);                           \
        } else {                                                                                   \
            *weft_begun_ = WEFT_FRAME_(name, NULL, __VA_ARGS__);                                   \
        }                                                                                          \
    } while (0)

/* weft_call_begun(frame): `await c`, where weft_begin did `c = fetch(...)` before. Runs the
 * coroutine in *frame, and continues when that coroutine has ended. Raises weft_invalid_state_error
 * if the coroutine was awaited before, as Python does, or if weft_begin did not prepare *frame.
 * `frame` is evaluated once. O(1). */
#define weft_call_begun(begun)                                                                     \
    do {                                                                                           \
        weft_check(weft_enter_begun_(weft_context_, weft_frame_, &(begun)->frame));                \
        weft_frame_->state = __LINE__;                                                             \
        WEFT_SUSPEND_(WEFT_CALLED_);                                                               \
    } while (0)

/* ---- What the macros above are made of ------------------------------------------------------- */

/* A public macro calls a private macro with its own arguments and one more comma: `__VA_ARGS__, )`.
 * So the `...` of the private macro always has an argument, which may be empty. That argument ends
 * with a comma. The comma is legal in WEFT_FRAME_, because an initialiser in braces may end with
 * one. */

/* The initial value of a frame: its state is 0, and its members have the values of the
 * arguments. */
#define WEFT_FRAME_(name, caller_, ...)                                                            \
    ((struct name){.frame = {.code = &name##_code, .caller = (caller_)}, __VA_ARGS__})

/* Compiles only if `pointer` points to a struct `name`. Does not evaluate `pointer`. */
#define WEFT_REQUIRE_FRAME_(name, pointer)                                                         \
    _Static_assert(_Generic((pointer), struct name * : 1, default : 0),                            \
                   "weft: the frame of " #name " is a struct " #name                               \
                   ": weft_call takes a pointer to that, weft_create_task one to a WEFT_TASK")

/* Panics if a coroutine still runs in `frame`. The macros call this function before they fill the
 * frame for another coroutine. */
void weft_check_frame_(const weft_frame *frame, const char *file, unsigned line);

/* WEFT_CONTEXT_HERE_ gives the context of the coroutine in which the macro stands; NULL: the macro
 * stands outside of a coroutine. In a coroutine, `weft_context_` is a variable. Outside, with some
 * compilers, the name is only declared as a function. Nothing calls or defines that function. */
#ifndef WEFT_HAS_DEBUG_MODE_
#define WEFT_CONTEXT_HERE_ ((weft_context *)0)
#elif defined(WEFT_DECLARES_CONTEXT_)
#define WEFT_CONTEXT_HERE_ (WEFT_VALUE_(weft_awaits_) == 1 ? weft_context_ : (weft_context *)0)
#else
void weft_context_(void);
#define WEFT_CONTEXT_HERE_                                                                         \
    _Generic((weft_context_), weft_context * : weft_context_, default : (weft_context *)0)
#endif

/* weft_begin calls weft_reuse_frame_ before it fills a frame, and weft_note_begun_ afterwards.
 * weft_begin calls them only if the hook context->on_reuse is set. */
#ifdef WEFT_HAS_DEBUG_MODE_
WEFT_COLD_ void weft_reuse_frame_(weft_context *context, const weft_frame *frame, size_t size);
WEFT_COLD_ void weft_note_begun_(weft_context *context, weft_frame *frame, unsigned line);
#else
#define weft_reuse_frame_(context, frame, size) ((void)0)
#define weft_note_begun_(context, frame, line) ((void)0)
#endif

/* Prepares a call of a coroutine, the callee. Panics if the callee's frame is in use. Then calls
 * the hook context->on_reuse if there is one, and makes the callee the next coroutine to run.
 * Before that, the macro must have set the caller's state to the line of the call. */
void weft_enter_(weft_context *context, const weft_frame *caller, weft_frame *callee, size_t size);

/* Prepares a call of a coroutine whose frame weft_begin has filled. Returns NULL, or the error that
 * the calling coroutine must raise. */
const weft_error *weft_enter_begun_(weft_context *context, weft_frame *caller, weft_frame *callee);

#ifdef __cplusplus
}
#endif
#endif
