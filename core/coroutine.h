/* Coroutines: functions that can stop in the middle, as state machines. Knows of no loop.
 *
 *     WEFT_ASYNC(fetch, int id, delay; const char *result;)    // async def fetch(id, delay):
 *     {
 *         printf("fetching %d\n", self->id);
 *         weft_sleep(WEFT_SECONDS(self->delay));
 *         self->result = "some data";
 *     }
 *     WEFT_ASYNC_END
 *
 * Its frame is a struct, `struct fetch`, with the members given: arguments, result, and whatever
 * must outlive an await. A coroutine has no stack of its own: when it awaits, its function returns.
 * So a C local does not outlive an await, nor a raise into a catch or a finally; a member does, and
 * is reached through `self`. Compilers tell: clang with -Wconditional-uninitialized, and gcc with
 * -Wjump-misses-init if every local has an initialiser; so give it one, and put those that live
 * between two awaits into braces of their own.
 *
 * The frame belongs to whoever starts the coroutine, may be used again as soon as the coroutine has
 * ended, and must be all zero bytes when it is used for the first time (static, calloc, or inside
 * another frame).
 *
 * An await, a call, or a block's head stands on a line of its own (else: "duplicate case value"),
 * in the body or in C's if, for, while, do; not inside a switch of the body's own. The labels of
 * the state machine are line numbers, which is also how a dump can tell where everyone is;
 * coroutines stand in the first 9,999 lines of their file.
 *
 * Of what is public here, names that end in an underscore are the macros' own.
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

/* What a step of a coroutine ended with. A struct, so that a `return` of the program's own inside a
 * coroutine, which would skip every release, does not compile. */
enum weft_result_ {
    WEFT_YIELDED,  /* ready again at once, behind the others */
    WEFT_PARKED_,  /* somebody else will make it ready */
    WEFT_CALLED_,  /* context->callee goes first */
    WEFT_RETURNED, /* ended; context->error says how */
    WEFT_STARTS_,  /* the task whose coroutine context->callee is goes first */
    WEFT_GO_ON_,   /* of a wait alone: there is nothing to wait for */
    WEFT_RAISES_   /* nor here, but context->error is to be raised */
};

/* What a step, and a wait, gives. */
typedef struct weft_step_ {
    enum weft_result_ what;
} weft_step_;

/* One a coroutine, constant: what its frames have in common. */
typedef struct weft_code {
    union {
        weft_step_ (*step)(weft_frame *frame, weft_context *context);
        void (*run)(weft_loop *loop, weft_node_ *node); /* of a turn (wait.h), which has no step */
    };
    const char *name; /* the coroutine's */
    const char *file;
    size_t size;       /* of its frame */
    uint16_t name_at;  /* offset of the frame's member that names its task, or 0 */
    uint8_t alignment; /* of its frame, in bytes; 128 stands for all that is more */
} weft_code;

/* The head of every coroutine's frame: `weft_frame frame;` is its first member. */
struct weft_frame {
    const weft_code *code;
    union {
        weft_frame *caller;  /* who awaits this coroutine inline */
        weft_task *previous; /* of the outermost, which has no caller: its task's link */
    };
    uint16_t state; /* 0: at the start; else the line it waits at */
    uint16_t flags; /* of a task's outermost frame: the task's (task.h) */
};

/* What a running coroutine and whoever runs it share. All zero to begin with. */
struct weft_context {
    const weft_error *error; /* in flight: raised, and not caught yet */
    weft_frame *callee;      /* with WEFT_CALLED_, WEFT_STARTS_: who runs next */
    weft_node_ *running;     /* of the task that runs, for a loop; else NULL */
    /* Told before memory is used again for a frame; NULL: nobody has to be. */
    void (*on_reuse)(weft_context *context, const void *memory, size_t size);
};

/* Which way a test mostly goes, functions that are rarely called, and those that are one with who
 * calls them: for the layout of the code alone. And functions of which a failure that nobody looks
 * at loses what the caller gave: an item that is not put, a child that is not started, a part that
 * is not waited for. Other functions have no such attribute: a caller may ignore their errors. */
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

/* What a wait gives that does not wait, and may have set the error. */
static inline weft_step_ weft_go_on_(const weft_context *context)
{
    const weft_step_ result = {context->error ? WEFT_RAISES_ : WEFT_GO_ON_};
    return result;
}

