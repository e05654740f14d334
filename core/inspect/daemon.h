/* Daemons: tasks that nobody waits for, as threading has them. */
#ifndef WEFT_CORE_INSPECT_DAEMON_H
#define WEFT_CORE_INSPECT_DAEMON_H

#include "../awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* threading's thread.daemon = True, of a task: one that serves the others, and waits for them for
 * ever. It is left out of a deadlock: when nothing can ever run again and all tasks that have not
 * ended are daemons, weft_run_forever returns NULL, and weft_dump_deadlock leaves them out. What is
 * in the groups of a daemon is left out with it, marked or not. A daemon that sleeps, or waits for
 * a descriptor, can still run, and so can all: that is no deadlock yet. And a group waits for its
 * children, daemons or not: a daemon is best in none. In all else it is a task like any
 * other: a shutdown cancels it, and waits for its end. *task has been started; the mark lasts until
 * its memory is used for another task. O(1). */
void weft_set_daemon(weft_task *task, bool daemon);

/* thread.daemon: whether it has been marked. O(1). */
bool weft_is_daemon(const weft_task *task);

#ifdef __cplusplus
}
#endif
#endif
