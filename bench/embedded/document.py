#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes doc/size.md (make size), or compares it with the code.

    document.py            writes doc/size.md; needs all compilers and emulators
    document.py --check    compares; prints a line for each failure and each part that is left out
    document.py --print    prints what it would write, without what is missing

A comparison fails if a figure is more than 1% and more than 8 bytes over the file, or more than 1% and one
instruction; or if it is over a limit. Only compilers with the file's version can fail."""

import argparse
import concurrent.futures
import os
import re
import sys

import additions
import constructs
import emulated
import size
import stack
import structs

MACHINES = list(size.MACHINES)
CONFIGURATIONS = {'default': '', 'small': size.SMALL}

WHOLE = (1, 3) # the programs that are also optimized as a whole
AVR_SMALL_CODE = '-mcall-prologues -mstrict-X'
PROGRAMS = [(1, 'the loop, tasks, sleep, a lock'), (2, '... and a queue and an event'),
            (3, '... and a timeout and a group'), (4, 'everything but dump, descriptors and watchdog')]

INTRODUCTION = '''# Size and cost

The command `make size` (bench/embedded/document.py) writes this page: do not edit it by hand. The test
test/checks/size_doc.sh measures all figures anew, and compares them with this page. The test fails if a size
has grown by more than 1% and more than 8 bytes, or a count of instructions by more than 1% and more than one.
If a compiler has another version than the one in the table below, the test only reports its differences.

For this page, weft is compiled with `-std=c11 -Os -ffreestanding -ffunction-sections -fdata-sections`, and
linked with `--gc-sections`, which leaves out all functions that the program does not use. The page shows two
configurations of weft. The *default* configuration defines no macro. The *small* configuration defines these:

    {small}

A figure for flash is the sum of code, constants, and the initial values of variables. All sizes are in bytes.
An emulator has counted the instructions exactly. The page says nothing about cycles or power on a real chip.
The cycles of the ATmega328P are those of the simulator simavr.
'''


# What the page says about its sections.
TEXTS = {
    'Programs': '''\
The table shows how much flash weft takes in four programs (bench/embedded/small.c, everything.c). A figure
includes the functions of libgcc and libc that weft needs. It does not include the program's own coroutines,
its start-up code and its backend. The rows with `-flto` show the whole program instead: link-time
optimization mixes the code of weft and the program. The command `python3 bench/embedded/size.py --functions`
lists all functions that are linked.
''',
    'Parts': '''\
The table shows how much flash a program needs in addition if it uses one more part of weft. The program has a
loop and two tasks that sleep. Some parts use common code, so two parts together add less than the sum of both
figures. The figure 0 means that the program contains the code of that part in any case. A dash means that the
configuration does not have that part.
''',
    'Constructs': '''\
A construct, such as a `weft_sleep`, becomes code in the coroutine that uses it. The table shows how much code
one more use of each construct adds: the mean of the third to the tenth use in one coroutine.
''',
    'Structs': '''\
The table shows the size of each public struct of weft.
''',
    'RAM': '''\
The table shows all RAM of one program, bench/embedded/ram.c, which has eight tasks, a lock and a queue. The
RAM of the machine's drivers is included. The row `.data` is for variables with an initial value, and `.bss`
for all others. For the row "painted stack", the start-up code fills the stack with a pattern. After the run,
the program counts the bytes from the first changed one on. A dash means that the program does not fit into
the machine.
''',
    'Stack': '''\
The compiler's option `-fstack-usage` gives the first two rows, for the third program of the section
"Programs". The first row is the largest stack frame of a function of weft. The second row is the largest sum
of stack frames in a chain of functions that call each other, beginning with a function of weft. A call
through a pointer, such as the loop's call of a coroutine, ends a chain. The other rows are measured with a
painted stack, as in the section "RAM". They show how much stack the whole program has used since its start,
interrupts included.
''',
    'Instructions': '''\
The tables show what an operation of weft costs, measured by the program bench/embedded/cost.c. The unit is
instructions, counted by `qemu -icount`; for the ATmega328P the unit is cycles. The last table is for a
program that is compiled with `-O2`, the others for `-Os`. A figure includes the C loop that repeats the
operation. The time from an interrupt to the task begins with the first statement of the interrupt's handler.
The longest time with interrupts off does not include handlers, which run with interrupts off too. QEMU does
not measure this time. A dash means that there is no figure, or that the program does not fit into the
machine.
''',
}