/* Goes on after a step that ended with `signal`: runs the coroutines of one chain of calls until
 * they wait for something, or the outermost one, `root`, has ended. *innermost is who runs next;
 * however deep the calls, it is resumed directly, and C's stack does not grow. */
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

/* Runs a chain of calls from its innermost coroutine, *innermost: `root` at first, and kept from
 * then on. It is what weft's loop does for a task; a program that has its own idea of a loop may
 * call it itself. Ends with WEFT_YIELDED at a weft_yield and WEFT_RETURNED when the outermost
 * coroutine has ended, context->error then says how. */
static inline weft_step_ weft_resume(weft_frame **innermost, const weft_frame *root,
                                     weft_context *context)
{
    weft_frame *const frame = *innermost;
    return weft_follow_(frame->code->step(frame, context), innermost, root, context);
}

/* ---- A coroutine ---------------------------------------------------------------------------- */

/* The numbers of a coroutine's states. An await's is its line; two more a block are where errors,
 * and returns, go from inside it. */
#define WEFT_HANDLER_STATE_(line) (10000 + (line))
#define WEFT_LATE_STATE_(line) (20000 + (line))
#define WEFT_ENDED_STATE_ 30001

/* Constants that obey the scope of blocks: the size of a struct whose tag an inner block hides. (An
 * enumeration would do as well, but -Wshadow speaks of those.)
 *
 *     weft_handler_   the state to go on at with an error: of the innermost block around
 *     weft_block_     the line of the block that a section (try, catch, finally) belongs to
 *     weft_section_   which section this is */
#define WEFT_CONSTANT_(tag, value)                                                                 \
    struct tag {                                                                                   \
        char size[value];                                                                          \
    }
#define WEFT_VALUE_(tag) (sizeof(struct tag))

/* With -DWEFT_CHECK_AWAITS (a check build; the code is larger) the compiler refuses an await inside
 * a switch of the coroutine's own: gcc with -Werror=overflow, clang with -Werror=switch. Without,
 * it panics at the first resume. */
#ifdef WEFT_CHECK_AWAITS
#define WEFT_STATE_(state) (0x100000000ULL + (state))
#else
#define WEFT_STATE_(state) (state)
#endif

/* WEFT_ASYNC(name, members...)
 * Defines the coroutine `name` and its frame, `struct name`, which has these members, declared as
 * in any struct (with less than 60 commas), or none; the body, in braces, follows, and then
 * WEFT_ASYNC_END. `async def name(...)`. In the body `self` is the frame. It is private to its
 * file, where it is the constant name_code for tables and functions that start any coroutine. */
#define WEFT_ASYNC(...) WEFT_JOIN_(WEFT_ASYNC_OF_, WEFT_ONE_OR_MORE_(__VA_ARGS__))(__VA_ARGS__)
#define WEFT_ASYNC_OF_ONE_(name)                                                                   \
    struct name {                                                                                  \
        weft_frame frame;                                                                          \
    };                                                                                             \
    WEFT_ASYNC_BODY(name)
#define WEFT_ASYNC_OF_MORE_(name, ...)                                                             \
    struct name {                                                                                  \
        weft_frame frame;                                                                          \
        __VA_ARGS__                                                                                \
    };                                                                                             \
    WEFT_ASYNC_BODY(name)

/* The same where `struct name`, whose first member is `weft_frame frame;`, has been declared
 * before: with a comment for each member, or because others need to know it. */
#define WEFT_ASYNC_BODY(name) WEFT_ASYNC_(static, name, 0)

/* WEFT_ASYNC_NAMED(name, field, members...): WEFT_ASYNC for a frame one of whose members, `field`,
 * a const char *, names its task: weft_task_name gives what it points to, where others' gives the
 * coroutine's name. WEFT_ASYNC_NAMED_BODY(name, field): where the struct was declared before. */
#define WEFT_ASYNC_NAMED(name, field, ...)                                                         \
    struct name {                                                                                  \
        weft_frame frame;                                                                          \
        __VA_ARGS__                                                                                \
    };                                                                                             \
    WEFT_ASYNC_NAMED_BODY(name, field)
