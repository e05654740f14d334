/* SPDX-License-Identifier: MIT */
/* Dumps: writes all tasks of a loop as text, with what each task waits for, and where. */
#ifndef WEFT_CORE_INSPECT_DUMP_H
#define WEFT_CORE_INSPECT_DUMP_H

#include "../awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A function of the program that writes a text, piece by piece. A dump calls this function for each
 * piece: some words, a line, or a part of a line. As in fputs(), the text is the first argument.
 * `to` is the pointer that the program gave to weft_dump. The function may read tasks
 * (weft_first_task, weft_task_waits_for, ...). It must not create, start, cancel, wake or dump
 * tasks, and must not run the loop. It must not leave by longjmp. */
typedef void weft_write(const char *text, void *to);

/* Writes all tasks that have not ended, as a tree. If a task is inside the block of a group, the
 * tasks of that group follow below it, indented. If a task is inside several such blocks, the tasks
 * of the outermost group come first.
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
 * Each task has a line with its name. The line also says what the task waits for, or else that it
 * runs, is ready, or has not begun, and which error it will raise. For a lock, the line names the
 * task that holds the lock. For an await, it names the awaited task. For a gather, it names the
 * first awaitable that has not ended, and says how many more there are.
 * Below that line, each nested await of the task has a line; the outermost await comes first. If a
 * task runs, the last of these lines is the await that the task has passed last. Groups that are
 * nested deeper than ten levels are not indented further; each line then says its level.
 *
 * A holder is the task that holds a lock. A dump does not name a holder that has ended or that
 * belongs to another loop. The memory of a holder that has ended may be in use for another task.
 * The dump then names this other task as the holder.
 *
 * This function may be called at any time in the loop's thread: in a task, in a callback, or while
 * the loop does not run. A dump changes nothing that a program can see. While `write` runs, all
 * links between tasks are valid, so a debugger can list the tasks. A dump allocates nothing, and
 * needs a constant amount of C's stack.
 *
 * O(n), n: the tasks, groups, nested awaits, and awaitables of gathers. Three things cost more:
 *     nested awaits             O(log m) each, m: the nested awaits of the task
 *     groups around each other  O(sqrt(g)) each, g: the groups, in the worst order of entering them
 *     all tasks                 O(b) each, b: the bits of an address, if a task waits for a lock */
void weft_dump(weft_loop *loop, weft_write *write, void *to);

/* Writes the tasks as weft_dump does, after a run has ended with weft_deadlock_error. The first
 * line says that this is a deadlock. Does not write the daemons and the tasks in their groups; at
 * the end, writes how many there are. */
void weft_dump_deadlock(weft_loop *loop, weft_write *write, void *to);

#ifdef __cplusplus
}
#endif
#endif
