/* Task groups: a block that ends when its body and all tasks that were created in it have ended. */
#ifndef WEFT_PRIMITIVES_GROUP_H
#define WEFT_PRIMITIVES_GROUP_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ExceptionGroup: the kind of every group's error. Programs must not give this kind to errors of
 * their own. weft_first_error returns the errors that a group's error consists of. */
extern const weft_error weft_group_error;

/* asyncio.TaskGroup. It lives in a frame, must be all zero bytes before its first use, and must not
 * be moved from weft_with_group on. Its block may be entered again when it has ended. */
typedef struct weft_group {
    weft_scope_ scope;
    const weft_primitive_info_ *info;
    weft_task *failed;                /* a ring of children that failed, in that order */
    const weft_error *raised;         /* by the body; NULL: none */
    weft_error error;                 /* what the block raises */
    weft_exit left;                   /* how the body was left */
    struct weft_pool_slot_ *retained; /* tasks of pools that failed (pool.h) */
    weft_reuse_hook_ reuse_hook;      /* in the loop's hooks while `retained` is not NULL */
    unsigned failures;                /* children in the ring of `failed` */
    unsigned char cancelling;         /* weft_cancelling of the parent when it entered */
    bool exiting : 1;                 /* the body has been left */
    bool waits : 1;                   /* the parent is parked until the children have ended */
    bool aborting : 1;                /* the children were cancelled; no new ones are accepted */
    bool cancelled_parent : 1;        /* the group itself cancelled the parent */
    bool propagates : 1;              /* the block raises a cancellation that is not the group's */
} weft_group;

/* weft_with_group(weft_group *group) { ... } weft_end: `async with asyncio.TaskGroup() as group:`.
 * Begins a block of the running task. The block waits at its end until all children have ended.
 * If a child fails or an error leaves the body, the group cancels the other children and the body.
 * The block then raises the group's error, which is of the kind weft_group_error. If the task is
 * cancelled, the children are cancelled, in the order of creation.
 * The group's error lives in *group, until the block is entered again or that memory is reused. The
 * errors in it live in the children. A walk over them (weft_first_error) reads the children's
 * memory, which must not be freed before weft_group_forget_errors.
 * Raises weft_invalid_state_error if a task is in the block already. `group` is evaluated again
 * when the block is left. O(children). */
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
 * group.create_task(name(...)), in a coroutine: of the group's parent, a child, or any other task.
 * Starts a task as weft_create_task does, as a child that the group waits for. The caller owns
 * *task. It must not be moved, reused or freed until the group has handled the child's end, in the
 * tick after that (weft_is_free).
 * Raises weft_invalid_state_error, and changes nothing in *task, if no task has entered the block,
 * the group has cancelled its children, or the block has ended. Raises it too if the group is
 * cancelled during the call: by an argument, or by the exception handler, which the loop may call
 * for a task that failed in *task. No child is started then, and *task is free. Panics if the
 * memory is in use. `group` is evaluated more than once. Costs what weft_create_task costs. */
