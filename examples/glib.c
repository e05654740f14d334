/* SPDX-License-Identifier: MIT */
/* A program under GLib's main loop, which drives a loop of weft's as one more source.
 * The source has the descriptors that weft watches, and the time of weft's next run. When a
 * descriptor is ready or the time has come, GLib calls dispatch(). It notifies the watches and
 * runs what is ready, without blocking. */
#define _POSIX_C_SOURCE 200809L
#include <glib-unix.h>
#include <stdio.h>

#include "demo.h"

/* ---- The source, which is also the loop's backend ---- */

typedef struct {
    GSource source;
    weft_backend backend;
    weft_loop loop;
    GHashTable *entries; /* key: the descriptor; value: its Entry */
} Source;

typedef struct {
    gpointer tag; /* from g_source_add_unix_fd */
    GIOCondition condition;
} Entry;

static Source *source_of(weft_backend *backend)
{
    return WEFT_HANDLE_OWNER(backend, Source, backend);
}

/* ---- Watches ---- */

static Entry *entry_of(const Source *self, const weft_watch *watch)
{
    return g_hash_table_lookup(self->entries, GINT_TO_POINTER(weft_watch_descriptor(watch)));
}

static GIOCondition condition_of(const weft_watch *watch)
{
    return weft_watch_for(watch) == WEFT_READABLE ? G_IO_IN : G_IO_OUT;
}

static void add_entry(Source *self, const weft_watch *watch)
{
    const int descriptor = weft_watch_descriptor(watch);
    Entry *const entry = g_new(Entry, 1);
    entry->condition = condition_of(watch);
    entry->tag = g_source_add_unix_fd(&self->source, descriptor, entry->condition);
    g_hash_table_insert(self->entries, GINT_TO_POINTER(descriptor), entry);
}

static const weft_error *watch(weft_backend *backend, weft_watch *new)
{
    Source *const self = source_of(backend);
    const weft_error *error = weft_watch_stat(new);
    if (!error && entry_of(self, new))
        error = weft_watch_admit(backend->loop, new);
    if (error)
        return error;
    Entry *const entry = entry_of(self, new);
    if (!entry) {
        add_entry(self, new);
    } else {
        entry->condition |= condition_of(new);
        g_source_modify_unix_fd(&self->source, entry->tag, entry->condition);
    }
    return NULL;
}

static void unwatch(weft_backend *backend, const weft_watch *old)
{
    Source *const self = source_of(backend);
    Entry *const entry = entry_of(self, old);
    entry->condition &= ~condition_of(old);
    if (entry->condition) {
        g_source_modify_unix_fd(&self->source, entry->tag, entry->condition);
        return;
    }
    g_source_remove_unix_fd(&self->source, entry->tag);
    g_hash_table_remove(self->entries, GINT_TO_POINTER(weft_watch_descriptor(old)));
}

/* ---- The rest of the backend ---- */

static weft_time now(weft_backend *backend)
{
    (void)backend;
    return (weft_time)g_get_monotonic_time();
}

/* GLib sleeps and polls. So this loop must not be run by weft_run, or by another function that
 * runs until a task has ended. */
static void never_sleep(weft_backend *backend, weft_time until)
{
    (void)backend;
    if (until)
        g_error("this loop must be run by GLib");
}

/* May be called from any thread. GLib does not promise that for signal handlers; use
 * g_unix_signal_add for signals. */
static void wake(weft_backend *backend)
{
    g_main_context_wakeup(g_source_get_context(&source_of(backend)->source));
}

/* ---- What GLib calls ---- */

/* GLib's clock is also the loop's clock; -1 means never. GLib checks the time and the
 * descriptors. */
static void set_ready_time(Source *self)
{
    const weft_time next = weft_next_run(&self->loop);
    g_source_set_ready_time(&self->source, next < G_MAXINT64 ? (gint64)next : -1);
}

/* Runs before each sleep, since a call of another source or thread may have made a task ready. */
static gboolean prepare(GSource *source, gint *timeout)
{
    set_ready_time((Source *)source);
    *timeout = -1;
    return FALSE;
}

/* G_IO_HUP and G_IO_ERR are always reported. A read or write would not block then, so the watch
 * is ready. */
static void notify_watch(Source *self, weft_watch *watch)
{
    const GIOCondition reported = g_source_query_unix_fd(&self->source, entry_of(self, watch)->tag);
    if (reported & G_IO_NVAL)
        weft_watch_bad(&self->loop, watch);
    else if (reported & (condition_of(watch) | G_IO_HUP | G_IO_ERR))
        weft_watch_ready(&self->loop, watch);
}

/* Notifying a watch removes it from the list, so the next watch is read first. */
static void notify(Source *self)
{
    weft_watch *next;
    for (weft_watch *watch = weft_first_watch(&self->loop); watch; watch = next) {
        next = weft_next_watch(watch);
        notify_watch(self, watch);
    }
}

/* The callback is the one given to g_source_set_callback. It runs after each run of weft. */
static gboolean dispatch(GSource *source, GSourceFunc after, gpointer data)
{
    Source *const self = (Source *)source;
    notify(self);
    weft_run_once(&self->loop);
    set_ready_time(self);
    return after(data);
}

static void finalize(GSource *source)
{
    g_hash_table_destroy(((Source *)source)->entries);
}

static Source *new_source(void)
{
    static GSourceFuncs functions = {
        .prepare = prepare, .dispatch = dispatch, .finalize = finalize};
    Source *const self = (Source *)g_source_new(&functions, sizeof(Source));
    self->backend = (weft_backend){.now = now,
                                   .sleep = never_sleep,
                                   .resolution = 1,
                                   .watch = watch,
                                   .unwatch = unwatch,
                                   .wake = wake};
    self->entries = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    weft_loop_init(&self->loop, &self->backend);
    return self;
}

/* ---- The program: it has a timer and an idle source of its own ---- */

typedef struct {
    GMainLoop *main_loop;
    Source *weft;
    gboolean ending;
    int said, idled;
} Program;

static gboolean say(gpointer data)
{
    Program *const program = data;
    demo_receive(++program->said);
    return program->said < 3;
}

static gboolean idle(gpointer data)
{
    return ++((Program *)data)->idled < 100;
}

/* Cancels the other tasks when the demonstration is done. Quits when they have ended. */
static gboolean after_run(gpointer data)
{
    Program *const program = data;
    if (!program->ending && demo_is_done()) {
        program->ending = TRUE;
        demo_cancel_all(&program->weft->loop);
    }
    if (weft_first_task(&program->weft->loop))
        return G_SOURCE_CONTINUE;
    g_main_loop_quit(program->main_loop);
    return G_SOURCE_REMOVE;
}

int main(void)
{
    Program program = {.main_loop = g_main_loop_new(NULL, FALSE), .weft = new_source()};
    g_source_set_callback(&program.weft->source, after_run, &program, NULL);
    g_source_attach(&program.weft->source, NULL);
    g_timeout_add(10, say, &program);
    g_idle_add(idle, &program);
    demo_start(&program.weft->loop);
    g_main_loop_run(program.main_loop);
    const int status = demo_report();
    printf("GLib: %s\n", program.idled ? "its idle source ran" : "was starved");
    weft_loop_close(&program.weft->loop);
    g_source_unref(&program.weft->source);
    g_main_loop_unref(program.main_loop);
    return status;
}
