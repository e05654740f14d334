#include "core/inspect/daemon.h"

/* Whether there are tasks, and all that have not ended are daemons, or in the groups of daemons:
 * those in groups are below those of no group. */
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
