/* SPDX-License-Identifier: MIT */
/* Daemons: tasks that do not keep a program running, like the daemon threads of Python's
 * threading. */
#ifndef WEFT_CORE_INSPECT_DAEMON_H
#define WEFT_CORE_INSPECT_DAEMON_H

#include "../awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* threading's thread.daemon = True. For a task that serves other tasks and never ends by itself. If
 * `daemon` is true, makes the task a daemon. Otherwise makes the task an ordinary task. The task
 * must have been started. In a deadlock, no task can ever run again. If all tasks in a deadlock are
 * daemons, weft_run_forever returns NULL instead of weft_deadlock_error. weft_dump_deadlock does
 * not write daemons. The tasks in a daemon's groups count as daemons.
 *
 * If a daemon sleeps or waits for a descriptor, it can still wake other tasks. So while it does,
 * the loop reports no deadlock. A group waits for all its children, so a daemon should not be in a
 * group. weft_shutdown cancels daemons too, and waits until they have ended. The setting lasts
 * until the program uses the memory of *task for another task. O(1). */
void weft_set_daemon(weft_task *task, bool daemon);

/* thread.daemon. Returns true if weft_set_daemon has made the task a daemon. O(1). */
bool weft_is_daemon(const weft_task *task);

#ifdef __cplusplus
}
#endif
#endif
