/* SPDX-License-Identifier: MIT */
/* Interrupts for a build without atomic pointers. Here they are signals, and threads that
 * disable them. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <signal.h>

#include "core/threadsafe.h"

#ifdef WEFT_HAS_ATOMICS_
#error "this is about a build without them"
#endif

static pthread_mutex_t machine = PTHREAD_MUTEX_INITIALIZER;
static sigset_t mask_before;   /* signal mask of the thread that disabled interrupts */
static _Thread_local bool off; /* this thread has disabled interrupts */

/* A nested call finds interrupts disabled, and returns 0: its restore leaves them disabled. */
unsigned weft_disable_interrupts(void)
{
    if (off)
        return 0;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_mutex_lock(&machine);
    mask_before = before;
    off = true;
    return 1;
}

void weft_restore_interrupts(unsigned before)
{
    if (!before)
        return;
    const sigset_t mask = mask_before;
    off = false;
    pthread_mutex_unlock(&machine);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
}
