/* Tasks: coroutines that run on their own.
 *
 *                   1                       2
 *     (free) ------------> READY --------------------> RUNNING
 *                          ^ ^ ^                       |  |  |
 *                          | | |           3           |  |  |
 *                          | | +-----------------------+  |  |
 *                          | |                            |  |
 *                          | |      5              4      |  |
 *                          | +----------- PARKED <--------+  |
 *                          |                                 |  6
 *                     1    +----------------- ENDED <--------+
 *
 * 1  weft_start_task_: into the ready queue, the last of its owner's children.
 * 2  run_task (loop.c): its turn has come; the innermost coroutine is resumed, with an error if one
 *    is due to it (weft_deliver_).
 * 3  run_task: it gave way (weft_sleep(0)), and is ready again.
 * 4  weft_park_...: linked where it waits, and in nothing else; flags say in what (weft_parked_).
 * 5  weft_wake_, weft_wake_with_: what it waited for has come, or the wait was cancelled
 *    (cancel_wait). It is ready, and may still be in a primitive's list until it runs.
 * 6  weft_finish_task_: linked nowhere, whoever waits has been told, and its memory may be used
 *    again. (A group's child is linked until its turn; one that failed and that nobody has asked is
 *    in the loop's list of those, and whatever weft starts in its memory takes it out.)
 *
 * An eager task (weft_start_eager_task_) is RUNNING from the start; who started it is so all the
 * while, in the loop's `starting`, and goes on at that one's 3, 4 or 6.
 *
 * A request to cancel (weft_cancel_task_) of a PARKED task cancels its wait, which is 5. In READY
 * and RUNNING it is remembered (WEFT_MUST_CANCEL_): it replaces what 2 would have delivered, or
 * makes the next 4 a 5 at once (weft_cancel_parked_).
 */
#ifndef WEFT_CORE_TASK_H
#define WEFT_CORE_TASK_H

#include "loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A task that has not ended: the head of its weft_awaitable_, and in the place of the error what it
 * waits for. */
struct weft_live_task_ {
    weft_node_ *waiters;
    union {
        weft_scope_ *scope;
        weft_task *lower; /* a dump is looking for holders (dump.c) */
    };
    weft_wait_ wait;
};

/* A task. What each word buys is told in doc/design.md. */
struct weft_task {
    union {
        weft_awaitable_ awaitable; /* what it is for others; `error`, only once it has ended */
        weft_awaitable_ weft_await_takes_a_task_or_future_and_weft_call_a_frame_;
        struct weft_live_task_ live;
    };
    weft_task *next; /* of its owner's children, or of the failed; the other link: root.previous */
    weft_frame root; /* the outermost coroutine's; the rest of that frame comes behind it */
};

/* root.flags of a task */
enum {
    WEFT_PARKED_MASK_ = 7,       /* what it waits in: weft_parked_ */
    WEFT_MUST_CANCEL_ = 8,       /* cancelled while it could not be told */
    WEFT_CANCELLED_ = 16,        /* ready, since its wait was cancelled */
    WEFT_HAS_ERROR_ = 32,        /* ready, with wait.error */
    WEFT_SHUTDOWN_PENDING_ = 64, /* a shutdown waits for its end */
    WEFT_POOLED_ = 128,          /* its memory belongs to a pool */
    WEFT_DELIVERY_MASK_ = WEFT_MUST_CANCEL_ | WEFT_CANCELLED_ | WEFT_HAS_ERROR_
};

#define WEFT_DAEMON_ 0x100u /* nobody waits for it (daemon.h) */

/* The upper bits count the requests to cancel. */
#define WEFT_CANCELLING_ONE_ 0x200u
#define WEFT_CANCELLING_MASK_ 0xFE00u

static inline weft_task *weft_task_of_node_(weft_node_ *node)
{
    return WEFT_CONTAINER_(node, weft_task, live.wait.node);
}

static inline weft_loop *weft_running_loop_(weft_context *context)
{
    return WEFT_CONTAINER_(context, weft_loop, context);
}

static inline weft_task *weft_running_task_(const weft_context *context)
{
    return weft_task_of_node_(context->running);
}

enum weft_parked_ {
    WEFT_NOT_PARKED_,
    WEFT_ASLEEP_,    /* in the loop's timers */
    WEFT_AWAITING_,  /* in the ring of wait.target */
    WEFT_GATHERING_, /* for wait.joint, whose parts have the links */
    WEFT_WATCHING_,  /* for a descriptor; in the loop's watches */
    WEFT_LISTED_,    /* for a primitive, which node.next names until it is woken */
    WEFT_GRANTED_    /* not parked, since a primitive gave it what it waited for last (waiters.h) */
};

