#include "core/daemon.h"

void weft_set_daemon(weft_task *task, bool daemon)
{
    task->root.flags &= (uint16_t)~WEFT_DAEMON_;
    if (daemon)
        task->root.flags |= WEFT_DAEMON_;
}

bool weft_is_daemon(const weft_task *task)
{
    return task->root.flags & WEFT_DAEMON_;
}

/* All others are in groups whose blocks those of no group are in, or their children. */
bool weft_only_daemons_(const weft_loop *loop)
{
    const weft_task *task = loop->tasks.children;
    if (!task)
        return false;
    while (task && weft_is_daemon(task))
        task = task->next;
    return !task;
}
