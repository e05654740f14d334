/* SPDX-License-Identifier: MIT */
/* Coroutines: functions that can stop in the middle, compiled as state machines. arguments.h passes
 * arguments to them; blocks.h has try, finally and with. A coroutine may run without a loop.
 * doc/glossary.md explains the words.
 *
 *     WEFT_ASYNC(fetch, int id, delay; const char *result;)    // async def fetch(id, delay):
 *     {
 *         printf("fetching %d\n", self->id);
 *         weft_sleep(WEFT_SECONDS(self->delay));
 *         self->result = "some data";
 *     }
 *     WEFT_ASYNC_END
 *
 * The frame of this coroutine is a `struct fetch`. The macro declares the frame's members:
 * arguments, result, and every variable that must outlive an await. In the body, `self` points to
 * the frame.
 *
 * A coroutine has no stack of its own: when it waits, its C function returns. So a C local loses
 * its value at an await. A C local also loses its value when an error goes to a catch or a finally.
 * A member of the frame keeps its value. Compilers can warn of a local that would lose its value:
 * clang with -Wconditional-uninitialized, gcc with -Wjump-misses-init. gcc needs an initialiser for
 * each local. So give each local an initialiser, and put the locals between two awaits into a pair
 * of braces.
 *
 * The caller owns the frame, and may use it again as soon as the coroutine has ended. Before its
 * first use the frame must be all zero bytes: static, from calloc, or a member of another frame.
 *
 * Each await, weft_call and block head must stand on a line of its own. That line may stand inside
 * C's if, for, while and do, but must not stand inside a switch that the body contains. The labels
 * of the state machine are line numbers, so a dump can tell where each task is. So a coroutine must
 * end before line 10,000 of its file.
 *
 * Names that end in an underscore are private.
 */
#ifndef WEFT_CORE_COROUTINE_H
#define WEFT_CORE_COROUTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "panic.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_frame weft_frame;
typedef struct weft_context weft_context;
typedef struct weft_task weft_task;
typedef struct weft_node_ weft_node_;
typedef struct weft_loop weft_loop;

/* ---- Code, frame, context -------------------------------------------------------------------- */

/* How a step ended. A step is what a coroutine runs between two waits. */
enum weft_result_ {
    WEFT_YIELDED,  /* the task stays ready, behind the other ready ones */
    WEFT_PARKED_,  /* the task waits until something makes it ready */
    WEFT_CALLED_,  /* the coroutine called context->callee, which runs first */
    WEFT_RETURNED, /* the coroutine ended with the error context->error; NULL: with none */
    WEFT_STARTS_,  /* the task started an eager task, whose frame context->callee runs first */
    WEFT_GO_ON_,   /* only of a wait: there was nothing to wait for */
    WEFT_RAISES_   /* only of a wait: context->error must be raised */
};

/* The result of a step or of a wait. The type is a struct, so that the compiler refuses a plain
 * `return` in a coroutine. A plain `return` would skip the releases of the blocks. */
typedef struct weft_step_ {
    enum weft_result_ what;
} weft_step_;

/* The code of a coroutine: a constant that all frames of the coroutine share. */
typedef struct weft_code {
    weft_step_ (*step)(weft_frame *frame, weft_context *context);
#if WEFT_TEXTS
    const char *name; /* the name of the coroutine */
    const char *file; /* the source file of the coroutine */
#endif
    size_t size; /* the size of the coroutine's frame, in bytes */
#if WEFT_TEXTS
    uint16_t name_at; /* the frame's member that names the task, as offset in bytes; 0: none */
#endif
    uint8_t alignment; /* the alignment of the coroutine's frame, in bytes; 128: 128 or more */
} weft_code;

/* On AVR, constants would use RAM. Without texts, a weft_code there lies in flash alone, and is
 * read by the functions below. */
#if defined(__AVR__) && !WEFT_TEXTS
#include <avr/pgmspace.h>
#define WEFT_IN_FLASH_ PROGMEM
#define WEFT_STEP_CODE_OF_(code)                                                                   \
    ((weft_step_(*)(weft_frame *, weft_context *))pgm_read_word(&(code)->step))
#define WEFT_SIZE_OF_(code) ((size_t)pgm_read_word(&(code)->size))
#define WEFT_ALIGNMENT_OF_(code) pgm_read_byte(&(code)->alignment)
#else
#define WEFT_IN_FLASH_
#define WEFT_STEP_CODE_OF_(code) (code)->step
#define WEFT_SIZE_OF_(code) (code)->size
#define WEFT_ALIGNMENT_OF_(code) (code)->alignment
#endif

