/* All tasks of a loop, written as text: who waits where, for what, and who holds it. */
#ifndef WEFT_CORE_INSPECT_DUMP_H
#define WEFT_CORE_INSPECT_DUMP_H

#include "../awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the next piece of a text: some words, a line, or a part of a line. The arguments are in
 * the order of fputs(). `to` is the caller's. The function may look at tasks (weft_first_task,
 * weft_task_waits_for, ...). It must not create, start, cancel, wake or dump tasks, nor run the
 * loop. It must return (no longjmp). */
typedef void weft_write(const char *text, void *to);

/* Writes all tasks that have not ended, as a tree: under each task, further in, are those in the
 * groups whose blocks it is in, the outermost block's first.
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
 * Of each task: its name, what it waits for, who holds that (a lock), what it awaits (a task), or
 * the first of a gather that has not ended, and how many more there are; or that it runs, is ready,
 * with which error, or has not begun; and the place of each of its nested awaits, the outermost
 * first (of one that runs, the innermost is the await that it has passed last). Further in than ten
 * groups a line says how far in it is instead. A holder that has ended, or is of another loop, is
 * not looked at; but if another task lives in the memory of one, that is taken for it.
 *
 * May be called at any moment: while a task runs, by a callback, between runs. While `write` runs,
 * every link is as the loop has it. Afterwards nothing has changed. Allocates nothing, and needs
 * constant stack.
 *
 * For n tasks, groups, nested awaits, and parts of gathers: O(n), and more for
 *   nested awaits             O(log(nested awaits of the task)) each
 *   groups around each other  O(sqrt(groups)) each, in the worst order of entering them
 *   all tasks                 O(bits of an address) each, if a task waits for what can be held */
void weft_dump(weft_loop *loop, weft_write *write, void *to);

/* The same for a run that has ended with weft_deadlock_error: says so, and leaves out the daemons
 * and what is in their groups, but for their number. */
void weft_dump_deadlock(weft_loop *loop, weft_write *write, void *to);

#ifdef __cplusplus
}
#endif
#endif
