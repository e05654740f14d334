/* SPDX-License-Identifier: MIT */
/* Arguments: how a program passes them to a coroutine that it starts.
 *
 * Each coroutine has a frame: a struct that the program provides (coroutine.h). Arguments set
 * members of the frame. An argument names its member, or stands in the order of the members. The
 * arguments by position come first: `fetch, &self->f, 1, .delay = 2`. A member without an argument
 * becomes zero.
 */
#ifndef WEFT_CORE_ARGUMENTS_H
#define WEFT_CORE_ARGUMENTS_H

#include "coroutine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* weft_call(name, struct name *frame, .argument = value, ...)
 * `await name(...)`. Runs the coroutine `name` in *frame, and continues when that coroutine has
 * ended. Makes no task and uses no queue. Deep chains of calls need no more of C's stack than one
 * call. After the call, the frame holds the results. If the called coroutine ends with an error,
 * weft_call raises that error. Panics if another coroutine still runs in *frame. O(frame size + n),
 * n: the failed tasks whose error nobody retrieved, and the groups that keep pooled tasks. */
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
 * `name(...)` without await. Prepares *frame and runs nothing. Later weft_call_begun runs the
 * coroutine, or the program resumes it (weft_resume). Panics if another coroutine still runs in
 * *frame. weft_begin does not know the loop. So the program must ensure two things, which weft_call
 * ensures itself. First: nobody still has to retrieve the error of a failed task in the frame's
 * memory. Second: no group in that memory still keeps tasks of a pool. O(frame size). */
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

/* weft_call_begun(frame): `await c`, where weft_begin did `c = fetch(...)` before. Raises
 * weft_invalid_state_error if the coroutine was awaited before, as Python does, or if weft_begin
 * did not prepare *frame. `frame` is evaluated once. O(1). */
#define weft_call_begun(begun)                                                                     \
    do {                                                                                           \
        weft_check(weft_enter_begun_(weft_context_, weft_frame_, &(begun)->frame));                \
        weft_frame_->state = __LINE__;                                                             \
        WEFT_SUSPEND_(WEFT_CALLED_);                                                               \
    } while (0)

/* ---- What the macros above are made of ------------------------------------------------------- */

/* A public macro with arguments passes them on with one more comma: `__VA_ARGS__, )`. So the
 * private macro behind it always has a rest, which may be empty. The rest ends with a comma, as the
 * members in the braces of WEFT_FRAME_ may. */

/* The first value of a frame: state 0, and the arguments in its members. */
#define WEFT_FRAME_(name, caller_, ...)                                                            \
    ((struct name){.frame = {.code = &name##_code, .caller = (caller_)}, __VA_ARGS__})

/* Refuses to compile unless `pointer` points to a struct `name`. Does not evaluate `pointer`. */
#define WEFT_REQUIRE_FRAME_(name, pointer)                                                         \
    _Static_assert(_Generic((pointer), struct name * : 1, default : 0),                            \
                   "weft: the frame of " #name " is a struct " #name                               \
                   ": weft_call takes a pointer to that, weft_create_task one to a WEFT_TASK")

/* Panics if a coroutine still runs in `frame`. Called before another coroutine uses the frame. */
void weft_check_frame_(const weft_frame *frame, const char *file, unsigned line);

/* The context of the coroutine that the macro stands in; NULL outside of a coroutine. Where
 * coroutine.h declares no variable of that name, the name means this function outside, which is
 * never called, and defined nowhere. */
#ifndef WEFT_HAS_DEBUG_MODE_
#define WEFT_CONTEXT_HERE_ ((weft_context *)0)
#elif defined(WEFT_DECLARES_CONTEXT_)
#define WEFT_CONTEXT_HERE_ (WEFT_VALUE_(weft_awaits_) == 1 ? weft_context_ : (weft_context *)0)
#else
void weft_context_(void);
#define WEFT_CONTEXT_HERE_                                                                         \
    _Generic((weft_context_), weft_context * : weft_context_, default : (weft_context *)0)
#endif

/* Called before weft_begin fills a frame, and afterwards. Only for a context that has on_reuse. */
#ifdef WEFT_HAS_DEBUG_MODE_
WEFT_COLD_ void weft_reuse_frame_(weft_context *context, const weft_frame *frame, size_t size);
WEFT_COLD_ void weft_note_begun_(weft_context *context, weft_frame *frame, unsigned line);
#else
#define weft_reuse_frame_(context, frame, size) ((void)0)
#define weft_note_begun_(context, frame, line) ((void)0)
#endif

/* Prepares a call. Checks the callee's frame, calls the hook context->on_reuse, and makes the
 * callee the next coroutine to run. The caller's state must be the line of the call. */
void weft_enter_(weft_context *context, const weft_frame *caller, weft_frame *callee, size_t size);

/* Prepares a call of a coroutine whose frame weft_begin prepared. Returns NULL, or the error to
 * raise. */
const weft_error *weft_enter_begun_(weft_context *context, weft_frame *caller, weft_frame *callee);

#ifdef __cplusplus
}
#endif
#endif
