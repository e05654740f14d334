/* The model: coroutines, which are functions that can stop in the middle, as state machines.
 * Arguments are in arguments.h, blocks (try, finally, with) in blocks.h. Knows of no loop.
 *
 *     WEFT_ASYNC(fetch, int id, delay; const char *result;)    // async def fetch(id, delay):
 *     {
 *         printf("fetching %d\n", self->id);
 *         weft_sleep(WEFT_SECONDS(self->delay));
 *         self->result = "some data";
 *     }
 *     WEFT_ASYNC_END
 *
 * The frame of this coroutine is a struct, `struct fetch`. Its members are those given: arguments,
 * result, and whatever must outlive an await. In the body `self` points to the frame.
 *
 * A coroutine has no stack of its own: when it awaits, its function returns. So a C local loses its
 * value at an await, and at a raise into a catch or a finally; a member of the frame keeps it.
 * Compilers warn of such a local: clang with -Wconditional-uninitialized, gcc with
 * -Wjump-misses-init if every local has an initialiser. So give each local an initialiser, and put
 * the locals between two awaits into braces of their own.
 *
 * The frame belongs to the caller, who may use it again as soon as the coroutine has ended. It must
 * be all zero bytes when it is used for the first time: static, calloc, or inside another frame.
 *
 * An await, a call or a block's head must stand on a line of its own, in the body or in C's if,
 * for, while and do. It must not stand inside a switch of the body's own. The labels of the state
 * machine are line numbers, so a dump can tell where each task is. A coroutine must end before line
 * 10,000 of its file.
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

/* How a step of a coroutine ended. */
enum weft_result_ {
    WEFT_YIELDED,  /* ready again at once, behind the others */
    WEFT_PARKED_,  /* somebody else will make it ready */
    WEFT_CALLED_,  /* context->callee runs first */
    WEFT_RETURNED, /* ended; context->error is NULL, or the error that left it */
    WEFT_STARTS_,  /* the new task whose outermost frame is context->callee runs first */
    WEFT_GO_ON_,   /* of a wait alone: there is nothing to wait for */
    WEFT_RAISES_   /* of a wait alone: context->error is to be raised */
};

/* The result of a step, and of a wait. It is a struct, so that the compiler refuses a plain
 * `return` in a coroutine, which would skip every release. */
typedef struct weft_step_ {
    enum weft_result_ what;
} weft_step_;

/* A coroutine's code: a constant that all its frames share. */
typedef struct weft_code {
    union {
        weft_step_ (*step)(weft_frame *frame, weft_context *context);
        void (*run)(weft_loop *loop, weft_node_ *node); /* of a callback (wait.h) */
    };
    const char *name; /* the coroutine's */
    const char *file;
    size_t size;       /* of its frame, in bytes */
    uint16_t name_at;  /* offset in bytes of the frame's member that names its task; 0: none does */
    uint8_t alignment; /* of its frame, in bytes; 128 stands for every stricter one */
} weft_code;

/* The head of every coroutine's frame: `weft_frame frame;` is its first member. */
struct weft_frame {
    const weft_code *code;
    union {
        weft_frame *caller;  /* the coroutine that calls this one */
        weft_task *previous; /* of a task's outermost frame, which has no caller: its task's link */
    };
    uint16_t state; /* 0: at the start; else the line of the await it waits at */
    uint16_t flags; /* of a task's outermost frame: the task's (task.h) */
};

/* What a running coroutine shares with the code that resumes it. All zero at first. */
struct weft_context {
    const weft_error *error; /* raised, and not caught yet; NULL: none */
    weft_frame *callee;      /* with WEFT_CALLED_ and WEFT_STARTS_: the frame that runs next */
    weft_node_ *running;     /* the running task's, for a loop; NULL: no task runs */
    /* Hook that runs before memory is reused for a frame; NULL: none. */
    void (*on_reuse)(weft_context *context, const void *memory, size_t size);
};

/* Compiler hints. All but the last affect only the layout of the code. The last marks functions
 * whose failure loses what the caller gave: an item that is not put, a child that is not started, a
 * part that is not waited for. The caller may ignore the errors of all other functions. */
