# SPDX-License-Identifier: MIT
"""What each use of a construct costs in the code of the coroutine that uses it."""

import collections
import re

import size

# A construct: its name, members of the frame, statements, one await a line.
CONSTRUCTS = [
    ('`weft_sleep(0)`', '', 'weft_sleep(0);'),
    ('`weft_sleep(WEFT_MS(5))`', '', 'weft_sleep(WEFT_MS(5));'),
    ('`weft_sleep(self->t)`', 'weft_time t;', 'weft_sleep(self->t);'),
    ('`weft_call(sub, ...)`', 'struct sub s;', 'weft_call(sub, &self->s, 1);'),
    ('`weft_create_task(sub, ...)`', 'WEFT_TASK(sub) s;', 'weft_create_task(sub, &self->s, 1);'),
    ('`weft_await(&self->task)`', 'WEFT_TASK(sub) s;', 'weft_await(&self->s);'),
    ('`weft_lock_acquire`', '', 'weft_lock_acquire(&lock);'),
    ('`weft_with_lock {}`', '', 'weft_with_lock(&lock)\nled++;\nweft_end;'),
    ('`weft_event_wait`', '', 'weft_event_wait(&event);'),
    ('`weft_queue_put`, a byte', '', 'weft_queue_put(&queue, 1);'),
    ('`weft_queue_get`, a byte', 'unsigned char c;', 'weft_queue_get(&queue, &self->c);'),
    ('`weft_queue_put_nowait`, a byte', '', 'led = !!weft_queue_put_nowait(&queue, 1);'),
    ('`weft_with_timeout {}`', 'weft_timeout limit;',
     'weft_with_timeout(&self->limit, WEFT_MS(10))\nled++;\nweft_end;'),
    ('`weft_with_group {}`', 'weft_group group;', 'weft_with_group(&self->group)\nled++;\nweft_end;'),
    ('`weft_group_create_task`', 'weft_group group; WEFT_TASK(sub) s;',
     'weft_group_create_task(&self->group, sub, &self->s, 1);'),
    ('`weft_try {} weft_catch {}`, with a sleep', '',
     'weft_try\nweft_sleep(0);\nweft_catch(&weft_any_error)\nled++;\nweft_end;'),
    ('`weft_try {} weft_finally {}`, with a sleep', 'weft_exit left;',
     'weft_try\nweft_sleep(0);\nweft_finally(&self->left)\nled++;\nweft_end;'),
    ('`weft_check(f())`', '', 'weft_check(f());'),
    ('`if (led) weft_raise(&weft_any_error);`', '', 'if (led)\nweft_raise(&weft_any_error);'),
    ('`led++;`, for comparison', '', 'led++;'),
]

HEAD = '''/* SPDX-License-Identifier: MIT */
#include <weft.h>
extern volatile int led;
extern const weft_error *f(void);
extern weft_lock lock;
extern weft_event event;
extern WEFT_QUEUE(unsigned char, 8) queue;
WEFT_ASYNC(sub, int a;)
{
}
WEFT_ASYNC_END
'''

# Uses of a construct in the two coroutines whose sizes are subtracted.
FEW, MANY = 2, 10


def coroutine(name, members, uses):
    """Returns the text of a coroutine. `uses`: the statements of each use."""
    body = ''.join(f'{{ led = {i};\n{use}\n}}\n' for i, use in enumerate(uses))
    # The states of a coroutine are numbers of lines. All coroutines begin in line 20, as if alone in a file.
    return (f'#line 20\nWEFT_ASYNC({name}, int unused; {members})\n{{\n{body}}}\nWEFT_ASYNC_END\n'
            f'extern const weft_code *const keep_{name};\nconst weft_code *const keep_{name} = &{name}_code;\n')


def start(builder, machine, flags):
    """Starts to compile all coroutines. Returns a function that gives [(name, bytes of a further use)]; the
    first entry is an empty coroutine."""
    text = HEAD + coroutine('empty', '', [])
    for count in (FEW, MANY):
        text += coroutine(f'base_{count}', '', [''] * count)
        for i, (_, members, use) in enumerate(CONSTRUCTS):
            text += coroutine(f'use{i}_{count}', members, [use] * count)
    source = builder.generated('constructs.c', text)
    built = builder.compile(machine, source, flags)

    def finish():
        sizes = collections.Counter()
        for line in size.run(f'{size.MACHINES[machine][0]}objdump -h {built.result()}').splitlines():
            match = re.match(r' *\d+ \.[\w.]*\.(use\d+_\d+|base_\d+|empty)(\w*) +([0-9a-f]{8}) ', line)
            if match:
                what = match.group(1) + ('_code' if match.group(2) == '_code' else '')
                sizes[what] += int(match.group(3), 16)
        of_base = sizes[f'base_{MANY}'] - sizes[f'base_{FEW}']
        figures = [('a coroutine with an empty body', sizes['empty'] + sizes['empty_code'])]
        for i, (name, _, _) in enumerate(CONSTRUCTS):
            of_uses = sizes[f'use{i}_{MANY}'] - sizes[f'use{i}_{FEW}']
            figures.append((name, round((of_uses - of_base) / (MANY - FEW))))
        return figures

    return finish
