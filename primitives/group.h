/* SPDX-License-Identifier: MIT */
/* Task groups: a block that ends when its body and all tasks that were created in the group have
 * ended.
 * Such a task is a child of the group. The task that is in the block is the group's parent. */
#ifndef WEFT_PRIMITIVES_GROUP_H
#define WEFT_PRIMITIVES_GROUP_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ExceptionGroup: the kind of every group's error. A program must not give this kind to its own
 * errors. A group's error consists of other errors, which weft_first_error and weft_next_error
 * yield. */
extern const weft_error weft_group_error;

/* asyncio.TaskGroup. A group lives in a frame (a coroutine's struct). It must be all zero bytes
 * before its first use, and must not be moved after weft_with_group. When its block has ended, a
 * task may enter the block again. */
typedef struct weft_group {
    weft_scope_ scope;
    WEFT_INFO_MEMBER_
    weft_task *failed;        /* the last of a circular list of failed children; NULL: none */
    const weft_error *raised; /* the error that left the body; NULL: none, or a cancellation */
    weft_error error;         /* the group's error, whose address the block raises */
    weft_exit left;           /* how the program left the body */
    struct weft_pool_slot_ *retained; /* pool slots of failed children (pool.h); NULL: none */
    weft_reuse_hook_ reuse_hook; /* frees `retained` before this memory is used for another task */
    unsigned failures;           /* the number of children in the list `failed` */
    unsigned char cancelling;    /* weft_cancelling(parent) when the parent entered the block */
    bool exiting : 1;            /* the program has left the body */
    bool waits : 1;              /* the parent waits until the children have ended */
    bool aborting : 1;           /* the group has cancelled its children and accepts no new ones */
    bool cancelled_parent : 1;   /* the group itself cancelled the parent */
    bool propagates : 1;         /* the block must raise a cancellation that others requested */
} weft_group;

/* weft_with_group(weft_group *group) { ... } weft_end: `async with asyncio.TaskGroup() as group:`.
 * Begins a block of the running task, which becomes the group's parent. At the end of the block,
 * the parent waits until all children have ended.
 * If a child fails, the group cancels the other children, and cancels the parent to end the body.
 * If an error other than a cancellation leaves the body, the group cancels the children. In both
 * cases the block then raises the group's error, which is of the kind weft_group_error. If somebody
 * else cancels the parent, the group cancels the children in the order of creation. The block then
 * raises weft_cancelled_error; or the group's error, if a child failed.
 * The group's error is a member of *group. It is valid until a task enters the block again or the
 * memory of *group is reused. The errors that it consists of live in the children. weft_first_error
 * and weft_next_error read the children's memory. So the program must not free that memory before
 * weft_group_forget_errors.
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
    case WEFT_STATE_(WEFT_LATE_STATE_(WEFT_VALUE_(weft_block_))):                                  \
        weft_group_join_resume_((group), weft_context_);                                           \
    }                                                                                              \
    weft_exit_ = weft_group_exit_((group), weft_context_)

/* weft_group_create_task(weft_group *group, name, WEFT_TASK(name) *task, .argument = value, ...)
 * group.create_task(name(...)), in a coroutine. Any task may call this macro: the group's parent, a
 * child, or another task. Starts *task as weft_create_task does, and makes *task a child of the
 * group. The caller owns *task. *task must not be moved, reused or freed until weft_is_free(task)
 * returns true: one tick (iteration of the loop) after the child's end.
 * If the group accepts no child, raises weft_invalid_state_error and does not change *task. A group
 * accepts children from the beginning of its block to its end, but not after the group has
 * cancelled its children. The evaluation of an argument may cancel the group. So may the exception
 * handler, if the loop calls it for an earlier task that failed in the memory *task. In these two
 * cases too, the macro raises weft_invalid_state_error; it starts no child, and *task is free.
 * Panics if another task still uses the memory *task. `group` is evaluated more than once. Costs
 * what weft_create_task costs. */
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
 * weft_invalid_state_error if the group belongs to a loop other than the running loop. */
#define weft_group_create_eager_task(group, name, ...)                                             \
    do {                                                                                           \
        weft_check(weft_group_admits_eager_((group), weft_context_));                              \
        WEFT_CHECK_AND_CREATE_EAGER_(if ((group)->aborting) weft_raise(weft_group_refusal_()),     \
                                     &(group)->scope, name, __VA_ARGS__, );                        \
    } while (0)

