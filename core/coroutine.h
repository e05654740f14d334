/* SPDX-License-Identifier: MIT */
/* Coroutines: functions that can stop at an await and continue there later. The macros make a state
 * machine of each coroutine. The header arguments.h has calls and arguments; blocks.h has try,
 * finally and with. A coroutine may run without an event loop. The document doc/glossary.md
 * explains weft's terms.
 *
 *     WEFT_ASYNC(fetch, int id, delay; const char *result;)    // async def fetch(id, delay):
 *     {
 *         printf("fetching %d\n", self->id);
 *         weft_sleep(WEFT_SECONDS(self->delay));
 *         self->result = "some data";
 *     }
 *     WEFT_ASYNC_END
 *
 * The coroutine's variables are in a struct, its frame: here, a `struct fetch`. WEFT_ASYNC declares
 * this struct with the members that it is given. These members are the arguments, the result, and
 * every variable that must keep its value over an await. In the body, `self` points to the frame.
 *
 * A coroutine has no stack of its own: when it waits, its C function returns. So a local variable
 * of the function loses its value at an await. A local variable also loses its value when an error
 * goes to a catch or a finally. A member of the frame keeps its value. Compilers can warn of a
 * local variable that would lose its value: clang with -Wconditional-uninitialized, gcc with
 * -Wjump-misses-init. gcc warns only of variables that have an initialiser. So give each local
 * variable an initialiser, and put the local variables between two awaits into a pair of braces.
 *
 * The program owns the frame, and may use the frame again as soon as the coroutine has ended.
 * Before its first use, a frame must be all zero bytes. For example, the frame is static, comes
 * from calloc, or is a member of another frame.
 *
 * Each await, each weft_call and each start of a block must stand on a source line of its own. Such
 * a line may stand inside C's if, for, while and do. It must not stand inside a `switch` of the
 * program. The state of a coroutine is the line number of its await, so a dump can tell where each
 * task waits. For that reason, a coroutine must end before line 10,000 of its file.
 *
 * Names that end in an underscore are private to weft.
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
    WEFT_YIELDED,  /* the task stays ready; all other ready tasks run first */
    WEFT_PARKED_,  /* the task waits until something makes it ready */
    WEFT_CALLED_,  /* the coroutine calls the coroutine whose frame is context->callee */
    WEFT_RETURNED, /* the coroutine has ended, with the error context->error; NULL: no error */
    WEFT_STARTS_,  /* the task starts an eager task, whose frame is context->callee */
    WEFT_GO_ON_,   /* only the result of a wait: the wait was over at once */
    WEFT_RAISES_   /* only the result of a wait: the coroutine must raise context->error */
};

/* The result of a step or of a wait. The type is a struct, so that the compiler refuses a plain
 * `return` in a coroutine. A plain `return` would leave a block without releasing what the block
 * holds. */
typedef struct weft_step_ {
    enum weft_result_ what;
} weft_step_;

/* The code of a coroutine: a constant to which every frame of the coroutine points. */
typedef struct weft_code {
    weft_step_ (*step)(weft_frame *frame, weft_context *context);
#if WEFT_TEXTS
    const char *name; /* the name of the coroutine */
    const char *file; /* the source file of the coroutine */
#endif
    size_t size; /* the size of the coroutine's frame, in bytes */
#if WEFT_TEXTS
    uint16_t name_at; /* offset of the member with the task's name, in bytes; 0: no such member */
#endif
    uint8_t alignment; /* the alignment of the frame, in bytes; 128 means 128 or more */
} weft_code;

/* On AVR, a constant normally lies in RAM. If the program has no texts (WEFT_TEXTS is 0), the
 * macros below place each weft_code in flash only, and read it from there. */
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

/* The part of a frame that weft uses. Every coroutine's frame has the first member `weft_frame
 * frame;`. */
struct weft_frame {
    const weft_code *code;
    union {
        weft_frame *caller; /* the frame of the coroutine that called this one */
        /* In the frame of a task's outermost coroutine: the task before it in a list. */
        weft_task *previous;
    };
    uint16_t state; /* 0: not begun; WEFT_ENDED_STATE_: ended; else see weft_line_of_ */
    uint16_t flags; /* in the frame of a task's outermost coroutine: the task's flags (task.h) */
};

