/* SPDX-License-Identifier: MIT */
/* Blocks: try, catch and finally, and the base of `with` blocks, such as weft_with_lock.
 *
 *     weft_try {
 *         weft_call(fetch, &self->fetch, .id = 1);
 *     }
 *     weft_catch(&no_route, self->error) {          // except NoRoute as error:
 *         puts(self->error->text);
 *     }
 *     weft_finally(&self->left) {
 *         weft_call(close_connection, &self->close);
 *     }
 *     weft_end;
 *
 * A weft_try has any number of catches, then at most one finally. weft_end closes every kind of
 * block. Blocks may nest. Every section of a block (try, catch, finally, or the body of a with) may
 * await. A block ends at its last statement, by weft_return, by an error or by a cancellation. A
 * break or continue also ends the block, and acts on the loop around the block, as in Python.
 * However a block ends, its finally runs, or the with block releases what it holds. A goto must not
 * leave a block, because the goto would skip the finally or the release.
 */
#ifndef WEFT_CORE_BLOCKS_H
#define WEFT_CORE_BLOCKS_H

#include "arguments.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Memory for weft_finally, which stores there how the section before it was left. The finally may
 * await, so a weft_exit must be a member of the frame. */
typedef struct weft_exit {
    const weft_error *error;
    unsigned how;
} weft_exit;

#ifdef WEFT_HIDES_MACROS_ /* coroutine.h */
#pragma GCC system_header
#endif

/* ---- How the macros below divide a block into sections ----------------------------------------
 *
 * Each section of a block is a C `for` loop that runs once. After that loop, the variable
 * weft_exit_ says how the section was left. */
#define WEFT_OPEN_SECTION_(kind)                                                                   \
    WEFT_CONSTANT_(weft_section_, kind);                                                           \
    for (; weft_exit_ == WEFT_RUNS_; weft_exit_ = WEFT_CONTINUED_) {
#define WEFT_CLOSE_SECTION_                                                                        \
    weft_exit_ = WEFT_REACHED_END_;                                                                \
    break;                                                                                         \
    }                                                                                              \
    if (weft_exit_ == WEFT_RUNS_)                                                                  \
        weft_exit_ = WEFT_BROKE_;                                                                  \
    }
#define WEFT_LEFT_WITH_(error_state) (weft_context_->error ? (error_state) : WEFT_RETURNS_)

