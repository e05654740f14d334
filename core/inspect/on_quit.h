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

/* The program's memory for the signal. All members are private. */
typedef struct weft_quit_dump_ {
    weft_threadsafe_handle handle;
    void (*on_signal)(int number);
    unsigned long long before[32]; /* the signal's action before: a struct sigaction */
} weft_quit_dump_;

/* WEFT_DUMP_ON_QUIT(name); at file scope. Defines the static variable `name`, and a signal handler
 * that uses it. A signal handler needs a variable, and the library has none. So the program defines
 * it. */
#define WEFT_DUMP_ON_QUIT(name)                                                                    \
    static void name##_on_signal_(int number_);                                                    \
    static weft_quit_dump_ name = {.on_signal = name##_on_signal_};                                \
    static void name##_on_signal_(int number_)                                                     \
    {                                                                                              \
        (void)number_;                                                                             \
        (void)weft_call_soon_threadsafe(&name.handle);                                             \
    }                                                                                              \
    static void name##_on_signal_(int number_)

/* faulthandler.register(SIGQUIT), roughly. Sets the action of SIGQUIT: from now on the loop writes
 * all tasks to standard error, and the program goes on. `dump` is the variable that
 * WEFT_DUMP_ON_QUIT defines.
 *
 * The loop writes in a callback. A task that never waits keeps the loop from writing. The handle is
 * a daemon (weft_threadsafe_set_daemon), so a deadlock stays a deadlock. If the backend cannot be
 * woken, as the virtual one, the loop writes at its next tick.
 *
 * Returns NULL; weft_invalid_state_error if `dump` is in use; or the backend's error. Must be
 * called in the loop's thread. O(1). */
const weft_error *weft_dump_on_quit(weft_loop *loop, weft_quit_dump_ *dump);

/* Gives SIGQUIT the action that it had before, and closes the handle. Must be called in the loop's
 * thread, before weft_loop_close, which fails while a handle is open. If there are several dumps,
 * the last one must end first. Does nothing if `dump` is not in use. O(calls that are pending). */
void weft_end_dump_on_quit(weft_quit_dump_ *dump);

/* Writes a text to `file`, which must be a FILE *. For use as weft_dump's weft_write. Ignores
 * errors. */
void weft_write_to_file(const char *text, void *file);

#ifdef __cplusplus
}
#endif
#endif
