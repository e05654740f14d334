/* Blocks: try, catch and finally, and what every `with` of a primitive is made of.
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
 * block. Blocks nest, and every part of a block may await. A block may be left in any way: at its
 * end, by break or continue (for the loop around the block, as in Python), by weft_return, by an
 * error or by a cancellation. Each time the block's finally runs, or the block releases what it
 * holds. A goto must not leave a block: it would skip that.
 */
#ifndef WEFT_CORE_BLOCKS_H
#define WEFT_CORE_BLOCKS_H

#include "arguments.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a block was left. It lives over the awaits of the block's finally, so it is a member of the
 * frame. */
typedef struct weft_exit {
    const weft_error *error;
    unsigned how;
} weft_exit;

/* ---- How the macros below divide a block into sections ----------------------------------------
 *
 * A section is a `for` that runs once. At its end, and at the head of the next section, weft_exit_
 * says how it was left. */
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
        WEFT_CONSTANT_(weft_block_, __LINE__);                                                     \
        WEFT_FORBID_(weft_blocks_, WEFT_OPEN_BLOCK_TEXT_);                                         \
        if (0) {                                                                                   \
        case WEFT_STATE_(WEFT_HANDLER_STATE_(WEFT_VALUE_(weft_block_))):                           \
            weft_exit_ = WEFT_LEFT_WITH_(WEFT_RAISED_);                                            \
        } else if (0) {                                                                            \
        case WEFT_STATE_(WEFT_LATE_STATE_(WEFT_VALUE_(weft_block_))):                              \
            weft_exit_ = WEFT_LEFT_WITH_(WEFT_FAILED_);                                            \
        } else {                                                                                   \
            WEFT_CONSTANT_(weft_handler_, WEFT_HANDLER_STATE_(WEFT_VALUE_(weft_block_)));          \
            WEFT_OPEN_SECTION_(WEFT_IN_TRY_)

/* weft_catch(kind) and weft_catch(kind, variable): `except kind:`, `except kind as variable:`
 * `kind` is a const weft_error *. &weft_any_error catches all but a cancellation, &weft_base_error
 * catches all. `variable` is a const weft_error *; it is a member of the frame if the program reads
 * it after an await. weft_raise(variable) raises the error again. */
#define weft_catch(...)                                                                            \
    WEFT_CATCH_(WEFT_FIRST_(__VA_ARGS__), WEFT_SECOND_(__VA_ARGS__, weft_caught_, ))
#define WEFT_CATCH_(kind, variable)                                                                \
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
 * *left is a member of the frame. It keeps how the sections before were left, over the awaits of
 * the finally. A finally inside of a finally needs a weft_exit of its own. `left` is evaluated more
 * than once. */
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

/* A block that is entered and left. `enter` is a statement, and may await. `leave` is a statement
 * that runs on every way out. It finds in weft_exit_ how the block was left, and may change
 * that. */
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
            case WEFT_STATE_(WEFT_HANDLER_STATE_(WEFT_VALUE_(weft_block_))):                       \
                weft_exit_ = WEFT_LEFT_WITH_(WEFT_FAILED_);                                        \
                continue;                                                                          \
            }                                                                                      \
            WEFT_CONSTANT_(weft_handler_, WEFT_HANDLER_STATE_(WEFT_VALUE_(weft_block_)));          \
            WEFT_OPEN_SECTION_(WEFT_IN_WITH_)

/* A block that holds something: a primitive's `with`. `release` is an expression that gives NULL or
 * a const weft_error *, which replaces the error in flight. */
#define WEFT_WITH_(acquire, release)                                                               \
    WEFT_BLOCK_(acquire, weft_exit_ = weft_released_((release), weft_exit_, weft_context_))

/* Closes a block of any kind. */
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
        weft_state_ = __LINE__; /* of a stray break: for the panic */                              \
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

/* Returns how a block is left after its release, which gave `error` or NULL. */
static inline unsigned weft_released_(const weft_error *error, unsigned exit, weft_context *context)
{
    if (!error)
        return exit;
    context->error = error;
    return WEFT_FAILED_;
}

/* Saves how a finally was come to, so that the finally can await. */
static inline unsigned weft_save_exit_(weft_exit *left, unsigned exit, weft_context *context)
{
    left->how = exit;
    left->error = context->error;
    context->error = NULL;
    return WEFT_RUNS_;
}

/* Returns how the block is left after its finally. A finally that reached its end restores what it
 * saved; a finally that was left in another way drops that. */
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