#ifdef __GNUC__
#define WEFT_COLD_ __attribute__((cold, noinline))
#ifndef __OPTIMIZE_SIZE__
#define WEFT_ALWAYS_INLINE_ __attribute__((always_inline)) inline
#endif
#define WEFT_MUST_CHECK_ __attribute__((warn_unused_result))
#define WEFT_LIKELY_(condition) __builtin_expect(!!(condition), 1)
#define WEFT_UNLIKELY_(condition) __builtin_expect(!!(condition), 0)
#else
#define WEFT_COLD_
#define WEFT_MUST_CHECK_
#define WEFT_LIKELY_(condition) (condition)
#define WEFT_UNLIKELY_(condition) (condition)
#endif
#ifndef WEFT_ALWAYS_INLINE_
#define WEFT_ALWAYS_INLINE_ inline
#endif

/* ---- Resuming -------------------------------------------------------------------------------- */

/* Result of a wait that completed at once; context->error may be set. */
static inline weft_step_ weft_go_on_(const weft_context *context)
{
    const weft_step_ result = {context->error ? WEFT_RAISES_ : WEFT_GO_ON_};
    return result;
}

/* Continues after a step that ended with `result`: runs the coroutines of one chain of calls until
 * they wait for something, or until the outermost one, `root`, has ended. *innermost is the
 * coroutine that runs next. However deep the calls, weft resumes it directly, and C's stack does
 * not grow. */
static inline weft_step_ weft_follow_(weft_step_ result, weft_frame **innermost,
                                      const weft_frame *root, weft_context *context)
{
    weft_frame *frame = *innermost;
    while (result.what == WEFT_CALLED_ || (result.what == WEFT_RETURNED && frame != root)) {
        *innermost = frame = result.what == WEFT_CALLED_ ? context->callee : frame->caller;
        result = frame->code->step(frame, context);
    }
    return result;
}

/* Runs a chain of calls from its innermost coroutine, *innermost, which is `root` at first and
 * which the caller keeps between two calls. weft's loop does this for a task; a program with a loop
 * of its own may call it itself. Returns WEFT_YIELDED at a weft_yield, and WEFT_RETURNED when the
 * outermost coroutine has ended; context->error then is NULL or the error that left it. */
static inline weft_step_ weft_resume(weft_frame **innermost, const weft_frame *root,
                                     weft_context *context)
{
    weft_frame *const frame = *innermost;
    return weft_follow_(frame->code->step(frame, context), innermost, root, context);
}

/* ---- A coroutine ----------------------------------------------------------------------------- */

/* WEFT_ASYNC(name, members...) { ... } WEFT_ASYNC_END
 * `async def name(...)`. Defines the coroutine `name` and its frame, `struct name`. The members are
 * declared as in any struct, with less than 60 commas; there may be none. In the body `self` points
 * to the frame. The coroutine is private to its file. There it is the constant name_code, for
 * tables and functions that start any coroutine. */
#define WEFT_ASYNC(...) WEFT_JOIN_(WEFT_ASYNC_OF_, WEFT_ONE_OR_MORE_(__VA_ARGS__))(__VA_ARGS__)
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

/* WEFT_ASYNC_BODY(name): WEFT_ASYNC for a `struct name` that was declared before, with `weft_frame
 * frame;` as its first member: with a comment for each member, or because others need the struct.
 */
#define WEFT_ASYNC_BODY(name)                                                                      \
    WEFT_ONLY_OUTSIDE_                                                                             \
    WEFT_ASYNC_(static, name, 0)

/* WEFT_ASYNC_NAMED(name, field, members...): WEFT_ASYNC for a frame with a member `field`, a const
 * char * that names the task: weft_task_name returns it instead of the coroutine's name.
 * WEFT_ASYNC_NAMED_BODY(name, field) is for a struct that was declared before. */
#define WEFT_ASYNC_NAMED(name, field, ...)                                                         \
    WEFT_ONLY_OUTSIDE_                                                                             \
    struct name {                                                                                  \
        weft_frame frame;                                                                          \
        __VA_ARGS__                                                                                \
    };                                                                                             \
    WEFT_ASYNC_NAMED_(name, field)
