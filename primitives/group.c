/* SPDX-License-Identifier: MIT */
#include "primitives/group.h"

WEFT_ERROR_KIND_(weft_group_error) = {.text = WEFT_TEXT_("unhandled errors in a task group")};

WEFT_INFO_(info, .name = "group", .at = offsetof(weft_group, info));

/* ---- Children ---- */

static void abort_children(weft_group *group)
{
    weft_observe_(group->scope.loop, WEFT_NOTES_GROUP_CANCELS_, group, NULL);
    group->aborting = true;
    for (weft_task *child = group->scope.children; child; child = child->next)
        if (!weft_has_ended_(&child->awaitable))
            weft_cancel_task_(child);
    weft_observe_(group->scope.loop, WEFT_NOTES_GROUP_CANCELLED_, group, NULL);
}

static void cancel_parent(weft_group *group)
{
    weft_observe_(group->scope.loop, WEFT_NOTES_GROUP_CANCELS_, group, NULL);
    weft_cancel_task_(group->scope.parent);
    weft_observe_(group->scope.loop, WEFT_NOTES_GROUP_CANCELLED_, group, NULL);
}

/* The flags of a child in the ring of `failed`. No live task has all of these flags. So the group
 * notices if a child's memory was reused. */
enum {
    FAILED_FLAGS = WEFT_PARKED_MASK_ | WEFT_CANCELLED_ | WEFT_HAS_ERROR_ | WEFT_SHUTDOWN_PENDING_
};

static bool is_failed_child(const weft_group *group, const weft_task *task)
{
    return (task->root.flags & FAILED_FLAGS) == FAILED_FLAGS &&
           task->live.wait.node.failed_in == group;
}

/* Empties the ring of `failed` if the memory of its last child was reused: the ring is known by
 * that child alone. */
static void forget_lost_failures(weft_group *group)
{
    if (!group->failed || is_failed_child(group, group->failed))
        return;
    group->failed = NULL;
    group->failures = 0;
}

static void retain_failed(weft_group *group, weft_task *child)
{
    forget_lost_failures(group);
    child->root.flags |= FAILED_FLAGS;
    child->live.wait.node.failed_in = group;
    weft_task_ring_append_(&group->failed, child);
    group->failures++;
}

static void cancel_all(weft_group *group)
{
    if (!group->aborting)
        abort_children(group);
    group->cancelled_parent = true;
    cancel_parent(group);
}

void weft_group_cancel(weft_group *group)
{
    const bool ended = group->exiting && !group->scope.children;
    if (group->scope.parent && !ended && !group->cancelled_parent)
        cancel_all(group);
}

static void child_failed(weft_group *group, weft_task *child)
{
    retain_failed(group, child);
    if (!group->aborting)
        cancel_all(group);
}

/* The callback of a child's end. */
static void child_ended(weft_loop *loop, weft_task *child)
{
    weft_group *const group = WEFT_CONTAINER_(child->awaitable.scope, weft_group, scope);
    weft_leave_scope_(child);
    if (!group->scope.children && group->waits && weft_is_parked_(group->scope.parent))
        weft_wake_(group->scope.parent, NULL);
    if (child->root.flags & WEFT_POOLED_)
        loop->pooled(&group->scope, child);
    if (weft_error_is(child->awaitable.error, &weft_any_error))
        child_failed(group, child);
}

bool weft_group_is_open_(const weft_group *group)
{
    return weft_group_accepts_(group);
}

const weft_error *weft_group_refusal_(void)
{
    WEFT_ERROR_(refused, weft_invalid_state_error, "the group takes no tasks now");
    return refused;
}

const weft_error *weft_group_admits_eager_(const weft_group *group, weft_context *context)
{
    WEFT_ERROR_(elsewhere, weft_invalid_state_error,
                "an eager child is started in another loop's group");
    if (!weft_group_is_open_(group))
        return weft_group_refusal_();
    return group->scope.loop == weft_running_loop_(context) ? NULL : elsewhere;
}

/* ---- The block ---- */

