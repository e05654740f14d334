/* A program under GLib's main loop, which drives a loop of weft's as one more source.
 *
 * The source has the descriptors that weft watches, and the time of its next run; when one of them
 * is ready, or it is time, it tells weft and has it run what is ready, without blocking. GLib does
 * the rest. */
#define _POSIX_C_SOURCE 200809L
#include <glib-unix.h>
#include <stdio.h>

#include "demo.h"

/* ---- The source, which is the loop's backend as well ---- */

typedef struct {
    GSource source;
    weft_backend backend;
    weft_loop loop;
    GHashTable *entries; /* by number: the Entry of one that is watched */
} Source;

typedef struct {
    gpointer tag; /* GLib's */
    GIOCondition condition;
} Entry;

static Source *source_of(weft_backend *backend)
{
    return WEFT_HANDLE_OWNER(backend, Source, backend);
}

/* ---- What is watched ---- */

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

/* GLib sleeps, and looks. So weft_run, and all that runs until something has ended, is not for this
 * loop. */
static void never_sleep(weft_backend *backend, weft_time until)
{
    (void)backend;
    if (until)
        g_error("the loop is GLib's to run");
}

/* From any thread. GLib does not promise it for signal handlers, and has g_unix_signal_add. */
static void wake(weft_backend *backend)
{
    g_main_context_wakeup(g_source_get_context(&source_of(backend)->source));
}

/* ---- What GLib calls ---- */

/* By GLib's clock, which is the loop's; -1: never. GLib looks at the time, and the descriptors, by
 * itself. */
static void set_ready_time(Source *self)
{
    const weft_time next = weft_next_run(&self->loop);
    g_source_set_ready_time(&self->source, next < G_MAXINT64 ? (gint64)next : -1);
}

/* Before each sleep: a call of another source's, or of another thread, may have made weft ready. */
static gboolean prepare(GSource *source, gint *timeout)
{
    set_ready_time((Source *)source);
    *timeout = -1;
    return FALSE;
}

/* With G_IO_HUP and G_IO_ERR, which are reported unasked, a call would not block either. */
static void tell_watch(Source *self, weft_watch *watch)
{
    const GIOCondition reported = g_source_query_unix_fd(&self->source, entry_of(self, watch)->tag);
    if (reported & G_IO_NVAL)
        weft_watch_bad(&self->loop, watch);
    else if (reported & (condition_of(watch) | G_IO_HUP | G_IO_ERR))
        weft_watch_ready(&self->loop, watch);
}

/* To tell a watch ends it, so who is next is asked before. */
static void tell(Source *self)
{
    weft_watch *next;
    for (weft_watch *watch = weft_first_watch(&self->loop); watch; watch = next) {
        next = weft_next_watch(watch);
        tell_watch(self, watch);
    }
}

/* The callback is what g_source_set_callback has set: it is called after each run. */
static gboolean dispatch(GSource *source, GSourceFunc after, gpointer data)
{
    Source *const self = (Source *)source;
    tell(self);
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

/* ---- The program: a timer and an idle source beside weft's ---- */

typedef struct {
    GMainLoop *main_loop;
    Source *weft;
    gboolean ending;
    int said, idled;
} Program;

static gboolean say(gpointer data)
{
    Program *const program = data;
    demo_hear(++program->said);
    return program->said < 3;
}

static gboolean idle(gpointer data)
{
    return ++((Program *)data)->idled < 100;
}

/* When the demonstration is done, all others are asked to end; when they have, the program ends. */
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
