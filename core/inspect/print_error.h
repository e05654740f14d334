/* SPDX-License-Identifier: MIT */
/* A ready exception handler: prints errors that nobody retrieved. For hosted builds. */
#ifndef WEFT_CORE_INSPECT_PRINT_ERROR_H
#define WEFT_CORE_INSPECT_PRINT_ERROR_H

#include "dump.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio's default exception handler. Prints one line to standard error:
 *
 *     crawl.c: task fetch failed and nobody retrieved the error: no route to host
 *
 * It is a weft_exception_handler, for weft_set_exception_handler: the loop calls it for a task that
 * failed and whose error nobody retrieved. The file is that of the task's coroutine. Ignores errors
 * of writing. O(length of the texts). */
void weft_print_unretrieved_error(weft_loop *loop, weft_task *task, const weft_error *error);

/* ---- Private ---- */

/* Writes that line. */
void weft_write_unretrieved_error_(weft_write *write, void *to, const weft_task *task,
                                   const weft_error *error);

#ifdef __cplusplus
}
#endif
#endif