/* `try:` */
#define weft_try                                                                                   \
    {                                                                                              \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        WEFT_CONSTANT_(weft_block_, __LINE__);                                                     \
        WEFT_FORBID_(weft_blocks_, WEFT_OPEN_BLOCK_TEXT_);                                         \
        if (0) {                                                                                   \
        case WEFT_STATES_ + WEFT_HANDLER_STATE_(WEFT_VALUE_(weft_block_)):                         \
            weft_exit_ = WEFT_LEFT_WITH_(WEFT_RAISED_);                                            \
        } else if (0) {                                                                            \
        case WEFT_STATES_ + WEFT_LATE_STATE_(WEFT_VALUE_(weft_block_)):                            \
            weft_exit_ = WEFT_LEFT_WITH_(WEFT_FAILED_);                                            \
        } else {                                                                                   \
            WEFT_CONSTANT_(weft_handler_, WEFT_HANDLER_STATE_(WEFT_VALUE_(weft_block_)));          \
            WEFT_OPEN_SECTION_(WEFT_IN_TRY_)

/* weft_catch(kind) and weft_catch(kind, variable): `except kind:`, `except kind as variable:`
 * `kind` is a const weft_error *. &weft_any_error catches every error except a cancellation.
 * &weft_base_error catches every error. `variable` is a const weft_error *, in which the macro
 * stores the error. If the program reads `variable` after an await, `variable` must be a member of
 * the frame. weft_raise(variable) raises the error again. */
#define weft_catch(...) WEFT_CATCH_(__VA_ARGS__, weft_caught_, )
#define WEFT_CATCH_(kind, variable, ...)                                                           \
    _Static_assert(WEFT_VALUE_(weft_section_) <= WEFT_IN_CATCH_,                                   \
                   "weft: weft_catch belongs behind weft_try or another weft_catch");              \
    WEFT_CLOSE_SECTION_                                                                            \
    if (weft_exit_ == WEFT_RAISED_ && weft_error_is(weft_context_->error, (kind))) {               \
        (variable) = weft_context_->error;                                                         \
        weft_context_->error = NULL;                                                               \
        weft_exit_ = WEFT_RUNS_;                                                                   \
        WEFT_CONSTANT_(weft_handler_, WEFT_LATE_STATE_(WEFT_VALUE_(weft_block_)));                 \
    WEFT_OPEN_SECTION_(WEFT_IN_CATCH_)

/* weft_finally(weft_exit *left): `finally:`
 * *left must be a member of the frame. While the finally runs, *left stores how the section before
 * the finally was left. A finally inside another finally needs another weft_exit. `left` is
 * evaluated more than once. */
#define weft_finally(left)                                                                         \
    _Static_assert(WEFT_VALUE_(weft_section_) <= WEFT_IN_CATCH_,                                   \
                   "weft: weft_finally belongs behind weft_try or weft_catch");                    \
    WEFT_CLOSE_SECTION_                                                                            \
    weft_exit_ = weft_save_exit_((left), weft_exit_, weft_context_);                               \
    for (;;) {                                                                                     \
        if (weft_exit_ != WEFT_RUNS_) {                                                            \
            weft_exit_ = weft_restore_exit_((left), weft_exit_, weft_context_);                    \
            break;                                                                                 \
        }                                                                                          \
        WEFT_OPEN_SECTION_(WEFT_IN_FINALLY_)

/* Begins a block that runs one statement at its start and one at its end. `enter` is a statement
 * that runs first, and may await. `leave` is a statement that runs last, however the block is left.
 * The variable weft_exit_ tells `leave` how the block was left. `leave` may change weft_exit_. */
#define WEFT_BLOCK_(enter, leave)                                                                  \
    {                                                                                              \
        WEFT_CONSTANT_(weft_block_, __LINE__);                                                     \
        WEFT_FORBID_(weft_blocks_, WEFT_OPEN_BLOCK_TEXT_);                                         \
        enter;                                                                                     \
        for (;;) {                                                                                 \
            if (weft_exit_ != WEFT_RUNS_) {                                                        \
                leave;                                                                             \
                break;                                                                             \
            }                                                                                      \
            if (0) {                                                                               \
            case WEFT_STATES_ + WEFT_HANDLER_STATE_(WEFT_VALUE_(weft_block_)):                     \
                weft_exit_ = WEFT_LEFT_WITH_(WEFT_FAILED_);                                        \
                continue;                                                                          \
            }                                                                                      \
            WEFT_CONSTANT_(weft_handler_, WEFT_HANDLER_STATE_(WEFT_VALUE_(weft_block_)));          \
            WEFT_OPEN_SECTION_(WEFT_IN_WITH_)

/* A primitive's `with` block. `acquire` is a statement that acquires the primitive, and may await.
 * `release` is an expression that releases the primitive. The value of `release` is NULL, or a
 * const weft_error *. If `release` gives an error, the block raises that error, instead of an error
 * that left the block's body. */
#define WEFT_WITH_(acquire, release)                                                               \
    WEFT_BLOCK_(acquire, weft_exit_ = weft_released_((release), weft_exit_, weft_context_))

/* Ends a block of any kind. */
#define weft_end                                                                                   \
    _Static_assert(WEFT_VALUE_(weft_section_) != WEFT_IN_NONE_,                                    \
                   "weft: weft_end without a block before it");                                    \
    _Static_assert(WEFT_VALUE_(weft_section_) != WEFT_IN_TRY_,                                     \
                   "weft: a weft_try needs a weft_catch or a weft_finally");                       \
    WEFT_CLOSE_SECTION_                                                                            \
    if (weft_exit_ == WEFT_REACHED_END_) {                                                         \
        weft_exit_ = WEFT_RUNS_;                                                                   \
    } else if (weft_exit_ == WEFT_BROKE_) {                                                        \
        weft_exit_ = WEFT_RUNS_;                                                                   \
        weft_state_ = __LINE__; /* the panic names this line if no loop is around */               \
        break;                                                                                     \
    } else if (weft_exit_ == WEFT_CONTINUED_) {                                                    \
        weft_exit_ = WEFT_RUNS_;                                                                   \
        weft_state_ = __LINE__;                                                                    \
        continue;                                                                                  \
    } else {                                                                                       \
        weft_exit_ = WEFT_RUNS_;                                                                   \
        WEFT_UNWIND_;                                                                              \
    }                                                                                              \
    }

/* Returns how a block is left after its `release` was evaluated. `error` is the value of `release`;
 * NULL: no error. */
static inline unsigned weft_released_(const weft_error *error, unsigned exit, weft_context *context)
{
    if (!error)
        return exit;
    context->error = error;
    return WEFT_FAILED_;
}

/* Stores in *left how the section before a finally was left, so that the finally can await. */
static inline unsigned weft_save_exit_(weft_exit *left, unsigned exit, weft_context *context)
{
    left->how = exit;
    left->error = context->error;
    context->error = NULL;
    return WEFT_RUNS_;
}

/* Returns how the block is left after its finally. If the finally ran to its end, restores what
 * weft_save_exit_ stored in *left. If the finally was left in another way, that other way
 * counts. */
static inline unsigned weft_restore_exit_(const weft_exit *left, unsigned exit,
                                          weft_context *context)
{
    if (exit != WEFT_REACHED_END_)
        return exit;
    context->error = left->error;
    return left->how;
}

#ifdef __cplusplus
}
#endif
#endif
