/* Calls from outside: from other threads, signal handlers and interrupts.
 *
 *     static weft_threadsafe_handle interrupted;
 *
 *     static void on_sigint(int number) { weft_call_soon_threadsafe(&interrupted); }
 *     static void stop(weft_loop *loop, weft_handle *handle) { weft_cancel(&server); }
 *     ...
 *     weft_check(weft_threadsafe_open(weft_running_loop(), &interrupted, stop));
 *
 * After fork() the loop is the parent's. The child may call exec or _exit, or use another loop with
 * a port of its own. Of the parent's loop it may close the handles (weft_threadsafe_close), which
 * takes nothing from the parent. With the port of select() it may then open them again, and run
 * the loop, which is a copy, tasks included. A child must not run a loop, nor call a handle, that
 * its parent opened: the call may wake the parent instead. A port whose watches are in the system
 * (epoll) is shared with the parent: the child must not use it at all.
 */
#ifndef WEFT_CORE_THREADSAFE_H
#define WEFT_CORE_THREADSAFE_H

#include "loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Something that can be called from outside. All zero bytes is a closed one. It belongs to the
 * program, inside of whatever its function is about (WEFT_HANDLE_OWNER, of the member `handle`),
 * and stays where it is while it is open. Its function may use `handle` for another call
 * (weft_call_later, say), which is off when the next one from outside is seen. A call from outside
 * is taken back by weft_threadsafe_close alone: weft_handle_cancel is not for it. */
struct weft_threadsafe_handle {
    weft_handle handle; /* what the function gets */
    weft_function *function;
    weft_loop *loop;                               /* NULL: it is closed */
    weft_threadsafe_handle *next;                  /* called, and not seen by the loop */
    WEFT_ATOMIC_(weft_threadsafe_handle *) called; /* itself, from a call until its turn; or NULL */
    bool daemon;
};

/* Opens a closed handle: from now on it may be called. While one is open, the loop does not end in
 * a deadlock, but sleeps until it is called (see weft_threadsafe_set_daemon); unless the port has
 * no bell, as the virtual clock: then it is seen between two ticks, and nobody waits for it.
 * Returns NULL; weft_invalid_state_error if it is open; or what the port says if its bell cannot
 * be hung. In the loop's thread. O(1). */
const weft_error *weft_threadsafe_open(weft_loop *loop, weft_threadsafe_handle *handle,
                                       weft_function *function);

/* Closes it: a call that is pending is off. In the loop's thread, when nobody else calls it any
 * more: what calls it is to be stopped before (the signal's handler reset, the thread joined: one
 * whose call has arrived may still be in it). Of a closed one: nothing. O(calls that are
 * pending). */
void weft_threadsafe_close(weft_threadsafe_handle *handle);

/* Whether the loop, when nothing else can wake it, is to end in a deadlock rather than to wait for
 * this one: a signal's handle that may never be called. In the loop's thread. An open one is no
 * daemon at first; of a closed one: nothing. O(1). */
void weft_threadsafe_set_daemon(weft_threadsafe_handle *handle, bool daemon);

/* loop.call_soon_threadsafe(...): has the function of an open handle called in the loop's thread,
 * in a turn of its own, behind all that is ready then; handles in the order in which they were
 * called. From any thread, signal handler or interrupt. True; or false if it is pending already:
 * then the one call that will be made is for both, and sees what was written before each. A call
 * counts as made when its function begins, so that one that comes while it runs is another one. Of
 * a closed handle: false, and nothing happens. Nothing is allocated, and nothing waits. O(1), with
 * a system call only if the loop had no call to see before. */
bool weft_call_soon_threadsafe(weft_threadsafe_handle *handle);

/* Whether a call from outside is pending that the loop has not seen: for a port that sleeps until
 * an interrupt, which has to look with interrupts off. O(1). */
bool weft_has_been_called(const weft_loop *loop);

/* Where the compiler has no atomic pointers (a Cortex-M0, an AVR), the program defines these two:
 * turn interrupts off, and return whether they were on; and turn them back to what they were. */
unsigned weft_disable_interrupts(void);
void weft_restore_interrupts(unsigned before);

#ifdef __cplusplus
}
#endif
#endif