/* weft_group_start_task(weft_group *group, name, WEFT_TASK(name) *task, .argument = value, ...)
 * group.create_task(name(...)), outside of a coroutine: for example in a callback. An expression
 * that does what weft_group_create_task does, but returns an error instead of raising the error.
 * Returns NULL if the child was started. `group` and `task` are evaluated more than once. */
#define weft_group_start_task(group, name, ...) WEFT_GROUP_START_TASK_(group, name, __VA_ARGS__, )
#define WEFT_GROUP_START_TASK_(group, name, p, ...)                                                \
    (WEFT_REQUIRE_TASK_TOO_(name, (p)),                                                            \
     weft_group_prepare_((group), &(p)->task, &name##_code, WEFT_FILE_, __LINE__)                  \
         ? ((p)->frame = WEFT_FRAME_(name, NULL, __VA_ARGS__),                                     \
            weft_group_start_((group), &(p)->task, 0))                                             \
         : weft_group_refusal_())

/* group.cancel(), which asyncio has from Python 3.15 on. Cancels the children, and cancels the
 * parent to end the body. From then on the group accepts no children. The block ends without an
 * error, unless a child fails or somebody else cancels the parent too. Does nothing if no task is
 * in the block. Costs O(n) and n calls of weft_cancel, n: the children. */
void weft_group_cancel(weft_group *group);

/* ---- The errors of a group's error ---- */

/* The position of a walk over the errors in a group's error. */
typedef struct weft_error_walk {
    const weft_error *error; /* the current error; NULL: the walk has ended */
    const weft_task *task;   /* the child that failed with `error`; NULL: the body did */
    const weft_error *of_;
    const weft_task *next_;
    size_t left_;
} weft_error_walk;

/* error.exceptions, one by one:
 *
 *     for (weft_error_walk at = weft_first_error(error); at.error; weft_next_error(&at))
 *
 * The walk first yields the errors of the children, in the order in which the children failed; then
 * the body's own error. An error in a group's error may be the error of another group, over which a
 * program can walk too. If `error` is of another kind, the walk yields only `error`. If `error` is
 * NULL, the walk yields nothing.
 * If the memory of a failed child was reused, the walk skips that child and all children that
 * failed later. If the child that failed last was reused, the walk skips all children. The walk
 * then goes on with the body's own error. A walk is valid as long as the group's error is valid;
 * there is nothing to clean up. O(1). */
weft_error_walk weft_first_error(const weft_error *error);
void weft_next_error(weft_error_walk *at);

/* len(error.exceptions). Returns the number of errors in a group's error. A child whose memory was
 * reused counts too. Returns 1 for an error of another kind, and 0 for NULL. O(1). */
size_t weft_count_errors(const weft_error *error);

/* Forgets the errors of a group whose block has ended. The pool slots that the group retains become
 * free (pool.h). weft forgets the errors also when a task enters the block again, or when the
 * group's memory is used for another frame. O(s * g), s: the slots that the group retains, g: the
 * loop's groups that retain slots. */
void weft_group_forget_errors(weft_group *group);

/* ---- Private ---- */

WEFT_DEFINE_RING_(weft_task_ring, weft_task, WEFT_TASK_NEXT_)

/* weft_group_enter_ enters the block. Returns NULL, or the error if a task is in the block already.
 * weft_group_body_left_ notes how the program left the body: `exit` is an enum weft_exit_. */
const weft_error *weft_group_enter_(weft_group *group, weft_context *context);
void weft_group_body_left_(weft_group *group, weft_context *context, unsigned exit);

/* Begins and resumes the wait for the children at the end of the block. */
weft_step_ weft_group_join_begin_(weft_group *group);
void weft_group_join_resume_(weft_group *group, weft_context *context);

/* Ends the block. Returns how the program leaves the block, an enum weft_exit_. Sets context->error
 * to the error that the block raises; NULL: none. */
unsigned weft_group_exit_(weft_group *group, weft_context *context);

/* Returns the error that is raised when the group accepts no child. */
WEFT_MUST_CHECK_ const weft_error *weft_group_refusal_(void);

/* Returns NULL if the group accepts an eager child of the running task; else the error to raise. */
const weft_error *weft_group_admits_eager_(const weft_group *group, weft_context *context);

/* Both return true if the group accepts a child now. One is inline, for programs. */
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
 * true, starts nothing and returns an error. An argument of the child can cancel the group then. So
 * can the exception handler, which weft_prepare_task_ may call. */
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