class Table:
    """A table of figures. A row is a label and a figure for each column; None: there is no figure."""

    def __init__(self, title, text, columns, unit='bytes'):
        self.title, self.text, self.columns, self.unit = title, text, columns, unit
        self.rows = []

    def add(self, label, figures):
        self.rows.append((label, figures))


def shown(figure):
    """Returns a figure as the page has it."""
    if figure is None:
        return '–'
    return figure if isinstance(figure, str) else f'{figure:,}'


def name_of(machine):
    return size.NAMES[machine]


class Page:
    """All figures, measured with the compilers that are there."""

    def __init__(self, builder):
        self.builder = builder
        self.versions = {machine: size.version(machine) for machine in MACHINES}
        self.machines = [machine for machine in MACHINES if self.versions[machine]]
        self.left_out = [f'{name_of(machine)}: there is no {size.compiler(machine)}' for machine in MACHINES
                         if machine not in self.machines]
        self.emulated = []
        for machine in emulated.MACHINES:
            if machine in self.machines:
                lacks = emulated.missing(builder, machine)
                if lacks:
                    self.left_out.append(f'running on {name_of(machine)}: there is no {lacks}')
                else:
                    self.emulated.append(machine)
        self.limits = []
        self.flash, self.size_of, self.runs = {}, {}, {}
        self.tables = []
        # Everything is started before the first result is waited for.
        self.start_runs()
        self.started = {(configuration, machine): self.start(machine, flags)
                        for configuration, flags in CONFIGURATIONS.items() for machine in self.machines}
        self.sections = [self.programs(), self.parts(), self.constructs(), self.structs(), self.ram(),
                         self.stack(), self.operations()]
        self.check_limits()

    def start(self, machine, flags):
        optimized = f'-Os {flags}'
        return {
            'programs': {number: self.builder.program(machine, number, flags) for number, _ in PROGRAMS},
            'whole': {number: self.builder.program(machine, number, flags, lto=True) for number in WHOLE},
            'parts': additions.start(self.builder, machine, flags),
            'constructs': constructs.start(self.builder, machine, optimized),
            'structs': structs.start(self.builder, machine, optimized),
            'stack': stack.start(self.builder, machine, flags),
        }

    def table(self, title, text='', columns=None, unit='bytes'):
        table = Table(title, text, columns or [name_of(machine) for machine in self.machines], unit)
        self.tables.append(table)
        return table

    def programs(self):
        for configuration in CONFIGURATIONS:
            table = self.table(f'### Flash of programs, {configuration} configuration')
            started = {machine: self.started[configuration, machine] for machine in self.machines}
            for number, what in PROGRAMS:
                row = []
                for machine in self.machines:
                    found = size.by_origin(started[machine]['programs'][number]())
                    self.flash[configuration, machine, number] = size.weft(found)
                    self.flash[configuration, machine, number, 'data'] = found['core', 'data'] + \
                        found['primitives', 'data']
                    row.append(self.flash[configuration, machine, number])
                table.add(what, row)
            for number in WHOLE:
                row = []
                for machine in self.machines:
                    text = size.totals(machine, started[machine]['whole'][number]())[0]
                    self.flash[configuration, machine, number, 'whole'] = text
                    row.append(text)
                table.add(f'row {number} with `-flto`: the whole program', row)
            table.add('row 1: weft\'s variables and constants in .data',
                      [self.flash[configuration, machine, 1, 'data'] for machine in self.machines])
        return ('## Programs', TEXTS['Programs'], self.tables[-2:])

    def parts(self):
        for configuration in CONFIGURATIONS:
            table = self.table(f'### Parts, {configuration} configuration')
            by_machine = [self.started[configuration, machine]['parts']() for machine in self.machines]
            for i, (name, _) in enumerate(by_machine[0]):
                table.add(name, [figures[i][1] for figures in by_machine])
        return ('## Parts', TEXTS['Parts'], self.tables[-2:])

    def constructs(self):
        for configuration in CONFIGURATIONS:
            table = self.table(f'### Constructs, {configuration} configuration')
            by_machine = [self.started[configuration, machine]['constructs']() for machine in self.machines]
            for i, (name, _) in enumerate(by_machine[0]):
                table.add(name, [figures[i][1] for figures in by_machine])
        return ('## Constructs', TEXTS['Constructs'], self.tables[-2:])

    def structs(self):
        for configuration in CONFIGURATIONS:
            table = self.table(f'### Structs, {configuration} configuration')
            by_machine = [self.started[configuration, machine]['structs']() for machine in self.machines]
            for machine, sizes in zip(self.machines, by_machine):
                for name, figure in sizes.items():
                    self.size_of[configuration, machine, name] = figure
            for name in sorted(set().union(*by_machine)):
                table.add(f'`{name}`', [sizes.get(name) for sizes in by_machine])
        return ('## Structs', TEXTS['Structs'], self.tables[-2:])

    def start_runs(self):
        """Starts to build and run ram.c and cost.c on all machines."""
        pool = concurrent.futures.ThreadPoolExecutor(2)
        # On avr also with the options by which the sizes are measured.
        machines = [(machine, machine, '') for machine in self.emulated]
        machines += [('avr small code', 'avr', AVR_SMALL_CODE)] if 'avr' in self.emulated else []
        for configuration, flags in CONFIGURATIONS.items():
            for column, machine, more in machines:
                self.runs[configuration, column] = \
                    pool.submit(lambda *given: (emulated.ram(*given), emulated.cost(*given)),
                                self.builder, machine, f'{flags} {more}')
        for machine in self.emulated:
            if machine != 'avr': # where the default configuration is too large
                self.runs['-O2', machine] = pool.submit(emulated.cost, self.builder, machine, '', '-O2')

    def run_of_ram(self, configuration, machine):
        return self.runs[configuration, machine].result()[0]

    def run_of_cost(self, configuration, machine):
        """Returns the figures, and the run."""
        return self.runs[configuration, machine].result()[1]

    def ram(self):
        for configuration in CONFIGURATIONS:
            table = self.table(f'### RAM of eight tasks, {configuration} configuration', '',
                               [name_of(machine) for machine in self.emulated])
            runs = [self.run_of_ram(configuration, machine) for machine in self.emulated]
            table.add('.data', [run.data if run.fits else None for run in runs])
            table.add('.bss', [run.bss if run.fits else None for run in runs])
            table.add('painted stack', [run.numbers['stack'] if run.fits else None for run in runs])
            table.add('all', [run.data + run.bss + run.numbers['stack'] if run.fits else None for run in runs])
        return ('## RAM', TEXTS['RAM'], self.tables[-2:])

    def stack(self):
        for configuration in CONFIGURATIONS:
            table = self.table(f'### Stack, {configuration} configuration')
            by_machine = [self.started[configuration, machine]['stack']() for machine in self.machines]
            for i in range(len(by_machine[0])):
                table.add(by_machine[0][i][0], [figures[i][1] for figures in by_machine])
            for name, run_of in (('ram', self.run_of_ram), ('cost', lambda *given: self.run_of_cost(*given)[1])):
                row = []
                for machine in self.machines:
                    run = run_of(configuration, machine) if machine in self.emulated else None
                    row.append(run.numbers['stack'] if run and run.fits else None)
                table.add(f'painted: bench/embedded/{name}.c', row)
        return ('## Stack', TEXTS['Stack'], self.tables[-2:])

    def operations(self):
        columns = [name_of(machine) for machine in self.emulated]
        with_prologues = 'avr' in self.emulated
        if with_prologues:
            columns[columns.index(name_of('avr'))] = 'ATmega328P (cycles)'
            columns.append('ATmega328P, `-mcall-prologues` (cycles)')
        machines = self.emulated + (['avr small code'] if with_prologues else [])
        for configuration in CONFIGURATIONS:
            table = self.table(f'### Instructions, {configuration} configuration', '', columns, 'instructions')
            for i, (_, what, _) in enumerate(emulated.OPERATIONS):
                table.add(what, [self.run_of_cost(configuration, machine)[0][i][1] for machine in machines])
            row = []
            for machine in machines:
                run = self.run_of_cost(configuration, machine)[1]
                row.append(int(run.off[0]) if run.fits and run.off else None)
            table.add('the longest time with interrupts off', row)
        machines = [machine for machine in self.emulated if machine != 'avr']
        table = self.table('### Instructions, default configuration, -O2', '', list(map(name_of, machines)),
                           'instructions')
        for i, (_, what, _) in enumerate(emulated.OPERATIONS):
            table.add(what, [self.runs['-O2', machine].result()[0][i][1] for machine in machines])
        return ('## Instructions', TEXTS['Instructions'], self.tables[-3:])

    def check_limits(self):
        """Compares with the limits that weft has set itself. A machine that is not there has none."""
        def limit(what, machine, figure, most, emulated_too=False):
            if machine in self.machines and (not emulated_too or machine in self.emulated):
                self.limits.append((what, machine, figure(), most))

        def flash(machine, number, configuration='small', *more):
            return lambda: self.flash[(configuration, machine, number) + more]

        def size_of(machine, name, configuration='small'):
            return lambda: self.size_of[configuration, machine, name]

        def operation(machine, i, configuration='small'):
            return lambda: self.run_of_cost(configuration, machine)[0][i][1]

        def ram_of_eight():
            run = self.run_of_ram('small', 'avr small code')
            return run.data + run.bss + run.numbers['stack'] if run.fits else None

        def off():
            run = self.run_of_cost('small', 'avr')[1]
            return int(run.off[0]) if run.fits and run.off else None

        limit('flash: loop, tasks, sleep, lock', 'm0', flash('m0', 1), 2304)
        limit('flash: the same with `-flto`, the whole program', 'm0', flash('m0', 1, 'small', 'whole'), 2240)
        limit('flash: and queue, event, timeout, group', 'm0', flash('m0', 3), 5000)
        limit('flash: everything but dump, descriptors, watchdog', 'm0', flash('m0', 4), 11264)
        limit('flash: loop, tasks, sleep, lock, default configuration', 'm0', flash('m0', 1, 'default'), 3850)
        limit('flash: loop, tasks, sleep, lock', 'avr', flash('avr', 1), 3700)
        limit('weft\'s constants and variables in .data', 'avr', flash('avr', 1, 'small', 'data'), 0)
        limit('RAM: eight tasks, a lock, a queue', 'avr', ram_of_eight, 512, True)
        limit('`weft_loop`', 'avr', size_of('avr', 'weft_loop'), 80)
        limit('`weft_task`', 'avr', size_of('avr', 'weft_task'), 24)
        limit('`weft_loop`', 'm0', size_of('m0', 'weft_loop'), 160)
        limit('`weft_task`', 'm0', size_of('m0', 'weft_task'), 40)
        for machine, loop, task in ('m0', 392, 44), ('avr', 222, 28), ('x86-64', 720, 80):
            limit('`weft_loop`, default configuration', machine, size_of(machine, 'weft_loop', 'default'), loop)
            limit('`weft_task`, default configuration', machine, size_of(machine, 'weft_task', 'default'), task)
        limit('instructions: yield', 'm3', operation('m3', 0), 60, True)
        limit('instructions: contended lock and yield', 'm3', operation('m3', 1), 260, True)
        limit('instructions: interrupt to task', 'm3', operation('m3', 5), 310, True)
        limit('cycles: yield', 'avr', operation('avr', 0), 263, True)
        limit('cycles: the longest time with interrupts off', 'avr', off, 59, True)

    def text(self):
        lines = [INTRODUCTION.format(small=size.SMALL)]
        lines.append('| machine | compiler | options |\n| --- | --- | --- |')
        for machine in self.machines:
            options = size.MACHINES[machine][1]
            lines.append(f'| {name_of(machine)} | {os.path.basename(size.compiler(machine))} '
                         f'{self.versions[machine]} | `{options}` |')
        lines.append('\n## Limits\n\nweft must not exceed these limits; the test fails if a figure does. A line '
                     'is for the small configuration,\nunless it says otherwise.\n')
        lines.append('| what | machine | now | at most |\n| --- | --- | --- | --- |')
        for what, machine, figure, most in self.limits:
            lines.append(f'| {what} | {name_of(machine)} | {shown(figure)} | {shown(most)} |')
        for title, text, tables in self.sections:
            lines.append(f'\n{title}\n\n{text}')
            for table in tables:
                lines.append(f'{table.title}\n\n| | {" | ".join(table.columns)} |')
                lines.append('| --- ' + '| ---: ' * len(table.columns) + '|')
                for label, figures in table.rows:
                    lines.append(f'| {label} | {" | ".join(map(shown, figures))} |')
                lines.append('')
            lines.pop()
        lines.append('\n' + size.read(f'{size.HERE}/published.md').decode().strip())
        return '\n'.join(lines) + '\n'


