#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints the flash and RAM that weft takes in a program.

    size.py [-t m0,avr] [-c 1,3] [--small] [--flags="-DWEFT_TEXTS=0 ..."] [--lto] [--functions]

A machine (-t) is m0, m3, rv32, avr or x86-64. A program (-c) is one of:

    1  the loop, tasks, weft_sleep, a lock (small.c)
    2  also a queue and an event
    3  also a timeout and a group
    4  everything but dump, descriptors and watchdog (everything.c)

11, 12 and 13 are 1, 2 and 3 with weft_run instead of weft_run_forever. Without --lto, the linker's map says
where each byte is from: weft's core, its primitives, libgcc, libc, the program, and the base. The base is the
start-up code (start.c) and the backend (ticks.c, core/backend/machine.c). "weft" is the sum of the first
four, without .bss. With --lto, only the sum of all is known. Objects are cached in --cache, by the contents
of their sources."""

import argparse
import collections
import concurrent.futures
import hashlib
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))

# The smallest configuration.
SMALL = '-DWEFT_TEXTS=0 -DWEFT_TIME_BITS=32 -DWEFT_TIME_HZ=1000 -DWEFT_TIMER_LIST=1'

# A machine: the prefix of its tools, its compiler flags, its linker flags.
ARM_LINK = f'-nostartfiles --specs=nano.specs -T {HERE}/cortex_m.ld'
MACHINES = {
    'm0': ('arm-none-eabi-', '-mcpu=cortex-m0 -mthumb', ARM_LINK),
    'm3': ('arm-none-eabi-', '-mcpu=cortex-m3 -mthumb', ARM_LINK),
    'rv32': ('riscv64-unknown-elf-',
             '-march=rv32imac -mabi=ilp32 -misa-spec=2.2 -msmall-data-limit=0 --specs=picolibc.specs',
             f'-nostartfiles -Wl,-u,main -T {HERE}/rv32.ld -Wl,--no-warn-rwx-segments'),
    'avr': ('avr-', '-mmcu=atmega328p -mcall-prologues -mstrict-X',
            '-Wl,--defsym=__DATA_REGION_LENGTH__=16K'), # program 4 fits in flash alone
    'x86-64': ('', '-fno-pic -fno-asynchronous-unwind-tables -fcf-protection=none -fno-stack-protector',
               '-nostdlib -static -no-pie -Wl,--build-id=none'),
}
NAMES = {'m0': 'Cortex-M0', 'm3': 'Cortex-M3', 'rv32': 'RV32IMAC', 'avr': 'ATmega328P', 'x86-64': 'x86-64'}

# Files of core and core/inspect that a freestanding program cannot compile, or defines itself.
LEFT_OUT = {'panic.c', 'debug.c', 'on_quit.c', 'print_error.c'}
# Files that need texts (WEFT_TEXTS).
REPORTS = {'dump.c', 'observer.c', 'recorder.c', 'report.c', 'watchdog.c'}

WEFT = ('core', 'primitives', 'libgcc', 'libc')


def run(command, cwd=None):
    """Returns the output of a shell command; if it fails, exits with its errors."""
    done = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=cwd)
    if done.returncode:
        sys.exit(f'{command[:300]}\n{done.stderr[:3000]}{done.stdout[-1000:]}')
    return done.stdout


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def compiler(machine):
    return MACHINES[machine][0] + 'gcc'


def version(machine):
    """Returns the compiler's version as text, or None without a compiler for the machine."""
    def dump(*options):
        return subprocess.run([compiler(machine), *options], capture_output=True, text=True, check=True).stdout.strip()

    try:
        if machine == 'x86-64' and not dump('-dumpmachine').startswith('x86_64'):
            return None
        return dump('-dumpfullversion', '-dumpversion')
    except (OSError, subprocess.CalledProcessError):
        return None


