/* SPDX-License-Identifier: MIT */
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
    const weft_location location = {frame->code->name, frame->code->file,
                                    weft_line_of_(frame->state)};
    return location;
}

static void read_primitive(weft_wait_info *info, const weft_primitive_info_ *const *primitive)
{
    info->what = (*primitive)->name;
    info->object = (const char *)primitive - (*primitive)->at;
    if ((*primitive)->holder)
        info->holder = (*primitive)->holder(primitive);
}

weft_wait_info weft_task_waits_for(const weft_task *task)
{
    weft_wait_info info = {"nothing", NULL, NULL, -1};
    if (weft_has_ended_(&task->awaitable))
        return info;
    switch (weft_parked_in_(task)) {
    case WEFT_ASLEEP_:
        info.what = "sleep";
        break;
    case WEFT_WATCHING_:
        if (weft_is_callback_(&task->live.wait.node))
            break; /* the task is notified: its wait has no descriptor any more */
        info.descriptor = task->live.wait.watched.descriptor;
        info.what = task->live.wait.watched.mark & 1 ? "writable" : "readable";
        break;
    case WEFT_AWAITING_:
        info.object = task->live.wait.target;
        info.what = weft_awaitable_task_(task->live.wait.target) ? "task" : "future";
        break;
    case WEFT_GATHERING_:
        info.what = "gather";
        info.object = task->live.wait.gather_wait;
        break;
    case WEFT_LISTED_:
    case WEFT_CHECKED_:
        read_primitive(&info, task->live.wait.node.listed_for);
        break;
    default:
        break;
    }
    return info;
}