/* The data that a running coroutine shares with the code that resumes the coroutine. A context must
 * be all zero bytes at first. */
struct weft_context {
    const weft_error *error; /* the error that was raised and is not caught yet; NULL: no error */
    weft_frame *callee;      /* after WEFT_CALLED_ or WEFT_STARTS_: the next frame to run */
    weft_node_ *running;     /* points into the running task; NULL: no task runs */
    /* A hook: weft calls this function before a frame or a task uses `memory`; NULL: no hook. In
     * debug mode, `size` may also be 0 or 1, and `memory` is then a frame. If `size` is 0,
     * weft_begin has filled the frame, or weft_call_begun is about to run its coroutine. If `size`
     * is 1, the program uses the frame again, which weft_begin had filled. */
    void (*on_reuse)(weft_context *context, const void *memory, size_t size);
};

/* Compiler hints. WEFT_MUST_CHECK_ makes the compiler warn if the caller ignores a returned error.
 * Functions have this hint if their failure would lose something that the caller passed: an item is
 * not put, a child is not started, an awaitable is not added. The caller may ignore the errors of
 * all other functions. The other hints change only the speed and size of the code. */
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
#if defined(__GNUC__) && defined(__OPTIMIZE_SIZE__) /* never inlined: the code is smaller */
#define WEFT_ONE_COPY_ __attribute__((noinline))
#else
#define WEFT_ONE_COPY_
#endif
#ifndef WEFT_APART_ /* as WEFT_COLD_, but not if the compiler optimises for size */
#define WEFT_APART_
#endif

/* ---- Resuming -------------------------------------------------------------------------------- */

/* Returns the result of a wait that was over at once: WEFT_RAISES_ if context->error is set, else
 * WEFT_GO_ON_. */
static inline weft_step_ weft_go_on_(const weft_context *context)
{
    const weft_step_ result = {context->error ? WEFT_RAISES_ : WEFT_GO_ON_};
    return result;
}

/* Runs the coroutines of one chain of calls, after a step has ended with `result`. In such a chain,
 * each coroutine has called the next one with weft_call. Returns when a coroutine of the chain
 * waits, or when the outermost one, `root`, has ended. *innermost is the frame of the coroutine
 * that is resumed next. The function resumes that coroutine directly, so C's stack does not grow
 * with the depth of the calls. */
static inline weft_step_ weft_follow_(weft_step_ result, weft_frame **innermost,
                                      const weft_frame *root, weft_context *context)
{
    weft_frame *frame = *innermost;
    while (result.what == WEFT_CALLED_ || (result.what == WEFT_RETURNED && frame != root)) {
        *innermost = frame = result.what == WEFT_CALLED_ ? context->callee : frame->caller;
        result = WEFT_STEP_CODE_OF_(frame->code)(frame, context);
    }
    return result;
}

/* Resumes coroutines without weft's event loop. weft's loop resumes tasks itself, so a program with
 * a weft_loop does not need this function. `root` is the frame of the outermost coroutine.
 * *innermost is the frame of the innermost coroutine: the one that root's coroutine, directly or
 * over others, called last. Before the first weft_resume, the program must set *innermost to
 * `root`. After that, weft_resume changes *innermost, and the program must only keep it. Returns
 * WEFT_YIELDED when one of the coroutines executes weft_yield. Returns WEFT_RETURNED when the
 * outermost coroutine has ended. Then context->error is the error with which it ended; NULL: no
 * error. */
static inline weft_step_ weft_resume(weft_frame **innermost, const weft_frame *root,
                                     weft_context *context)
{
    weft_frame *const frame = *innermost;
    return weft_follow_(WEFT_STEP_CODE_OF_(frame->code)(frame, context), innermost, root, context);
}

/* weft_yield: `yield` of a Python generator. Stops the coroutine, so that weft_resume returns. In a
 * task, weft_yield does what weft_sleep(0) does. */
#define weft_yield                                                                                 \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        weft_frame_->state = __LINE__;                                                             \
        WEFT_SUSPEND_(WEFT_YIELDED);                                                               \
    } while (0)

