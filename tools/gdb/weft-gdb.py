# SPDX-License-Identifier: MIT
"""Commands for gdb that show the tasks of a weft loop: `weft tasks` and `weft bt`.

gdb loads this file with libweft.so. For a program that is linked statically: source weft-gdb.py.
The commands read memory and call nothing, so they work on a live process and on a core file."""

import re

import gdb

# What has no name in debug information, since it is a macro (core/coroutine.h, wait.h, task.h).
STATES_OF_A_LINE = 10000
NO_CALLBACK = 9  # enum weft_callback_ of core/list.h has smaller numbers
DAEMON = 0x100
CANCELLING_ONE = 0x200

# The enumerators of core/task.h. Debug information has them only where a program uses them.
ENUMERATORS = {
    'WEFT_PARKED_MASK_': 7, 'WEFT_MUST_CANCEL_': 8, 'WEFT_CANCELLED_': 16, 'WEFT_HAS_ERROR_': 32,
    'WEFT_NOT_PARKED_': 0, 'WEFT_ASLEEP_': 1, 'WEFT_AWAITING_': 2, 'WEFT_GATHERING_': 3,
    'WEFT_WATCHING_': 4, 'WEFT_LISTED_': 5, 'WEFT_CHECKED_': 7,
}

DEEPEST = 10  # further in, a line says how many groups are around instead of being indented


def enumerator(name):
    try:
        return int(gdb.parse_and_eval(name))
    except gdb.error:
        return ENUMERATORS[name]


def type_of(name):
    try:
        return gdb.lookup_type(name)
    except gdb.error:
        raise gdb.GdbError(f'weft: no debug information for {name}: is the program built with -g?')


def container(pointer, type_name, *members):
    """Returns the struct that *pointer is a member of: weft's WEFT_CONTAINER_."""
    pointer_type = type_of(type_name).pointer()
    member = gdb.Value(0).cast(pointer_type).dereference()
    for name in members:
        member = member[name]
    return gdb.Value(int(pointer) - int(member.address)).cast(pointer_type).dereference()


def address_of(value):
    return int(value.address)


class Frame:
    """A coroutine's frame, from a struct weft_frame."""

    def __init__(self, value):
        code = value['code']
        state = int(value['state'])
        self.name = code['name'].string()
        self.file = code['file'].string()
        self.line = state % STATES_OF_A_LINE

    def place(self):
        return f'{self.file}:{self.line}' if self.line else f'{self.file}, at its start'

    def line_of_dump(self):
        if self.line:
            return f'{self.file}:{self.line}: in {self.name}'
        return f'{self.file}: in {self.name}, at its start'


class Task:
    """A task, from a struct weft_task."""

    def __init__(self, value):
        self.value = value
        self.address = address_of(value)
        self.flags = int(value['root']['flags'])
        self.parked = self.flags & enumerator('WEFT_PARKED_MASK_')
        self.wait = value['live']['wait']

    def has_ended(self):
        return has_ended(self.value['awaitable'])

    def is_daemon(self):
        return bool(self.flags & DAEMON)

    def is_parked_in(self, name):
        return self.parked == enumerator(name)

    def is_parked(self):
        return 0 < self.parked <= enumerator('WEFT_LISTED_') or self.is_listed()

    def is_listed(self):
        """Returns true if the task waits for a primitive; checked ones: in debug mode."""
        return self.is_parked_in('WEFT_LISTED_') or self.is_parked_in('WEFT_CHECKED_')

    def name(self):
        code = self.value['root']['code']
        at = int(code['name_at'])
        if at:
            text = gdb.Value(address_of(self.value['root']) + at).cast(
                type_of('char').pointer().pointer()).dereference()
            if text:
                return text.string()
        return code['name'].string()

    def is_callback(self):
        return int(self.wait['node']['callback']) < NO_CALLBACK

    def groups(self):
        """Returns the groups whose blocks the task is in, the innermost first."""
        groups = []
        scope = self.value['awaitable']['scope']
        while int(scope['parent']) == self.address:
            groups.append(scope.dereference())
            scope = scope['outer']
        return groups

    def frames(self):
        """Returns the frames of the nested awaits, the innermost first."""
        if self.has_ended():
            return []
        frame = self.wait['innermost'] if self.is_callback() else self.wait['node']['frame']
        root = address_of(self.value['root'])
        frames = [Frame(frame.dereference())]
        while int(frame) != root:
            frame = frame['caller']
            frames.append(Frame(frame.dereference()))
        return frames

    def listed_for(self):
        """Returns the pointer to the info of the primitive that the task waits for."""
        return self.wait['node']['listed_for']

    def holder(self):
        """Returns the address of the task that holds what this one waits for; 0: none is known."""
        if self.has_ended() or not self.is_listed():
            return 0
        info = self.listed_for().dereference()
        if not info['holder'] or info['name'].string() != 'lock':
            return 0
        return int(container(self.listed_for(), 'struct weft_lock', 'waiters', 'info')['holder'])

    def awaited(self):
        """Returns what the task awaits, NULL or the struct weft_awaitable_ of a task or future."""
        return self.wait['target'].dereference()


