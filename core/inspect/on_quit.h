/* SPDX-License-Identifier: MIT */
/* A dump of all tasks to standard error when the process gets SIGQUIT (Ctrl-\). For POSIX systems.
 *
 *     WEFT_DUMP_ON_QUIT(quit);
 *     ...
 *     weft_check(weft_dump_on_quit(weft_running_loop(), &quit));
 */
#ifndef WEFT_CORE_INSPECT_ON_QUIT_H
#define WEFT_CORE_INSPECT_ON_QUIT_H

#include "../threadsafe.h"
#include "dump.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The memory that weft_dump_on_quit needs. All members are private. */
typedef struct weft_quit_dump_ {
    weft_threadsafe_handle handle;
    void (*on_signal)(int number);
    unsigned long long before[32]; /* the action of SIGQUIT before; contains a struct sigaction */
} weft_quit_dump_;

/* WEFT_DUMP_ON_QUIT(name); at file scope. Defines the static variable `name`, and a signal handler
 * that uses this variable. A signal handler gets no pointer to data of the program, and the library
 * has no global variables. So the program must define the variable, by this macro. */
#define WEFT_DUMP_ON_QUIT(name)                                                                    \
    static void name##_on_signal_(int number_);                                                    \
    static weft_quit_dump_ name = {.on_signal = name##_on_signal_};                                \
    static void name##_on_signal_(int number_)                                                     \
    {                                                                                              \
        (void)number_;                                                                             \
        (void)weft_call_soon_threadsafe(&name.handle);                                             \
    }                                                                                              \
    static void name##_on_signal_(int number_)

/* Python's faulthandler.register(SIGQUIT), roughly. Sets the action of the signal SIGQUIT. From
 * then on, when the process gets SIGQUIT, the loop writes all tasks to standard error, and the
 * program goes on. `dump` is the variable that WEFT_DUMP_ON_QUIT defines.
 *
 * The loop writes the tasks in a callback. So while a task runs without waiting, the loop writes
 * nothing. The thread-safe handle of `dump` is a daemon (weft_threadsafe_set_daemon). So if the
 * loop has nothing else to wait for, the run still ends with weft_deadlock_error. If the backend
 * has no function `wake` (virtual.h), the loop writes the tasks in its next tick (iteration).
 *
 * Returns NULL if the action was set. If `dump` is in use already, returns
 * weft_invalid_state_error. If the thread-safe handle cannot be opened, returns the backend's
 * error. Must be called in the loop's thread. O(1). */
const weft_error *weft_dump_on_quit(weft_loop *loop, weft_quit_dump_ *dump);

/* Gives SIGQUIT its old action again, and closes the thread-safe handle of `dump`. Must be called
 * in the loop's thread, before weft_loop_close, which fails while a thread-safe handle is open. If
 * the program has called weft_dump_on_quit for several variables, it must end the newest one first.
 * Does nothing if `dump` is not in use. O(n), n: the thread-safe calls that have not run yet. */
void weft_end_dump_on_quit(weft_quit_dump_ *dump);

/* Writes a text to `file`, which must be a FILE *. A program passes this function to weft_dump as
 * `write`. Ignores errors. */
void weft_write_to_file(const char *text, void *file);

#ifdef __cplusplus
}
#endif
#endif