/* The head of every coroutine's frame, whose first member is `weft_frame frame;`. */
struct weft_frame {
    const weft_code *code;
    union {
        weft_frame *caller;  /* the frame of the coroutine that called this one */
        weft_task *previous; /* in a task's outermost frame: the task before it in a list */
    };
    uint16_t state; /* 0: not begun; WEFT_ENDED_STATE_: ended; else tells the await's line */
    uint16_t flags; /* in a task's outermost frame: the flags of the task (task.h) */
};

/* What a running coroutine shares with the code that resumes it. Must be all zero at first. */
struct weft_context {
    const weft_error *error; /* the error that was raised and not caught yet; NULL: none */
    weft_frame *callee;      /* after WEFT_CALLED_ or WEFT_STARTS_: the frame that runs next */
    weft_node_ *running;     /* the node of the loop's running task; NULL: no task runs */
    /* Hook that runs before memory is reused for a frame; NULL: none. In debug mode, a size of 0: a
     * coroutine was begun in the frame `memory`, or is about to be awaited there; of 1: a coroutine
     * was begun there, and the frame is used again. */
    void (*on_reuse)(weft_context *context, const void *memory, size_t size);
};

/* Compiler hints. WEFT_MUST_CHECK_ makes the compiler warn if the caller ignores a returned error.
 * WEFT_MUST_CHECK_ stands at functions whose failure loses what the caller gave: an item is not
 * put, a child is not started, an awaitable is not added. The caller may ignore the errors of all
 * other functions. The other hints affect only the layout of the code. */
#ifdef __GNUC__
#define WEFT_COLD_ __attribute__((cold, noinline))
#if !defined(__OPTIMIZE_SIZE__)
#define WEFT_APART_ __attribute__((cold, noinline))
#endif
#if defined(__OPTIMIZE__) && !defined(__OPTIMIZE_SIZE__)
#define WEFT_ALWAYS_INLINE_ __attribute__((always_inline)) inline
#endif
#define WEFT_MUST_CHECK_ __attribute__((warn_unused_result))
#define WEFT_MAYBE_UNUSED_ __attribute__((unused))
#define WEFT_LIKELY_(condition) __builtin_expect(!!(condition), 1)
#define WEFT_UNLIKELY_(condition) __builtin_expect(!!(condition), 0)
#else
#define WEFT_COLD_
#define WEFT_MUST_CHECK_
#define WEFT_MAYBE_UNUSED_
#define WEFT_LIKELY_(condition) (condition)
#define WEFT_UNLIKELY_(condition) (condition)
#endif
#ifndef WEFT_ALWAYS_INLINE_
#define WEFT_ALWAYS_INLINE_ inline
#endif
#if defined(__GNUC__) && defined(__OPTIMIZE_SIZE__) /* a function that is called, and not copied */
#define WEFT_ONE_COPY_ __attribute__((noinline))
#else
#define WEFT_ONE_COPY_
#endif
#ifndef WEFT_APART_ /* WEFT_COLD_, unless the compiler counts bytes */
#define WEFT_APART_
#endif

/* ---- Resuming -------------------------------------------------------------------------------- */

/* Runs one step of the coroutine. */
static inline weft_step_ weft_run_step_(weft_frame *frame, weft_context *context)
{
    return WEFT_STEP_CODE_OF_(frame->code)(frame, context);
}

/* Gives the result of a wait that completed at once; context->error may be set. */
static inline weft_step_ weft_go_on_(const weft_context *context)
{
    const weft_step_ result = {context->error ? WEFT_RAISES_ : WEFT_GO_ON_};
    return result;
}

/* Continues after a step that ended with `result`. Runs the coroutines of one chain of calls until
 * one of them waits, or until the outermost one, `root`, has ended. *innermost is the coroutine
 * that runs next. weft resumes that coroutine directly, so C's stack does not grow with the depth
 * of the calls. */
static inline weft_step_ weft_follow_(weft_step_ result, weft_frame **innermost,
                                      const weft_frame *root, weft_context *context)
{
    weft_frame *frame = *innermost;
    while (result.what == WEFT_CALLED_ || (result.what == WEFT_RETURNED && frame != root)) {
        *innermost = frame = result.what == WEFT_CALLED_ ? context->callee : frame->caller;
        result = weft_run_step_(frame, context);
    }
    return result;
}

/* Resumes a chain of calls at its innermost coroutine, *innermost. Before the first resume, the
 * program sets *innermost to `root`, the outermost coroutine. After that, the program must only
 * keep *innermost. weft's loop resumes tasks itself; weft_resume is for a program with a loop of
 * its own. Returns WEFT_YIELDED when a coroutine of the chain reaches a weft_yield. Returns
 * WEFT_RETURNED when the outermost coroutine has ended. Then context->error is the error that left
 * this coroutine; NULL: none. */
static inline weft_step_ weft_resume(weft_frame **innermost, const weft_frame *root,
                                     weft_context *context)
{
    weft_frame *const frame = *innermost;
    return weft_follow_(weft_run_step_(frame, context), innermost, root, context);
}