#define WEFT_ASYNC_NAMED_BODY(name, field)                                                         \
    WEFT_ONLY_OUTSIDE_                                                                             \
    WEFT_ASYNC_NAMED_(name, field)

/* WEFT_ASYNC_EXTERN(name): WEFT_ASYNC_BODY for a coroutine that other files call. Their header
 * holds the struct and WEFT_DECLARE(name). */
#define WEFT_ASYNC_EXTERN(name)                                                                    \
    WEFT_ONLY_OUTSIDE_                                                                             \
    WEFT_ASYNC_(, name, 0)

/* Declares a coroutine that WEFT_ASYNC_EXTERN defines in another file. */
#define WEFT_DECLARE(name) extern const weft_code name##_code

/* Declares a coroutine that is defined further down, for coroutines that call each other. */
#define WEFT_FORWARD(name) static const weft_code name##_code

/* Ends the coroutine that WEFT_ASYNC began. */
#define WEFT_ASYNC_END                                                                             \
    WEFT_STRICT_ _Static_assert(WEFT_VALUE_(weft_blocks_) == 1, WEFT_OPEN_BLOCK_TEXT_);            \
    WEFT_LENIENT_                                                                                  \
    _Static_assert(__LINE__ < 10000, "weft: a coroutine must end before line 10,000 of its file"); \
    WEFT_ASYNC_END_LABEL_                                                                          \
    return weft_end_frame_(weft_frame_);                                                           \
    }                                                                                              \
    weft_stray_(weft_frame_, weft_state_, __LINE__, false);                                        \
    }                                                                                              \
    while (0)                                                                                      \
        ;                                                                                          \
    weft_stray_(weft_frame_, weft_state_, __LINE__, true);                                         \
    WEFT_POP_DIAGNOSTICS_                                                                          \
    }

/* ---- Awaiting -------------------------------------------------------------------------------- */

/* weft_yield: `yield` of a generator. Gives way to the code that resumes this coroutine
 * (weft_resume); in a task, it does what weft_sleep(0) does. */
#define weft_yield                                                                                 \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        weft_frame_->state = __LINE__;                                                             \
        WEFT_SUSPEND_(WEFT_YIELDED);                                                               \
    } while (0)

/* WEFT_WAIT_(wait): a primitive's await. `wait` is an expression that gives a weft_step_: it has
 * parked the task, or there is nothing to wait for. A resumed coroutine first does `then`, another
 * expression. */
#define WEFT_WAIT_(wait)                                                                           \
    do {                                                                                           \
        WEFT_STRICT_ _Static_assert(WEFT_VALUE_(weft_awaits_) == 1, WEFT_OUTSIDE_TEXT_);           \
        WEFT_LENIENT_                                                                              \
        WEFT_START_WAIT_(wait)                                                                     \
    case WEFT_STATE_(__LINE__): /* one await a line: break the line before this one */             \
        (void)0;                                                                                   \
        WEFT_END_WAIT_                                                                             \
    } while (0)
#define WEFT_WAIT_RESUME_(wait, then)                                                              \
    do {                                                                                           \
        WEFT_STRICT_ _Static_assert(WEFT_VALUE_(weft_awaits_) == 1, WEFT_OUTSIDE_TEXT_);           \
        WEFT_LENIENT_                                                                              \
        WEFT_START_WAIT_(wait)                                                                     \
    case WEFT_STATE_(__LINE__): /* one await a line: break the line before this one */             \
        then;                                                                                      \
        WEFT_END_WAIT_                                                                             \
    } while (0)

/* WEFT_WAIT_RETRY_(wait, again): `again`, an expression that gives a weft_step_ too, may find that
 * there is more to wait for. WEFT_WAIT_IN_PHASES_: `again` may also move frame->state to one of
 * this line's two other states, which are there for a wait of several phases. */
