#include "core/inspect/report.h"

const char *weft_task_name(const weft_task *task)
{
    const weft_code *const code = task->root.code;
    if (!code->name_at)
        return code->name;
    return *(const char *const *)(const void *)((const char *)&task->root + code->name_at);
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
