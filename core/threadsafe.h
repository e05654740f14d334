/* SPDX-License-Identifier: MIT */
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
 *   - after it has closed them, if the loop's backend uses select(): open handles again, and run
 *     its copy of the loop
 * While a handle that the parent opened is open, the child must not run that handle's loop. The
 * child must not call such a handle, because the call may wake the parent instead. The backend on
 * epoll keeps its watches in the kernel, where parent and child share them. So the child must not
 * use the parent's epoll backend at all.
 */
#ifndef WEFT_CORE_THREADSAFE_H
#define WEFT_CORE_THREADSAFE_H

#include "loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A function that any thread can ask the loop to call. The loop calls the function in the loop's
 * own thread. A handle of all zero bytes is closed. The program owns the handle, mostly as a member
 * of the struct that the function works on. WEFT_HANDLE_OWNER, with the member `handle`, gives that
 * struct. The handle must not be moved while it is open.
 *
 * The function may use the member `handle` for another request, such as weft_call_later. The loop
 * cancels that request when it sees the next thread-safe call of this handle. Only
 * weft_threadsafe_close cancels a thread-safe call. The program must not use weft_handle_cancel for
 * that. */
struct weft_threadsafe_handle {
    weft_handle handle; /* the function gets its address */
    weft_function *function;
    weft_loop *loop;              /* NULL: the handle is closed */
    weft_threadsafe_handle *next; /* in the list of calls that the loop has not seen */
    /* Points to this handle from a thread-safe call until the function begins; else NULL. */
    WEFT_ATOMIC_(weft_threadsafe_handle *) called;
    bool daemon; /* no run waits for this handle (weft_threadsafe_set_daemon) */
};

/* Opens a closed handle. From now on threads may call weft_call_soon_threadsafe with it. While a
 * handle that is no daemon is open, a run does not end in a deadlock, but sleeps until a call
 * comes. If the backend has no `wake`, as the virtual clock, the loop looks for calls between two
 * ticks, and does not wait for them. Must be called in the loop's thread. The caller owns the
 * handle. Returns NULL; weft_invalid_state_error if the handle is open; or the backend's error if
 * the backend cannot be made wakeable. An error changes nothing. O(1). */
const weft_error *weft_threadsafe_open(weft_loop *loop, weft_threadsafe_handle *handle,
                                       weft_function *function);

/* Closes a handle, and cancels its pending call. If the handle is closed, does nothing. Must be
 * called in the loop's thread. Stop every caller first: reset the signal handler, join the thread.
 * Otherwise a caller may still be inside weft_call_soon_threadsafe, even if its call has arrived.
 * O(n), n: the pending calls of the loop. */
void weft_threadsafe_close(weft_threadsafe_handle *handle);

/* Makes an open handle a daemon if `daemon` is true; else makes it no daemon. A run does not wait
 * for the call of a daemon: if nothing else can wake the loop, the run ends in a deadlock. Use this
 * for a handle that may never be called, such as a signal's. A newly opened handle is no daemon. If
 * the handle is closed, does nothing. Must be called in the loop's thread. O(1). */
void weft_threadsafe_set_daemon(weft_threadsafe_handle *handle, bool daemon);

/* loop.call_soon_threadsafe(function). Asks the loop to call the function of an open handle. The
 * function runs in the loop's thread, as a callback behind everything that is ready when the loop
 * sees the request. Functions run in the order of the requests. Any thread, signal handler or
 * interrupt may call weft_call_soon_threadsafe. This function allocates nothing and waits for
 * nothing. A request is pending until the handle's function begins. Returns true; or false if the
 * handle is closed or has a pending request. The handle's function runs once for all requests that
 * it finds pending, and sees what each caller wrote before its request. O(1), with a system call
 * only if the loop has seen all earlier requests. */
bool weft_call_soon_threadsafe(weft_threadsafe_handle *handle);

/* Returns true if the loop has not seen every thread-safe call yet. A backend that sleeps until an
 * interrupt must call this function with interrupts off, before it sleeps. O(1). */
bool weft_has_been_called(const weft_loop *loop);

/* Turns interrupts off, and returns a value that tells if they were on. If the compiler has no
 * atomic pointers, the program must define this function and weft_restore_interrupts, as for a
 * Cortex-M0 or an AVR. */
unsigned weft_disable_interrupts(void);

/* Turns interrupts on again, if they were on when weft_disable_interrupts returned `before`. */
void weft_restore_interrupts(unsigned before);

#ifdef __cplusplus
}
#endif
#endif
