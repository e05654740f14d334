/* SPDX-License-Identifier: MIT */
#include "core/inspect/print_error.h"

#include <stdio.h>

#include "core/inspect/report.h"

void weft_write_unretrieved_error_(weft_write *write, void *to, const weft_task *task,
                                   const weft_error *error)
{
    write(task->root.code->file, to);
    write(": task ", to);
    write(weft_task_name(task), to);
    write(" failed and nobody retrieved the error: ", to);
    write(weft_error_text(error), to);
    write("\n", to);
}

static void write_to_stderr(const char *text, void *to)
{
    (void)to;
    fputs(text, stderr);
}

void weft_print_unretrieved_error(weft_loop *loop, weft_task *task, const weft_error *error)
{
    (void)loop;
    weft_write_unretrieved_error_(write_to_stderr, NULL, task, error);
}