#define WEFT_WAIT_RETRY_(wait, again)                                                              \
    do {                                                                                           \
        WEFT_STRICT_ _Static_assert(WEFT_VALUE_(weft_awaits_) == 1, WEFT_OUTSIDE_TEXT_);           \
        WEFT_LENIENT_                                                                              \
        WEFT_START_WAIT_(wait)                                                                     \
    case WEFT_STATE_(__LINE__): /* one await a line: break the line before this one */             \
        WEFT_FOLLOW_(again)                                                                        \
        WEFT_END_WAIT_                                                                             \
    } while (0)
#define WEFT_WAIT_IN_PHASES_(wait, again)                                                          \
    do {                                                                                           \
        WEFT_STRICT_ _Static_assert(WEFT_VALUE_(weft_awaits_) == 1, WEFT_OUTSIDE_TEXT_);           \
        WEFT_LENIENT_                                                                              \
        WEFT_START_WAIT_(wait)                                                                     \
    case WEFT_STATE_(__LINE__): /* one await a line: break the line before this one */             \
    case WEFT_STATE_(WEFT_HANDLER_STATE_(__LINE__)):                                               \
    case WEFT_STATE_(WEFT_LATE_STATE_(__LINE__)):                                                  \
        WEFT_FOLLOW_(again)                                                                        \
        WEFT_END_WAIT_                                                                             \
    } while (0)

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

/* Stops with `result` at the state that has been set, which is this line. When resumed, continues,
 * or raises context->error. */
#define WEFT_SUSPEND_(result)                                                                      \
    WEFT_LEAVE_((weft_step_){result})                                                              \
    case WEFT_STATE_(__LINE__): /* one await a line: break the line before this one */             \
        if (WEFT_UNLIKELY_(weft_context_->error))                                                  \
        WEFT_UNWIND_

/* ---- Leaving --------------------------------------------------------------------------------- */

/* weft_return: `return`. Ends the coroutine; the blocks around release what they hold. The result,
 * if any, is what the program has stored in the frame. */
#define weft_return                                                                                \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        WEFT_UNWIND_;                                                                              \
    } while (0)

/* weft_return_value(value): `return value`. Stores it in self->result, a member of the frame, and
 * does what weft_return does. */
#define weft_return_value(...)                                                                     \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        self->result = (__VA_ARGS__);                                                              \
        WEFT_UNWIND_;                                                                              \
    } while (0)

/* weft_raise(error): `raise error`. A const weft_error * that stays valid (error.h). NULL raises
 * weft_invalid_state_error. */
#define weft_raise(error_)                                                                         \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        weft_context_->error = weft_raisable_(error_);                                             \
        WEFT_UNWIND_;                                                                              \
    } while (0)

/* weft_check(call): raises the error that `call`, a function's, returned, unless it is NULL. */
#define weft_check(call)                                                                           \
    do {                                                                                           \
        WEFT_ONLY_IN_A_COROUTINE_;                                                                 \
        weft_context_->error = (call);                                                             \
        if (WEFT_UNLIKELY_(weft_context_->error))                                                  \
            WEFT_UNWIND_;                                                                          \
    } while (0)

/* ---- What the macros above are made of ------------------------------------------------------- */

/* The numbers of a coroutine's states. An await's state is its line. A block has two more: where
 * errors and returns from inside it go. */
#define WEFT_HANDLER_STATE_(line) (10000 + (line))
#define WEFT_LATE_STATE_(line) (20000 + (line))
#define WEFT_ENDED_STATE_ 30001

/* Returns the line that a state belongs to. (No modulo: a Cortex-M0 has no division.) */
static inline unsigned weft_line_of_(unsigned state)
{
    return state > 20000 ? state - 20000 : state > 10000 ? state - 10000 : state;
}

/* With -DWEFT_CHECK_AWAITS (a check build; the code is larger) the compiler refuses an await inside
 * a switch of the coroutine's own: gcc with -Werror=overflow, clang with -Werror=switch. Without
 * it, the first resume panics. */
#ifdef WEFT_CHECK_AWAITS
#define WEFT_STATE_(state) (0x100000000ULL + (state))
#else
#define WEFT_STATE_(state) (state)
#endif

