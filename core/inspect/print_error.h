/* SPDX-License-Identifier: MIT */
/* An exception handler that prints the errors of failed tasks, for programs with a C library. */
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
 * A program passes this function to weft_set_exception_handler. The loop then calls it for each
 * failed task whose error the program has not retrieved. The line names the source file of the
 * task's coroutine. The function ignores errors of writing. O(n), n: the length of the texts. */
void weft_print_unretrieved_error(weft_loop *loop, weft_task *task, const weft_error *error);

/* ---- Private ---- */

/* Writes the line of weft_print_unretrieved_error by `write`. */
void weft_write_unretrieved_error_(weft_write *write, void *to, const weft_task *task,
                                   const weft_error *error);

#ifdef __cplusplus
}
#endif
#endif