/* What a primitive is, for reports: a task that waits for one points to where it has its kind. */
struct weft_primitive_info_ {
    const char *name;
    size_t at; /* where in the primitive that pointer is */
    /* Who holds it, NULL if that is nobody; or NULL, if it is not for holding. */
    const weft_task *(*holder)(const weft_primitive_info_ *const *primitive);
};

/* A wait for several at once, to cancel which is to cancel each of them: gather's. Whoever waits
 * may be woken while parts are still open, and is to unlink them then. */
struct weft_gather_wait_ {
    weft_awaitable_ *(*part)(weft_gather_wait_ *gather_wait,
                             size_t number); /* NULL behind the last */
    weft_task *task;                         /* a cancellation under way: who waits for this, */
    size_t next;    /* ... and which part comes next, from 1; 0: none is under way. The joint
                        around this one is in the task's wait.around. */
    bool cancelled; /* a request has reached a part that had not ended */
};

/* A task whose coroutine is `name`: `frame` is that coroutine's frame, where its results are once
 * it has ended. It belongs to the program, must stay where it is until the task has ended, may be
 * used for another one then, and must be all zero bytes at first. Each use of the macro makes a
 * type of its own: typedef gives it a name. A frame that points to tasks of its own kind
 * declares that type before: struct f_task; ... struct f { ... struct f_task *next; }; ...
 * struct f_task { WEFT_TASK(f); }; */
#define WEFT_TASK(name)                                                                            \
    union {                                                                                        \
        weft_task task;                                                                            \
        weft_awaitable_ awaitable;                                                                 \
        weft_awaitable_ weft_await_takes_a_task_or_future_and_weft_call_a_frame_;                  \
        struct {                                                                                   \
            unsigned char task_[sizeof(weft_task) - sizeof(weft_frame)];                           \
            struct name frame;                                                                     \
        };                                                                                         \
    }

/* weft_create_task(name, WEFT_TASK(name) *task, .argument = value, ...)
 * asyncio.create_task(name(...)), in a coroutine: runs `name` on its own, from the next tick on.
 * The arguments are evaluated now; those that are not given are zero. Panics if the task has not
 * ended. An error that leaves it goes to whoever awaits it; if nobody asks, to the exception
 * handler when weft uses its memory again or the loop closes. Until then it is known: ask
 * (weft_error_of) before the memory goes to anything else, free() say, and see that it may be used
 * (weft_is_free); of a group's child that failed, until the group's error is done with. O(frame),
 * and O(failed tasks that nobody asked, and groups that keep tasks of pools). */
#define weft_create_task(name, ...)                                                                \
    WEFT_CREATE_TASK_(&weft_running_loop()->tasks, name, __VA_ARGS__)

/* weft_loop_create_task(loop, name, task, ...)
 * The same from outside of a coroutine: loop.create_task(name(...)). */
#define weft_loop_create_task(loop, name, ...) WEFT_CREATE_TASK_(&(loop)->tasks, name, __VA_ARGS__)

/* weft_create_eager_task(name, WEFT_TASK(name) *task, .argument = value, ...)
 * asyncio.create_task(name(...), eager_start=True), in a coroutine: as weft_create_task, but it
 * runs at once, up to its first wait, and this task goes on then, in the same turn. However many
 * tasks start each other so, C's stack does not grow. O(frame) and so on, likewise. */
#define weft_create_eager_task(name, ...)                                                          \
    WEFT_CREATE_EAGER_(&weft_running_loop()->tasks, name, __VA_ARGS__)

#define WEFT_CREATE_EAGER_(scope, name, ...)                                                       \
    WEFT_CHECK_AND_CREATE_EAGER_((void)0, scope, name, __VA_ARGS__)

/* `check` is a statement, which may raise: the frame is filled by then, and nothing is started. */
#define WEFT_CHECK_AND_CREATE_EAGER_(check, scope, name, ...)                                      \
    do {                                                                                           \
        {                                                                                          \
            WEFT_FILL_TASK_(scope, name, __VA_ARGS__);                                             \
            check;                                                                                 \
            weft_start_eager_task_((scope), weft_created_);                                        \
            weft_context_->callee = &weft_created_->root;                                          \
            weft_frame_->state = __LINE__;                                                         \
        }                                                                                          \
        WEFT_SUSPEND_(WEFT_STARTS_);                                                               \
    } while (0)