/* Constants that obey the scope of blocks: the size of a struct whose tag an inner block hides. (An
 * enumeration would do too, but -Wshadow warns of those.)
 *
 *     weft_handler_   the state to go on at with an error: of the innermost block around
 *     weft_block_     the line of the block that a section (try, catch, finally) belongs to
 *     weft_section_   which section this is
 */
#define WEFT_CONSTANT_(tag, value)                                                                 \
    struct tag {                                                                                   \
        char size[value];                                                                          \
    }
#define WEFT_VALUE_(tag) (sizeof(struct tag))

/* Signs: tags that tell where a macro may stand, with a message for the rest. WEFT_FORBID_ and
 * WEFT_PERMIT_ set a sign for the scope that they stand in; WEFT_REQUIRE_ refuses to compile where
 * the sign forbids. clang stops there: of a deprecated struct it can make a fatal error. */
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

/* How a section of a block was left (blocks.h). A section's own `for` tells end, continue and break
 * apart: `break` alone leaves weft_exit_ as it was. */
enum weft_exit_ {
    WEFT_RUNS_,
    WEFT_CONTINUED_,
    WEFT_REACHED_END_,
    WEFT_BROKE_,
    WEFT_RETURNS_,
    WEFT_RAISED_, /* an error that this block may catch */
    WEFT_FAILED_  /* an error that is past this block's catches */
};

enum weft_section_kind_ {
    WEFT_IN_TRY_ = 1,
    WEFT_IN_CATCH_,
    WEFT_IN_FINALLY_,
    WEFT_IN_WITH_,
    WEFT_IN_NONE_ /* not in a block */
};