/* With -DWEFT_CHECK_AWAITS, the compiler refuses an await inside a `switch` of the program. gcc
 * also needs -Werror=overflow for this, and clang -Werror=switch. The code becomes larger, so use
 * this option only for a build that checks the program. Without the option, a coroutine with such
 * an await panics when it is resumed there. */
#ifdef WEFT_CHECK_AWAITS
#define WEFT_STATES_ 0x100000000ULL
#else
#define WEFT_STATES_ 0
#endif

/* The `case` label of a state. The macro is defined above the pragma below, because gcc otherwise
 * hides its warnings about labels, such as -Wjump-misses-init. */
#define WEFT_CASE_(state) case WEFT_STATES_ + (state)

/* For a mistake inside a macro, gcc shows a line of each macro that it expands. If the macros are
 * from a system header, gcc shows only the line of the program. So the pragma makes this file a
 * system header. But gcc also hides its warnings about the code of such macros. So the tests of
 * weft itself define WEFT_SHOW_MACROS, which leaves the pragma out. */
#if defined __GNUC__ && !defined __clang__ && !defined WEFT_SHOW_MACROS &&                         \
    !defined WEFT_CHECK_AWAITS
#define WEFT_HIDES_MACROS_
#pragma GCC system_header
#endif

/* ---- A coroutine ----------------------------------------------------------------------------- */

/* If WEFT_ASYNC_END is missing, the compiler shows the line of an open brace. So that line has a
 * comment that says what is missing. */
/* clang-format off */

/* WEFT_ASYNC(name, members...) { ... } WEFT_ASYNC_END
 * `async def name(...)`. Defines the coroutine `name`, and the type of its frame, `struct name`.
 * `members` are declarations as in any struct; they may contain at most 59 commas. `members` may be
 * left out. In the body, `self` points to the frame. The coroutine is static: only code in its file
 * can call it. In that file, the constant `name_code` represents the coroutine. A program can store
 * &name_code in a table, or pass it to functions such as weft_run_code. */
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

/* WEFT_ASYNC_BODY(name): Does what WEFT_ASYNC does, for a `struct name` that the program has
 * declared before. The first member of that struct must be `weft_frame frame;`. Use this form if
 * each member needs a comment, or if other code needs the struct.
 */