#define WEFT_CREATE_TASK_(scope, name, ...)                                                        \
    do {                                                                                           \
        weft_scope_ *const weft_into_ = (scope);                                                   \
        WEFT_FILL_TASK_(weft_into_, name, __VA_ARGS__);                                            \
        weft_start_task_(weft_into_, weft_created_);                                               \
    } while (0)

#define WEFT_FILL_TASK_(scope, name, ...)                                                          \
    WEFT_REQUIRE_TASK_(name, WEFT_FIRST_(__VA_ARGS__));                                            \
    weft_task *const weft_created_ = &(WEFT_FIRST_(__VA_ARGS__))->task;                            \
    weft_prepare_task_((scope), weft_created_, &name##_code, __FILE__, __LINE__);                  \
    *(struct name *)(void *)&weft_created_->root = WEFT_FRAME_(name, NULL, WEFT_REST_(__VA_ARGS__))

/* Refuses to compile unless `pointer`, which is not evaluated, points to a WEFT_TASK(name). */
#define WEFT_REQUIRE_TASK_(name, pointer)                                                          \
    WEFT_REQUIRE_FRAME_(name, &(pointer)->frame);                                                  \
    _Static_assert(offsetof(weft_task, root) % _Alignof(struct name) == 0,                         \
                   "weft: a member of struct " #name " is aligned too strictly for a task")

/* WEFT_REQUIRE_TASK_ as an expression. */
#define WEFT_REQUIRE_TASK_TOO_(name, pointer)                                                      \
    ((void)sizeof(struct {                                                                         \
        WEFT_REQUIRE_TASK_(name, pointer);                                                         \
        char weft_unused_;                                                                         \
    }))

/* weft_running_loop(), weft_current_task(): asyncio.get_running_loop() and asyncio.current_task(),
 * in a coroutine that a loop runs. Never NULL. O(1). */
#define weft_running_loop() weft_running_loop_(weft_context_)
#define weft_current_task() weft_running_task_(weft_context_)

/* The task that runs, or NULL: asyncio.current_task(loop), for callbacks and functions. O(1). */
static inline weft_task *weft_loop_current_task(const weft_loop *loop)
{
    return loop->context.running ? weft_task_of_node_(loop->context.running) : NULL;
}

/* weft_sleep(weft_time delay): `await asyncio.sleep(delay)`. Waits for `delay` (WEFT_SECONDS,
 * WEFT_MS, WEFT_US), never less. 0, or less, gives way to all that is ready. Raises nothing but a
 * cancellation. O(1), and when it is over up to 48 moves (timer.h). */
#define weft_sleep(delay) WEFT_WAIT_(weft_sleep_(weft_current_task(), WEFT_DELAY_(delay)))

/* task.cancelling(): how many requests to cancel it has had, less those taken back; to 127.
 * O(1). */
unsigned weft_cancelling(const weft_task *task);

/* task.uncancel(): takes one back, and returns how many are left. At none, a cancellation that has
 * not ended a wait yet is off. O(1). */
unsigned weft_uncancel(weft_task *task);

/* weft_is_free(p): whether the memory of *p, a WEFT_TASK(name), can be used for another task:
 * none was started in it, or that one has ended, and its group, if it was a child, has heard so:
 * with weft_done alone that may be a tick too early. O(1). */
#define weft_is_free(p) (!weft_is_in_use_(&(p)->task))

/* Whether a task lives in the memory, or has ended and its group has not heard yet. */
static inline bool weft_is_in_use_(const weft_task *task)
{
    return task->awaitable.scope &&
           (!weft_has_ended_(&task->awaitable) || weft_is_callback_(&task->live.wait.node));
}

/* Panics if a task lives in the memory; tells of those that failed in it, and of leases. */
WEFT_COLD_ void weft_before_reuse_(weft_loop *loop, weft_task *task, const weft_code *code,
                                   const char *file, unsigned line);
static inline void weft_prepare_task_(weft_scope_ *scope, weft_task *task, const weft_code *code,
                                      const char *file, unsigned line)
{
    if (WEFT_UNLIKELY_(weft_is_in_use_(task) || scope->loop->context.on_reuse))
        weft_before_reuse_(scope->loop, task, code, file, line);
}

void weft_start_task_(weft_scope_ *scope, weft_task *task);

/* The same, but it is not ready: it runs next. */
void weft_start_eager_task_(weft_scope_ *scope, weft_task *task);

/* What ends a task; `error` NULL: it returned. A group's child is linked in its owner, which its
 * turn has to see to (weft_leave_scope_), until then. */
void weft_finish_task_(weft_task *task, const weft_error *error);
void weft_leave_scope_(weft_task *task);

/* Makes a group, whose block `parent` is in, an owner, and none again. */
void weft_enter_scope_(weft_scope_ *scope, weft_task *parent, const weft_frame *on_child_end);
void weft_exit_scope_(weft_scope_ *scope);

/* Returns the scope that the task is a child of. `awaitable.scope` of a task names the innermost
 * group whose block the task is in, or that scope. O(groups whose blocks the task is in). */
weft_scope_ *weft_own_scope_(const weft_task *task);

/* A lease begins, and ends; one that is in the memory ends, and is returned (NULL: there is
 * none). */
void weft_add_reuse_hook_(weft_loop *loop, weft_reuse_hook_ *reuse_hook,
                          void (*end)(weft_reuse_hook_ *reuse_hook));
void weft_remove_reuse_hook_(weft_loop *loop, weft_reuse_hook_ *reuse_hook);
weft_reuse_hook_ *weft_take_reuse_hook_in_(weft_loop *loop, const void *memory, size_t size);

void weft_deliver_(weft_task *task, weft_context *context);

/* A request to cancel a task that has not ended; the one that is remembered reaches a task that has
 * just parked. */
void weft_cancel_task_(weft_task *task);
void weft_cancel_parked_(weft_task *task);

/* Ends the memory that weft_shutdown keeps in a task while it cancels one after another. */
void weft_forget_spent_(weft_task *task);

/* Parks the running task until `awaitable` has ended; for a time; until the joint's owner wakes it.
 */
weft_step_ weft_park_awaiting_(weft_task *task, weft_awaitable_ *awaitable);
weft_step_ weft_park_asleep_(weft_task *task, weft_time delay);
weft_step_ weft_park_gathering_(weft_task *task, weft_gather_wait_ *gather_wait);

static inline void weft_set_parked_(weft_task *task, enum weft_parked_ where)
{
    task->root.flags = (uint16_t)((task->root.flags & ~(unsigned)WEFT_PARKED_MASK_) | where);
}

/* Parks the running task for a primitive, whose kind is *kind. It is to wake it (weft_wake_),
 * and to unlink it, where it has linked it, when it runs again. */
static inline weft_step_ weft_park_listed_(weft_task *task, const weft_primitive_info_ **kind)
{
    const weft_step_ result = {WEFT_PARKED_};
    weft_set_parked_(task, WEFT_LISTED_);
    task->live.wait.node.listed_for = kind;
    return result;
}

/* Makes a parked task ready: with what it waited for; with an error, if that is one. */
static inline void weft_wake_as_(weft_task *task, enum weft_parked_ now)
{
    weft_set_parked_(task, now);
    weft_ready_push_(&task->awaitable.scope->loop->ready, &task->live.wait.node);
}

static inline void weft_wake_(weft_task *task)
{
    weft_wake_as_(task, WEFT_NOT_PARKED_);
}

static inline void weft_wake_with_(weft_task *task, const weft_error *error)
{
    if (error) {
        task->live.wait.error = error;
        task->root.flags |= WEFT_HAS_ERROR_;
    }
    weft_wake_(task);
}

/* What a task waits for has come from outside: its timer is due, its descriptor ready. */
void weft_push_wake_up_(weft_loop *loop, weft_wait_ *wait);

/* A failed task's error has been asked for; or nobody asked, and the exception handler is told. */
void weft_mark_retrieved_(weft_task *task);
void weft_report_failure_(weft_task *task);

static inline weft_step_ weft_sleep_(weft_task *task, weft_time delay)
{
    weft_step_ result = {WEFT_YIELDED};
    return delay ? weft_park_asleep_(task, delay) : result;
}

static inline unsigned weft_parked_in_(const weft_task *task)
{
    return task->root.flags & WEFT_PARKED_MASK_;
}

static inline bool weft_is_parked_(const weft_task *task)
{
    return weft_parked_in_(task) - 1u < WEFT_LISTED_;
}

#ifdef __cplusplus
}
#endif
#endif
