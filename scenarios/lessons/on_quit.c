#define _POSIX_C_SOURCE 200809L
#include "on_quit.h"

#include <signal.h>
#include <stdio.h>

static weft_threadsafe_handle quit;
static struct sigaction before;

void write_text(const char *text, void *file)
{
    fputs(text, file);
}

static void dump(weft_loop *loop, weft_handle *handle)
{
    (void)handle;
    weft_dump(loop, write_text, stderr);
}

static void on_quit(int number)
{
    (void)number;
    (void)weft_call_soon_threadsafe(&quit);
}

/* A daemon: nobody waits for a signal that may never come, so a deadlock stays one. */
void dump_on_quit(weft_loop *loop)
{
    struct sigaction action = {.sa_handler = on_quit, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (weft_threadsafe_open(loop, &quit, dump))
        return;
    weft_threadsafe_set_daemon(&quit, true);
    sigaction(SIGQUIT, &action, &before);
}

void no_dump_on_quit(void)
{
    if (!quit.loop)
        return;
    sigaction(SIGQUIT, &before, NULL);
    weft_threadsafe_close(&quit);
}