#define WEFT_ASYNC_BODY(name)                                                                      \
    WEFT_ONLY_OUTSIDE_                                                                             \
    WEFT_ASYNC_(static, name, 0)                                                                   \
    { /* no WEFT_ASYNC_END? */ WEFT_LOCALS_(name)                                                  \
    { WEFT_FIRST_STATE_ /* is the WEFT_ASYNC_END missing? */

/* WEFT_ASYNC_NAMED(name, field, members...): Does what WEFT_ASYNC does, for tasks that have names
 * of their own. `field` is a member of the frame: a const char * that points to the task's name.
 * weft_task_name then returns that name instead of the coroutine's name. If the program has
 * declared the struct before, use WEFT_ASYNC_NAMED_BODY(name, field). */
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

/* WEFT_ASYNC_EXTERN(name): Does what WEFT_ASYNC_BODY does, for a coroutine that other files call. A
 * header of the program must contain the declaration of the struct, and WEFT_DECLARE(name). */
#define WEFT_ASYNC_EXTERN(name)                                                                    \
    WEFT_ONLY_OUTSIDE_                                                                             \
    WEFT_ASYNC_(, name, 0)                                                                         \
    { /* no WEFT_ASYNC_END? */ WEFT_LOCALS_(name)                                                  \
    { WEFT_FIRST_STATE_ /* is the WEFT_ASYNC_END missing? */

/* clang-format on */

/* Declares a coroutine that WEFT_ASYNC_EXTERN defines in another file. */
#define WEFT_DECLARE(name) extern const weft_code name##_code

/* Declares a coroutine that the same file defines further down. Use this macro if two coroutines
 * call each other. */
#define WEFT_FORWARD(name) static const weft_code name##_code

/* Ends the coroutine that WEFT_ASYNC began. */
#define WEFT_ASYNC_END                                                                             \
    WEFT_STRICT_ _Static_assert(WEFT_VALUE_(weft_blocks_) == 1, WEFT_OPEN_BLOCK_TEXT_);            \
    WEFT_LENIENT_                                                                                  \
    _Static_assert(__LINE__ < 10000, "weft: a coroutine must end before line 10,000 of its file"); \
    WEFT_ASYNC_END_LABEL_                                                                          \
    weft_frame_->state = WEFT_ENDED_STATE_;                                                        \
    return (weft_step_){WEFT_RETURNED};                                                            \
    }                                                                                              \
    weft_stray_(weft_frame_, weft_state_, WEFT_VALUE_(weft_block_), false);                        \
    WEFT_POP_DIAGNOSTICS_                                                                          \
    }

/* ---- Awaiting -------------------------------------------------------------------------------- */

/* WEFT_WAIT_(wait, resumed): the await that the macros of primitives are made of. (A primitive is
 * an object such as a lock or a queue.) `wait` is an expression of type weft_step_. Its evaluation
 * parks the task, so that the task waits, or finds that there is nothing to wait for. `resumed` is
 * a statement that the coroutine runs first when it is resumed after the wait; the statement may be
 * empty. In the statement WEFT_FOLLOW_(again), `again` is an expression of type weft_step_ too.
 * This expression may park the task once more; the coroutine then evaluates `again` at each
 * resume. */
#define WEFT_WAIT_(wait, resumed)                                                                  \
    do {                                                                                           \
        WEFT_STRICT_ _Static_assert(WEFT_VALUE_(weft_awaits_) == 1, WEFT_OUTSIDE_TEXT_);           \
        WEFT_LENIENT_                                                                              \
        weft_result_ = (wait);                                                                     \
        if (weft_result_.what != WEFT_GO_ON_) {                                                    \
            if (weft_result_.what != WEFT_RAISES_) {                                               \
                weft_frame_->state = __LINE__;                                                     \
                WEFT_LEAVE_(weft_result_)                                                          \
                WEFT_AWAIT_LABEL_                                                                  \
                resumed;                                                                           \
            }                                                                                      \
            if (WEFT_UNLIKELY_(weft_context_->error))                                              \
                WEFT_UNWIND_;                                                                      \
        }                                                                                          \
    } while (0)
#define WEFT_FOLLOW_(again)                                                                        \
    {                                                                                              \
        weft_result_ = (again);                                                                    \
        if (weft_result_.what < WEFT_GO_ON_) {                                                     \
            WEFT_LEAVE_(weft_result_)                                                              \
        }                                                                                          \
    }

/* WEFT_WAIT_IN_PHASES_ is for a wait of several phases. Its expression `again` may also set
 * frame->state to WEFT_HANDLER_STATE_ or WEFT_LATE_STATE_ of the line, to remember the phase. */
#define WEFT_WAIT_IN_PHASES_(wait, again)                                                          \
    WEFT_WAIT_(wait, WEFT_CASE_(WEFT_HANDLER_STATE_(__LINE__))                                     \
               : WEFT_CASE_(WEFT_LATE_STATE_(__LINE__))                                            \
               : WEFT_FOLLOW_(again))

/* The label of an await. Two awaits on one line would have one and the same state. So the compiler
 * refuses the second await. The message contains a name that explains the mistake: with gcc the
 * name of a label, with clang the name of a constant. */
#if defined __clang__ && !defined WEFT_CHECK_AWAITS
#define WEFT_AWAIT_LABEL_                                                                          \
    enum { weft_only_one_await_may_stand_on_a_line_ = __LINE__ };                                  \
    case weft_only_one_await_may_stand_on_a_line_:
#else
#define WEFT_AWAIT_LABEL_                                                                          \
    WEFT_JOIN_(weft_only_one_await_may_stand_on_line_, __LINE__)                                   \
        : WEFT_MAYBE_UNUSED_ WEFT_CASE_(__LINE__) :
#endif

/* Stops the coroutine with `result`. The code before the macro must have set the state to this
 * line. A resumed coroutine continues behind the macro, or raises context->error. */
#define WEFT_SUSPEND_(result)                                                                      \
    WEFT_LEAVE_((weft_step_){result})                                                              \
    WEFT_AWAIT_LABEL_                                                                              \
    if (WEFT_UNLIKELY_(weft_context_->error))                                                      \
    WEFT_UNWIND_

/* ---- Leaving --------------------------------------------------------------------------------- */

/* weft_return: `return`. Ends the coroutine. Before that, each block around the weft_return runs
 * its finally, or releases what the block holds. If the coroutine has a result, the program must
 * have stored it in the frame. */
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
 * If `error` is NULL, raises weft_invalid_state_error, which stands for the RuntimeError of
 * Python's `raise` without an error. */
#define weft_raise(error_)                                                                         \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        weft_context_->error = (error_);                                                           \
        if (!weft_context_->error)                                                                 \
            weft_context_->error = &weft_invalid_state_error;                                      \
        WEFT_UNWIND_;                                                                              \
    } while (0)

/* weft_check(call): evaluates `call`, a function call that returns a const weft_error *. If the
 * function returns an error, weft_check raises that error. If the function returns NULL, the
 * coroutine continues. */
#define weft_check(call)                                                                           \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        weft_context_->error = (call);                                                             \
        if (WEFT_UNLIKELY_(weft_context_->error))                                                  \
            WEFT_UNWIND_;                                                                          \
    } while (0)

