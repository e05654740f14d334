/* SPDX-License-Identifier: MIT */
/* Coroutines with stacks, as tasks of weft. The step of a stackful coroutine (core/step.h) switches
 * to the coroutine's own stack. An await there switches back, with what the step gives to the loop.
 * So an ordinary C function may await, at any depth of calls, and local variables keep their
 * values. The loop, the groups, the locks and the cancellation are those of weft.
 *
 *     STACKFUL(fetch, int id; double delay; struct text result;)   // async def fetch(id, delay):
 *     {
 *         printf("fetching %d\n", self->id);
 *         stackful_sleep(WEFT_SECONDS(self->delay));
 *         stackful_return_value(text("data"));
 *     }
 *
 * A stackful coroutine is a coroutine of weft: weft_create_task(fetch, &task, 1, 2) starts one from
 * a coroutine without a stack, and weft_call(fetch, &frame, 1, 2) calls one. Each takes a stack
 * from the pool of the thread. From a stackful coroutine, stackful_call(fetch, 1, 2) calls another
 * one on the same stack.
 *
 * Errors: an await raises its error, as in weft. To raise is to longjmp to the innermost block of
 * the coroutine. So a function between the block and the await ends without running its rest, and a
 * local variable that changed in a block must be volatile if it is read after an error. A callback
 * of a C library must not let an error pass (see hybrid.c). An error, a task, a group or a lock
 * that is a local variable must not be used any more when its C block has ended.
 */
#ifndef WEFT_SCENARIOS_STACKFUL_H
#define WEFT_SCENARIOS_STACKFUL_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

#include "weft.h"

/* gcc warns of each local variable that changes in a loop around a block. */
#if defined __GNUC__ && !defined __clang__
#pragma GCC diagnostic ignored "-Wclobbered"
#endif

struct stackful; /* a stack, and what runs on it */

/* ---- Stacks -------------------------------------------------------------------------------- */

enum stackful_switch {
    STACKFUL_BEST,    /* Boost.Context's, if the program was built with it, else ucontext's */
    STACKFUL_UCONTEXT /* a switch makes two system calls */
};

/* All zero bytes: the defaults. */
struct stackful_options {
    size_t size; /* of a stack, in bytes; rounded up to whole pages; 0: 64 KB */
    enum stackful_switch switcher;
    bool no_guard; /* leave out the page below each stack whose use is a SIGSEGV; stacks are then
                    * neighbours, and the kernel may keep them as one mapping */
    /* On x86, Boost's switch stores and loads MXCSR, the control and status of floating point. The
     * load may be slow where the two sides differ. A new stack has the control bits of the thread.
     * Unless this member is true, stackful_pool_init also sets all status bits of the thread, so
     * that a rounded result on one side makes no difference. */
    bool keep_fp_status;
};

struct stackful_pool {
    struct stackful_options options;
    size_t page, mapped;         /* bytes: of a page, and of a stack with its guard */
    struct stackful *free, *all; /* lists */
    size_t count, in_use, peak;  /* stacks: mapped, used now, used at once at most */
    const char *refused;         /* why the system refused a stack; NULL: it never did */
};

/* Raised by a stackful coroutine that begins without a pool or without memory for a stack. */
extern const weft_error stackful_no_stack_error;

/* Makes a pool without stacks. A stack is mapped when none is free. `options` may be NULL. */
void stackful_pool_init(struct stackful_pool *pool, const struct stackful_options *options);

/* Makes `pool` the one from which the coroutines of this thread take their stacks. Returns the
 * former one. Both may be NULL. */
struct stackful_pool *stackful_use_pool(struct stackful_pool *pool);

/* Takes all stacks back, also those of coroutines that have not ended. Call this only after the
 * loop of these coroutines was closed. */
void stackful_pool_reclaim(struct stackful_pool *pool);

/* Unmaps all stacks. Call this only after the loops of the coroutines were closed. */
void stackful_pool_close(struct stackful_pool *pool);

/* Returns how many bytes of one stack were ever used, at most. Reads all memory of the stacks. The
 * number is a little too small if the deepest call left only zero bytes. */
size_t stackful_high_water(const struct stackful_pool *pool);

/* Returns the name of the switch that the pool uses: "Boost.Context" or "ucontext". */
const char *stackful_switch_name(const struct stackful_pool *pool);

/* ---- Coroutines ---------------------------------------------------------------------------- */

/* STACKFUL(name, members...) { ... }
 * `async def name(...)`, as WEFT_ASYNC. The members are arguments and the result; `self` points to
 * them. Other variables may be local. STACKFUL_NAMED(name, field, members...) is for tasks that
 * have names of their own, as WEFT_ASYNC_NAMED. */
