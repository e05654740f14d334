# SPDX-License-Identifier: MIT
"""How much stack weft's functions use, by the compiler's -fstack-usage and the calls in a linked program."""

import re

import size

# A call, or a jump to another function. The jumps of AVR's -mcall-prologues lead into libgcc.
CALL = re.compile(r'\b(?:bl|bl?x?|b\.[nw]|b|jal|j|call|jmp|rcall|rjmp|callq|jmpq|tail)\s+'
                  r'(?:ra,|zero,)?(?:0x)?[0-9a-f.+\-]*\s*(?:;\s*)?(?:0x[0-9a-f]+\s*)?<([\w.]+)>')


def start(builder, machine, flags):
    """Starts to build program 3 with stack usage. Returns a function that gives [(what, bytes, text)]."""
    built = builder.program(machine, 3, flags)

    def finish():
        program = built()
        frames, ours = {}, set()
        for path in sorted({path for _, _, _, path in size.sections(program)}):
            if not path.startswith(builder.cache):
                continue
            for line in size.read(path[:-1] + 'su').decode().splitlines():
                where, count, _ = line.split('\t')
                name = where.split(':')[-1]
                frames[name] = int(count)
                if size.origin(path) in ('core', 'primitives'):
                    ours.add(name)
        calls, function = {}, None
        for line in size.run(f'{size.MACHINES[machine][0]}objdump -d {program}').splitlines():
            match = re.match(r'[0-9a-f]+ <([\w.]+)>:', line)
            if match:
                function = match.group(1)
                calls[function] = set()
            match = CALL.search(line)
            if match and match.group(1) != function and function:
                calls[function].add(match.group(1))
        linked = ours & set(calls)
        largest = max(linked, key=lambda name: (frames[name], name))

        def depth(name, above=()):
            if name in above:
                return 0
            return frames.get(name, 0) + max((depth(callee, above + (name,)) for callee in calls.get(name, ())),
                                             default=0)

        deepest = max(linked, key=lambda name: (depth(name), name))
        return [('the largest frame of a function', frames[largest], largest),
                ('the deepest chain of calls', depth(deepest), deepest)]

    return finish
