#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""road.py SRCDIR [--write]: the functions and macros that a task's way through the core passes.

Builds road.c with the core at -O0, where inline functions are calls, and notes each function that is called.
Adds the macros that weft_create_task, weft_sleep and weft_raise are made of, as gcc defines them. A macro does not
count if no code comes from it: if it is a constant, a text, a compiler hint, a pragma or a compile-time check.
Compares the names, by file, with the list in doc/design.md; --write writes that list."""
import collections
import glob
import os
import re
import subprocess
import sys
import tempfile

NO_CODE = r'\b(_Static_assert|_Pragma|__attribute__|__builtin_expect|sizeof)\b'
ROOTS = ('weft_create_task', 'weft_sleep', 'weft_raise')
BEGIN, END = '<!-- road: made by test/checks/road.py --write -->\n', '<!-- end of road -->\n'
top = os.path.abspath(sys.argv[1])
compiler = os.environ.get('CC', 'gcc')


def run(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, text=True, **more).stdout


def called(work, files):
    """Returns the functions of the core that the program calls."""
    program, backend = os.path.join(work, 'road'), os.path.join(work, 'backend.o')
    sources = [name for name in glob.glob(top + '/core/*.c') if not name.endswith('panic.c')]
    run(compiler, '-std=c11', '-c', '-I' + top, top + '/core/backend/virtual.c', '-o', backend)
    run(compiler, '-std=c11', '-O0', '-g', '-no-pie', '-finstrument-functions', '-I' + top,
        top + '/test/checks/road.c', top + '/core/panic.c', *sources, backend, '-o', program)
    addresses = run(program)
    lines = run('addr2line', '-f', '-e', program, input=addresses).splitlines()
    found = {}
    for name, place in zip(lines[::2], lines[1::2]):
        path = os.path.relpath(os.path.normpath(re.sub(r':.*', '', place)), top)
        if path not in files or not defines(name, files[path]):  # gcc names a wrong file for some inline functions
            path = home(name, files) or (path if path in files else None)
        if path:
            found[name] = path
    return found


def without(text, opening):
    """Returns the text without each match of `opening` and the balanced parentheses behind it."""
    while match := re.search(opening, text):
        at = match.end()
        if text[at:].lstrip().startswith('('):
            at = text.index('(', at) + 1
            depth = 1
            while depth:
                depth += {'(': 1, ')': -1}.get(text[at], 0)
                at += 1
        text = text[:match.start()] + ' ' + text[at:]
    return text


def macros(files):
    """Returns the macros that the roots are made of, and that code comes from."""
    bodies, codes = {}, {}
    defined = run(compiler, '-std=c11', '-I' + top, '-dM', '-E', top + '/test/checks/road.c')
    for name, body in re.findall(r'^#define (\w+(?:\([^)]*\))?)(.*)$', defined, flags=re.M):
        body = re.sub(r'"(\\.|[^"\\])*"', ' ', body)
        body = re.sub(r'[^;]*: *WEFT_MAYBE_UNUSED_', ' ', body)  # a label that nothing goes to
        bodies[name.split('(')[0]] = without(body, NO_CODE)

    def code(name):
        """Returns what the macro adds to a program, without the macros that add nothing."""
        if name not in codes:
            codes[name] = bodies[name]
            for word in set(re.findall(r'\w+', bodies[name])) & bodies.keys():
                if not code(word):
                    codes[name] = without(codes[name], r'\b%s\b' % word)
            if not re.search(r'[A-Za-z_]', re.sub(r'\b__(FILE|LINE)__', '', codes[name])):
                codes[name] = ''
        return codes[name]

    found, new = {}, list(ROOTS)
    while new:
        name = new.pop()
        path = home(name, files)
        if name not in found and path:
            found[name] = path
            new += [word for word in re.findall(r'\w+', code(name)) if word in bodies]
    return found


def defines(name, text):
    """Returns true if the text defines the name, or has core/list.h's macros define it."""
    lists = re.findall(r'^WEFT_DEFINE_\w+\((\w+),', text, flags=re.M)
    return any(name.startswith(made + '_') for made in lists) or re.search(
        r'^ *#define %s\b|^[a-zA-Z_][^;={}\n#]*\b%s\([^;{}]*\)\s*\{' % (name, name), text, flags=re.M)


def home(name, files):
    """Returns the file of the core that defines the name; None: no file does."""
    return next((path for path, text in files.items() if defines(name, text)), None)


def road():
    files = {}
    for path in sorted(glob.glob(top + '/core/*.[ch]')):
        with open(path, encoding='utf-8') as file:
            files[os.path.relpath(path, top)] = file.read()
    with tempfile.TemporaryDirectory() as work:
        names = called(work, files) | macros(files)
    rooms = collections.defaultdict(list)
    for name in sorted(names):
        rooms[names[name]].append(name)
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