#define STACKFUL(...)                                                                              \
    STACKFUL_JOIN_(STACKFUL_, STACKFUL_MEMBERS_(__VA_ARGS__))                                      \
    (__VA_ARGS__) STACKFUL_CODE_(STACKFUL_FIRST_(__VA_ARGS__, ), WEFT_CODE, )
#define STACKFUL_NAMED(name, field, ...)                                                           \
    STACKFUL_WITH_(name, __VA_ARGS__)                                                              \
    STACKFUL_CODE_(name, WEFT_CODE_NAMED, field, )

/* The functions and macros below are for stackful coroutines, and for the C functions that these
 * call. */

/* The loop of the running task. */
weft_loop *stackful_loop(void);

/* stackful_call(name, .argument = value, ...): `await name(...)`. Runs a coroutine, which may have
 * a stack or not, with a frame on this stack. A stackful coroutine runs on this stack, too. */
#define stackful_call(name, ...)                                                                   \
    do {                                                                                           \
        struct name STACKFUL_HERE_(callee);                                                        \
        STACKFUL_HERE_(callee).frame = (weft_frame){.code = NULL};                                 \
        weft_begin(name, &STACKFUL_HERE_(callee), __VA_ARGS__);                                    \
        stackful_call_begun(&STACKFUL_HERE_(callee));                                              \
    } while (0)

/* `await c` after weft_begin(name, c, ...). */
#define stackful_call_begun(begun) stackful_call_begun_(&(begun)->frame, __LINE__)

/* STACKFUL_AWAIT(name, members, statement): defines, for stackful_call, the coroutine without a
 * stack whose body is one statement of weft. This is how a stackful coroutine awaits anything for
 * which there is no macro below. */
#define STACKFUL_AWAIT(name, members, ...)                                                         \
    WEFT_ASYNC(name, members)                                                                      \
    {                                                                                              \
        __VA_ARGS__;                                                                               \
    }                                                                                              \
    WEFT_ASYNC_END

/* weft's macros of these names, as awaits on a stack. */
#define stackful_yield() stackful_yield_(__LINE__)
#define stackful_sleep(delay) stackful_sleep_((delay), __LINE__)
#define stackful_await(p) stackful_await_(weft_as_future(p), __LINE__)
#define stackful_lock_acquire(lock) stackful_lock_acquire_((lock), __LINE__)
#define stackful_semaphore_acquire(semaphore) stackful_semaphore_acquire_((semaphore), __LINE__)
#define stackful_event_wait(event) stackful_event_wait_((event), __LINE__)
#define stackful_condition_wait(condition) stackful_condition_wait_((condition), __LINE__)
#define stackful_barrier_wait(barrier) stackful_barrier_wait_((barrier), __LINE__)
#define stackful_gather_all(g) stackful_gather_((g), false, __LINE__)
#define stackful_gather_collect(g) stackful_gather_((g), true, __LINE__)
#define stackful_gather(g, ...)                                                                    \
    do {                                                                                           \
        STACKFUL_ADD_(g, __VA_ARGS__, 3, 2, 1, , )                                                 \
        stackful_gather_all(g);                                                                    \
    } while (0)
#define stackful_create_future(p) weft_loop_create_future(stackful_loop(), p)
#define stackful_create_task(name, ...) weft_loop_create_task(stackful_loop(), name, __VA_ARGS__)
/* weft_group_create_task; evaluates the group and the task more than once. */
#define stackful_group_create_task(group, name, ...)                                               \
    stackful_check(weft_group_start_task(group, name, __VA_ARGS__))
#define stackful_gather_each(g, i, name, ...)                                                      \
    do {                                                                                           \
        STACKFUL_GATHER_START_(g, i, name, __VA_ARGS__);                                           \
        stackful_gather_all(g);                                                                    \
    } while (0)
#define stackful_gather_collect_each(g, i, name, ...)                                              \
    do {                                                                                           \
        STACKFUL_GATHER_START_(g, i, name, __VA_ARGS__);                                           \
        stackful_gather_collect(g);                                                                \
    } while (0)

/* stackful_return and stackful_return_value(value) may stand only in the body of a STACKFUL. Each
 * block around them ends first. A plain `return` must not leave a block. */
#define stackful_return                                                                            \
    do {                                                                                           \
        stackful_leave_blocks_();                                                                  \
        return;                                                                                    \
    } while (0)
#define stackful_return_value(...)                                                                 \
    do {                                                                                           \
        self->result = (__VA_ARGS__);                                                              \
        stackful_return;                                                                           \
    } while (0)

WEFT_NORETURN_ void stackful_raise(const weft_error *error);

/* Raises the error, unless it is NULL. */
static inline void stackful_check(const weft_error *error)
{
    if (error)
        stackful_raise(error);
}

/* ---- Blocks -------------------------------------------------------------------------------- */

/* The blocks of blocks.h, and those of the primitives. Each ends with stackful_end. A break or
 * continue must not leave a block: this panics. stackful_catch(kind, variable) declares the
 * variable. */
