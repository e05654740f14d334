#include "core/daemon.h"

/* While the owners are walked, `previous` is NULL of those that a daemon has. A task is older than
 * its groups: the owner that it is in comes first. */
static bool is_left_out(const weft_task *task)
{
    return weft_is_daemon(task) || !task->awaitable.owner->previous;
}

static bool only_daemons_in(const weft_owner *owner)
{
    for (const weft_task *task = owner->children; task; task = task->next)
        if (!weft_has_ended_(&task->awaitable) && !is_left_out(task))
            return false;
    return true;
}

/* Whether there are tasks, and all that have not ended are daemons, or in the groups of daemons. */
static bool only_daemons(weft_loop *loop)
{
    weft_owner *owner = &loop->tasks;
    if (!owner->children)
        return false;
    bool only = only_daemons_in(owner);
    while (only && (owner = owner->next) != &loop->tasks) {
        if (is_left_out(owner->parent))
            owner->previous = NULL;
        only = only_daemons_in(owner);
    }
    weft_restore_owners_(loop);
    return only;
}

void weft_set_daemon(weft_task *task, bool daemon)
{
    weft_loop *const loop = task->awaitable.owner->loop;
    loop->only_daemons = only_daemons;
    task->root.flags &= (uint16_t)~WEFT_DAEMON_;
    if (daemon)
        task->root.flags |= WEFT_DAEMON_;
}

bool weft_is_daemon(const weft_task *task)
{
    return task->root.flags & WEFT_DAEMON_;
}
