#include "core/inspect/report.h"

const char *weft_task_name(const weft_task *task)
{
    const weft_code *const code = task->root.code;
    if (!code->name_at)
        return code->name;
    return *(const char *const *)(const void *)((const char *)&task->root + code->name_at);
}

/* `task`, or the first one behind it that has not ended; NULL behind the last owner's last. */
static weft_task *not_ended(weft_task *task, weft_scope_ *scope)
{
    while (!task || weft_has_ended_(&task->awaitable)) {
        if (task) {
            task = task->next;
            continue;
        }
        scope = scope->next;
        if (scope == &scope->loop->tasks)
            return NULL;
        task = scope->children;
    }
    return task;
}

weft_task *weft_first_task(weft_loop *loop)
{
    return not_ended(loop->tasks.children, &loop->tasks);
}

weft_task *weft_next_task(weft_task *task)
{
    return not_ended(task->next, weft_own_scope_(task));
}

const weft_frame *weft_task_innermost(const weft_task *task)
{
    if (weft_has_ended_(&task->awaitable))
        return NULL;
    const weft_wait_ *const wait = &task->live.wait;
    return weft_is_callback_(&wait->node) ? wait->innermost : wait->node.frame;
}

const weft_frame *weft_task_caller(const weft_task *task, const weft_frame *frame)
{
    return frame == &task->root ? NULL : frame->caller;
}

weft_location weft_frame_location(const weft_frame *frame)
{
    const weft_location place = {frame->code->name, frame->code->file, weft_line_of_(frame->state)};
    return place;
}

static void look_at_kind(weft_wait_info *waiting, const weft_primitive_info_ *const *primitive)
{
    waiting->what = (*primitive)->name;
    waiting->object = (const char *)primitive - (*primitive)->at;
    if ((*primitive)->holder)
        waiting->holder = (*primitive)->holder(primitive);
}

weft_wait_info weft_task_waits_for(const weft_task *task)
{
    weft_wait_info waiting = {"nothing", NULL, NULL, -1};
    if (weft_has_ended_(&task->awaitable))
        return waiting;
    switch (weft_parked_in_(task)) {
    case WEFT_ASLEEP_:
        waiting.what = "sleep";
        break;
    case WEFT_WATCHING_:
        if (weft_is_callback_(&task->live.wait.node))
            break; /* it has been told: there is no descriptor any more */
        waiting.descriptor = task->live.wait.watched.descriptor;
        waiting.what = task->live.wait.watched.mark & 1 ? "writable" : "readable";
        break;
    case WEFT_AWAITING_:
        waiting.object = task->live.wait.target;
        waiting.what = weft_awaitable_task_(task->live.wait.target) ? "task" : "future";
        break;
    case WEFT_GATHERING_:
        waiting.what = "gather";
        waiting.object = task->live.wait.gather_wait;
        break;
    case WEFT_LISTED_:
        look_at_kind(&waiting, task->live.wait.node.listed_for);
        break;
    default:
        break;
    }
    return waiting;
}
