/* Dumps: all tasks of a loop as text, with what each waits for, where, and which task holds it. */
#ifndef WEFT_CORE_INSPECT_DUMP_H
#define WEFT_CORE_INSPECT_DUMP_H

#include "../awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the next piece of a text: some words, a line, or a part of a line. The arguments are in
 * the order of fputs(). `to` is the caller's. The function may read tasks (weft_first_task,
 * weft_task_waits_for, ...). It must not create, start, cancel, wake or dump tasks, nor run the
 * loop. It must return (no longjmp). */
typedef void weft_write(const char *text, void *to);

/* Writes all tasks that have not ended, as a tree. Below each task, and indented, are the tasks in
 * the groups whose blocks it is in. The outermost block comes first.
 *
 *     main waits for: group
 *         crawl.c:60: in main
 *         in its group:
 *             fetch waits for: lock, which store holds
 *                 crawl.c:31: in fetch
 *                 crawl.c:17: in connect
 *             store is ready; requests to cancel: 1
 *                 crawl.c:44: in store
 *
 * Each task has a line with its name and one of these:
 *   - what the task waits for; of a lock, its holder; of an await, the task; of a gather, the first
 *     part that has not ended, and how many more there are
 *   - that it runs, that it is ready, or that it has not begun; and the error that it will raise
 * Then comes a line for each nested await, the outermost first. In a task that runs, the innermost
 * line is the await that it has passed last. Below ten levels of groups the indent does not grow,
 * and the line says its level instead.
 *
 * A holder that has ended, or belongs to another loop, is not named. If another task lives in the
 * memory of a holder that has ended, the dump takes that task for the holder.
 *
 * May be called at any time in the loop's thread: in a task, in a callback, between runs. Changes
 * nothing that a program can see. While `write` runs, every link is as the loop has it. Allocates
 * nothing, and needs a constant amount of stack.
 *
 * For n tasks, groups, nested awaits, and parts of gathers: O(n), and more for
 *   nested awaits             O(log(nested awaits of the task)) each
 *   groups around each other  O(sqrt(groups)) each, in the worst order of entering them
 *   all tasks                 O(bits of an address) each, if a task waits for what can be held */
void weft_dump(weft_loop *loop, weft_write *write, void *to);

/* Does what weft_dump does, after a run has ended with weft_deadlock_error. Says so first. Leaves
 * out the daemons and the tasks in their groups, and writes at the end how many daemons there
 * are. */
void weft_dump_deadlock(weft_loop *loop, weft_write *write, void *to);

#ifdef __cplusplus
}
#endif
#endif
