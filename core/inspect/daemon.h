/* Daemons: tasks that a deadlock report leaves out, as Python's threading has daemon threads. */
#ifndef WEFT_CORE_INSPECT_DAEMON_H
#define WEFT_CORE_INSPECT_DAEMON_H

#include "../awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* threading's thread.daemon = True, for a task that serves other tasks and waits for them for ever.
 * Makes a task a daemon, or ends that. If nothing can ever run again, and all tasks that have not
 * ended are daemons, weft_run_forever returns NULL. weft_dump_deadlock leaves daemons out. The
 * tasks in a daemon's groups count as daemons.
 *
 * A daemon that sleeps, or waits for a descriptor, can still run: that is no deadlock. A group
 * waits for all its children, so a daemon should be in no group. Daemons are cancelled by
 * weft_shutdown, which waits for their end. The task must have been started. The mark lasts until
 * the memory is used for another task. O(1). */
void weft_set_daemon(weft_task *task, bool daemon);

/* thread.daemon. Returns true if weft_set_daemon has made the task a daemon. O(1). */
bool weft_is_daemon(const weft_task *task);

#ifdef __cplusplus
}
#endif
#endif