/* A compiler's message for a plain `return` names the function, or the type of its result. So these
 * names say what to use instead. */
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
    storage const weft_code name##_code = {                                                        \
        {WEFT_STEP_OF_(name)}, #name,       __FILE__,                                              \
        sizeof(struct name),   name_offset, WEFT_ALIGNMENT_(name)};                                \
    WEFT_PUSH_DIAGNOSTICS_                                                                         \
    static weft_use_weft_return_value_ WEFT_STEP_OF_(name)(weft_frame * weft_frame_,               \
                                                           weft_context * weft_context_)           \
    {                                                                                              \
        _Static_assert(offsetof(struct name, frame) == 0 &&                                        \
                           sizeof(((struct name *)0)->frame) == sizeof(weft_frame),                \
                       "weft: `weft_frame frame;` must be the first member of struct " #name);     \
        struct name *const self = (struct name *)(void *)weft_frame_;                              \
        WEFT_PERMIT_(weft_awaits_);                                                                \
        WEFT_PERMIT_(weft_blocks_);                                                                \
        WEFT_FORBID_(weft_coroutines_, WEFT_OPEN_COROUTINE_TEXT_);                                 \
        WEFT_CONSTANT_(weft_handler_, WEFT_ENDED_STATE_);                                          \
        WEFT_CONSTANT_(weft_section_, WEFT_IN_NONE_);                                              \
        WEFT_CONSTANT_(weft_block_, 1);                                                            \
        unsigned weft_exit_ = WEFT_RUNS_;                                                          \
        const weft_error *weft_caught_ = NULL;                                                     \
        unsigned weft_state_ = weft_frame_->state;                                                 \
        weft_step_ weft_result_ = {WEFT_PARKED_};                                                  \
        (void)self, (void)weft_context_, (void)weft_exit_, (void)weft_caught_, (void)weft_result_; \
        WEFT_END_OF_LOCALS_                                                                        \
        WEFT_ASYNC_END_NEEDED_                                                                     \
        do { /* the WEFT_ASYNC_END is missing? */                                                  \
            if (0)                                                                                 \
                goto weft_resume_;                                                                 \
        weft_resume_:                                                                              \
            switch (WEFT_STATE_(weft_state_)) { /* the WEFT_ASYNC_END is missing? */               \
            default:                                                                               \
                return weft_resume_other_(weft_frame_);                                            \
            case WEFT_STATE_(0):

#define WEFT_ALIGNMENT_(name) (_Alignof(struct name) < 128 ? _Alignof(struct name) : 128)

/* A plain `return` would skip every release: it is an error within a coroutine, whatever the
 * compiler's flags. */
#ifdef __GNUC__
#define WEFT_PUSH_DIAGNOSTICS_                                                                     \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic error \"-Wreturn-type\"")               \
        WEFT_HIDE_NAMES_
#define WEFT_POP_DIAGNOSTICS_ _Pragma("GCC diagnostic pop")
#else
#define WEFT_PUSH_DIAGNOSTICS_
#define WEFT_POP_DIAGNOSTICS_
#endif

/* gcc goes on after WEFT_REQUIRE_ has refused an await in a function. These names, which nothing
 * defines, keep it from a message for each of them; a coroutine's own hide them. And a coroutine
 * without WEFT_ASYNC_END lacks a label, whose name gcc then tells. */
#if defined __GNUC__ && !defined __clang__
#define WEFT_HIDE_NAMES_                                                                           \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wshadow\"")
#define WEFT_END_OF_LOCALS_ _Pragma("GCC diagnostic pop")
#define WEFT_RETURNS_STEP_                                                                         \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wreturn-type\"")
#define WEFT_RETURNED_STEP_ _Pragma("GCC diagnostic pop")
#define WEFT_ASYNC_END_NEEDED_                                                                     \
    if (0)                                                                                         \
        goto weft_the_WEFT_ASYNC_END_of_this_coroutine_is_missing_;
#define WEFT_ASYNC_END_LABEL_                                                                      \
    weft_the_WEFT_ASYNC_END_of_this_coroutine_is_missing_:
#ifndef __cplusplus
/* From here on WEFT_LEAVE_ can turn that warning off, even if no flag has turned it on. */
#pragma GCC diagnostic push
#pragma GCC diagnostic warning "-Wreturn-type"
#pragma GCC diagnostic pop
extern weft_frame *weft_frame_;
extern weft_context *weft_context_;
extern weft_step_ weft_result_;
extern unsigned weft_state_;
WEFT_CONSTANT_(weft_handler_, WEFT_ENDED_STATE_);
#endif
#else
#define WEFT_HIDE_NAMES_
#define WEFT_END_OF_LOCALS_
#define WEFT_RETURNS_STEP_
#define WEFT_RETURNED_STEP_
#define WEFT_ASYNC_END_NEEDED_
#define WEFT_ASYNC_END_LABEL_
#endif

#define WEFT_LEAVE_(result)                                                                        \
    WEFT_RETURNS_STEP_                                                                             \
    return result;                                                                                 \
    WEFT_RETURNED_STEP_

/* Continues at the innermost block around, which ends with the error in flight, or with a return.
 */
#define WEFT_UNWIND_                                                                               \
    do {                                                                                           \
        if (WEFT_VALUE_(weft_handler_) == WEFT_ENDED_STATE_) { /* no block is around */            \
            WEFT_LEAVE_(weft_end_frame_(weft_frame_))                                              \
        }                                                                                          \
        weft_state_ = WEFT_VALUE_(weft_handler_);                                                  \
        goto weft_resume_;                                                                         \
    } while (0)

/* Panics: a break, or a continue, has found no loop around. `state` tells where: the line of the
 * weft_end of the block that it left, else where the coroutine was resumed; at 0, `end` is all that
 * is known. */
WEFT_NORETURN_ WEFT_COLD_ void weft_stray_(const weft_frame *frame, unsigned state, unsigned end,
                                           bool continues);

/* Called at a state that is none of the coroutine's awaits. Returns if the coroutine has ended, and
 * panics otherwise. */
weft_step_ weft_resume_other_(const weft_frame *frame);

/* Ends the coroutine. */
static inline weft_step_ weft_end_frame_(weft_frame *frame)
{
    const weft_step_ result = {WEFT_RETURNED};
    frame->state = WEFT_ENDED_STATE_;
    return result;
}

/* Returns `error`, or Python's RuntimeError for a `raise` without an error. */
static inline const weft_error *weft_raisable_(const weft_error *error)
{
    return error ? error : &weft_invalid_state_error;
}

/* ONE_ for one argument, MORE_ for two to 62. */
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
