# SPDX-License-Identifier: MIT
"""The sizes of weft's public structs."""

import glob
import os
import re

import size


# The backends for machines without an operating system.
BACKENDS = ('core/backend/periodic.h', 'core/backend/tickless.h')


def names(builder):
    """Returns the public structs: those whose names in the headers do not end in an underscore."""
    found = set()
    for pattern in ('core/*.h', *BACKENDS, 'core/inspect/*.h', 'primitives/*.h'):
        for path in glob.glob(os.path.join(builder.top, pattern)):
            text = size.read(path).decode()
            found.update(re.findall(r'^(?:typedef )?struct (weft_[a-z_]*[a-z])(?: \{|;| weft_.*;)', text, re.M))
    return sorted(found)


def start(builder, machine, flags):
    """Starts to compile. Returns a function that gives {struct: bytes}; without those that do not exist."""
    texts = 'WEFT_TEXTS=0' not in flags
    skipped = {'weft_debug_output'} # of hosted builds
    lines = ['/* SPDX-License-Identifier: MIT */', '#include <weft.h>'] + [f'#include <{header}>' for header in BACKENDS]
    if texts:
        lines += ['#include <core/inspect/report.h>', '#include <core/inspect/watchdog.h>']
    else:
        skipped |= {'weft_location', 'weft_wait_info', 'weft_slow_call'} # of reports
    lines += [f'char size_of_{name}[sizeof(struct {name})];' for name in names(builder) if name not in skipped]
    source = builder.generated(f'structs_{int(texts)}.c', '\n'.join(lines) + '\n')
    built = builder.compile(machine, source, '-fno-common ' + flags)

    def finish():
        listed = size.run(f'{size.MACHINES[machine][0]}nm -S {built.result()}')
        return {name: int(number, 16) for number, name in
                re.findall(r'^\w+ (\w+) \w size_of_(\w+)$', listed, re.M)}

    return finish
