/* Thread-safe calls: how other threads, signal handlers and interrupts reach a loop.
 *
 *     static weft_threadsafe_handle interrupted;
 *
 *     static void on_sigint(int number) { weft_call_soon_threadsafe(&interrupted); }
 *     static void stop(weft_loop *loop, weft_handle *handle) { weft_cancel(&server); }
 *     ...
 *     weft_check(weft_threadsafe_open(weft_running_loop(), &interrupted, stop));
 *
 * After fork(), the loop belongs to the parent. The child may:
 *   - call exec or _exit
 *   - use another loop, with a backend of its own
 *   - close the parent's handles (weft_threadsafe_close), which takes nothing from the parent
 *   - then, with the backend on select(), open handles again, and run its copy of the loop
 * The child must not run a loop whose handles the parent opened, nor call such a handle: the call
 * may wake the parent instead. The backend on epoll keeps its watches in the system, where parent
 * and child share them. So the child must not use that backend at all.
 */
#ifndef WEFT_CORE_THREADSAFE_H
#define WEFT_CORE_THREADSAFE_H

#include "loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A function that other threads can have called in the loop's thread. All zero bytes is a closed
 * handle. The program owns the handle, as a member of what its function is about (WEFT_HANDLE_OWNER
 * with the member `handle`). It must not be moved while it is open.
 *
 * The function may use its member `handle` for another call, such as weft_call_later. The loop
 * cancels that call when it sees the next thread-safe call. Only weft_threadsafe_close takes a
 * thread-safe call back; weft_handle_cancel must not be used for that. */
struct weft_threadsafe_handle {
    weft_handle handle; /* the argument of the function */
    weft_function *function;
    weft_loop *loop;              /* NULL: the handle is closed */
    weft_threadsafe_handle *next; /* in the loop's list of calls that it has not seen */
    /* The handle itself, from a call until its function begins; else NULL. */
    WEFT_ATOMIC_(weft_threadsafe_handle *) called;
    bool daemon; /* weft_threadsafe_set_daemon */
};

/* Opens a closed handle. From now on it may be called. While a handle is open, the loop does not
 * end in a deadlock, but sleeps until a call comes (see weft_threadsafe_set_daemon). If the backend
 * cannot be woken, as the virtual one, the loop sees calls between two ticks, and does not wait for
 * them. Must be called in the loop's thread. The caller owns the handle. Returns NULL;
 * weft_invalid_state_error if the handle is open; or the backend's error if it cannot be made
 * wakeable. An error changes nothing. O(1). */
const weft_error *weft_threadsafe_open(weft_loop *loop, weft_threadsafe_handle *handle,
                                       weft_function *function);

/* Closes a handle, and takes a pending call back. Does nothing if the handle is closed. Must be
 * called in the loop's thread. Stop every caller first: reset the signal handler, join the thread.
 * A caller whose call has arrived may still be inside weft_call_soon_threadsafe. O(calls that are
 * pending). */
void weft_threadsafe_close(weft_threadsafe_handle *handle);

/* Makes an open handle a daemon, or ends that. The loop does not wait for a daemon's call: if
 * nothing else can wake the loop, its run ends in a deadlock. For a handle that may never be
 * called, such as a signal's. A newly opened handle is no daemon. Does nothing if the handle is
 * closed. Must be called in the loop's thread. O(1). */
void weft_threadsafe_set_daemon(weft_threadsafe_handle *handle, bool daemon);

/* loop.call_soon_threadsafe(function). Has the loop call the function of an open handle, in its own
 * thread and as a callback behind all that is ready then. Handles are called in the order of these
 * calls. Any thread, signal handler or interrupt may call it. It allocates nothing and waits for
 * nothing. Returns true; or false if a call is pending already, or if the handle is closed. The
 * function then runs once for all pending calls, and sees what each caller wrote before its call. A
 * call is pending until its function begins. O(1), with a system call only if no other call is
 * pending. */
bool weft_call_soon_threadsafe(weft_threadsafe_handle *handle);

/* Returns true if a thread-safe call is pending that the loop has not seen. For a backend that
 * sleeps until an interrupt: it must ask with interrupts off. O(1). */
bool weft_has_been_called(const weft_loop *loop);

/* Turns interrupts off, and returns a value that says if they were on. The program defines this
 * function and weft_restore_interrupts where the compiler has no atomic pointers, as for a
 * Cortex-M0 or an AVR. */
unsigned weft_disable_interrupts(void);

/* Turns interrupts on again if they were on before. `before` is what weft_disable_interrupts
 * returned. */
void weft_restore_interrupts(unsigned before);

#ifdef __cplusplus
}
#endif
#endif