class Builder:
    """Compiles and links programs. `top` is weft's folder, `cache` a folder for objects and programs."""

    def __init__(self, top=TOP, cache=None, jobs=2):
        self.top = os.path.abspath(top)
        self.cache = os.path.abspath(cache or os.path.join(tempfile.gettempdir(), f'weft-size-{os.getuid()}'))
        os.makedirs(self.cache, exist_ok=True)
        self.pool = concurrent.futures.ThreadPoolExecutor(jobs)
        headers = hashlib.sha256()
        for folder in ('.', 'core', 'core/backend', 'core/inspect', 'primitives', HERE):
            folder = os.path.join(self.top, folder)
            for name in sorted(os.listdir(folder)):
                if name.endswith('.h') or name.endswith('.ld'):
                    headers.update(name.encode() + read(os.path.join(folder, name)))
        self.headers = headers.hexdigest()
        self.versions, self.compiled = {}, {}

    def library(self, flags):
        """Returns weft's sources that a freestanding program links."""
        left_out = LEFT_OUT | (REPORTS if 'WEFT_TEXTS=0' in flags else set())
        files = []
        for folder in ('core', 'core/inspect', 'primitives'):
            files += [f'{folder}/{name}' for name in sorted(os.listdir(os.path.join(self.top, folder)))
                      if name.endswith('.c') and name not in left_out]
        return files

    def generated(self, name, text):
        """Writes a source file into the cache. Returns its path."""
        path = os.path.join(self.cache, 'generated', 'embedded', name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if not os.path.exists(path) or read(path).decode() != text: # a compiler may read it now
            with open(f'{path}.{os.getpid()}', 'w') as file:
                file.write(text)
            os.replace(f'{path}.{os.getpid()}', path)
        return path

    def key(self, *parts):
        return hashlib.sha256('\0'.join(parts).encode()).hexdigest()[:24]

    def compile(self, machine, source, flags):
        """Starts to compile a file of weft (or one with an absolute path). Returns a future of the object."""
        if machine not in self.versions:
            self.versions[machine] = version(machine) or sys.exit(f'there is no {compiler(machine)}')
        path = os.path.join(self.top, source)
        contents = hashlib.sha256(read(path)).hexdigest()
        flags = (f'{MACHINES[machine][1]} -std=c11 -ffreestanding -DWEFT_FREESTANDING -ffunction-sections '
                 f'-fdata-sections -I. {"" if "-flto" in flags else "-fstack-usage"} {flags}')
        key = self.key(self.versions[machine], flags, source, contents, self.headers)
        name = re.sub(r'.*/(?=[^/]*/)', '', source).replace('/', '_')[:-2]
        target = f'{self.cache}/{key}.{name}.o'

        def work():
            if not os.path.exists(target):
                unfinished = f'{target}.{os.getpid()}.o'
                # A path below the top: __FILE__ is in the code.
                run(f'{compiler(machine)} {flags} -c {os.path.relpath(path, self.top)} -o {unfinished}',
                    cwd=self.top)
                if '-fstack-usage' in flags:
                    os.replace(unfinished[:-1] + 'su', target[:-1] + 'su')
                os.replace(unfinished, target)
            return target

        if target not in self.compiled:
            self.compiled[target] = self.pool.submit(work)
        return self.compiled[target]

    def link(self, machine, objects, flags, link=None):
        """Links objects. Returns the program's path; beside it is a map, PATH.map."""
        flags = f'{MACHINES[machine][1]} {flags} {MACHINES[machine][2] if link is None else link}'
        program = f'{self.cache}/{self.key(self.versions[machine], flags, self.headers, *objects)}.elf'
        if not os.path.exists(program):
            unfinished = f'{program}.{os.getpid()}'
            run(f'{compiler(machine)} {flags} -Wl,--gc-sections -Wl,-Map={program}.map {" ".join(objects)} '
                f'{"-lgcc" if machine == "x86-64" else ""} -o {unfinished}', cwd=self.top)
            os.replace(unfinished, program)
        return program

    def program(self, machine, number, flags='', lto=False, optimize='-Os', source=None):
        """Starts to build one of the measured programs. Returns a function that gives its path."""
        flags = f'{optimize} {flags}' + (' -flto -fno-fat-lto-objects' if lto else '')
        which = f'-DPROGRAM={number % 10}' + (' -DRUN' if number > 10 else '')
        source = source or f'{HERE}/{"everything" if number % 10 == 4 else "small"}.c'
        parts = [self.compile(machine, source, f'{flags} {which}')]
        parts += [self.compile(machine, f'{HERE}/{name}.c', flags) for name in ('start', 'ticks')]
        parts.append(self.compile(machine, 'core/backend/machine.c', flags))
        if machine == 'x86-64': # link-time optimization must not remove what the compiler calls itself
            parts += [self.compile(machine, f'{HERE}/memory.c', f'{flags} -fno-lto -fno-builtin')]
        parts += [self.compile(machine, file, flags) for file in self.library(flags)]
        return lambda: self.link(machine, [part.result() for part in parts], flags)


def totals(machine, program):
    """Returns .text, .data and .bss of a program, in bytes."""
    return [int(word) for word in run(f'{MACHINES[machine][0]}size {program}').splitlines()[1].split()[:3]]


def origin(path):
    """Returns the origin of an object's bytes."""
    name = re.sub(r'^[0-9a-f]{24}\.', '', os.path.basename(path))
    for start, what in (('core_', 'core'), ('inspect_', 'core'), ('primitives_', 'primitives'),
                        ('embedded_start', 'base'), ('embedded_ticks', 'base'), ('backend_', 'base'),
                        ('embedded_memory', 'libc'),
                        ('embedded_', 'program'), ('crt', 'base')):
        if name.startswith(start):
            return what
    if 'libgcc' in path:
        return 'libgcc'
    return 'libc' if re.search(r'lib(c|c_nano|m|g|g_nano|atmega\w*)\.a', path) else 'other'


def sections(program):
    """Returns what a program's map lists: (output section, input section, bytes, object)."""
    text = read(f'{program}.map').decode()
    text = text[text.index('Linker script and memory map'):]
    text = re.sub(r'\n (\.\S+)\n\s+(0x[0-9a-f]+)', r'\n \1 \2', text) # long names have a line of their own
    rows, into = [], None
    for line in text.splitlines():
        match = re.match(r'(\.[\w.]+)(\s|$)', line)
        if match:
            into = match.group(1)
        if re.match(r'/DISCARD/|OUTPUT', line):
            into = None
        match = re.match(r' (\.\S+|COMMON)\s+(0x[0-9a-f]+)\s+(0x[0-9a-f]+)\s+(\S.*)$', line)
        if match and into in ('.text', '.rodata', '.data', '.bss', '.init', '.vectors', '.tdata'):
            size = int(match.group(3), 16)
            if size:
                rows.append((into, match.group(1), size, match.group(4)))
    return rows


def by_origin(program):
    """Returns bytes by (origin, 'flash'), (origin, 'data') and (origin, 'bss'). Flash has .data in it."""
    found = collections.Counter()
    for into, _, size, path in sections(program):
        where = origin(path)
        found[where, 'bss' if into == '.bss' else 'flash'] += size
        if into == '.data':
            found[where, 'data'] += size
    return found


def weft(found, kind='flash'):
    """Returns the bytes that weft takes, with all of libgcc and libc that it brings."""
    return sum(found[where, kind] for where in WEFT)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument('-t', '--machines', default=','.join(MACHINES))
    arguments.add_argument('-c', '--programs', default='1,2,3,4')
    arguments.add_argument('--flags', default='', help='more compiler flags, such as -DWEFT_TEXTS=0')
    arguments.add_argument('--small', action='store_true', help=f'the smallest configuration: {SMALL}')
    arguments.add_argument('--lto', action='store_true', help='optimize the whole program when it is linked')
    arguments.add_argument('--functions', action='store_true', help='list what is linked')
    arguments.add_argument('--optimize', default='-Os')
    arguments.add_argument('--weft', default=TOP, help='the folder of weft that is measured')
    arguments.add_argument('--cache')
    given = arguments.parse_args()
    flags = f'{SMALL if given.small else ""} {given.flags}'.strip()
    builder = Builder(given.weft, given.cache)
    wanted = [(machine, int(number), builder.program(machine, int(number), flags, given.lto, given.optimize))
              for machine in given.machines.split(',') for number in given.programs.split(',')]
    for machine, number, built in wanted:
        program = built()
        text, data, bss = totals(machine, program)
        line = f'{machine:6} program {number:2}: text {text} data {data} bss {bss}'
        if not given.lto:
            found = by_origin(program)
            line += ' | weft %d =' % weft(found)
            for where in WEFT + ('program', 'base', 'other'):
                if found[where, 'flash']:
                    line += f' {where} {found[where, "flash"]}'
            line += ' | weft .data %d' % (found['core', 'data'] + found['primitives', 'data'])
        print(line, flush=True)
        if given.functions:
            if given.lto:
                print(run(f'{MACHINES[machine][0]}nm -S --size-sort -r {program}'))
                continue
            rows = [(size, into, name, path) for into, name, size, path in sections(program) if into != '.bss']
            for size, into, name, path in sorted(rows, reverse=True):
                print(f'  {size:5} {into:7} {name} {re.sub("^[0-9a-f]{24}.", "", os.path.basename(path))}')


if __name__ == '__main__':
    main()