#define stackful_try STACKFUL_OPEN_((void)0, NULL)
#define stackful_catch(...) STACKFUL_CATCH_(__VA_ARGS__, STACKFUL_HERE_(caught), )
#define stackful_finally                                                                           \
    STACKFUL_CLOSE_SECTION_                                                                        \
    stackful_begin_finally_();                                                                     \
    STACKFUL_SECTION_
#define stackful_end                                                                               \
    STACKFUL_CLOSE_SECTION_                                                                        \
    stackful_end_block_(__LINE__);                                                                 \
    }
#define stackful_with_lock(lock_) stackful_with(stackful_lock_block, .lock = (lock_))
#define stackful_with_rlock(lock_) stackful_with(stackful_rlock_block, .lock = (lock_))
#define stackful_with_semaphore(semaphore_)                                                        \
    stackful_with(stackful_semaphore_block, .semaphore = (semaphore_))
#define stackful_with_condition(condition_)                                                        \
    stackful_with(stackful_condition_block, .condition = (condition_))
#define stackful_with_group(group_) stackful_with(stackful_group_block, .group = (group_))
#define stackful_with_timeout(limit_, delay_)                                                      \
    stackful_with(stackful_timeout_block, .limit = (limit_), .delay = (delay_))

/* stackful_with(name, .argument = value, ...) { ... } stackful_end
 * Any block of weft, on a stack. `name` is a coroutine without a stack, which opens the block, and
 * in it does nothing but stackful_body(&self->body). Its frame has the member `struct stackful_body
 * body;`. The body of the stackful_with runs in place of stackful_body. */
#define stackful_with(name, ...)                                                                   \
    STACKFUL_OPEN_(struct name STACKFUL_HERE_(frame);                                              \
                   STACKFUL_HERE_(frame).frame = (weft_frame){.code = NULL};                       \
                   STACKFUL_HERE_(frame).body.frame = (weft_frame){.code = NULL};                  \
                   weft_begin(name, &STACKFUL_HERE_(frame), __VA_ARGS__);                          \
                   stackful_enter_(&STACKFUL_HERE_(frame).frame, __LINE__),                        \
                   &STACKFUL_HERE_(frame).frame)
#define stackful_body(body) weft_call(stackful_body, body)

struct stackful_body {
    weft_frame frame;
};
WEFT_DECLARE(stackful_body);

#define STACKFUL_BLOCK_(name, ...)                                                                 \
    struct name {                                                                                  \
        weft_frame frame;                                                                          \
        __VA_ARGS__ struct stackful_body body;                                                     \
    };                                                                                             \
    WEFT_DECLARE(name)
STACKFUL_BLOCK_(stackful_lock_block, weft_lock *lock;);
STACKFUL_BLOCK_(stackful_rlock_block, weft_rlock *lock;);
STACKFUL_BLOCK_(stackful_semaphore_block, weft_semaphore *semaphore;);
STACKFUL_BLOCK_(stackful_condition_block, weft_condition *condition;);
STACKFUL_BLOCK_(stackful_group_block, weft_group *group;);
STACKFUL_BLOCK_(stackful_timeout_block, weft_timeout *limit; weft_time delay;);

/* ---- What the macros are made of ----------------------------------------------------------- */

#define STACKFUL_JOIN_(a, b) STACKFUL_JOIN_THEM_(a, b)
#define STACKFUL_JOIN_THEM_(a, b) a##b
#define STACKFUL_HERE_(name) STACKFUL_JOIN_(stackful_##name##_, __LINE__)

/* ALONE_ for one argument, WITH_ for two to 30. */
#define STACKFUL_MEMBERS_(...)                                                                     \
    STACKFUL_31ST_(__VA_ARGS__, WITH_, WITH_, WITH_, WITH_, WITH_, WITH_, WITH_, WITH_, WITH_,     \
                   WITH_, WITH_, WITH_, WITH_, WITH_, WITH_, WITH_, WITH_, WITH_, WITH_, WITH_,    \
                   WITH_, WITH_, WITH_, WITH_, WITH_, WITH_, WITH_, WITH_, WITH_, ALONE_, )
#define STACKFUL_31ST_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y,  \
                       z, a1, b1, c1, d1, e1, ...)                                                 \
    e1
#define STACKFUL_FIRST_(name, ...) name
#define STACKFUL_ALONE_(name)                                                                      \
    struct name {                                                                                  \
        weft_frame frame;                                                                          \
        struct stackful *stackful_;                                                                \
    };
#define STACKFUL_WITH_(name, ...)                                                                  \
    struct name {                                                                                  \
        weft_frame frame;                                                                          \
        __VA_ARGS__ struct stackful *stackful_;                                                    \
    };

