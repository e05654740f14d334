# SPDX-License-Identifier: MIT
"""What each part of weft adds to the flash of a program with a loop and tasks that sleep."""

import re

import size

# A part: its name, declarations, members of the coroutine's frame, statements of the coroutine, and statements
# of main before the loop runs. A name that begins with ! needs texts (WEFT_TEXTS).
PARTS = [
    ('`weft_create_task`, `weft_await`', '', 'WEFT_TASK(leaf) t;',
     'weft_create_task(leaf, &self->t); weft_await(&self->t);', ''),
    ('`weft_call`', '', 'struct leaf c;', 'weft_call(leaf, &self->c);', ''),
    ('`weft_raise`, `weft_try`, `weft_catch`', '', '',
     'weft_try { weft_raise(&wrong); } weft_catch(&wrong) { out++; } weft_end;', ''),
    ('`weft_cancel`', '', '', 'weft_cancel(&other);', ''),
    ('future: set, await', 'static weft_future future;', '',
     'weft_create_future(&future); weft_check(weft_set_done(&future)); weft_await(&future);', ''),
    ('`weft_call_soon`', 'static weft_handle handle;', '', 'weft_call_soon(weft_running_loop(), &handle, called);',
     ''),
    ('`weft_call_later`, `weft_handle_cancel`', 'static weft_handle handle;', '',
     'weft_call_later(weft_running_loop(), &handle, WEFT_MS(5), called);'
     'weft_handle_cancel(weft_running_loop(), &handle);', ''),
    ('`weft_add_done_callback`', 'static weft_handle handle;', '',
     'weft_check(weft_add_done_callback(&other, &handle, called));', ''),
    ('thread-safe handle: open, call', 'static weft_threadsafe_handle handle;', '',
     'weft_check(weft_threadsafe_open(weft_running_loop(), &handle, called)); weft_call_soon_threadsafe(&handle);',
     ''),
    ('`weft_run`', 'static WEFT_TASK(leaf) first;', '', '', 'out = weft_run(&loop, leaf, &first) != NULL;'),
    ('`weft_set_exception_handler`', 'static void failed(weft_loop *l, weft_task *t, const weft_error *e)'
     '{ (void)l, (void)t, (void)e; out++; }', '', '', 'weft_set_exception_handler(&loop, failed);'),
    ('lock', 'static weft_lock lock;', '', 'weft_with_lock(&lock) { weft_sleep(0); } weft_end;', ''),
    ('rlock', 'static weft_rlock lock;', '', 'weft_with_rlock(&lock) { weft_sleep(0); } weft_end;', ''),
    ('event: wait, set', 'static weft_event event;', '', 'weft_event_set(&event); weft_event_wait(&event);', ''),
    ('semaphore', 'static weft_semaphore semaphore = WEFT_SEMAPHORE(2);', '',
     'weft_with_semaphore(&semaphore) { weft_sleep(0); } weft_end;', ''),
    ('condition: wait, notify', 'static weft_condition condition;', '',
     'weft_with_condition(&condition) { weft_condition_notify(&condition, 1); weft_condition_wait(&condition); }'
     'weft_end;', ''),
    ('barrier: wait', 'static weft_barrier barrier = WEFT_BARRIER(2);', 'struct weft_barrier_wait wait;',
     'weft_barrier_wait(&barrier, &self->wait);', ''),
    ('queue: put, get', 'static WEFT_QUEUE(unsigned char, 8) queue;', 'unsigned char c;',
     'weft_queue_put(&queue, 1); weft_queue_get(&queue, &self->c);', 'weft_queue_init(&queue);'),
    ('priority queue: put, get', 'static WEFT_QUEUE(unsigned char, 8) queue;'
     'WEFT_QUEUE_BEFORE(less, unsigned char, a, b, *a < *b)', 'unsigned char c;',
     'weft_queue_put(&queue, 1); weft_queue_get(&queue, &self->c);', 'weft_priority_queue_init(&queue, less);'),
    ('unbounded queue: put, get', 'struct item { weft_queue_node node; }; static struct item item;'
     'static WEFT_UNBOUNDED_QUEUE(struct item, node) queue;', 'struct item *item;',
     'weft_queue_put_item(&queue, &item); weft_queue_get_item(&queue, &self->item);',
     'weft_unbounded_queue_init(&queue);'),
    ('byte ring: put, get', 'static weft_byte_ring ring; static unsigned char bytes[8];', 'unsigned char c;',
     'weft_check(weft_byte_ring_open(weft_running_loop(), &ring, bytes, sizeof(bytes)));'
     '(void)weft_byte_ring_put(&ring, 1); weft_byte_ring_get(&ring, &self->c);', ''),
    ('gather', '', 'WEFT_TASK(leaf) a, b; WEFT_GATHER(2) gather;',
     'weft_create_task(leaf, &self->a); weft_create_task(leaf, &self->b);'
     'weft_gather(&self->gather, &self->a, &self->b);', ''),
    ('wait set: `weft_wait_first`', '', 'WEFT_TASK(leaf) a; WEFT_WAIT_SET(2) set;',
     'weft_create_task(leaf, &self->a); weft_check(weft_wait_add(&self->set, &self->a));'
     'weft_wait_first(&self->set, WEFT_MS(100));', ''),
    ('shield', '', 'weft_shield shield;', 'weft_await_shielded(&self->shield, &other);', ''),
    ('timeout', '', 'weft_timeout limit;',
     'weft_with_timeout(&self->limit, WEFT_MS(20)) { weft_sleep(WEFT_MS(30)); } weft_end;', ''),
    ('group', '', 'weft_group group; WEFT_TASK(leaf) t;',
     'weft_with_group(&self->group) { weft_group_create_task(&self->group, leaf, &self->t); } weft_end;', ''),
    ('group and pool', 'static WEFT_POOL(leaf, 2) pool;', 'weft_group group;',
     'weft_with_group(&self->group) { weft_group_create_pooled(&self->group, leaf, &pool); } weft_end;', ''),
    ('daemon', '', '', '', 'weft_set_daemon(&task.task, true);'),
    ('descriptor: `weft_wait_readable`', '', '', 'weft_wait_readable(0);', ''),
    ('!watchdog', 'static void slow(weft_loop *l, const weft_slow_call *c) { (void)l, (void)c; out++; }', '', '',
     'weft_set_watchdog(&loop, WEFT_MS(5), slow);'),
    ('!dump', 'static void put(const char *text, void *to) { (void)text, (void)to; out++; }', '', '',
     'weft_dump(&loop, put, NULL);'),
]

