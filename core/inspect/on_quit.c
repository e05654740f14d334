/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "core/inspect/on_quit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(struct sigaction) <= sizeof(((weft_quit_dump_ *)0)->before),
               "weft: a struct sigaction must fit into `before`");

void weft_write_to_file(const char *text, void *file)
{
    fputs(text, file);
}

static void dump_all(weft_loop *loop, weft_handle *handle)
{
    (void)handle;
    weft_dump(loop, weft_write_to_file, stderr);
    fflush(stderr);
}

const weft_error *weft_dump_on_quit(weft_loop *loop, weft_quit_dump_ *dump)
{
    struct sigaction action = {.sa_handler = dump->on_signal, .sa_flags = SA_RESTART}, before;
    const weft_error *const error = weft_threadsafe_open(loop, &dump->handle, dump_all);
    if (error)
        return error;
    weft_threadsafe_set_daemon(&dump->handle, true);
    sigemptyset(&action.sa_mask);
    sigaction(SIGQUIT, &action, &before);
    memcpy(dump->before, &before, sizeof(before));
    return NULL;
}

void weft_end_dump_on_quit(weft_quit_dump_ *dump)
{
    struct sigaction before;
    if (!dump->handle.loop)
        return;
    memcpy(&before, dump->before, sizeof(before));
    sigaction(SIGQUIT, &before, NULL);
    weft_threadsafe_close(&dump->handle);
}
