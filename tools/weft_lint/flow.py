# SPDX-License-Identifier: MIT
"""Which local is read after an await, and which local's address is kept over one.

Facts are sets that grow until nothing changes, for every block and every environment (values.py) in
which it is reached:

    (local, leaf)    {(place of an assignment, None or the await or raise that came first since)}
    ('to', local)    {locals that this pointer may point to}
    ('kept', name)   {(local whose address that memory holds, place where it got the address)}
"""
from collections import deque

from .values import evaluate, put, results, truths

NOTHING = frozenset()


class Loss:
    """An await, or a raise into a block: what a local holds is lost there."""
    __slots__ = ('place', 'is_await')

    def __init__(self, place, is_await):
        self.place, self.is_await = place, is_await

    def __eq__(self, other):
        return (self.place, self.is_await) == (other.place, other.is_await)

    def __hash__(self):
        return hash((self.place, self.is_await))

    def __lt__(self, other):
        return (not self.is_await, self.place) < (not other.is_await, other.place)


class Flow:
    """Runs the analysis. Then `reads` maps each local to {(place of the read, assignment, loss)},
    and `keeps` each local to {(place where its address is kept, loss)}."""

    def __init__(self, graph):
        self.graph = graph
        self.reads, self.keeps = {}, {}
        self.facts, self.queue, self.queued = {}, deque(), set()
        self.first = frozenset(graph.first_values)
        self.register_names = set(graph.registers.values())
        start = self.first
        for name in graph.registers.values():
            if name not in dict(start):
                start = put(start, name, 0)  # the state: at the start
        self.reach(graph.start, start, {})
        while self.queue:
            key = self.queue.popleft()
            self.queued.discard(key)
            self.run(*key)

    def reach(self, block, environment, facts):
        key = block, environment
        known = self.facts.get(key)
        if known is None:
            self.facts[key] = dict(facts)
        else:
            changed = False
            for name, values in facts.items():
                before = known.get(name, NOTHING)
                if not values <= before:
                    known[name] = before | values
                    changed = True
            if not changed:
                return
        if key not in self.queued:
            self.queued.add(key)
            self.queue.append(key)

    def run(self, block, environment):
        facts = dict(self.facts[block, environment])
        environments = {environment}
        for operation in block.operations:
            if operation[0] == 'set':
                environments = {put(after, operation[1], value) for e in environments
                                for value, after in results(operation[2], e)}
            else:
                getattr(self, operation[0])(facts, *operation[1:])
        for environment in environments:
            self.leave(block.end or ('end',), environment, facts)

    # ---- Ends of blocks ----

    def leave(self, end, environment, facts):
        getattr(self, 'end_' + end[0])(environment, facts, *end[1:])

    def end_end(self, _environment, _facts):
        pass

    def end_jump(self, environment, facts, block):
        self.reach(block, environment, facts)

    def end_branch(self, environment, facts, condition, yes, no):
        for truth in truths(condition, environment):
            self.reach(yes if truth else no, environment, facts)

    def end_switch(self, environment, facts, value, cases, default):
        values = {None} if value is None else evaluate(value, environment)
        blocks = [block for constant, block in cases
                  if None in values or constant is None or constant in values]
        if default and (None in values or not blocks):
            blocks.append(default)
        for block in blocks:
            self.reach(block, environment, facts)

    def end_return(self, environment, facts, place):
        """The coroutine is resumed at a label of the same macro's use, with its locals lost."""
        targets = [block for _, block, at in self.graph.states
                   if (at.path, at.use) == (place.path, place.use)]
        if not targets:
            return
        loss = Loss(place, True)
        for name, values in facts.items():
            if name[0] == 'kept':
                for local, at in values:
                    self.keeps.setdefault(local, set()).add((at, loss))
        resumed = self.first | {pair for pair in environment
                                if pair[0] not in self.register_names}
        for block in targets:
            self.reach(block, frozenset(resumed), self.lost(facts, loss))

    def end_raise(self, environment, facts, block, place):
        self.reach(block, environment, self.lost(facts, Loss(place, False)))

    @staticmethod
    def lost(facts, loss):
        return {name: values if name[0] in ('to', 'kept') else
                frozenset((at, before or loss) for at, before in values)
                for name, values in facts.items()}

    # ---- Operations ----

    def use(self, facts, local, leaves, place):
        for leaf in leaves:
            for at, loss in facts.get((local, leaf), NOTHING):
                if loss:
                    self.reads.setdefault(local, set()).add((place, at, loss))

    def define(self, facts, local, leaves, place, whole):
        for leaf in leaves:
            before = NOTHING if whole else facts.get((local, leaf), NOTHING)
            facts[local, leaf] = before | {(place, None)}

    def declare(self, facts, local):
        for leaf in local.leaves:
            facts.pop((local, leaf), None)

    def locals_of(self, facts, sources):
        result = set()
        for source in sources:
            result |= {source[1]} if source[0] == 'address' else \
                facts.get(('to', source[1]), NOTHING)
        return frozenset(result)

    def point(self, facts, local, sources, whole):
        before = NOTHING if whole else facts.get(('to', local), NOTHING)
        facts['to', local] = before | self.locals_of(facts, sources)

    def store(self, facts, name, sources, base, place):
        addresses = self.locals_of(facts, sources)
        targets = self.locals_of(facts, base)
        for local in targets:
            self.define(facts, local, local.leaves, place, len(targets) == 1)
            facts['to', local] = facts.get(('to', local), NOTHING) | addresses
        if not targets:
            facts['kept', name] = frozenset((local, place) for local in addresses)

    def through(self, facts, sources, place):
        targets = self.locals_of(facts, sources)
        for local in targets:
            self.define(facts, local, local.leaves, place, len(targets) == 1)

    def keep(self, facts, sources, place):
        for local in self.locals_of(facts, sources):
            facts['kept', local] = frozenset([(local, place)])