/* weft_yield: `yield` of a Python generator. Stops the coroutine, and weft_resume returns to its
 * caller. In a task, weft_yield does what weft_sleep(0) does. */
#define weft_yield                                                                                 \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        weft_frame_->state = __LINE__;                                                             \
        WEFT_SUSPEND_(WEFT_YIELDED);                                                               \
    } while (0)

/* The label of a state. gcc's warnings about labels, -Wjump-misses-init for one, need the
 * definition above the pragma below. */
#define WEFT_CASE_(state) case WEFT_STATE_(state)

/* For a mistake inside a macro, gcc shows a line of each macro that it expands. Of the macros of a
 * system header gcc shows nothing, only the line of the program. gcc also hides the warnings about
 * the code of these macros. So the checks of weft itself define WEFT_SHOW_MACROS. */
#if defined __GNUC__ && !defined __clang__ && !defined WEFT_SHOW_MACROS &&                         \
    !defined WEFT_CHECK_AWAITS
#define WEFT_HIDES_MACROS_
#pragma GCC system_header
#endif

/* ---- A coroutine ----------------------------------------------------------------------------- */

/* The line of a brace that is left open says what is missing. */
/* clang-format off */

/* WEFT_ASYNC(name, members...) { ... } WEFT_ASYNC_END
 * `async def name(...)`. Defines the coroutine `name` and its frame, `struct name`. The members are
 * declared as in any struct, with fewer than 60 commas. A frame may have no members. In the body,
 * `self` points to the frame. The coroutine is private to its file. In that file, the constant
 * `name_code` stands for the coroutine in tables, and in functions such as weft_run_code. */
