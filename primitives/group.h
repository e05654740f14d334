/* SPDX-License-Identifier: MIT */
/* Task groups: a group is a block in which tasks are created, and which waits for these tasks.
 * The block ends when its body and all these tasks have ended. These tasks are called the group's
 * children. The task that executes the block is called the group's parent. */
#ifndef WEFT_PRIMITIVES_GROUP_H
#define WEFT_PRIMITIVES_GROUP_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ExceptionGroup: the kind of every group's error. A program must not give this kind to its own
 * errors. A group's error contains other errors. A program reads them with weft_first_error and
 * weft_next_error. */
extern const weft_error weft_group_error;

/* asyncio.TaskGroup. A group lives in a frame (a coroutine's struct). A group must be all zero
 * bytes before its first use, and must not be moved after weft_with_group. When the group's block
 * has ended, a task may use the group for another block. */
typedef struct weft_group {
    weft_scope_ scope;
    WEFT_INFO_MEMBER_
    weft_task *failed;        /* the last in a circular list of the failed children; NULL: none */
    const weft_error *raised; /* the error of the body; NULL: no error, or a cancellation */
    weft_error error;         /* the group's error, whose address the block raises */
    weft_exit left;           /* how the parent left the body */
    struct weft_pool_slot_ *retained; /* pool slots of failed children (pool.h); NULL: none */
    weft_reuse_hook_ reuse_hook;      /* frees `retained` before the group's memory is reused */
    unsigned failures;                /* the number of children in the list `failed` */
    unsigned char cancelling;  /* weft_cancelling(parent) when the parent entered the block */
    bool exiting : 1;          /* the parent has left the body */
    bool waits : 1;            /* the parent waits until the children have ended */
    bool aborting : 1;         /* the group has cancelled its children, and accepts no others */
    bool cancelled_parent : 1; /* the group has cancelled the parent */
    bool propagates : 1;       /* the block must raise a cancellation of the parent */
} weft_group;

/* weft_with_group(weft_group *group) { ... } weft_end: `async with asyncio.TaskGroup() as group:`.
 * Begins a block. The running task executes the block, and becomes the group's parent. At the end
 * of the block, the parent waits until all children of the group have ended.
 * If a child fails, the group cancels the other children. The group also cancels the parent, so
 * that the body ends. If the body ends with an error other than a cancellation, the group cancels
 * the children. In both cases the block then raises the group's error, which is of the kind
 * weft_group_error. If the program or a shutdown cancels the parent, the group cancels the children
 * in the order of their creation. The block then raises weft_cancelled_error. But if a child failed
 * too, the block raises the group's error.
 * The group's error is a member of *group. The group's error is valid until a task uses *group for
 * another block, or until the memory of *group is reused. The functions weft_first_error and
 * weft_next_error read the memory of the failed children. So the program must not free the memory
 * of a failed child before it has called weft_group_forget_errors.
 * Raises weft_invalid_state_error if a task is in the block already. `group` is evaluated again
 * when the task leaves the block. O(n), n: the children. */
#define weft_with_group(group)                                                                     \
    WEFT_BLOCK_(weft_check(weft_group_enter_((group), weft_context_)), WEFT_LEAVE_GROUP_(group))

#define WEFT_LEAVE_GROUP_(group)                                                                   \
    weft_group_body_left_((group), weft_context_, weft_exit_);                                     \
    weft_frame_->state = WEFT_LATE_STATE_(WEFT_VALUE_(weft_block_));                               \
    for (;;) {                                                                                     \
        WEFT_FOLLOW_(weft_group_join_begin_(group));                                               \
        break;                                                                                     \
    case WEFT_STATES_ + WEFT_LATE_STATE_(WEFT_VALUE_(weft_block_)):                                \
        weft_group_join_resume_((group), weft_context_);                                           \
    }                                                                                              \
    weft_exit_ = weft_group_exit_((group), weft_context_)