def has_ended(awaitable):
    return int(awaitable['waiters']) in (1, 2)  # WEFT_ENDED_, WEFT_UNRETRIEVED_ of core/task.h


def task_of(awaitable):
    """Returns the task that an awaitable is, or None for a future."""
    loop = awaitable['scope']['loop']
    if int(awaitable['scope']) == address_of(loop['futures']):
        return None
    return Task(container(awaitable.address, 'struct weft_task', 'awaitable'))


def name_of(awaitable):
    task = task_of(awaitable)
    return task.name() if task else 'a future'


def error_text(error):
    while error and not error['text']:
        error = error['kind']
    return error['text'].string() if error else 'any error'


class Loop:
    """A loop, from a struct weft_loop, and the text of all its tasks as weft_dump has it."""

    def __init__(self, value):
        self.value = value
        self.running = int(value['context']['running'])
        self.starting = self.addresses_of_starting()
        self.living = {task.address: task for task in self.tasks() if not task.has_ended()}

    def addresses_of_starting(self):
        starting = set()
        node = self.value['eager_parents']
        while node:
            starting.add(int(node))
            node = node['next']
        return starting

    def walk(self):
        """Gives (level, heading, task): the tree from top to bottom. `heading` is the line above
        the first task of a group, else None."""
        stack = [[self.value['tasks']['children'], 0, None]]
        while stack:
            child, level, heading = stack[-1]
            if not child:
                stack.pop()
                continue
            stack[-1] = [child['next'], level, None]
            task = Task(child.dereference())
            yield level, heading, task
            groups = task.groups()
            for group in groups:
                inside = group.address != groups[-1].address
                stack.append([group['children'], level + 1,
                              'in its group inside that:' if inside else 'in its group:'])

    def tasks(self):
        for _, _, task in self.walk():
            yield task

    # ---- What a task does ----

    def holder_text(self, task):
        address = task.holder()
        if not address:
            return ''
        if address == task.address:
            return ', which it holds itself'
        holder = self.living.get(address)
        if not holder:
            return ', which is held by a task that has ended or is in another loop'
        return f', which {holder.name()}{" (a daemon)" if holder.is_daemon() else ""} holds'

    def parts_text(self, task):
        wait = container(task.wait['gather_wait'], 'struct weft_gather_', 'gather_wait')['multi_wait']
        parts = [wait['parts'][i]['handle']['wait']['awaited'].dereference()
                 for i in range(int(wait['count']))]
        parts = [part for part in parts if not has_ended(part)]
        if not parts:
            return ''
        more = f' and {len(parts) - 1} more' if len(parts) > 1 else ''
        return f', of {name_of(parts[0])}{more}'

    def wait_text(self, task):
        if task.is_parked_in('WEFT_ASLEEP_'):
            return 'sleep'
        if task.is_parked_in('WEFT_WATCHING_'):
            watched = task.wait['watched']
            what = 'writable' if int(watched['mark']) & 1 else 'readable'
            return f'{what} (descriptor {int(watched["descriptor"])})'
        if task.is_parked_in('WEFT_AWAITING_'):
            awaited = task_of(task.awaited())
            return f'task {awaited.name()}' if awaited else 'future'
        if task.is_parked_in('WEFT_GATHERING_'):
            return 'gather' + self.parts_text(task)
        return task.listed_for().dereference()['name'].string() + self.holder_text(task)

    def ready_text(self, task):
        text = ' is ready' if int(task.value['root']['state']) else ' has not begun'
        cancelled = enumerator('WEFT_CANCELLED_') | enumerator('WEFT_MUST_CANCEL_')
        if task.flags & cancelled:
            return text + ', cancelled'
        if task.flags & enumerator('WEFT_HAS_ERROR_'):
            return f'{text}, with an error: {error_text(task.wait["error"])}'
        return text

    def state_text(self, task):
        node = address_of(task.wait['node'])
        if task.has_ended():
            return ' has ended, and its group is not notified yet'
        if self.running == node:
            return ' runs'
        if node in self.starting:
            return ' has started an eager task, which runs first'
        if task.is_parked() and not (task.is_parked_in('WEFT_WATCHING_') and task.is_callback()):
            return ' waits for: ' + self.wait_text(task)
        return self.ready_text(task)

    def task_text(self, task):
        text = task.name() + (' (a daemon)' if task.is_daemon() else '') + self.state_text(task)
        requests = task.flags // CANCELLING_ONE
        return text + (f'; requests to cancel: {requests}' if requests else '')

    # ---- All tasks ----

    def write(self):
        number = 0
        for level, heading, task in self.walk():
            number += 1
            blanks = '    ' * (2 * min(level, DEEPEST))
            around = f'(in {level} groups) ' if level > DEEPEST else ''
            if heading:
                gdb.write(f'{blanks[4:]}{heading}\n')
            gdb.write(f'{blanks}#{number} {around}{self.task_text(task)}\n')
            for frame in reversed(task.frames()):
                gdb.write(f'{blanks}    {frame.line_of_dump()}\n')
        if not number:
            gdb.write('No tasks.\n')


