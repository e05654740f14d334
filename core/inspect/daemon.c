/* SPDX-License-Identifier: MIT */
#include "core/inspect/daemon.h"

/* Returns true if there are tasks, and all of them are daemons or in a daemon's groups. Checks the
 * tasks in no group only: every group is in the block of such a task, or of a task below it. */
static bool only_daemons(const weft_loop *loop)
{
    const weft_task *task = loop->tasks.children;
    if (!task)
        return false;
    while (task && weft_is_daemon(task))
        task = task->next;
    return !task;
}

void weft_set_daemon(weft_task *task, bool daemon)
{
    task->awaitable.scope->loop->only_daemons = only_daemons;
    task->root.flags &= (uint16_t)~WEFT_DAEMON_;
    if (daemon)
        task->root.flags |= WEFT_DAEMON_;
}

bool weft_is_daemon(const weft_task *task)
{
    return task->root.flags & WEFT_DAEMON_;
}