/* ---- What the macros above are made of ------------------------------------------------------- */

/* The numbers of a coroutine's states. The state of an await is its line number. Each block has two
 * more states, made from the line number of its start. The coroutine goes to one of these two
 * states if an error or a weft_return leaves a section of the block. */
#define WEFT_HANDLER_STATE_(line) (10000 + (line))
#define WEFT_LATE_STATE_(line) (20000 + (line))
#define WEFT_ENDED_STATE_ 30001

/* The state of a frame that weft_begin has filled in debug mode (inspect/debug.h). The frame's
 * member `flags` is then the line of the weft_begin. Builds with WEFT_FREESTANDING have no debug
 * mode. */
#define WEFT_BEGUN_STATE_ 30002

/* Returns the line that a state belongs to. (The function subtracts in a loop, because a Cortex-M0
 * has no instruction for a division.) */
static inline unsigned weft_line_of_(unsigned state)
{
    while (state > 10000)
        state -= 10000;
    return state;
}

/* Constants that have another value in each C block. Such a constant is the size of a struct. If an
 * inner C block declares a struct with the same tag, this struct hides the outer one, and so the
 * outer constant. (Enumeration constants could hide each other too, but the compiler's -Wshadow
 * would warn of them.) The constants are:
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

/* Signs: a sign is a struct tag that tells if a macro may stand at this place. WEFT_FORBID_ and
 * WEFT_PERMIT_ set a sign for the rest of their C block. If the sign `tag` forbids the macro,
 * WEFT_REQUIRE_ is a compile error with the message `text`. For clang, the struct of a forbidding
 * sign is deprecated, and its use is a fatal error. So clang reports nothing after that error. */
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

/* How a section of a block was left (blocks.h). A section is a C `for` loop. If the section runs to
 * its end, or executes a `continue`, the loop sets the variable weft_exit_. If the section executes
 * a `break`, the variable keeps its old value, WEFT_RUNS_. */
enum weft_exit_ {
    WEFT_RUNS_,
    WEFT_CONTINUED_,
    WEFT_REACHED_END_,
    WEFT_BROKE_,
    WEFT_RETURNS_,
    WEFT_RAISED_, /* an error left the section, and this block may catch it */
    WEFT_FAILED_  /* an error left the section, and this block cannot catch it */
};

enum weft_section_kind_ {
    WEFT_IN_TRY_ = 1,
    WEFT_IN_CATCH_,
    WEFT_IN_FINALLY_,
    WEFT_IN_WITH_,
    WEFT_IN_NONE_ /* no block is around */
};

/* The compiler refuses a plain `return` in a coroutine. Its message contains the name of the C
 * function, or the name of the type that the function returns. So these two names tell the
 * programmer to use weft_return or weft_return_value. */
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

