/* SPDX-License-Identifier: MIT */
/* Dumps: writes all tasks of a loop as text, with what each task waits for, and where. */
#ifndef WEFT_CORE_INSPECT_DUMP_H
#define WEFT_CORE_INSPECT_DUMP_H

#include "../awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the next piece of a text: some words, a line, or a part of a line. The arguments have the
 * order of fputs(): the text comes first. `to` is the pointer that the program gave to weft_dump.
 * The function may read tasks (weft_first_task, weft_task_waits_for, ...). It must not create,
 * start, cancel, wake or dump tasks, and must not run the loop. It must return normally, not by
 * longjmp. */
typedef void weft_write(const char *text, void *to);

/* Writes all tasks that have not ended, as a tree. If a task is in the blocks of groups, the tasks
 * of those groups follow below that task, indented. The outermost block comes first.
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
 *   - What the task waits for: of a lock, also its holder; of an await, also the awaited task; of
 *     a gather, also the first part that has not ended, and how many more such parts there are.
 *   - That the task runs, is ready, or has not begun; and the error that the task will raise.
 * Below that line, each nested await has a line; the outermost await comes first. If a task runs,
 * its innermost line is the await that the task has passed last. Below ten levels of groups the
 * indent does not grow; the line then says its level.
 *
 * A dump does not name a holder that has ended or that belongs to another loop. If another task now
 * uses the memory of a holder that has ended, the dump names that task instead.
 *
 * May be called at any time in the loop's thread: in a task, in a callback, or between runs. A dump
 * changes nothing that a program can see. While `write` runs, the links between all tasks are
 * intact. A dump allocates nothing, and needs a constant amount of stack.
 *
 * Costs O(n), n: the tasks, groups, nested awaits, and parts of gathers. Three things cost more:
 *   nested awaits             O(log m) each, m: the nested awaits of the task
 *   groups around each other  O(sqrt(g)) each, g: the groups, in the worst order of entering them
 *   all tasks                 O(b) each, b: the bits of an address, if a task waits for a lock */
void weft_dump(weft_loop *loop, weft_write *write, void *to);

/* Does what weft_dump does, for a run that has ended with weft_deadlock_error. The first line says
 * that this is a deadlock. Does not write the daemons and the tasks in their groups, but their
 * number at the end. */
void weft_dump_deadlock(weft_loop *loop, weft_write *write, void *to);

#ifdef __cplusplus
}
#endif
#endif