/* weft_group_create_task(weft_group *group, name, WEFT_TASK(name) *task, .argument = value, ...)
 * group.create_task(name(...)), in a coroutine. Any task may call this macro: the group's parent, a
 * child, or another task. Starts *task as weft_create_task does, and makes *task a child of the
 * group. The program owns *task, and must not move, reuse or free *task until weft_is_free(task)
 * returns true. That is so at the latest in the tick (iteration of the loop) after the one in which
 * the child ends.
 * If the group does not accept a child, raises weft_invalid_state_error and does not change *task.
 * A group accepts children from the beginning to the end of its block, but not after the group has
 * cancelled its children. The evaluation of an argument of this macro may cancel the group. The
 * exception handler may cancel the group too: the loop calls it if an earlier task in the memory
 * *task failed. In these two cases, the macro raises weft_invalid_state_error and starts no child,
 * and *task is free. Panics if another task still uses the memory *task. `group` is evaluated more
 * than once. Costs what weft_create_task costs. */
#define weft_group_create_task(group, name, ...) WEFT_GROUP_CREATE_TASK_(group, name, __VA_ARGS__, )
#define WEFT_GROUP_CREATE_TASK_(group, name, p, ...)                                               \
    do {                                                                                           \
        WEFT_REQUIRE_TASK_(name, p);                                                               \
        weft_task *const weft_created_ = &(p)->task;                                               \
        if (!weft_group_prepare_((group), weft_created_, &name##_code, WEFT_FILE_, __LINE__))      \
            weft_raise(weft_group_refusal_());                                                     \
        *(struct name *)(void *)&weft_created_->root = WEFT_FRAME_(name, NULL, __VA_ARGS__);       \
        if (weft_group_start_((group), weft_created_, 0))                                          \
            weft_raise(weft_group_refusal_());                                                     \
    } while (0)

/* weft_group_create_eager_task(weft_group *group, name, WEFT_TASK(name) *task, .argument = value,
 *                              ...)
 * group.create_task(name(...), eager_start=True), in a coroutine. Does what weft_group_create_task
 * does, but the child runs at once, up to its first wait (weft_create_eager_task). Also raises
 * weft_invalid_state_error if the group belongs to another loop than the calling task. */
#define weft_group_create_eager_task(group, name, ...)                                             \
    do {                                                                                           \
        weft_check(weft_group_admits_eager_((group), weft_context_));                              \
        WEFT_CHECK_AND_CREATE_EAGER_(if ((group)->aborting) weft_raise(weft_group_refusal_()),     \
                                     &(group)->scope, name, __VA_ARGS__, );                        \
    } while (0)

/* weft_group_start_task(weft_group *group, name, WEFT_TASK(name) *task, .argument = value, ...)
 * group.create_task(name(...)), outside of a coroutine: for example in a callback. This macro is an
 * expression. It does what weft_group_create_task does, but returns the error instead of raising
 * it. Returns NULL if the child was started. `group` and `task` are evaluated more than once. */
#define weft_group_start_task(group, name, ...) WEFT_GROUP_START_TASK_(group, name, __VA_ARGS__, )
#define WEFT_GROUP_START_TASK_(group, name, p, ...)                                                \
    (WEFT_REQUIRE_TASK_TOO_(name, (p)),                                                            \
     weft_group_prepare_((group), &(p)->task, &name##_code, WEFT_FILE_, __LINE__)                  \
         ? ((p)->frame = WEFT_FRAME_(name, NULL, __VA_ARGS__),                                     \
            weft_group_start_((group), &(p)->task, 0))                                             \
         : weft_group_refusal_())

/* group.cancel(), which asyncio has from Python 3.15 on. Cancels the children. Also cancels the
 * parent, so that the body ends. From then on, the group accepts no children. The block ends
 * without an error, unless a child fails or the program cancels the parent too. Does nothing if no
 * task is in the block. The cost is O(n) plus n calls of weft_cancel, n: the children. */
void weft_group_cancel(weft_group *group);

/* ---- The errors of a group's error ---- */

/* The position of a walk over the errors that a group's error contains. */
typedef struct weft_error_walk {
    const weft_error *error; /* the current error; NULL: the walk has ended */
    const weft_task *task;   /* the child that failed with `error`; NULL: the body failed with it */
    const weft_error *of_;
    const weft_task *next_;
    size_t left_;
} weft_error_walk;

/* error.exceptions, one by one:
 *
 *     for (weft_error_walk at = weft_first_error(error); at.error; weft_next_error(&at))
 *
 * If `error` is a group's error, the walk first yields the errors of the children, in the order in
 * which the children failed. Then the walk yields the error with which the body ended. A yielded
 * error may be the error of another group, over which the program can walk too. If `error` is not a
 * group's error, the walk yields only `error`. If `error` is NULL, the walk yields nothing.
 * If the memory of a failed child was reused, the walk skips that child and all children that
 * failed later. If the memory of the child that failed last was reused, the walk skips all
 * children. The walk then goes on with the error of the body. A walk is valid as long as the
 * group's error is valid, and needs no clean-up. Each call costs O(1). */
weft_error_walk weft_first_error(const weft_error *error);
void weft_next_error(weft_error_walk *at);

/* len(error.exceptions). Returns the number of errors that a group's error contains. Counts also
 * the failed children whose memory was reused. If `error` is not a group's error, returns 1. If
 * `error` is NULL, returns 0. O(1). */
size_t weft_count_errors(const weft_error *error);

/* Forgets the errors of a group whose block has ended. A group retains the pool slots of its failed
 * children (pool.h); these slots become free. The group also forgets its errors when a task uses
 * the group for another block, or when the group's memory is used for another frame. O(s * g), s:
 * the slots that the group retains, g: the groups of the loop that retain slots. */
void weft_group_forget_errors(weft_group *group);

/* ---- Private ---- */

WEFT_DEFINE_RING_(weft_task_ring, weft_task, WEFT_TASK_NEXT_)

/* The function weft_group_enter_ begins the block. If a task is in the block already, it returns an
 * error; otherwise NULL. The function weft_group_body_left_ notes how the parent left the body:
 * `exit` is an enum weft_exit_. */
const weft_error *weft_group_enter_(weft_group *group, weft_context *context);
void weft_group_body_left_(weft_group *group, weft_context *context, unsigned exit);

/* These two functions are the two halves of the parent's wait for the children at the end of the
 * block. The first one begins the wait; the second one runs each time the parent is resumed. */
weft_step_ weft_group_join_begin_(weft_group *group);
void weft_group_join_resume_(weft_group *group, weft_context *context);

/* Ends the block. Returns how the parent leaves the block, as an enum weft_exit_. Sets
 * context->error to the error that the block raises; NULL: no error. */
unsigned weft_group_exit_(weft_group *group, weft_context *context);

/* Returns the error that is raised when the group accepts no child. */
WEFT_MUST_CHECK_ const weft_error *weft_group_refusal_(void);

/* Returns NULL if the running task may create an eager child in the group. Otherwise returns the
 * error that the macro must raise. */
const weft_error *weft_group_admits_eager_(const weft_group *group, weft_context *context);

/* Both functions return true if the group accepts a child now. Programs use the inline one, which
 * is faster. */
bool weft_group_is_open_(const weft_group *group);
static inline bool weft_group_accepts_(const weft_group *group)
{
    return group->scope.parent && !group->aborting && !(group->exiting && !group->scope.children);
}

/* Prepares the memory *task for a child. If the group accepts no child, changes nothing and returns
 * false. */
static inline bool weft_group_prepare_(weft_group *group, weft_task *task, const weft_code *code,
                                       const char *file, unsigned line)
{
    if (WEFT_UNLIKELY_(!weft_group_accepts_(group)))
        return false;
    weft_prepare_task_(group->scope.loop, task, code, file, line);
    return true;
}

/* Starts the child, and returns NULL. If the group was cancelled after weft_group_accepts_ returned
 * true, starts no child and returns an error. In that time, the evaluation of an argument can
 * cancel the group. The exception handler, which weft_prepare_task_ may call, can cancel the group
 * too. */
static inline const weft_error *weft_group_start_(weft_group *group, weft_task *task,
                                                  unsigned flags)
{
    if (WEFT_UNLIKELY_(group->aborting))
        return weft_group_refusal_();
    task->root.flags |= (uint16_t)flags;
    weft_start_task_(&group->scope, task, false);
    return NULL;
}

#ifdef __cplusplus
}
#endif
#endif
