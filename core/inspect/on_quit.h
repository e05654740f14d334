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

/* The program's memory for the action of SIGQUIT. All members are private. */
typedef struct weft_quit_dump_ {
    weft_threadsafe_handle handle;
    void (*on_signal)(int number);
    unsigned long long before[32]; /* the old action of SIGQUIT: a struct sigaction */
} weft_quit_dump_;

/* WEFT_DUMP_ON_QUIT(name); at file scope. Defines the static variable `name`, and a signal handler
 * that uses this variable. A signal handler has no argument for such data, and the library has no
 * global variables. So the program must define the variable. */
#define WEFT_DUMP_ON_QUIT(name)                                                                    \
    static void name##_on_signal_(int number_);                                                    \
    static weft_quit_dump_ name = {.on_signal = name##_on_signal_};                                \
    static void name##_on_signal_(int number_)                                                     \
    {                                                                                              \
        (void)number_;                                                                             \
        (void)weft_call_soon_threadsafe(&name.handle);                                             \
    }                                                                                              \
    static void name##_on_signal_(int number_)

/* faulthandler.register(SIGQUIT), roughly. Sets the action of SIGQUIT. From then on, when the
 * process gets SIGQUIT, the loop writes all tasks to standard error, and the program goes on.
 * `dump` is the variable that WEFT_DUMP_ON_QUIT defines.
 *
 * The loop writes the tasks in a callback. So while a task runs without waiting, nothing is
 * written. The callback's handle is a daemon (weft_threadsafe_set_daemon): a loop with nothing else
 * to wait for still ends with weft_deadlock_error. If nothing can wake the backend (virtual.h), the
 * loop writes in its next tick (iteration).
 *
 * Returns NULL if the action was set. Returns weft_invalid_state_error if `dump` is in use; or the
 * backend's error. Must be called in the loop's thread. O(1). */
const weft_error *weft_dump_on_quit(weft_loop *loop, weft_quit_dump_ *dump);

/* Gives SIGQUIT its old action again, and closes the handle. Must be called in the loop's thread,
 * before weft_loop_close: that function fails while a handle is open. If a program has several
 * dumps on SIGQUIT, it must end the newest dump first. Does nothing if `dump` is not in use. O(n),
 * n: the thread-safe calls that have not run yet. */
void weft_end_dump_on_quit(weft_quit_dump_ *dump);

/* Writes a text to `file`, which must be a FILE *. A program passes this function to weft_dump as
 * `write`. Ignores errors. */
void weft_write_to_file(const char *text, void *file);

#ifdef __cplusplus
}
#endif
#endif