# ---- Which loop ----


def is_loop(value):
    """Returns True if a loop is initialised there: its scopes name it."""
    try:
        address = address_of(value)
        return (address != 0 and int(value['tasks']['loop']) == address and
                int(value['futures']['loop']) == address)
    except gdb.error:
        return False


def loop_in(value):
    """Returns the loop that a variable is, points to, or that the context it points to is in."""
    type_ = value.type.strip_typedefs()
    if type_.code == gdb.TYPE_CODE_PTR:
        if not int(value):
            return None
        type_ = type_.target().strip_typedefs().unqualified()
        if type_.code != gdb.TYPE_CODE_STRUCT or type_.tag not in ('weft_loop', 'weft_context'):
            return None
        value = value.dereference()
    type_ = type_.unqualified()
    if type_.code != gdb.TYPE_CODE_STRUCT or value.is_optimized_out:
        return None
    if type_.tag == 'weft_context' and value.address is not None:
        value = container(value.address, 'struct weft_loop', 'context')
    elif type_.tag != 'weft_loop':
        return None
    return value if is_loop(value) else None


def variables_of(frame):
    """Gives the arguments and variables of a C function on the stack."""
    try:
        block = frame.block()
    except RuntimeError:  # no debug information
        return
    while block and not block.is_global and not block.is_static:
        for symbol in block:
            if symbol.is_variable or symbol.is_argument:
                try:
                    yield frame.read_var(symbol, block)
                except (gdb.error, ValueError):
                    pass
        block = block.superblock


def loops_on_stack():
    found = {}
    frame = gdb.newest_frame()
    while frame:
        for variable in variables_of(frame):
            try:
                loop = loop_in(variable)
            except gdb.error:
                loop = None
            if loop is not None:
                found.setdefault(address_of(loop), loop)
        frame = frame.older()
    return found


def loops_of_other_threads():
    found = {}
    selected = gdb.selected_thread()
    try:
        for thread in gdb.selected_inferior().threads():
            thread.switch()
            found.update(loops_on_stack())
    finally:
        selected.switch()
    return found


def loops_of_variables():
    found = {}
    text = gdb.execute('info variables -q -t weft_loop', to_string=True)
    for name in set(re.findall(r'(\w+);$', text, re.MULTILINE)):
        symbols = list(gdb.lookup_static_symbols(name)) + [gdb.lookup_global_symbol(name)]
        for symbol in symbols:
            try:
                loop = loop_in(symbol.value()) if symbol else None
            except gdb.error:
                loop = None
            if loop is not None:
                found[address_of(loop)] = loop
    return found


def only_one(found):
    """Returns the loop, if one was found, or one of those found runs."""
    running = [loop for loop in found.values() if loop['runs']]
    loops = running if len(running) == 1 else list(found.values())
    if len(loops) > 1:
        names = ', '.join(f'(weft_loop *){hex(address)}' for address in sorted(found))
        raise gdb.GdbError(f'weft: there are several loops; name one of: {names}')
    return loops[0] if loops else None


def find_loop():
    type_of('struct weft_loop')
    if gdb.selected_thread() is None:
        raise gdb.GdbError('weft: there is no process and no core file')
    frame = gdb.selected_frame()
    try:
        for search in loops_on_stack, loops_of_other_threads, loops_of_variables:
            loop = only_one(search())
            if loop is not None:
                return Loop(loop)
    finally:
        frame.select()
    raise gdb.GdbError('weft: no loop was found; name one: an expression, like &program.loop')


def loop_of(expression):
    if not expression:
        return find_loop()
    loop = loop_in(gdb.parse_and_eval(expression))
    if loop is None:
        raise gdb.GdbError(f'weft: {expression} is no weft_loop that has been initialised')
    return Loop(loop)


# ---- Which task ----