const weft_error *weft_group_enter_(weft_group *group, weft_context *context)
{
    WEFT_ERROR_(entered, weft_invalid_state_error, "the group has been entered");
    if (group->scope.parent)
        return entered;
    weft_task *const parent = weft_running_task_(context);
    weft_group_forget_errors(group);
    *group = (weft_group){.error.kind = &weft_group_error};
    WEFT_SET_INFO_(group, WEFT_INFO_OF_(info));
    group->cancelling = (unsigned char)weft_cancelling(parent);
    weft_enter_scope_(&group->scope, parent, child_ended);
    weft_observe_(group->scope.loop, WEFT_NOTES_GROUP_ENTERED_, group, NULL);
    return NULL;
}

void weft_group_body_left_(weft_group *group, weft_context *context, unsigned exit)
{
    const weft_error *const error = context->error;
    weft_save_exit_(&group->left, exit, context);
    group->exiting = true;
    group->propagates = weft_error_is(error, &weft_cancelled_error);
    if (error && !group->aborting)
        abort_children(group);
}

weft_step_ weft_group_join_begin_(weft_group *group)
{
    if (!group->scope.children)
        return (weft_step_){WEFT_GO_ON_};
    group->waits = true;
    return weft_park_listed_(group->scope.parent, WEFT_WHERE_(group));
}

void weft_group_join_resume_(weft_group *group, weft_context *context)
{
    group->waits = false;
    if (context->error && !group->aborting) {
        group->propagates = true;
        abort_children(group);
    }
    context->error = NULL;
}

/* Returns the group's error, which the block raises. A request to cancel that is still open is made
 * again. */
static const weft_error *fail(weft_group *group)
{
    if (weft_cancelling(group->scope.parent)) {
        weft_uncancel(group->scope.parent);
        cancel_parent(group);
    }
    return &group->error;
}

static const weft_error *error_at_end(weft_group *group)
{
    const weft_error *const error = group->left.error;
    if (group->cancelled_parent)
        group->propagates = weft_uncancel(group->scope.parent) > group->cancelling;
    if (group->propagates && !group->failures)
        return &weft_cancelled_error;
    if (error && !weft_error_is(error, &weft_cancelled_error))
        group->raised = error;
    return group->failures || group->raised ? fail(group) : NULL;
}

unsigned weft_group_exit_(weft_group *group, weft_context *context)
{
    context->error = error_at_end(group);
    weft_observe_(group->scope.loop, WEFT_NOTES_GROUP_LEFT_, group, NULL);
    weft_exit_scope_(&group->scope);
    if (context->error)
        return WEFT_FAILED_;
    /* Without an error of the block, an error of the body is the group's own cancellation. */
    return group->left.error ? WEFT_REACHED_END_ : group->left.how;
}

/* ---- The errors of a group ---- */

/* Returns the group that the error is of; NULL: it is no group's error. */
static const weft_group *group_of(const weft_error *error)
{
    return error && error->kind == &weft_group_error
               ? (const weft_group *)(const void *)((const char *)error -
                                                    offsetof(weft_group, error))
               : NULL;
}

/* Moves the walk to its next failed child. If there are no children left, or the child's memory was
 * reused, moves it to the body's own error. */
static void move_on(weft_error_walk *at, const weft_group *group)
{
    const weft_task *const child = at->next_;
    if (at->left_ && is_failed_child(group, child)) {
        at->error = child->awaitable.error;
        at->task = child;
        at->next_ = child->next;
        at->left_--;
    } else {
        at->error = group->raised;
        at->task = NULL;
    }
}

weft_error_walk weft_first_error(const weft_error *error)
{
    const weft_group *const group = group_of(error);
    weft_error_walk at = {.error = error};
    if (!group)
        return at;
    at.of_ = error;
    if (group->failed && is_failed_child(group, group->failed)) {
        at.next_ = group->failed->next;
        at.left_ = group->failures;
    }
    move_on(&at, group);
    return at;
}

void weft_next_error(weft_error_walk *at)
{
    if (at->task)
        move_on(at, group_of(at->of_));
    else
        at->error = NULL;
}

size_t weft_count_errors(const weft_error *error)
{
    const weft_group *const group = group_of(error);
    return group ? group->failures + !!group->raised : !!error;
}

void weft_group_forget_errors(weft_group *group)
{
    if (group->retained)
        group->scope.loop->pooled(&group->scope, NULL);
    group->failed = NULL;
    group->failures = 0;
    group->raised = NULL;
}
