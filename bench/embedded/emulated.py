# SPDX-License-Identifier: MIT
"""What operations cost, and what RAM eight tasks take, on the emulated machines of test/embedded."""

import os
import re
import shutil
import subprocess

import size

MACHINES = ('m0', 'm3', 'rv32', 'avr')
EMULATORS = {'m0': 'qemu-system-arm', 'm3': 'qemu-system-arm', 'rv32': 'qemu-system-riscv32'}

FAULTED = 99 # the exit status of a program whose stack overflows

# The lines of cost.c: what it prints, what that is, how many times it was done.
OPERATIONS = [
    ('yield', 'a yield: `weft_sleep(0)`, 4 tasks in turn', 4000),
    ('contended', 'a lock that another task holds, and a yield, 4 tasks in turn', 4000),
    ('free', 'a lock that is free: acquire, release', 1000),
    ('call', '`weft_call` of an empty coroutine', 1000),
    ('queue', 'an item through a queue of one, from task to task', 1000),
    ('interrupt', 'from an interrupt handler to the task that waits', 100),
    ('handler', 'of that in the handler: `weft_call_soon_threadsafe`', 100),
]


def missing(builder, machine):
    """Returns what is missing to run programs for a machine, or None."""
    tool = EMULATORS.get(machine)
    if tool and not shutil.which(tool):
        return tool
    if not os.path.exists(os.path.join(builder.top, 'test/embedded/build.sh')):
        return 'test/embedded'
    if machine == 'avr' and not simulator(builder):
        return 'libsimavr'
    return None


def simulator(builder):
    """Compiles the simulator for AVR. Returns its path, or None without libsimavr."""
    source = os.path.join(builder.top, 'test/embedded/simulator.c')
    target = os.path.join(builder.cache, builder.key(size.read(source).decode()) + '.simulator')
    if not os.path.exists(target):
        done = subprocess.run(f'gcc -O2 -o {target}.new {source} -lsimavr', shell=True, capture_output=True)
        if done.returncode:
            return None
        os.replace(f'{target}.new', target)
    return target


class Run:
    """A program's run on a machine: what it printed, and what its simulator did."""

    def __init__(self, builder, machine, program, flags, optimize='-Os'):
        embedded = os.path.join(builder.top, 'test/embedded')
        out = f'{builder.cache}/{builder.key(machine, program, flags, optimize)}.{program}.{machine}'
        environment = dict(os.environ, EMBEDDED_CACHE=os.path.join(builder.cache, 'machines'), ICOUNT='9',
                           OPT=optimize)
        if machine == 'avr':
            environment['SIMULATOR'] = simulator(builder)
        built = subprocess.run(
            f'{embedded}/build.sh {machine} {out} {size.HERE}/{program}.c -- {flags}', shell=True,
            capture_output=True, text=True, env=environment, check=False)
        self.fits = built.returncode == 0
        self.numbers = {}
        if not self.fits:
            if not re.search(r'is not within region|will not fit|overflowed', built.stderr):
                raise SystemExit(built.stderr[-3000:])
            return
        ran = subprocess.run(f'{embedded}/run.sh {machine} {out}', shell=True, capture_output=True, text=True,
                             env=environment, check=False)
        if ran.returncode == FAULTED:
            self.fits = False
            return
        if ran.returncode:
            raise SystemExit(f'{program} on {machine}: {ran.returncode}\n{ran.stdout[-1000:]}{ran.stderr[-1000:]}')
        self.numbers = {name: int(number) for name, number in re.findall(r'^(\w+) (\d+)\r?$', ran.stdout, re.M)}
        self.off = re.findall(r'longest with interrupts off (\d+)', ran.stderr)
        # Without the memory that is set aside for the stack.
        sections = dict(re.findall(r'^(\.\S+) +(\d+)', size.run(f'{size.MACHINES[machine][0]}size -A {out}'), re.M))
        self.data = int(sections.get('.data', 0))
        self.bss = int(sections.get('.bss', 0)) + int(sections.get('.noinit', 0))


def cost(builder, machine, flags, optimize='-Os'):
    """Returns [(operation, instructions or cycles, or None)], and the run of cost.c."""
    run = Run(builder, machine, 'cost', flags, optimize)
    figures = []
    for name, what, times in OPERATIONS:
        figure = None
        if run.fits:
            nothing = run.numbers['nothing']
            instruction = (run.numbers['nops'] - nothing) / 1000
            # An interrupt is measured one by one, the others all at once.
            once = run.numbers[name] / times - (nothing if name in ('interrupt', 'handler') else 0)
            figure = round(once / instruction, 1)
        figures.append((what, figure))
    return figures, run


def ram(builder, machine, flags):
    """Returns the run of ram.c."""
    return Run(builder, machine, 'ram', flags)