def task_at(value):
    """Returns the task that a value is, points to, or has as its member `task`: a WEFT_TASK."""
    if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
        value = value.dereference()
    type_ = value.type.strip_typedefs().unqualified()
    if type_.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION) and type_.tag != 'weft_task':
        try:
            value = value['task']
        except gdb.error:
            return None
        type_ = value.type.strip_typedefs().unqualified()
    if type_.code != gdb.TYPE_CODE_STRUCT or type_.tag != 'weft_task':
        return None
    return Task(value)


def task_named(text, loop):
    """Returns the task with a number or a name; None if no task of the loop has it."""
    tasks = list(loop.tasks())
    if re.fullmatch(r'#?\d+', text):
        number = int(text.lstrip('#'))
        if not 0 < number <= len(tasks):
            raise gdb.GdbError(f'weft: there is no task {number}; `weft tasks` has {len(tasks)}')
        return tasks[number - 1]
    named = [i for i, task in enumerate(tasks) if task.name() == text]
    if len(named) > 1:
        numbers = ', '.join(str(i + 1) for i in named)
        raise gdb.GdbError(f'weft: several tasks are named {text}; name one by number: {numbers}')
    return tasks[named[0]] if named else None


def evaluate_task(text):
    try:
        task = task_at(gdb.parse_and_eval(text))
    except gdb.error as error:
        raise gdb.GdbError(f'weft: {text} is no task\'s number or name; as an expression: {error}')
    if task is None:
        raise gdb.GdbError(f'weft: {text} is neither a task\'s number or name, nor a task')
    if not task.value['awaitable']['scope']:
        raise gdb.GdbError(f'weft: {text} has never been started')
    return task


# ---- The commands ----


class Weft(gdb.Command):
    """Show the tasks of a weft loop, in a live process or a core file.

    weft tasks [LOOP]             all tasks as a tree
    weft bt [-loop LOOP] [TASK]   the nested awaits of a task"""

    def __init__(self):
        super().__init__('weft', gdb.COMMAND_STACK, prefix=True)


class WeftTasks(gdb.Command):
    """Show all tasks of a loop that have not ended, as weft_dump writes them.
Usage: weft tasks [LOOP]

Each task has a number, its name, what it waits for, and the task that holds that, if one does.
Below are the places of its nested awaits, the outermost first, and the tasks in its groups.

LOOP is an expression: a weft_loop, or a pointer to one. Without LOOP, the command looks for a loop:
  1. in the arguments and variables of the functions on the selected thread's stack,
     among them the context that each coroutine gets;
  2. on the stacks of all threads;
  3. in the static and global variables of type weft_loop and weft_loop *.
The first of these three that finds a loop decides. Of several loops it takes the one that runs;
else it names them all, and LOOP has to be given. The command only reads memory."""

    def __init__(self):
        super().__init__('weft tasks', gdb.COMMAND_STACK, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        self.dont_repeat()
        loop_of(argument.strip()).write()


class WeftBt(gdb.Command):
    """Show the nested awaits of a task, the innermost first.
Usage: weft bt [-loop LOOP] [TASK]

Each line has a coroutine's name, and the file and line of the await that it is in. Of a task that
runs, that is the await that it has passed last.

TASK is one of these, tried in this order:
  a number   from `weft tasks`, now
  a name     as `weft tasks` shows it, of one task alone
  an expression   a weft_task, a WEFT_TASK(name), or a pointer to one of them
Without TASK: the task that runs.

LOOP is an expression. Without it the loop is looked for: see `help weft tasks`."""

    def __init__(self):
        super().__init__('weft bt', gdb.COMMAND_STACK, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        self.dont_repeat()
        option = re.match(r'\s*-loop\s+(\S+)\s*', argument)
        text = (argument[option.end():] if option else argument).strip()
        task = loop = None
        try:
            loop = loop_of(option and option.group(1))
            task = task_named(text, loop) if text else self.running_task(loop)
        except gdb.GdbError:
            if loop or option or not text or re.fullmatch(r'#?\d+', text):
                raise
        task = task or evaluate_task(text)
        loop = loop or Loop(task.value['awaitable']['scope']['loop'].dereference())
        self.write(loop, task)

    @staticmethod
    def running_task(loop):
        if not loop.running:
            raise gdb.GdbError('weft: no task runs: weft bt TASK')
        return Task(container(loop.running, 'struct weft_task', 'live', 'wait', 'node'))

    @staticmethod
    def write(loop, task):
        if task.has_ended():
            gdb.write(f'{task.name()} has ended\n')
            return
        gdb.write(f'{loop.task_text(task)}\n')
        for number, frame in enumerate(task.frames()):
            gdb.write(f'#{number:<3}{frame.name} at {frame.place()}\n')


Weft()
WeftTasks()
WeftBt()
