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
 * After fork(), the child process has a copy of the parent's loop. The child may call exec or
 * _exit. It may use another loop, with a backend of its own. It may close its copies of the
 * parent's handles (weft_threadsafe_close); the parent's handles stay open. If the loop's backend
 * uses select() or poll(), the child may then open handles again and run its copy of the loop.
 * While the child's copy of a handle is open, the child must not run that handle's loop. The child
 * must not call weft_call_soon_threadsafe with such a handle, because the call may wake the parent
 * instead. The backend on epoll keeps its watches in the kernel, where parent and child share them.
 * So the child must not use the parent's epoll backend at all.
 */
#ifndef WEFT_CORE_THREADSAFE_H
#define WEFT_CORE_THREADSAFE_H

#include "loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A thread-safe handle: memory by which any thread can ask the loop to call one function of the
 * program. The loop calls the function in the loop's own thread. A handle of all zero bytes is
 * closed. The program owns the handle, usually as a member of the struct that the function works
 * on. In the function, WEFT_HANDLE_OWNER finds that struct. The program must not move an open
 * handle.
 *
 * The function may use the member `handle` for another call, for example by weft_call_later. The
 * loop cancels this other call when it sees the next thread-safe call with the handle. Only
 * weft_threadsafe_close cancels a thread-safe call; the program must not use weft_handle_cancel for
 * that. */
struct weft_threadsafe_handle {
    weft_handle handle; /* the address of this member is passed to `function` */
    weft_function *function;
    weft_loop *loop;              /* NULL: the handle is closed */
    weft_threadsafe_handle *next; /* a link of the loop's list of thread-safe calls */
    /* Points to this handle from a thread-safe call until the function begins; else NULL. */
    WEFT_ATOMIC_(weft_threadsafe_handle *) called;
    bool daemon; /* true: no run waits for a call of this handle (weft_threadsafe_set_daemon) */
};

/* Opens a closed handle. From now on, any thread may call weft_call_soon_threadsafe with the
 * handle. While such a handle is open, a run of the loop does not end in a deadlock: it sleeps
 * until a call comes. Daemons are an exception (weft_threadsafe_set_daemon). If the backend has no
 * function `wake`, as the virtual clock, no run waits for calls: the loop looks for them only
 * between two ticks. Must be called in the loop's thread. The caller owns the handle. Returns NULL.
 * If the handle is open already, returns weft_invalid_state_error. If the backend's open_wake()
 * fails, returns its error. After an error, nothing has changed. O(1). */
const weft_error *weft_threadsafe_open(weft_loop *loop, weft_threadsafe_handle *handle,
                                       weft_function *function);

/* Closes a handle, and cancels its pending call. If the handle is closed, does nothing. Must be
 * called in the loop's thread. Before the close, the program must stop everything that calls the
 * handle: reset the signal handler, join the thread. Otherwise a thread may still be inside
 * weft_call_soon_threadsafe, even if the function has run for its call. O(n), n: the pending
 * thread-safe calls of the loop. */
void weft_threadsafe_close(weft_threadsafe_handle *handle);

/* If `daemon` is true, makes an open handle a daemon. Otherwise makes the handle an ordinary one. A
 * run of the loop does not wait for a call of a daemon: if nothing else can wake the loop, the run
 * ends in a deadlock. Use this for a handle that may never be called, such as the handle for a
 * signal. A newly opened handle is no daemon. If the handle is closed, does nothing. Must be called
 * in the loop's thread. O(1). */
void weft_threadsafe_set_daemon(weft_threadsafe_handle *handle, bool daemon);

/* loop.call_soon_threadsafe(function). Asks the loop to call the function of an open handle. The
 * loop calls the function in its own thread, after the tasks and callbacks that are ready when the
 * loop sees the request. The loop calls the functions of several handles in the order of the
 * requests. Any thread, signal handler or interrupt may call weft_call_soon_threadsafe.
 * weft_call_soon_threadsafe allocates nothing and waits for nothing. A request is pending until the
 * handle's function begins. Returns true if the request is now pending. Returns false if the handle
 * is closed, or if a request for it was pending already. The function then runs once for these
 * requests, and sees what each caller wrote to memory before its request. O(1); makes a system call
 * only if the loop has seen all earlier requests. */
bool weft_call_soon_threadsafe(weft_threadsafe_handle *handle);

/* Returns true if there is a thread-safe call that the loop has not seen yet. A backend that sleeps
 * until an interrupt comes must turn interrupts off and call this function before it sleeps.
 * O(1). */
bool weft_has_been_called(const weft_loop *loop);

/* Turns interrupts off, and returns a value that says if they were on before. If the compiler has
 * no atomic pointers, as for a Cortex-M0 or an AVR, the program must define this function and
 * weft_restore_interrupts. */
unsigned weft_disable_interrupts(void);

/* Turns interrupts on again, if `before` says that they were on. `before` is the value that
 * weft_disable_interrupts returned. */
void weft_restore_interrupts(unsigned before);

#ifdef __cplusplus
}
#endif
#endif