#define STACKFUL_CODE_(name, define, ...) STACKFUL_CODE_OF_(name, define, __VA_ARGS__)
#define STACKFUL_CODE_OF_(name, define, ...)                                                       \
    static void name##_on_a_stack(struct name *self);                                              \
    static void name##_run_(weft_frame *frame)                                                     \
    {                                                                                              \
        name##_on_a_stack((struct name *)(void *)frame);                                           \
    }                                                                                              \
    static weft_step name##_step_(weft_frame *frame, weft_context *context)                        \
    {                                                                                              \
        struct name *const self = (struct name *)(void *)frame;                                    \
        return stackful_step_(frame, context, &self->stackful_, name##_run_);                      \
    }                                                                                              \
    define(name, __VA_ARGS__ name##_step_);                                                        \
    static void name##_on_a_stack(struct name *self WEFT_MAYBE_UNUSED_)

weft_step stackful_step_(weft_frame *frame, weft_context *context, struct stackful **stackful,
                         void (*run)(weft_frame *frame));

void stackful_call_begun_(weft_frame *begun, unsigned line);
void stackful_yield_(unsigned line);
void stackful_sleep_(weft_time delay, unsigned line);
void stackful_await_(weft_future *future, unsigned line);
void stackful_lock_acquire_(weft_lock *lock, unsigned line);
void stackful_semaphore_acquire_(weft_semaphore *semaphore, unsigned line);
void stackful_event_wait_(weft_event *event, unsigned line);
void stackful_condition_wait_(weft_condition *condition, unsigned line);
void stackful_barrier_wait_(weft_barrier *barrier, unsigned line);
void stackful_gather_(void *gather, bool collects, unsigned line);

/* Adds one to three parts. */
#define STACKFUL_ADD_(g, p, q, r, n, ...) STACKFUL_JOIN_(STACKFUL_ADD_, n)(g, p, q, r)
#define STACKFUL_ADD_1(g, p, q, r) stackful_check(weft_gather_add((g), (p)));
#define STACKFUL_ADD_2(g, p, q, r) STACKFUL_ADD_1(g, p, , ) STACKFUL_ADD_1(g, q, , )
#define STACKFUL_ADD_3(g, p, q, r) STACKFUL_ADD_2(g, p, q, ) STACKFUL_ADD_1(g, r, , )

#define STACKFUL_GATHER_START_(g, i, name, ...)                                                    \
    for (int i = 0; i < (int)(sizeof((g)->tasks) / sizeof((g)->tasks[0])); i++) {                  \
        stackful_create_task(name, &(g)->tasks[i], __VA_ARGS__);                                   \
        stackful_check(weft_gather_add(g, &(g)->tasks[i]));                                        \
    }

/* A block, or the call of a stackful coroutine. */
struct stackful_block_ {
    jmp_buf jump;
    struct stackful_block_ *outer;
    weft_frame *with; /* the coroutine of a stackful_with; NULL: another block */
    const weft_error *error, *finally_error;
    unsigned char how, finally_how; /* enum in stackful.c */
    bool is_call, is_late, in_finally;
};

#define STACKFUL_OPEN_(enter, with)                                                                \
    {                                                                                              \
        struct stackful_block_ STACKFUL_HERE_(block);                                              \
        enter;                                                                                     \
        stackful_open_block_(&STACKFUL_HERE_(block), (with));                                      \
        STACKFUL_SECTION_
/* One section of a block. A raise or return goes to the setjmp, which then skips the section. */
#define STACKFUL_SECTION_                                                                          \
    if (stackful_section_runs_())                                                                  \
        if (!setjmp(stackful_block_()->jump))                                                      \
            for (;; stackful_stray_(__FILE__, __LINE__)) {
#define STACKFUL_CLOSE_SECTION_                                                                    \
    stackful_end_section_();                                                                       \
    break;                                                                                         \
    }                                                                                              \
    stackful_section_left_(__FILE__, __LINE__);
#define STACKFUL_CATCH_(kind, variable, ...)                                                       \
    STACKFUL_CLOSE_SECTION_                                                                        \
    stackful_begin_catch_(kind);                                                                   \
    STACKFUL_SECTION_                                                                              \
    const weft_error *const variable WEFT_MAYBE_UNUSED_ = stackful_caught_();

struct stackful_block_ *stackful_block_(void);
void stackful_open_block_(struct stackful_block_ *block, weft_frame *with);
void stackful_enter_(weft_frame *with, unsigned line);
bool stackful_section_runs_(void);
void stackful_end_section_(void);
void stackful_begin_catch_(const weft_error *kind);
const weft_error *stackful_caught_(void);
void stackful_begin_finally_(void);
void stackful_section_left_(const char *file, unsigned line);
void stackful_end_block_(unsigned line);
void stackful_leave_blocks_(void);
WEFT_NORETURN_ void stackful_stray_(const char *file, unsigned line);

#endif
