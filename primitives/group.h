/* Task groups: a block that ends when all tasks that were created in it have. */
#ifndef WEFT_PRIMITIVES_GROUP_H
#define WEFT_PRIMITIVES_GROUP_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ExceptionGroup: the kind of a group's error, and of nothing else: it is no kind for errors of the
 * program's own. What one is made of: weft_first_error. */
extern const weft_error weft_group_error;

/* asyncio.TaskGroup: one lives in a frame, and is all zero at first. */
typedef struct weft_group {
    weft_scope_ scope;
    const weft_primitive_info_ *kind;
    weft_task *failed;            /* the last of a ring of children that failed, in that order */
    const weft_error *raised;     /* by the body itself */
    weft_error error;             /* what the block raises */
    weft_exit left;               /* how the body was left */
    struct weft_pool_slot_ *kept; /* tasks of pools that failed (pool.h) */
    weft_reuse_hook_ reuse_hook;  /* ... while there are any */
    unsigned failures;            /* how many children are in the list of `failed` */
    unsigned char cancelling;     /* the parent's count when it entered */
    bool exiting : 1;             /* the body has been left */
    bool waits : 1;               /* ... and the parent is parked for the children */
    bool aborting : 1;            /* the children have been cancelled; no new ones are accepted */
    bool cancelled_parent : 1;    /* by the group itself */
    bool propagates : 1;          /* a cancellation that is not the group's own */
} weft_group;