def documented(path):
    """Returns what a page says: versions by machine, and figures by (heading, row, column)."""
    versions, figures, heading, columns = {}, {}, None, None
    for line in size.read(path).decode().splitlines():
        if line.startswith('#'):
            heading, columns = line, None
        if not line.startswith('| '):
            columns = None
            continue
        cells = [cell.strip() for cell in line.strip('|').split(' | ')]
        match = re.fullmatch(r'\S*gcc (\S+)', cells[1]) if len(cells) == 3 else None
        if match:
            versions[cells[0]] = match.group(1)
        elif columns is None:
            columns = cells[1:]
        elif not cells[0].startswith('---'):
            for column, cell in zip(columns, cells[1:]):
                if re.fullmatch(r'[\d,.]+', cell):
                    figures[heading, cells[0], column] = float(cell.replace(',', ''))
    return versions, figures


def check(page, path):
    """Prints how the page and the file differ. Returns the number of failures."""
    versions, figures = documented(path)
    failures = compared = 0
    same = {}
    for machine in page.machines:
        name = name_of(machine)
        same[name] = versions.get(name) == page.versions[machine]
        if not same[name]:
            print(f'reported: {name}: {size.compiler(machine)} is {page.versions[machine]}, '
                  f'the figures are of {versions.get(name)}')
    for left_out in page.left_out:
        print(f'skipped: {left_out}')
    for table in page.tables:
        allowed = 8 if table.unit == 'bytes' else 1
        for label, row in table.rows:
            for column, figure in zip(table.columns, row):
                if figure is None:
                    continue
                old = figures.get((table.title, label, column))
                where = f'{table.title.lstrip("# ")}: {label}: {column}'
                machine_is_same = any(same[name] for name in same if column.startswith(name))
                if old is None:
                    problem = f'{where}: {figure} is not in the document'
                elif figure - old > max(old / 100, allowed):
                    problem = f'{where}: {shown(figure)}, the document has {old:,g}'
                else:
                    compared += 1
                    continue
                if machine_is_same:
                    failures += 1
                    print(f'failed: {problem}')
                else:
                    print(f'reported: {problem}')
    for what, machine, figure, most in page.limits:
        if figure is None or figure > most:
            problem = f'{what}, {name_of(machine)}: {shown(figure)}, at most {shown(most)}'
            if same[name_of(machine)]:
                failures += 1
            print(('failed: ' if same[name_of(machine)] else 'reported: ') + problem)
    print(f'{compared} figures as in the document, {failures} not')
    return failures


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument('--check', action='store_true')
    arguments.add_argument('--print', action='store_true')
    arguments.add_argument('--cache')
    arguments.add_argument('--weft', default=size.TOP, help='the folder of weft that is measured')
    given = arguments.parse_args()
    path = os.path.join(given.weft, 'doc/size.md')
    page = Page(size.Builder(given.weft, given.cache))
    if given.check:
        sys.exit(1 if check(page, path) else 77 if page.left_out else 0)
    if given.print:
        print(page.text(), end='')
        return
    if page.left_out:
        sys.exit('\n'.join(page.left_out))
    text = page.text()
    with open(path, 'w') as file:
        file.write(text)
    for what, machine, figure, most in page.limits:
        print(f'{"over the limit:" if figure is None or figure > most else "":16}{what}, {name_of(machine)}: '
              f'{shown(figure)}, at most {shown(most)}')


if __name__ == '__main__':
    main()