/* WEFT_LOCALS_ stands after the first brace of a coroutine's C function, and WEFT_FIRST_STATE_
 * after the second one. The `switch` goes to the await where the coroutine waits. If the program
 * writes a `break` or `continue` outside of a loop, weft_stray_ panics. The `for` serves to tell
 * these two apart. The function opens only two braces. If WEFT_ASYNC_END is missing, compilers
 * report each open brace. */
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
    switch (WEFT_STATES_ + weft_state_)                                                            \
        for (;; weft_stray_(weft_frame_, weft_state_, WEFT_VALUE_(weft_block_), true))
#define WEFT_NAME_OF_(name, ...) name
#define WEFT_FIRST_STATE_                                                                          \
    WEFT_DECLARE_END_                                                                              \
    default:                                                                                       \
        return weft_resume_other_(weft_frame_, weft_context_);                                     \
    case WEFT_STATES_ + 0:                                                                         \
        WEFT_NEED_END_

/* The initial values of those members of a weft_code that exist only in a program with texts. */
#if WEFT_TEXTS
#define WEFT_NAME_AND_FILE_(name) #name, __FILE__,
#define WEFT_NAME_AT_(offset) offset,
#else
#define WEFT_NAME_AND_FILE_(name)
#define WEFT_NAME_AT_(offset)
#endif
#define WEFT_ALIGNMENT_(name) (_Alignof(struct name) < 128 ? _Alignof(struct name) : 128)

/* A plain `return` would leave a block without releasing what the block holds. So these pragmas
 * make a plain `return` in a coroutine a compile error, also if no flag asks for that. */
#ifdef __GNUC__
#define WEFT_PUSH_DIAGNOSTICS_                                                                     \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic error \"-Wreturn-type\"")               \
        WEFT_HIDE_NAMES_
#define WEFT_POP_DIAGNOSTICS_ _Pragma("GCC diagnostic pop")
#else
#define WEFT_PUSH_DIAGNOSTICS_
#define WEFT_POP_DIAGNOSTICS_
#endif

/* These definitions keep gcc's messages short. If an await stands in a plain function,
 * WEFT_REQUIRE_ reports that mistake, but gcc goes on. Without the variables declared below, gcc
 * would also report each private name that the await uses. Nothing defines these variables, and a
 * coroutine's own variables hide them. If WEFT_ASYNC_END is missing, a label is missing too, and
 * gcc's message contains the name of that label. The label is declared as local to a C block,
 * because gcc then reports the missing label first. */
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
/* These three lines are needed if no flag has turned -Wreturn-type on. Only after them can the
 * pragmas in WEFT_LEAVE_ turn that warning off. */
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

/* Leaves the innermost block: goes to the state that handles the block's errors and returns. If
 * context->error is set, the block is left with that error, else by a weft_return. If the macro
 * stands in no block, ends the coroutine.
 */
#define WEFT_UNWIND_                                                                               \
    do {                                                                                           \
        if (WEFT_VALUE_(weft_handler_) == WEFT_ENDED_STATE_) { /* no block is around */            \
            weft_frame_->state = WEFT_ENDED_STATE_;                                                \
            WEFT_LEAVE_((weft_step_){WEFT_RETURNED})                                               \
        }                                                                                          \
        weft_state_ = WEFT_VALUE_(weft_handler_);                                                  \
        goto weft_resume_;                                                                         \
    } while (0)

/* Panics, because the program has a break (or a continue, if `continues` is true) outside of a
 * loop. If the break has left a block, `state` is the line of that block's weft_end. Otherwise
 * `state` is the state in which the coroutine was last resumed. If `state` is 0, the panic names
 * the line `start` instead: the line of WEFT_ASYNC. */
WEFT_NORETURN_ WEFT_COLD_ void weft_stray_(const weft_frame *frame, unsigned state, unsigned start,
                                           bool continues);

/* The name of this function for the linker contains the choices of config.h. */
#define weft_resume_other_ WEFT_CONFIGURED_(weft_resume_other)

/* A coroutine calls this function if it is resumed in a state that belongs to none of its awaits.
 * If the coroutine has ended, returns WEFT_RETURNED. Otherwise panics. */
weft_step_ weft_resume_other_(weft_frame *frame, weft_context *context);

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