/* weft_with_group(weft_group *group) { ... } weft_end: `async with asyncio.TaskGroup() as group:`.
 * Ends when its body and all its children have. If a child fails, or an error leaves the body, the
 * other children and the body are cancelled, and the block raises the group's error, of the kind
 * weft_group_error. A cancellation of the task cancels the children. Children are cancelled in the
 * order of creation. The group's error lives in *group: until that is entered again or its memory
 * is used for something else; its parts, until the children's memory is, which a walk over them
 * reads: it is not to be freed before that (weft_group_forget_errors). Entering one that has been
 * entered raises weft_invalid_state_error. `group` is evaluated again when the block is left.
 * O(children). */
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
 * group.create_task(name(...)), in a coroutine (the group's parent, a child, or any other): as
 * weft_create_task, but the group waits for it. Raises weft_invalid_state_error if the group has
 * not been entered, is shutting down or has ended; nothing has happened to *task then. Raises it
 * too if the group is cancelled meanwhile: by the evaluation of an argument, or by the exception
 * handler, which is told of a task that failed in *task. Nothing is started then, and *task is
 * free. *task must stay what it is until the group has heard of its end, in the tick after that.
 * `group` is evaluated more than once. Cost as weft_create_task. */
#define weft_group_create_task(group, name, ...)                                                   \
    do {                                                                                           \
        WEFT_REQUIRE_TASK_(name, WEFT_FIRST_(__VA_ARGS__));                                        \
        weft_task *const weft_created_ = &(WEFT_FIRST_(__VA_ARGS__))->task;                        \
        if (!weft_group_prepare_((group), weft_created_, &name##_code, __FILE__, __LINE__))        \
            weft_raise(weft_group_refusal_());                                                     \
        *(struct name *)(void *)&weft_created_->root =                                             \
            WEFT_FRAME_(name, NULL, WEFT_REST_(__VA_ARGS__));                                      \
        if (weft_group_started_((group), weft_created_, 0))                                        \
            weft_raise(weft_group_refusal_());                                                     \
    } while (0)

/* weft_group_create_eager_task(group, name, task, .argument = value, ...)
 * group.create_task(name(...), eager_start=True): the same, as weft_create_eager_task. Raises
 * weft_invalid_state_error if the group belongs to another loop, which does not run the caller. */
#define weft_group_create_eager_task(group, name, ...)                                             \
    do {                                                                                           \
        weft_check(weft_group_admits_eager_((group), weft_context_));                              \
        WEFT_CHECK_AND_CREATE_EAGER_(if ((group)->aborting) weft_raise(weft_group_refusal_()),     \
                                     &(group)->scope, name, __VA_ARGS__);                          \
    } while (0)

/* weft_group_start_task(group, name, task, .argument = value, ...)
 * The same outside of a coroutine: an expression, NULL or weft_invalid_state_error. `group` and
 * `task` are evaluated more than once. */
#define weft_group_start_task(group, name, ...)                                                    \
    (WEFT_REQUIRE_TASK_TOO_(name, (WEFT_FIRST_(__VA_ARGS__))),                                     \
     weft_group_prepare_((group), &(WEFT_FIRST_(__VA_ARGS__))->task, &name##_code, __FILE__,       \
                         __LINE__)                                                                 \
         ? ((WEFT_FIRST_(__VA_ARGS__))->frame = WEFT_FRAME_(name, NULL, WEFT_REST_(__VA_ARGS__)),  \
            weft_group_started_((group), &(WEFT_FIRST_(__VA_ARGS__))->task, 0))                    \
         : weft_group_refusal_())

/* group.cancel() (TaskGroup's from 3.15 on): cancels the body and the children, and takes no more.
 * The block ends then, without an error, unless a child fails, or the task is cancelled from
 * elsewhere too. Of a group that has not been entered, or has ended: nothing. O(children), and for
 * each what weft_cancel costs. */
void weft_group_cancel(weft_group *group);

/* ---- The errors of a group's error ---- */

/* One of them, and where the next ones are. */
typedef struct weft_error_walk {
    const weft_error *error; /* NULL: there are no more */
    const weft_task *task;   /* the child that failed with it; NULL: the body */
    const weft_error *of_;
    const weft_task *next_;
    size_t left_;
} weft_error_walk;

/* error.exceptions, one by one, in the order of failing, the body's own last:
 *
 *     for (weft_error_walk at = weft_first_error(error); at.error; weft_next_error(&at))
 *
 * Of an error that is no group's: itself alone. One of them may be a group's error, to be walked
 * likewise. If the memory of a child that failed has been used again, the walk ends there, with the
 * body's own; and if it was that of the last one, those before it are lost as well. The walk knows
 * addresses alone, and lasts as long as the group's error. O(1). */
weft_error_walk weft_first_error(const weft_error *error);
void weft_next_error(weft_error_walk *at);

/* len(error.exceptions): also of those whose memory has been used again since. 1 of an error that
 * is no group's, 0 of NULL. O(1). */
size_t weft_count_errors(const weft_error *error);

/* Forgets the errors of a group that has ended, and gives back the slots of a pool that they are in
 * (pool.h); entering the group again, or using its memory for a frame, does the same. O(slots that
 * it keeps), each O(groups that keep any). */
void weft_group_forget_errors(weft_group *group);

const weft_error *weft_group_enter_(weft_group *group, weft_context *context);
void weft_group_body_left_(weft_group *group, weft_context *context, unsigned exit);
weft_step_ weft_group_join_begin_(weft_group *group);
void weft_group_join_resume_(weft_group *group, weft_context *context);
unsigned weft_group_exit_(weft_group *group, weft_context *context);

WEFT_MUST_CHECK_ const weft_error *weft_group_refusal_(void);
const weft_error *weft_group_admits_eager_(const weft_group *group, weft_context *context);

/* Whether it takes a child now. */
static inline bool weft_group_accepts_(const weft_group *group)
{
    return group->scope.parent && !group->aborting && !(group->exiting && !group->scope.children);
}

static inline bool weft_group_prepare_(weft_group *group, weft_task *task, const weft_code *code,
                                       const char *file, unsigned line)
{
    if (WEFT_UNLIKELY_(!weft_group_accepts_(group)))
        return false;
    weft_prepare_task_(&group->scope, task, code, file, line);
    return true;
}

/* The exception handler, which weft_prepare_task_ may call, and the child's arguments may have
 * cancelled the group since weft_group_accepts_. Nothing is started then. */
static inline const weft_error *weft_group_started_(weft_group *group, weft_task *task,
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
