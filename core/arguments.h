/* Arguments: how a coroutine is started with them.
 *
 * Arguments are an initialiser of the coroutine's frame. They are given by name, or by position in
 * the order of the frame's members; those by position come first: `fetch, &self->f, 1, .delay = 2`.
 * A member without an argument becomes zero.
 */
#ifndef WEFT_CORE_ARGUMENTS_H
#define WEFT_CORE_ARGUMENTS_H

#include "coroutine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* weft_call(name, struct name *frame, .argument = value, ...)
 * `await name(...)`. Runs a coroutine in *frame as a part of this one, and continues when that one
 * has ended. Makes no task and queues nothing; deep chains of calls use no more of C's stack. The
 * frame then holds the results. An error that leaves the coroutine is raised here. Panics if a
 * coroutine runs in *frame. O(frame), and O(failed tasks whose error nobody retrieved). */
#define weft_call(name, ...)                                                                       \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        {                                                                                          \
            WEFT_REQUIRE_FRAME_(name, WEFT_FIRST_(__VA_ARGS__));                                   \
            struct name *const weft_callee_ = (WEFT_FIRST_(__VA_ARGS__));                          \
            weft_frame_->state = __LINE__;                                                         \
            weft_enter_(weft_context_, weft_frame_, &weft_callee_->frame, sizeof(struct name));    \
            *weft_callee_ = WEFT_FRAME_(name, weft_frame_, WEFT_REST_(__VA_ARGS__));               \
        }                                                                                          \
        WEFT_SUSPEND_(WEFT_CALLED_);                                                               \
    } while (0)

/* weft_begin(name, struct name *frame, .argument = value, ...) `name(...)`, without await. Sets the
 * frame up and runs nothing. weft_call_begun runs the coroutine later, or a program resumes it
 * itself (weft_resume). Panics if a coroutine runs in *frame. O(frame). weft_begin knows of no
 * loop: the errors of failed tasks inside of the frame must have been retrieved before, and no
 * group inside of it may still keep tasks of a pool. (weft_call sees to both.) */
#define weft_begin(name, ...)                                                                      \
    do {                                                                                           \
        WEFT_REQUIRE_FRAME_(name, WEFT_FIRST_(__VA_ARGS__));                                       \
        struct name *const weft_begun_ = (WEFT_FIRST_(__VA_ARGS__));                               \
        weft_check_frame_(&weft_begun_->frame, __FILE__, __LINE__);                                \
        *weft_begun_ = WEFT_FRAME_(name, NULL, WEFT_REST_(__VA_ARGS__));                           \
    } while (0)

/* weft_call_begun(frame): `await c`, for a coroutine that weft_begin set up: `c = fetch(...)`.
 * Raises weft_invalid_state_error if the coroutine was awaited before, as Python does, or was never
 * begun. `frame` is evaluated once. O(1). */
#define weft_call_begun(begun)                                                                     \
    do {                                                                                           \
        weft_check(weft_enter_begun_(weft_context_, weft_frame_, &(begun)->frame));                \
        weft_frame_->state = __LINE__;                                                             \
        WEFT_SUSPEND_(WEFT_CALLED_);                                                               \
    } while (0)

/* ---- What the macros above are made of ------------------------------------------------------- */

/* The first of one argument or more; the second; and all behind the first, with a comma at the
 * end. */
#define WEFT_FIRST_(...) WEFT_FIRST_OF_(__VA_ARGS__, )
#define WEFT_FIRST_OF_(first, ...) first
#define WEFT_SECOND_(first, second, ...) second
#define WEFT_REST_(...) WEFT_REST_OF_(__VA_ARGS__, )
#define WEFT_REST_OF_(first, ...) __VA_ARGS__

/* The value of a frame that is about to start, with the arguments. */
#define WEFT_FRAME_(name, caller_, ...)                                                            \
    ((struct name){.frame = {.code = &name##_code, .caller = (caller_)}, __VA_ARGS__})

/* Refuses to compile unless `pointer`, which is not evaluated, points to a struct name. */
#define WEFT_REQUIRE_FRAME_(name, pointer)                                                         \
    _Static_assert(_Generic((pointer), struct name * : 1, default : 0),                            \
                   "weft: the frame of " #name " is a struct " #name                               \
                   ": weft_call takes a pointer to that, weft_create_task one to a WEFT_TASK")

/* Panics if a coroutine runs in `frame`, which is about to be used for another one. */
void weft_check_frame_(const weft_frame *frame, const char *file, unsigned line);

/* Prepares a call: checks the callee's frame, runs the hook before its memory is reused, and makes
 * the callee the next coroutine to run. The caller's state is the line of the call. */
void weft_enter_(weft_context *context, const weft_frame *caller, weft_frame *callee, size_t size);

/* Prepares a call of a coroutine that weft_begin set up. Returns NULL, or the error to raise. */
const weft_error *weft_enter_begun_(weft_context *context, weft_frame *caller, weft_frame *callee);

#ifdef __cplusplus
}
#endif
#endif