#define WEFT_ASYNC_NAMED_BODY(name, field)                                                         \
    _Static_assert(                                                                                \
        _Generic(&((struct name *)0)->field, const char ** : 1, char ** : 1, default : 0),         \
        "weft: what names a task is a const char * in its frame");                                 \
    _Static_assert(offsetof(struct name, field) <= UINT16_MAX,                                     \
                   "weft: what names a task stands in the first 64 KB of its frame");              \
    WEFT_ASYNC_(static, name, offsetof(struct name, field))

/* The same for a coroutine that other files call; WEFT_DECLARE(name) goes into their header, with
 * the struct. */
#define WEFT_ASYNC_EXTERN(name) WEFT_ASYNC_(, name, 0)

/* Declares a coroutine that WEFT_ASYNC_EXTERN defines elsewhere. */
#define WEFT_DECLARE(name) extern const weft_code name##_code

/* Declares a coroutine that is defined further down, for those that call each other. */
#define WEFT_FORWARD(name) static const weft_code name##_code

#define WEFT_ASYNC_(storage, name, name_offset)                                                    \
    static weft_step_ name##_step_(weft_frame *, weft_context *);                                  \
    storage const weft_code name##_code = {                                                        \
        {name##_step_}, #name, __FILE__, sizeof(struct name), name_offset, WEFT_ALIGNMENT_(name)}; \
    WEFT_PUSH_DIAGNOSTICS_                                                                         \
    static weft_step_ name##_step_(weft_frame *weft_frame_, weft_context *weft_context_)           \
    {                                                                                              \
        _Static_assert(offsetof(struct name, frame) == 0 &&                                        \
                           sizeof(((struct name *)0)->frame) == sizeof(weft_frame),                \
                       "weft: `weft_frame frame;` must be the first member of struct " #name);     \
        struct name *const self = (struct name *)(void *)weft_frame_;                              \
        WEFT_CONSTANT_(weft_handler_, WEFT_ENDED_STATE_);                                          \
        WEFT_CONSTANT_(weft_section_, WEFT_IN_NONE_);                                              \
        WEFT_CONSTANT_(weft_block_, 1);                                                            \
        unsigned weft_exit_ = WEFT_RUNS_;                                                          \
        const weft_error *weft_caught_ = NULL;                                                     \
        unsigned weft_state_ = weft_frame_->state;                                                 \
        weft_step_ weft_result_ = {WEFT_PARKED_};                                                  \
        (void)self, (void)weft_context_, (void)weft_exit_, (void)weft_caught_, (void)weft_result_; \
        do {                                                                                       \
            if (0)                                                                                 \
                goto weft_resume_;                                                                 \
        weft_resume_:                                                                              \
            switch (WEFT_STATE_(weft_state_)) {                                                    \
            default:                                                                               \
                return weft_resume_other_(weft_frame_);                                            \
            case WEFT_STATE_(0):

#define WEFT_ALIGNMENT_(name) (_Alignof(struct name) < 128 ? _Alignof(struct name) : 128)

/* `return;` would skip every release: an error within a coroutine, whatever the compiler's
 * flags. */
#ifdef __GNUC__
#define WEFT_PUSH_DIAGNOSTICS_                                                                     \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic error \"-Wreturn-type\"")
#define WEFT_POP_DIAGNOSTICS_ _Pragma("GCC diagnostic pop")
#else
#define WEFT_PUSH_DIAGNOSTICS_
#define WEFT_POP_DIAGNOSTICS_
#endif

/* Ends the coroutine that WEFT_ASYNC began. */
#define WEFT_ASYNC_END                                                                             \
    _Static_assert(WEFT_VALUE_(weft_section_) == WEFT_IN_NONE_,                                    \
                   "weft: a block of this coroutine has no weft_end");                             \
    _Static_assert(__LINE__ < 10000, "weft: a coroutine must end before line 10,000 of its file"); \
    return weft_end_frame_(weft_frame_);                                                           \
    }                                                                                              \
    weft_panic(weft_frame_->code->file, __LINE__, "break outside of a loop");                      \
    }                                                                                              \
    while (0)                                                                                      \
        ;                                                                                          \
    weft_panic(weft_frame_->code->file, __LINE__, "continue outside of a loop");                   \
    }                                                                                              \
    WEFT_POP_DIAGNOSTICS_

/* A resume at a state that is none of the coroutine's awaits: it has ended, and stays so; or the
 * program is wrong, and this panics. */
weft_step_ weft_resume_other_(const weft_frame *frame);

static inline weft_step_ weft_end_frame_(weft_frame *frame)
{
    const weft_step_ result = {WEFT_RETURNED};
    frame->state = WEFT_ENDED_STATE_;
    return result;
}

/* Panics if a coroutine runs in `frame`, which is about to be used for another. */
void weft_check_frame_(const weft_frame *frame, const char *file, unsigned line);

/* The same for one that `caller`, whose state is its line, is about to call; and makes it the next
 * to run. */
void weft_enter_(weft_context *context, const weft_frame *caller, weft_frame *callee, size_t size);
const weft_error *weft_enter_begun_(weft_context *context, weft_frame *caller, weft_frame *callee);

/* FIRST(a, ...) and REST(a, ...), the latter with a comma at its end, of one argument or more. */
#define WEFT_FIRST_(...) WEFT_FIRST_OF_(__VA_ARGS__, )
#define WEFT_FIRST_OF_(first, ...) first
#define WEFT_SECOND_(first, second, ...) second
#define WEFT_REST_(...) WEFT_REST_OF_(__VA_ARGS__, )
#define WEFT_REST_OF_(first, ...) __VA_ARGS__

/* ONE_, or MORE_ for two arguments to 62. */
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

/* Refuses to compile unless `pointer`, which is not evaluated, points to a struct name. */
#define WEFT_REQUIRE_FRAME_(name, pointer)                                                         \
    _Static_assert(_Generic((pointer), struct name * : 1, default : 0),                            \
                   "weft: the frame of " #name " is a struct " #name)

/* The value of a frame that is about to start, with the arguments. */
#define WEFT_FRAME_(name, caller_, ...)                                                            \
    ((struct name){.frame = {.code = &name##_code, .caller = (caller_)}, __VA_ARGS__})

/* Arguments, wherever a coroutine is started, are an initialiser of its frame: by name, or before
 * those by position, in the order of the frame's members: `fetch, &self->f, 1, .delay = 2`. Those
 * that are not given are zero. */

/* weft_begin(name, struct name *frame, .argument = value, ...)
 * Sets a frame up without running anything, for weft_call_begun, or for a program that drives it
 * with weft_resume. `name(...)`, without await. Panics if a coroutine runs in *frame. O(frame). It
 * knows of no loop: tasks inside of the frame that failed must have been asked for their errors
 * before, and groups in it with tasks of a pool must have forgotten theirs (weft_call sees to that
 * itself). */
#define weft_begin(name, ...)                                                                      \
    do {                                                                                           \
        WEFT_REQUIRE_FRAME_(name, WEFT_FIRST_(__VA_ARGS__));                                       \
        struct name *const weft_begun_ = (WEFT_FIRST_(__VA_ARGS__));                               \
        weft_check_frame_(&weft_begun_->frame, __FILE__, __LINE__);                                \
        *weft_begun_ = WEFT_FRAME_(name, NULL, WEFT_REST_(__VA_ARGS__));                           \
    } while (0)

/* weft_call(name, struct name *frame, .argument = value, ...)
 * Runs a coroutine in `*frame` as a part of this one, and goes on when it has ended; `await
 * name(...)`. No task is made, nothing is queued, and depth costs nothing. Its results are then in
 * the frame; an error that leaves it is raised here. Arguments that are not given are zero. Panics
 * if a coroutine runs in *frame. O(frame), and O(failed tasks that nobody asked). */
#define weft_call(name, ...)                                                                       \
    do {                                                                                           \
        {                                                                                          \
            WEFT_REQUIRE_FRAME_(name, WEFT_FIRST_(__VA_ARGS__));                                   \
            struct name *const weft_callee_ = (WEFT_FIRST_(__VA_ARGS__));                          \
            weft_frame_->state = __LINE__;                                                         \
            weft_enter_(weft_context_, weft_frame_, &weft_callee_->frame, sizeof(struct name));    \
            *weft_callee_ = WEFT_FRAME_(name, weft_frame_, WEFT_REST_(__VA_ARGS__));               \
        }                                                                                          \
        WEFT_SUSPEND_(WEFT_CALLED_);                                                               \
    } while (0)

/* weft_call_begun(frame): runs a coroutine that weft_begin has set up, with the arguments of then:
 * `first = fetch(...)`, and later `await first`. Raises weft_invalid_state_error if it has been
 * awaited before, as Python does, or was never begun. `frame` is evaluated once. O(1). */
#define weft_call_begun(begun)                                                                     \
    do {                                                                                           \
        weft_check(weft_enter_begun_(weft_context_, weft_frame_, &(begun)->frame));                \
        weft_frame_->state = __LINE__;                                                             \
        WEFT_SUSPEND_(WEFT_CALLED_);                                                               \
    } while (0)

/* Gives way to whoever resumes this coroutine: `yield` of a generator that is driven by
 * weft_resume; in a task, what weft_sleep(0) does. */
#define weft_yield                                                                                 \
    do {                                                                                           \
        weft_frame_->state = __LINE__;                                                             \
        WEFT_SUSPEND_(WEFT_YIELDED);                                                               \
    } while (0)

/* Stops with `signal` at the state that has been set, this line; goes on, or raises what
 * context->error then is, when resumed. */
#define WEFT_SUSPEND_(result)                                                                      \
    return (weft_step_){result};                                                                   \
    case WEFT_STATE_(__LINE__):                                                                    \
        if (WEFT_UNLIKELY_(weft_context_->error))                                                  \
        WEFT_UNWIND_

/* Awaits what `wait`, an expression that gives a weft_step_, has arranged for; `then`, another
 * expression, is what a resumed coroutine does first. What a primitive's await is made of. */
#define WEFT_WAIT_(wait) WEFT_WAIT_RESUME_(wait, (void)0)
#define WEFT_WAIT_RESUME_(wait, then) WEFT_WAIT_AT_(wait, case WEFT_STATE_(__LINE__) : then;)

/* The same where `again`, an expression that gives a weft_step_ as well, may find that there is
 * more to wait for. It may move frame->state to one of this line's two other states, which are
 * there for a wait of several phases. */
#define WEFT_WAIT_RETRY_(wait, again)                                                              \
    WEFT_WAIT_AT_(wait, case WEFT_STATE_(__LINE__) : WEFT_FOLLOW_(again))
#define WEFT_WAIT_IN_PHASES_(wait, again)                                                          \
    WEFT_WAIT_AT_(wait, case WEFT_STATE_(__LINE__)                                                 \
                  : case WEFT_STATE_(WEFT_HANDLER_STATE_(__LINE__))                                \
                  : case WEFT_STATE_(WEFT_LATE_STATE_(__LINE__))                                   \
                  : WEFT_FOLLOW_(again))

#define WEFT_FOLLOW_(again)                                                                        \
    {                                                                                              \
        weft_result_ = (again);                                                                    \
        if (weft_result_.what < WEFT_GO_ON_)                                                       \
            return weft_result_;                                                                   \
    }
#define WEFT_WAIT_AT_(wait, resumed)                                                               \
    do {                                                                                           \
        weft_result_ = (wait);                                                                     \
        if (weft_result_.what != WEFT_GO_ON_) {                                                    \
            if (weft_result_.what != WEFT_RAISES_) {                                               \
                weft_frame_->state = __LINE__;                                                     \
                return weft_result_;                                                               \
                resumed                                                                            \
            }                                                                                      \
            if (WEFT_UNLIKELY_(weft_context_->error))                                              \
                WEFT_UNWIND_;                                                                      \
        }                                                                                          \
    } while (0)

/* The line that a state belongs to. (No modulo: a Cortex-M0 has no division.) */
static inline unsigned weft_line_of_(unsigned state)
{
    return state > 20000 ? state - 20000 : state > 10000 ? state - 10000 : state;
}

/* ---- Leaving ---------------------------------------------------------------------------- */

/* Goes on at the innermost block around, which ends with what is in flight. */
#define WEFT_UNWIND_                                                                               \
    do {                                                                                           \
        if (WEFT_VALUE_(weft_handler_) == WEFT_ENDED_STATE_) /* no block is around */              \
            return weft_end_frame_(weft_frame_);                                                   \
        weft_state_ = WEFT_VALUE_(weft_handler_);                                                  \
        goto weft_resume_;                                                                         \
    } while (0)

/* Ends the coroutine, releasing what the blocks around hold: `return` without a value. The result,
 * if any, is whatever has been stored in the frame. */
#define weft_return WEFT_UNWIND_

/* weft_return_value(value): self->result = value, of a frame with such a member, and weft_return.
 * `return value`. */
#define weft_return_value(...)                                                                     \
    do {                                                                                           \
        self->result = (__VA_ARGS__);                                                              \
        WEFT_UNWIND_;                                                                              \
    } while (0)

/* weft_raise(error): `raise error`, a const weft_error * that stays valid (error.h); NULL counts as
 * weft_invalid_state_error. */
#define weft_raise(error_)                                                                         \
    do {                                                                                           \
        weft_context_->error = weft_raisable_(error_);                                             \
        WEFT_UNWIND_;                                                                              \
    } while (0)

/* weft_check(call): raises the error that `call`, a function's, returned, unless that is NULL. */
#define weft_check(call)                                                                           \
    do {                                                                                           \
        weft_context_->error = (call);                                                             \
        if (WEFT_UNLIKELY_(weft_context_->error))                                                  \
            WEFT_UNWIND_;                                                                          \
    } while (0)

static inline const weft_error *weft_raisable_(const weft_error *error)
{
    return error ? error : &weft_invalid_state_error; /* `raise` without an error: RuntimeError */
}

/* ---- Blocks -----------------------------------------------------------------------------------
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
 * Any number of catches, then at most one finally, then weft_end, which closes every kind of block.
 * They nest, and await wherever they like. A block may be left in any way: at its end, with break
 * or continue (which mean the loop around the block, as in Python), weft_return, an error or a
 * cancellation; what stands in its finally, or what it must release, is run each time. (A goto out
 * of one is the exception: do not.) */

/* How a block was left, over the awaits of its finally: a member of the frame. */
typedef struct weft_exit {
    const weft_error *error;
    unsigned how;
} weft_exit;

/* How a section was left. Its own `for` tells end, continue and break apart; `break` alone leaves
 * weft_exit_ as it was. */
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
 * `kind` is a const weft_error *: &weft_any_error for all but cancellation, &weft_base_error for
 * all. The variable, a const weft_error *, is a member of the frame if it is used after an await.
 * weft_raise(variable) raises the error again. */
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
 * *left, a member of the frame, remembers over the awaits in here how the rest was left; a finally
 * inside of a finally needs one of its own. `left` is evaluated more than once. */
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

/* A block that has to be entered and left: `enter` is a statement, which may await; `leave`, a
 * statement that is run on every way out, finds in weft_exit_ how, and may change that. */
#define WEFT_BLOCK_(enter, leave)                                                                  \
    {                                                                                              \
        WEFT_CONSTANT_(weft_block_, __LINE__);                                                     \
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

/* One that holds something: `release`, an expression that gives a const weft_error * or NULL; an
 * error that it gives replaces what was in flight. What a primitive's `with` is made of. */
#define WEFT_WITH_(acquire, release)                                                               \
    WEFT_BLOCK_(acquire, weft_exit_ = weft_released_((release), weft_exit_, weft_context_))

/* Closes a block. */
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
        break;                                                                                     \
    } else if (weft_exit_ == WEFT_CONTINUED_) {                                                    \
        weft_exit_ = WEFT_RUNS_;                                                                   \
        continue;                                                                                  \
    } else {                                                                                       \
        weft_exit_ = WEFT_RUNS_;                                                                   \
        WEFT_UNWIND_;                                                                              \
    }                                                                                              \
    }

static inline unsigned weft_released_(const weft_error *error, unsigned exit, weft_context *context)
{
    if (!error)
        return exit;
    context->error = error;
    return WEFT_FAILED_;
}

static inline unsigned weft_save_exit_(weft_exit *left, unsigned exit, weft_context *context)
{
    left->how = exit;
    left->error = context->error;
    context->error = NULL;
    return WEFT_RUNS_;
}

/* A finally that reaches its end hands on what came to it; one that is left otherwise drops it. */
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