#define weft_group_create_task(group, name, ...)                                                   \
    do {                                                                                           \
        WEFT_REQUIRE_TASK_(name, WEFT_FIRST_(__VA_ARGS__));                                        \
        weft_task *const weft_created_ = &(WEFT_FIRST_(__VA_ARGS__))->task;                        \
        if (!weft_group_prepare_((group), weft_created_, &name##_code, __FILE__, __LINE__))        \
            weft_raise(weft_group_refusal_());                                                     \
        *(struct name *)(void *)&weft_created_->root =                                             \
            WEFT_FRAME_(name, NULL, WEFT_REST_(__VA_ARGS__));                                      \
        if (weft_group_start_((group), weft_created_, 0))                                          \
            weft_raise(weft_group_refusal_());                                                     \
    } while (0)

/* weft_group_create_eager_task(weft_group *group, name, WEFT_TASK(name) *task, .argument = value,
 * ...) group.create_task(name(...), eager_start=True), in a coroutine. Does what
 * weft_group_create_task does, but the child runs at once, up to its first wait
 * (weft_create_eager_task). Raises weft_invalid_state_error also if the group belongs to another
 * loop than the running one. */
#define weft_group_create_eager_task(group, name, ...)                                             \
    do {                                                                                           \
        weft_check(weft_group_admits_eager_((group), weft_context_));                              \
        WEFT_CHECK_AND_CREATE_EAGER_(if ((group)->aborting) weft_raise(weft_group_refusal_()),     \
                                     &(group)->scope, name, __VA_ARGS__);                          \
    } while (0)

/* weft_group_start_task(weft_group *group, name, WEFT_TASK(name) *task, .argument = value, ...)
 * group.create_task(name(...)), outside of a coroutine. An expression that does what
 * weft_group_create_task does, but returns the error; NULL: the child was started. `group` and
 * `task` are evaluated more than once. */
#define weft_group_start_task(group, name, ...)                                                    \
    (WEFT_REQUIRE_TASK_TOO_(name, (WEFT_FIRST_(__VA_ARGS__))),                                     \
     weft_group_prepare_((group), &(WEFT_FIRST_(__VA_ARGS__))->task, &name##_code, __FILE__,       \
                         __LINE__)                                                                 \
         ? ((WEFT_FIRST_(__VA_ARGS__))->frame = WEFT_FRAME_(name, NULL, WEFT_REST_(__VA_ARGS__)),  \
            weft_group_start_((group), &(WEFT_FIRST_(__VA_ARGS__))->task, 0))                      \
         : weft_group_refusal_())

/* group.cancel(), which asyncio has from Python 3.15 on. Cancels the body and the children; the
 * group accepts no more children. The block then ends without an error, unless a child fails or the
 * task is cancelled by others too. Does nothing if no task is in the block. O(children), and for
 * each what weft_cancel costs. */
void weft_group_cancel(weft_group *group);

/* ---- The errors of a group's error ---- */

/* A walk over the errors of a group's error. */
typedef struct weft_error_walk {
    const weft_error *error; /* the error that the walk is at; NULL: no more */
    const weft_task *task;   /* the child that failed with it; NULL: the group's body */
    const weft_error *of_;
    const weft_task *next_;
    size_t left_;
} weft_error_walk;

/* error.exceptions, one by one:
 *
 *     for (weft_error_walk at = weft_first_error(error); at.error; weft_next_error(&at))
 *
 * First come the errors of the children, in the order of failing; then the body's own error. An
 * error in a group's error may be another group's error, which can be walked too. For an error of
 * another kind, the walk has that error alone; for NULL, none.
 * If the memory of a failed child was reused, the walk goes on with the body's own error. If that
 * child was the last one that failed, the errors of all children are lost. The walk holds pointers
 * alone: it is valid as long as the group's error. O(1). */
weft_error_walk weft_first_error(const weft_error *error);
void weft_next_error(weft_error_walk *at);

/* len(error.exceptions). Returns how many errors the group's error was made of, children whose
 * memory was reused included. Returns 1 for an error of another kind, 0 for NULL. O(1). */
size_t weft_count_errors(const weft_error *error);

/* Forgets the errors of a group that has ended, and gives the pool slots that the group retains
 * back to their pools (pool.h). Entering the block again, or reusing the group's memory for a
 * frame, does this too. O(retained slots), and for each O(groups that retain any). */
void weft_group_forget_errors(weft_group *group);

/* ---- Private ---- */

WEFT_DEFINE_RING_(weft_task_ring, weft_task, WEFT_TASK_NEXT_)

/* Enters the block, and leaves its body. `exit` is how: enum weft_exit_. */
const weft_error *weft_group_enter_(weft_group *group, weft_context *context);
void weft_group_body_left_(weft_group *group, weft_context *context, unsigned exit);

/* The wait for the children at the end of the block. */
weft_step_ weft_group_join_begin_(weft_group *group);
void weft_group_join_resume_(weft_group *group, weft_context *context);

/* Ends the block. Returns how it is left: enum weft_exit_; context->error is what it raises. */
unsigned weft_group_exit_(weft_group *group, weft_context *context);

/* Returns the error that is raised when the group accepts no child. */
WEFT_MUST_CHECK_ const weft_error *weft_group_refusal_(void);

/* Returns NULL if the group accepts an eager child of the running task; else the error. */
const weft_error *weft_group_admits_eager_(const weft_group *group, weft_context *context);

/* Returns true if the group accepts a child. */
static inline bool weft_group_accepts_(const weft_group *group)
{
    return group->scope.parent && !group->aborting && !(group->exiting && !group->scope.children);
}

/* Prepares the memory for a child. Returns false, and changes nothing, if the group accepts
 * none. */
static inline bool weft_group_prepare_(weft_group *group, weft_task *task, const weft_code *code,
                                       const char *file, unsigned line)
{
    if (WEFT_UNLIKELY_(!weft_group_accepts_(group)))
        return false;
    weft_prepare_task_(&group->scope, task, code, file, line);
    return true;
}

/* Starts the child, and returns NULL. Returns an error, and starts nothing, if the group was
 * cancelled since weft_group_accepts_: by an argument, or by the exception handler that
 * weft_prepare_task_ may call. */
static inline const weft_error *weft_group_start_(weft_group *group, weft_task *task,
                                                  unsigned flags)
{
    if (WEFT_UNLIKELY_(group->aborting))
        return weft_group_refusal_();
    task->root.flags |= (uint16_t)flags;
    weft_start_task_(&group->scope, task);
    return NULL;
}

#ifdef __cplusplus
}
#endif
#endif