PROGRAM = '''/* SPDX-License-Identifier: MIT */
#include <weft.h>
#include <core/inspect/daemon.h>
#if !defined(WEFT_TEXTS) || WEFT_TEXTS
#include <core/inspect/dump.h>
#include <core/inspect/watchdog.h>
#endif
extern weft_backend ticks;
static volatile unsigned char out;
static weft_loop loop;
static const weft_error wrong = {.kind = NULL};
WEFT_ASYNC(leaf) { weft_sleep(WEFT_MS(10)); } WEFT_ASYNC_END
static WEFT_TASK(leaf) other;
static void called(weft_loop *l, weft_handle *h) { (void)l, (void)h; out++; }
%s
WEFT_ASYNC(work, char unused; %s)
{
    weft_sleep(WEFT_MS(10));
    %s
}
WEFT_ASYNC_END
static WEFT_TASK(work) task;
const void *volatile unused[2];
int main(void)
{
    unused[0] = &wrong, unused[1] = (const void *)(uintptr_t)called;
    weft_loop_init(&loop, &ticks);
    weft_loop_create_task(&loop, leaf, &other);
    weft_loop_create_task(&loop, work, &task);
    %s
    return weft_run_forever(&loop) != NULL;
}
'''


def start(builder, machine, flags):
    """Starts to build all programs. Returns a function that gives [(name, bytes or None)], first the base."""
    built = []
    for name, *text in [('the loop, tasks and `weft_sleep`', '', '', '', '')] + PARTS:
        if name.startswith('!') and 'WEFT_TEXTS=0' in flags:
            built.append((name[1:], None))
            continue
        declarations, members, statements, before = text
        lines = re.sub('([;{}]) *', r'\1\n    ', statements) # one await a line
        source = builder.generated(f'part_{len(built)}.c', PROGRAM % (declarations, members, lines, before))
        built.append((name.lstrip('!'), builder.program(machine, 1, flags, source=source)))

    def finish():
        figures = [(name, program and size.weft(size.by_origin(program()))) for name, program in built]
        base = figures[0][1]
        return figures[:1] + [(name, figure and figure - base) for name, figure in figures[1:]]

    return finish