#define WEFT_ASYNC(...)                                                                            \
    WEFT_JOIN_(WEFT_ASYNC_OF_, WEFT_ONE_OR_MORE_(__VA_ARGS__))(__VA_ARGS__)                        \
    { /* no WEFT_ASYNC_END? */ WEFT_LOCALS_(WEFT_NAME_OF_(__VA_ARGS__, ))                          \
    { WEFT_FIRST_STATE_ /* is the WEFT_ASYNC_END missing? */
#define WEFT_ASYNC_OF_ONE_(name)                                                                   \
    WEFT_ONLY_OUTSIDE_                                                                             \
    struct name {                                                                                  \
        weft_frame frame;                                                                          \
    };                                                                                             \
    WEFT_ASYNC_(static, name, 0)
#define WEFT_ASYNC_OF_MORE_(name, ...)                                                             \
    WEFT_ONLY_OUTSIDE_                                                                             \
    struct name {                                                                                  \
        weft_frame frame;                                                                          \
        __VA_ARGS__                                                                                \
    };                                                                                             \
    WEFT_ASYNC_(static, name, 0)

/* WEFT_ASYNC_BODY(name): WEFT_ASYNC for a `struct name` that the program has declared before. The
 * first member of that struct must be `weft_frame frame;`. Use this form to comment each member, or
 * if other code needs the struct.
 */
#define WEFT_ASYNC_BODY(name)                                                                      \
    WEFT_ONLY_OUTSIDE_                                                                             \
    WEFT_ASYNC_(static, name, 0)                                                                   \
    { /* no WEFT_ASYNC_END? */ WEFT_LOCALS_(name)                                                  \
    { WEFT_FIRST_STATE_ /* is the WEFT_ASYNC_END missing? */

/* WEFT_ASYNC_NAMED(name, field, members...): WEFT_ASYNC for tasks that have names of their own.
 * `field` is a member of the frame, a const char * with the task's name. weft_task_name returns
 * that name instead of the coroutine's name. WEFT_ASYNC_NAMED_BODY(name, field) is the form for a
 * struct that the program has declared before. */
#define WEFT_ASYNC_NAMED(name, field, ...)                                                         \
    WEFT_ONLY_OUTSIDE_                                                                             \
    struct name {                                                                                  \
        weft_frame frame;                                                                          \
        __VA_ARGS__                                                                                \
    };                                                                                             \
    WEFT_ASYNC_NAMED_(name, field)                                                                 \
    { /* no WEFT_ASYNC_END? */ WEFT_LOCALS_(name)                                                  \
    { WEFT_FIRST_STATE_ /* is the WEFT_ASYNC_END missing? */
#define WEFT_ASYNC_NAMED_BODY(name, field)                                                         \
    WEFT_ONLY_OUTSIDE_                                                                             \
    WEFT_ASYNC_NAMED_(name, field)                                                                 \
    { /* no WEFT_ASYNC_END? */ WEFT_LOCALS_(name)                                                  \
    { WEFT_FIRST_STATE_ /* is the WEFT_ASYNC_END missing? */

/* WEFT_ASYNC_EXTERN(name): WEFT_ASYNC_BODY for a coroutine that other files call. A header of the
 * program must have the struct and WEFT_DECLARE(name). */
#define WEFT_ASYNC_EXTERN(name)                                                                    \
    WEFT_ONLY_OUTSIDE_                                                                             \
    WEFT_ASYNC_(, name, 0)                                                                         \
    { /* no WEFT_ASYNC_END? */ WEFT_LOCALS_(name)                                                  \
    { WEFT_FIRST_STATE_ /* is the WEFT_ASYNC_END missing? */

/* clang-format on */

/* Declares a coroutine that WEFT_ASYNC_EXTERN defines in another file. */
#define WEFT_DECLARE(name) extern const weft_code name##_code

/* Declares a coroutine that is defined further down in the file. Use it for coroutines that call
 * each other. */
#define WEFT_FORWARD(name) static const weft_code name##_code

/* Ends the coroutine that WEFT_ASYNC began. */
#define WEFT_ASYNC_END                                                                             \
    WEFT_STRICT_ _Static_assert(WEFT_VALUE_(weft_blocks_) == 1, WEFT_OPEN_BLOCK_TEXT_);            \
    WEFT_LENIENT_                                                                                  \
    _Static_assert(__LINE__ < 10000, "weft: a coroutine must end before line 10,000 of its file"); \
    WEFT_ASYNC_END_LABEL_                                                                          \
    return weft_end_frame_(weft_frame_);                                                           \
    }                                                                                              \
    weft_stray_(weft_frame_, weft_state_, WEFT_VALUE_(weft_block_), false);                        \
    WEFT_POP_DIAGNOSTICS_                                                                          \
    }

/* ---- Awaiting -------------------------------------------------------------------------------- */

/* WEFT_WAIT_(wait): a primitive's await. `wait` is an expression of type weft_step_. It parks the
 * task, or finds that there is nothing to wait for. WEFT_WAIT_RESUME_(wait, then): a resumed
 * coroutine first evaluates `then`, another expression. */
#define WEFT_WAIT_(wait)                                                                           \
    do {                                                                                           \
        WEFT_STRICT_ _Static_assert(WEFT_VALUE_(weft_awaits_) == 1, WEFT_OUTSIDE_TEXT_);           \
        WEFT_LENIENT_                                                                              \
        WEFT_START_WAIT_(wait)                                                                     \
        WEFT_AWAIT_LABEL_(void) 0;                                                                 \
        WEFT_END_WAIT_                                                                             \
    } while (0)
#define WEFT_WAIT_RESUME_(wait, then)                                                              \
    do {                                                                                           \
        WEFT_STRICT_ _Static_assert(WEFT_VALUE_(weft_awaits_) == 1, WEFT_OUTSIDE_TEXT_);           \
        WEFT_LENIENT_                                                                              \
        WEFT_START_WAIT_(wait)                                                                     \
        WEFT_AWAIT_LABEL_                                                                          \
        then;                                                                                      \
        WEFT_END_WAIT_                                                                             \
    } while (0)

/* WEFT_WAIT_RETRY_(wait, again): a resumed coroutine first evaluates `again`, an expression of type
 * weft_step_ too. `again` may find that there is more to wait for, and park the task once more.
 * WEFT_WAIT_IN_PHASES_ is for a wait of several phases. Its `again` may also set frame->state to
 * one of the two other states of this line. */
#define WEFT_WAIT_RETRY_(wait, again)                                                              \
    do {                                                                                           \
        WEFT_STRICT_ _Static_assert(WEFT_VALUE_(weft_awaits_) == 1, WEFT_OUTSIDE_TEXT_);           \
        WEFT_LENIENT_                                                                              \
        WEFT_START_WAIT_(wait)                                                                     \
        WEFT_AWAIT_LABEL_                                                                          \
        WEFT_FOLLOW_(again)                                                                        \
        WEFT_END_WAIT_                                                                             \
    } while (0)
#define WEFT_WAIT_IN_PHASES_(wait, again)                                                          \
    do {                                                                                           \
        WEFT_STRICT_ _Static_assert(WEFT_VALUE_(weft_awaits_) == 1, WEFT_OUTSIDE_TEXT_);           \
        WEFT_LENIENT_                                                                              \
        WEFT_START_WAIT_(wait)                                                                     \
        WEFT_AWAIT_LABEL_                                                                          \
        WEFT_CASE_(WEFT_HANDLER_STATE_(__LINE__))                                                  \
            : WEFT_CASE_(WEFT_LATE_STATE_(__LINE__)) : WEFT_FOLLOW_(again) WEFT_END_WAIT_          \
    } while (0)

/* The label of an await. Two awaits on one line would have the same state. The compiler refuses the
 * second one with a name that says so: gcc with the name of a label, clang with the name of the
 * state. */
#if defined __clang__ && !defined WEFT_CHECK_AWAITS
#define WEFT_AWAIT_LABEL_                                                                          \
    enum { weft_only_one_await_may_stand_on_a_line_ = __LINE__ };                                  \
    case weft_only_one_await_may_stand_on_a_line_:
#else
#define WEFT_AWAIT_LABEL_                                                                          \
    WEFT_JOIN_(weft_only_one_await_may_stand_on_line_, __LINE__)                                   \
        : WEFT_MAYBE_UNUSED_ WEFT_CASE_(__LINE__) :
#endif

#define WEFT_START_WAIT_(wait)                                                                     \
    weft_result_ = (wait);                                                                         \
    if (weft_result_.what != WEFT_GO_ON_) {                                                        \
        if (weft_result_.what != WEFT_RAISES_) {                                                   \
            weft_frame_->state = __LINE__;                                                         \
        WEFT_LEAVE_(weft_result_)
#define WEFT_FOLLOW_(again)                                                                        \
    {                                                                                              \
        weft_result_ = (again);                                                                    \
        if (weft_result_.what < WEFT_GO_ON_) {                                                     \
            WEFT_LEAVE_(weft_result_)                                                              \
        }                                                                                          \
    }
#define WEFT_END_WAIT_                                                                             \
    }                                                                                              \
    if (WEFT_UNLIKELY_(weft_context_->error))                                                      \
        WEFT_UNWIND_;                                                                              \
    }

/* Stops the coroutine with `result`. The code before the macro must have set the state to this
 * line. A resumed coroutine continues behind the macro, or raises context->error. */
#define WEFT_SUSPEND_(result)                                                                      \
    WEFT_LEAVE_((weft_step_){result})                                                              \
    WEFT_AWAIT_LABEL_                                                                              \
    if (WEFT_UNLIKELY_(weft_context_->error))                                                      \
    WEFT_UNWIND_

/* ---- Leaving --------------------------------------------------------------------------------- */

/* weft_return: `return`. Ends the coroutine. Before that, the blocks around the weft_return run
 * their finally, or release what they hold. The coroutine's result, if any, is what the program has
 * stored in the frame. */
#define weft_return                                                                                \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        WEFT_UNWIND_;                                                                              \
    } while (0)

/* weft_return_value(value): `return value`. Stores `value` in self->result, a member of the frame,
 * and does what weft_return does. */
#define weft_return_value(...)                                                                     \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        self->result = (__VA_ARGS__);                                                              \
        WEFT_UNWIND_;                                                                              \
    } while (0)

/* weft_raise(error): `raise error`. `error` is a const weft_error * that must stay valid (error.h).
 * If `error` is NULL, raises weft_invalid_state_error. */
#define weft_raise(error_)                                                                         \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        weft_context_->error = weft_raisable_(error_);                                             \
        WEFT_UNWIND_;                                                                              \
    } while (0)

/* weft_check(call): evaluates `call`, a function call that returns a const weft_error *. If the
 * function returned an error, weft_check raises that error. If the function returned NULL, nothing
 * happens. */
#define weft_check(call)                                                                           \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        weft_context_->error = (call);                                                             \
        if (WEFT_UNLIKELY_(weft_context_->error))                                                  \
            WEFT_UNWIND_;                                                                          \
    } while (0)

/* ---- What the macros above are made of ------------------------------------------------------- */

/* The numbers of a coroutine's states. The state of an await is its line number. A block has two
 * states of its own. Errors and returns from inside the block continue there. */
#define WEFT_HANDLER_STATE_(line) (10000 + (line))
#define WEFT_LATE_STATE_(line) (20000 + (line))
#define WEFT_ENDED_STATE_ 30001

/* The state of a frame that weft_begin has set up in debug mode (inspect/debug.h). Its flags are
 * the line of the weft_begin. Builds with WEFT_FREESTANDING have no debug mode. */
#define WEFT_BEGUN_STATE_ 30002

/* Returns the line that a state belongs to. (The loop is shorter than a modulo, because a Cortex-M0
 * has no instruction for division.) */
static inline unsigned weft_line_of_(unsigned state)
{
    while (state > 10000)
        state -= 10000;
    return state;
}

/* -DWEFT_CHECK_AWAITS is for a build that only checks, because the code becomes larger. With it,
 * the compiler refuses an await inside a switch that the coroutine's body contains. gcc also needs
 * -Werror=overflow, clang -Werror=switch. Without it, such a coroutine panics when it is resumed at
 * that await. */
#ifdef WEFT_CHECK_AWAITS
#define WEFT_STATE_(state) (0x100000000ULL + (state))
#else
#define WEFT_STATE_(state) (state)
#endif

/* Constants that follow the scopes of C. Each constant is the size of a struct. A struct with the
 * same tag in an inner scope hides the outer struct, and so the outer constant. (Enumeration
 * constants would do too, but -Wshadow warns of those that hide others.)
 *
 *     weft_handler_   the state that handles the errors of the innermost block
 *     weft_block_     the line of the block whose section (try, catch, finally) this is; outside of
 *                     blocks, the line of WEFT_ASYNC
 *     weft_section_   which section this is (enum weft_section_kind_)
 */
#define WEFT_CONSTANT_(tag, value)                                                                 \
    struct tag {                                                                                   \
        char size[value];                                                                          \
    }
#define WEFT_VALUE_(tag) (sizeof(struct tag))

/* Signs: struct tags that tell where a macro may stand. WEFT_FORBID_ and WEFT_PERMIT_ set a sign
 * for the rest of their C scope. Where the sign forbids the macro, WEFT_REQUIRE_ refuses to
 * compile, with the message `text`. In clang, the struct of a forbidding sign is deprecated, and
 * its use is a fatal error. So clang reports nothing after that error. */
#ifdef __clang__
#define WEFT_FORBID_(tag, text)                                                                    \
    struct __attribute__((deprecated(text))) tag {                                                 \
        char size[2];                                                                              \
    }
#define WEFT_PRAGMA_(text) _Pragma(#text)
#define WEFT_STRICT_                                                                               \
    _Pragma("clang diagnostic push")                                                               \
        WEFT_PRAGMA_(clang diagnostic fatal "-Wdeprecated-declarations")
#define WEFT_LENIENT_ _Pragma("clang diagnostic pop")
#else
#define WEFT_FORBID_(tag, text) WEFT_CONSTANT_(tag, 2)
#define WEFT_STRICT_
#define WEFT_LENIENT_
#endif
#define WEFT_PERMIT_(tag) WEFT_CONSTANT_(tag, 1)
#define WEFT_REQUIRE_(tag, text)                                                                   \
    WEFT_STRICT_ _Static_assert(WEFT_VALUE_(tag) == 1, text);                                      \
    WEFT_LENIENT_

#define WEFT_OUTSIDE_TEXT_                                                                         \
    "weft: an await stands in the body of a WEFT_ASYNC, not in a function or callback that it "    \
    "calls"
#define WEFT_OPEN_COROUTINE_TEXT_ "weft: the coroutine above has no WEFT_ASYNC_END"
#define WEFT_OPEN_BLOCK_TEXT_ "weft: a block of this coroutine has no weft_end"
#define WEFT_ONLY_IN_A_COROUTINE_ WEFT_REQUIRE_(weft_awaits_, WEFT_OUTSIDE_TEXT_)
#define WEFT_ONLY_OUTSIDE_ WEFT_REQUIRE_(weft_coroutines_, WEFT_OPEN_COROUTINE_TEXT_)
WEFT_FORBID_(weft_awaits_, WEFT_OUTSIDE_TEXT_);
WEFT_PERMIT_(weft_coroutines_);

/* How a section of a block was left (blocks.h). A section is a `for` loop, which tells its end, a
 * continue and a break apart. Only a `break` leaves weft_exit_ as it was. */
enum weft_exit_ {
    WEFT_RUNS_,
    WEFT_CONTINUED_,
    WEFT_REACHED_END_,
    WEFT_BROKE_,
    WEFT_RETURNS_,
    WEFT_RAISED_, /* with an error that this block may catch */
    WEFT_FAILED_  /* with an error that is past this block's catches */
};

enum weft_section_kind_ {
    WEFT_IN_TRY_ = 1,
    WEFT_IN_CATCH_,
    WEFT_IN_FINALLY_,
    WEFT_IN_WITH_,
    WEFT_IN_NONE_ /* no block is around */
};

/* For a plain `return`, a compiler's message names the function, or the type of the function's
 * result. So the names of both say what to use instead. */
typedef weft_step_ weft_use_weft_return_value_;
#define WEFT_STEP_OF_(name) name##_left_by_weft_return_

#define WEFT_ASYNC_NAMED_(name, field)                                                             \
    _Static_assert(                                                                                \
        _Generic(&((struct name *)0)->field, const char ** : 1, char ** : 1, default : 0),         \
        "weft: what names a task is a const char * in its frame");                                 \
    _Static_assert(offsetof(struct name, field) <= UINT16_MAX,                                     \
                   "weft: what names a task stands in the first 64 KB of its frame");              \
    WEFT_ASYNC_(static, name, offsetof(struct name, field))

#define WEFT_ASYNC_(storage, name, name_offset)                                                    \
    static weft_use_weft_return_value_ WEFT_STEP_OF_(name)(weft_frame *, weft_context *);          \
    storage const weft_code name##_code WEFT_IN_FLASH_ = {                                         \
        WEFT_STEP_OF_(name), WEFT_NAME_AND_FILE_(name) sizeof(struct name),                        \
        WEFT_NAME_AT_(name_offset) WEFT_ALIGNMENT_(name)};                                         \
    WEFT_PUSH_DIAGNOSTICS_                                                                         \
    static weft_use_weft_return_value_ WEFT_STEP_OF_(name)(weft_frame * weft_frame_,               \
                                                           weft_context * weft_context_)

/* WEFT_LOCALS_ stands between the first two braces of a coroutine's function, WEFT_FIRST_STATE_
 * behind the second brace. The switch goes to the await where the coroutine waits. The `for` tells
 * a stray continue from a stray break. There are only two braces, because compilers report each
 * brace that a missing WEFT_ASYNC_END leaves open. */
#define WEFT_LOCALS_(name)                                                                         \
    _Static_assert(offsetof(struct name, frame) == 0 &&                                            \
                       sizeof(((struct name *)0)->frame) == sizeof(weft_frame),                    \
                   "weft: `weft_frame frame;` must be the first member of struct " #name);         \
    struct name *const self = (struct name *)(void *)weft_frame_;                                  \
    WEFT_PERMIT_(weft_awaits_);                                                                    \
    WEFT_PERMIT_(weft_blocks_);                                                                    \
    WEFT_FORBID_(weft_coroutines_, WEFT_OPEN_COROUTINE_TEXT_);                                     \
    WEFT_CONSTANT_(weft_handler_, WEFT_ENDED_STATE_);                                              \
    WEFT_CONSTANT_(weft_section_, WEFT_IN_NONE_);                                                  \
    WEFT_CONSTANT_(weft_block_, __LINE__);                                                         \
    unsigned weft_exit_ = WEFT_RUNS_;                                                              \
    const weft_error *weft_caught_ = NULL;                                                         \
    unsigned weft_state_ = weft_frame_->state;                                                     \
    weft_step_ weft_result_ = {WEFT_PARKED_};                                                      \
    (void)self, (void)weft_context_, (void)weft_exit_, (void)weft_caught_, (void)weft_result_;     \
    WEFT_END_OF_LOCALS_                                                                            \
    if (0)                                                                                         \
        goto weft_resume_;                                                                         \
    weft_resume_:                                                                                  \
    switch (WEFT_STATE_(weft_state_))                                                              \
        for (;; weft_stray_(weft_frame_, weft_state_, WEFT_VALUE_(weft_block_), true))
#define WEFT_NAME_OF_(name, ...) name
#define WEFT_FIRST_STATE_                                                                          \
    WEFT_DECLARE_END_                                                                              \
    default:                                                                                       \
        return weft_resume_other_(weft_frame_, weft_context_);                                     \
    case WEFT_STATE_(0):                                                                           \
        WEFT_NEED_END_

/* Members of a weft_code that only a program with texts has. */
#if WEFT_TEXTS
#define WEFT_NAME_AND_FILE_(name) #name, __FILE__,
#define WEFT_NAME_AT_(offset) offset,
#else
#define WEFT_NAME_AND_FILE_(name)
#define WEFT_NAME_AT_(offset)
#endif
#define WEFT_ALIGNMENT_(name) (_Alignof(struct name) < 128 ? _Alignof(struct name) : 128)

/* A plain `return` would skip the releases of the blocks. So a plain `return` in a coroutine is an
 * error, whatever the compiler's flags are. */
#ifdef __GNUC__
#define WEFT_PUSH_DIAGNOSTICS_                                                                     \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic error \"-Wreturn-type\"")               \
        WEFT_HIDE_NAMES_
#define WEFT_POP_DIAGNOSTICS_ _Pragma("GCC diagnostic pop")
#else
#define WEFT_PUSH_DIAGNOSTICS_
#define WEFT_POP_DIAGNOSTICS_
#endif

/* After WEFT_REQUIRE_ has refused an await in a plain function, gcc goes on. Without the
 * declarations below, gcc would report each private name that the await uses. Nothing defines the
 * declared variables, and a coroutine's own variables hide them. In a coroutine without
 * WEFT_ASYNC_END a label is missing. gcc's message then has the name of that label. The label is
 * local to the innermost block, because gcc then reports it first. */
#if defined __GNUC__ && !defined __clang__
#define WEFT_HIDE_NAMES_                                                                           \
    _Pragma("GCC diagnostic ignored \"-Wmain\"") _Pragma("GCC diagnostic push")                    \
        _Pragma("GCC diagnostic ignored \"-Wshadow\"")
#define WEFT_END_OF_LOCALS_ _Pragma("GCC diagnostic pop")
#define WEFT_RETURNS_STEP_                                                                         \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wreturn-type\"")
#define WEFT_RETURNED_STEP_ _Pragma("GCC diagnostic pop")
#ifdef WEFT_HIDES_MACROS_
#define WEFT_DECLARE_END_ __label__ weft_the_WEFT_ASYNC_END_of_this_coroutine_is_missing_;
#else
#define WEFT_DECLARE_END_
#endif
#define WEFT_NEED_END_                                                                             \
    if (0)                                                                                         \
        goto weft_the_WEFT_ASYNC_END_of_this_coroutine_is_missing_;
#define WEFT_ASYNC_END_LABEL_                                                                      \
    weft_the_WEFT_ASYNC_END_of_this_coroutine_is_missing_:
#ifndef __cplusplus
/* From here on WEFT_LEAVE_ can turn -Wreturn-type off, even if no flag has turned that warning
 * on. */
#pragma GCC diagnostic push
#pragma GCC diagnostic warning "-Wreturn-type"
#pragma GCC diagnostic pop
extern weft_frame *weft_frame_;
extern weft_context *weft_context_;
#define WEFT_DECLARES_CONTEXT_
extern weft_step_ weft_result_;
extern unsigned weft_state_, weft_exit_;
extern const weft_error *weft_caught_;
WEFT_CONSTANT_(weft_handler_, WEFT_ENDED_STATE_);
#endif
#else
#define WEFT_HIDE_NAMES_
#define WEFT_END_OF_LOCALS_
#define WEFT_RETURNS_STEP_
#define WEFT_RETURNED_STEP_
#define WEFT_DECLARE_END_
#define WEFT_NEED_END_
#define WEFT_ASYNC_END_LABEL_
#endif

#define WEFT_LEAVE_(result)                                                                        \
    WEFT_RETURNS_STEP_                                                                             \
    return result;                                                                                 \
    WEFT_RETURNED_STEP_

/* Goes to the handler of the innermost block. That block ends with context->error; NULL: with a
 * return. If no block is around, ends the coroutine.
 */
#define WEFT_UNWIND_                                                                               \
    do {                                                                                           \
        if (WEFT_VALUE_(weft_handler_) == WEFT_ENDED_STATE_) { /* no block is around */            \
            WEFT_LEAVE_(weft_end_frame_(weft_frame_))                                              \
        }                                                                                          \
        weft_state_ = WEFT_VALUE_(weft_handler_);                                                  \
        goto weft_resume_;                                                                         \
    } while (0)

/* Panics, because a break (or a continue, if `continues`) has no loop around. If it left a block,
 * `state` is the line of that block's weft_end. Otherwise `state` is where the coroutine was last
 * resumed. If `state` is 0, the panic names the line `start`, that of WEFT_ASYNC. */
WEFT_NORETURN_ WEFT_COLD_ void weft_stray_(const weft_frame *frame, unsigned state, unsigned start,
                                           bool continues);

/* The linker knows this function by the configuration of the program (config.h). */
#define weft_resume_other_ WEFT_CONFIGURED_(weft_resume_other)

/* Called if a coroutine is resumed at a state that is none of its awaits. If the coroutine has
 * ended, returns WEFT_RETURNED. Otherwise panics. */
weft_step_ weft_resume_other_(weft_frame *frame, weft_context *context);

/* Ends the coroutine. */
static inline weft_step_ weft_end_frame_(weft_frame *frame)
{
    const weft_step_ result = {WEFT_RETURNED};
    frame->state = WEFT_ENDED_STATE_;
    return result;
}

/* Returns `error`. If `error` is NULL, returns weft_invalid_state_error, which stands for the
 * RuntimeError of Python's `raise` without an error. */
static inline const weft_error *weft_raisable_(const weft_error *error)
{
    return error ? error : &weft_invalid_state_error;
}

/* Gives ONE_ for one argument, and MORE_ for two to 62 arguments. */
#define WEFT_ONE_OR_MORE_(...)                                                                     \
    WEFT_63RD_(__VA_ARGS__, WEFT_10_(MORE_), WEFT_10_(MORE_), WEFT_10_(MORE_), WEFT_10_(MORE_),    \
               WEFT_10_(MORE_), WEFT_10_(MORE_), MORE_, ONE_, )
#define WEFT_10_(word) word, word, word, word, word, word, word, word, word, word
#define WEFT_63RD_(...) WEFT_63RD_OF_(__VA_ARGS__)
#define WEFT_63RD_OF_(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8,  \
                      b9, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7,  \
                      d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1, f2, f3, f4, f5, f6,  \
                      f7, f8, f9, g0, g1, g2, ...)                                                 \
    g2
#define WEFT_JOIN_(one, other) WEFT_JOIN_THEM_(one, other)
#define WEFT_JOIN_THEM_(one, other) one##other

#ifdef __cplusplus
}
#endif
#endif
