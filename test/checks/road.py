#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""road.py SRCDIR [--write]: the functions and macros that a task's way through the core passes.

Builds road.c with the core at -O0, where inline functions are calls, and notes each function that is called.
Adds the macros that weft_create_task, weft_sleep and weft_raise are made of. Compares the names, by file, with
the list in doc/design.md; --write writes that list."""
import collections
import glob
import os
import re
import subprocess
import sys
import tempfile

ROOTS = ('weft_create_task', 'weft_sleep', 'weft_raise')
BEGIN, END = '<!-- road: made by test/checks/road.py --write -->\n', '<!-- end of road -->\n'
top = os.path.abspath(sys.argv[1])
compiler = os.environ.get('CC', 'gcc')


def run(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, text=True, **more).stdout


def called(work):
    """Returns the functions of the core that the program calls."""
    program = os.path.join(work, 'road')
    sources = [name for name in glob.glob(top + '/core/*.c') if not name.endswith('panic.c')]
    run(compiler, '-std=c11', '-O0', '-g', '-no-pie', '-finstrument-functions', '-I' + top,
        top + '/test/checks/road.c', top + '/core/backend/virtual.c', top + '/core/panic.c', *sources, '-o', program)
    addresses = run(program)
    lines = run('addr2line', '-f', '-e', program, input=addresses).splitlines()
    pairs = zip(lines[::2], lines[1::2])
    return {name for name, place in pairs
            if os.path.normpath(place).startswith(top + '/core/') and '/backend/' not in place}


def without_texts(code):
    return re.sub(r'"(\\.|[^"\\])*"|/\*.*?\*/', ' ', code, flags=re.S)


def macros(headers):
    """Returns the macros that the roots are made of."""
    bodies = {}
    for text in headers.values():
        for name, body in re.findall(r'^#define (\w+)((?:.*\\\n)*.*)$', without_texts(text), flags=re.M):
            bodies.setdefault(name, body)
    found, new = set(), list(ROOTS)
    while new:
        name = new.pop()
        if name not in found:
            found.add(name)
            new += [word for word in re.findall(r'\w+', bodies[name]) if word in bodies]
    return found


def home(name, files):
    """Returns the file that defines the name."""
    definition = re.compile(r'^#define %s\b|^[a-zA-Z_][^;={}\n#]*\b%s\([^;{}]*\)\s*\{' % (name, name), re.M)
    return next((path for path, text in files.items() if definition.search(text)), 'made by a macro of core/list.h')


def road():
    files = {}
    for path in sorted(glob.glob(top + '/core/*.[ch]')):
        with open(path, encoding='utf-8') as file:
            files[os.path.relpath(path, top)] = file.read()
    headers = {path: text for path, text in files.items() if path.endswith('.h')}
    with tempfile.TemporaryDirectory() as work:
        names = called(work) | macros(headers)
    rooms = collections.defaultdict(list)
    for name in sorted(names):
        rooms[home(name, files).replace('made by a macro of ', '')].append(name)
    lines = ['| file | functions and macros |\n', '| --- | --- |\n']
    for path in sorted(rooms):
        lines.append('| %s | %s |\n' % (path, ', '.join('`%s`' % name for name in rooms[path])))
    lines.append('\n%d functions and macros in %d files.\n' % (len(names), len(rooms)))
    return ''.join(lines)


def main():
    path = top + '/doc/design.md'
    with open(path, encoding='utf-8') as file:
        text = file.read()
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    made = road()
    if '--write' in sys.argv:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text[:begin] + '\n' + made + '\n' + text[end:])
    elif text[begin:end].strip() != made.strip():
        print('the list in doc/design.md is old; run: python3 test/checks/road.py . --write\n' + made)
        sys.exit(1)


main()
