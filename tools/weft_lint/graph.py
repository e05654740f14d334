# SPDX-License-Identifier: MIT
"""A coroutine's control flow, as the compiler sees it once all macros are expanded.

A block holds operations, which flow.py interprets, and ends in one way:

    ('jump', block)                          goes on there
    ('branch', condition, block, block)      on the truth of an expression
    ('switch', value, [(constant, block)], block or None)
    ('return', place)                        the coroutine awaits, or has ended
    ('raise', block, place)                  to the coroutine's own switch, with its state set
    ('end',)                                 goes nowhere

Operations:

    ('use', local, leaves, place)            reads parts of a local
    ('define', local, leaves, place, whole)  assigns to them; not whole: only to some element
    ('declare', local)                       a declaration without a value
    ('point', local, sources, whole)         a pointer local gets one of these addresses
    ('store', name, sources, base, place)    memory that is no local gets one of these addresses
    ('through', sources, place)              a function may write through these pointers
    ('keep', sources, place)                 the library gets one of these addresses: in a macro,
                                             or together with what can refer to it, a loop say
    ('set', name, expression)                a variable of the macros is assigned

A source is ('address', local, leaves, whole) or ('pointer', local).
"""
from clang.cindex import CursorKind as K, StorageClass, TypeKind

from .source import is_same_directory
from .values import name_of

NO_RETURN = ('abort', 'exit', '_Exit', '__assert_fail', 'weft_panic', 'longjmp')
NOTHING = frozenset()
MANY = 32  # a local with more members or elements than this counts as one value


class Local:
    """A local variable, and the scalars (leaves) that it consists of."""

    def __init__(self, name, place, leaves):
        self.name, self.place, self.leaves = name, place, leaves

    def leaves_at(self, path):
        """The leaves at or below `path`, and whether they are exactly that."""
        below = [l for l in self.leaves
                 if not path or l == path or l.startswith((path + '.', path + '['))]
        if below:
            return tuple(below), True
        above = tuple(l for l in self.leaves if path.startswith(l))
        return above or self.leaves, False


def leaves_of(kind, path='', depth=0):
    kind = kind.get_canonical()
    result = [path]
    if kind.kind == TypeKind.RECORD and kind.get_declaration().kind == K.STRUCT_DECL and depth < 4:
        result = [leaf for field in kind.get_fields()
                  for leaf in leaves_of(field.type, '%s.%s' % (path, field.spelling), depth + 1)]
    elif kind.kind == TypeKind.CONSTANTARRAY and 0 < kind.element_count <= MANY:
        result = [leaf for i in range(kind.element_count)
                  for leaf in leaves_of(kind.element_type, '%s[%d]' % (path, i), depth + 1)]
    return tuple(result) if 0 < len(result) <= MANY else (path,)


def is_open_record(kind):
    """Returns true for a pointer to a struct of weft's that is not const."""
    pointee = kind.get_pointee().get_canonical()
    return pointee.kind == TypeKind.RECORD and not pointee.is_const_qualified() and \
        'weft_' in pointee.spelling


class Block:
    __slots__ = ('operations', 'end', 'number')

    def __init__(self, number):
        self.operations, self.end, self.number = [], None, number


class Frame:
    """A loop or a switch around the statement at hand."""

    def __init__(self, node, leave, again, is_macro):
        self.node, self.leave, self.again, self.is_macro = node, leave, again, is_macro
        self.cases, self.default = [], None  # of a switch


class Graph:
    """Builds the blocks; `wrong` collects (place, message) of what the structure alone shows."""

    def __init__(self, function, dispatch):
        self.tree = function.tree
        self.name = function.name
        self.blocks, self.locals, self.registers, self.frames = [], {}, {}, []
        self.labels, self.gotos, self.sections, self.states = {}, [], [], []
        self.first_values, self.wrong, self.begun = [], [], []
        self.dispatch = dispatch.kids[-1]
        self.dispatch_name = dispatch.name
        self.library = self.dispatch.spelled[0]
        self.in_body = False
        self.current = self.start = self.block()
        self.statement(next(k for k in function.kids if k.kind == K.COMPOUND_STMT))
        self.finish(('end',))
        self.check_gotos()

    # ---- Blocks ----

    def block(self):
        block = Block(len(self.blocks))
        self.blocks.append(block)
        return block

    def finish(self, end):
        if self.current.end is None:
            self.current.end = end

    def go_on(self, block):
        self.finish(('jump', block))
        self.current = block

    def jump(self, *end):
        self.finish(end)
        self.current = self.block()

    def add(self, *operation):
        if self.current.end is None:
            self.current.operations.append(operation)

    def is_library(self, node):
        """Returns true if a macro of the library spells the node's first token."""
        path, offset = node.spelled
        return is_same_directory(path, self.library) and \
            (path, offset) != (node.place.path, node.place.offset)

    # ---- Statements ----

    def statement(self, node):
        handler = STATEMENTS.get(node.kind)
        if handler:
            handler(self, node)
        elif node.kind.is_expression():
            self.expression(node)
        else:
            for kid in node.kids:
                self.statement(kid)

    def declaration(self, node):
        for kid in node.kids:
            if kid.kind == K.VAR_DECL and kid.cursor.storage_class not in (
                    StorageClass.STATIC, StorageClass.EXTERN):
                self.variable(kid)

    def variable(self, node):
        value = node.initializer()
        if not self.in_body:
            # The macros' own: set at every resume.
            if node.type.kind in (TypeKind.UINT, TypeKind.INT, TypeKind.ENUM, TypeKind.USHORT,
                                  TypeKind.UCHAR):
                name = '%s#%d' % (node.name, node.cursor.hash)
                self.registers[node.cursor.hash] = name
                first = value.constant() if value else None
                if first is not None:
                    self.first_values.append((name, first))
            return
        local = Local(node.name, node.place, leaves_of(node.type))
        self.locals[node.cursor.hash] = local
        if value is None:
            self.add('declare', local)
            return
        sources = self.expression(value)
        self.add('define', local, local.leaves, node.place, True)
        self.add('point', local, sources, True)

    def if_(self, node):
        yes, no, after = self.block(), self.block(), self.block()
        self.condition(node.kids[0], yes, no)
        self.current = yes
        self.statement(node.kids[1])
        self.go_on(after)
        self.current = no
        if len(node.kids) > 2:
            self.statement(node.kids[2])
        self.go_on(after)

    def while_(self, node):
        head, body, after = self.block(), self.block(), self.block()
        self.refill(node)
        self.go_on(head)
        self.condition(node.kids[0], body, after)
        self.loop(node, node.kids[1], body, after, head)
        self.go_on(head)
        self.current = after

    def do(self, node):
        body, test, after = self.block(), self.block(), self.block()
        if self.is_library(node) and self.tree.macro_of(node) in ('weft_begin', 'WEFT_BEGIN_'):
            self.begun.append(node)
        self.go_on(body)
        self.loop(node, node.kids[0], body, after, test)
        self.go_on(test)
        self.condition(node.kids[1], body, after)
        self.current = after

    def for_(self, node):
        start, condition, step, statement = node.for_parts()
        head, body, again, after = (self.block() for _ in range(4))
        if start:
            self.statement(start)
        self.refill(node)
        self.go_on(head)
        if condition:
            self.condition(condition, body, after)
        is_section = self.is_library(node)
        if is_section:
            self.sections.append(node.cursor.hash)
        if not condition:
            self.go_on(body)
        self.loop(node, statement, body, after, again)
        if is_section:
            self.sections.pop()
        self.go_on(again)
        if step:
            self.expression(step)
        self.finish(('jump', head))
        self.current = after

    def loop(self, node, statement, body, after, again):
        self.frames.append(Frame(node, after, again, self.is_library(node)))
        self.current = body
        self.statement(statement)
        self.frames.pop()

    def refill(self, loop):
        """Counts an array that a loop without awaits fills, and does not read, as assigned anew.

        The analysis cannot know whether such a loop reaches every element.
        """
        if self.is_library(loop):
            return
        filled, read, stack = {}, set(), [loop]
        while stack:
            node = stack.pop()
            if node.kind in (K.CASE_STMT, K.GOTO_STMT) and self.is_library(node):
                return
            if node.kind == K.BINARY_OPERATOR and node.is_assignment():
                left = node.parts[0].bare()
                while left.kind in (K.MEMBER_REF_EXPR, K.ARRAY_SUBSCRIPT_EXPR) and left.parts:
                    is_element = left.kind == K.ARRAY_SUBSCRIPT_EXPR
                    if is_element:
                        stack.append(left.parts[1])
                    left = left.parts[0].inner()
                if left.kind == K.DECL_REF_EXPR and left.is_array():
                    filled[left.cursor.referenced.hash] = node
                    stack.append(node.parts[1])
                    continue
            if node.kind == K.DECL_REF_EXPR and node.cursor.referenced is not None:
                read.add(node.cursor.referenced.hash)
            stack.extend(node.kids)
        for key, node in filled.items():
            if key in self.locals and key not in read:
                local = self.locals[key]
                self.add('define', local, local.leaves, node.place, True)

    def switch(self, node):
        if node.cursor == self.dispatch.cursor:
            self.in_body = True
        value, body = node.kids[0], node.kids[-1]
        self.expression(value)
        head, after = self.current, self.block()
        frame = Frame(node, after, None, False)
        self.frames.append(frame)
        self.current = self.block()
        self.statement(body)
        self.go_on(after)
        self.frames.pop()
        if node.cursor == self.dispatch.cursor:
            head.end = ('switch', value, [(v, b) for v, b, _ in self.states], None)
        elif head.end is None:
            head.end = ('switch', value, frame.cases, frame.default or after)

    def case(self, node):
        block = self.block()
        self.go_on(block)
        frame = next(f for f in reversed(self.frames) if f.node.kind == K.SWITCH_STMT)
        is_dispatch = frame.node.cursor == self.dispatch.cursor
        value = node.kids[0].constant()
        if is_dispatch or self.is_library(node):
            self.states.append((value, block, node.place))
            if not is_dispatch:
                self.report(node, 'await inside a switch of the program: the coroutine cannot be '
                            'resumed there; use if and else instead of the switch')
        if not is_dispatch:
            ranged = len(node.parts) > 2 or value is None
            frame.cases.append((None if ranged else value, block))
        self.statement(node.kids[-1])

    def default(self, node):
        block = self.block()
        self.go_on(block)
        frame = next(f for f in reversed(self.frames) if f.node.kind == K.SWITCH_STMT)
        frame.default = block
        self.statement(node.kids[-1])

    def label_block(self, name):
        if name not in self.labels:
            self.labels[name] = [self.block(), None]
        return self.labels[name][0]

    def label(self, node):
        self.go_on(self.label_block(node.name))
        self.labels[node.name][1] = tuple(self.sections)
        self.statement(node.kids[-1])

    def goto(self, node):
        name = next((k.name for k in node.kids if k.kind == K.LABEL_REF), None)
        if name is None:  # goto *pointer
            self.jump('end')
        elif name == self.dispatch_name:
            self.jump('raise', self.label_block(name), node.place)
        else:
            self.gotos.append((node, name, tuple(self.sections)))
            self.jump('jump', self.label_block(name))

    def check_gotos(self):
        for node, name, sections in self.gotos:
            target = self.labels[name][1] or ()
            if sections[:len(target)] != target:
                self.report(node, "goto '%s' jumps into a block, past what the block acquires; put "
                            'the goto inside of the block, or the label outside' % name)
            elif len(sections) > len(target):
                self.report(node, "goto '%s' leaves a block without releasing what it holds; leave "
                            'it with break, continue, weft_return or weft_raise' % name)

    def leave(self, node):
        """break and continue: of the innermost loop; in a block's section that is the macros'."""
        is_break = node.kind == K.BREAK_STMT
        around = [f for f in reversed(self.frames) if is_break or f.again]
        if not self.is_library(node):
            loops = [f for f in around if not f.is_macro and f.node.cursor != self.dispatch.cursor]
            if not loops:
                self.report(node, '%s outside of a loop of the program; use weft_return to end the '
                            'coroutine' % ('break' if is_break else 'continue'))
        if around:
            self.jump('jump', around[0].leave if is_break else around[0].again)
        else:
            self.jump('end')

    def return_(self, node):
        for part in node.parts:
            self.expression(part)
        self.jump('return', node.place)

    def report(self, node, message):
        self.wrong.append((node.place, message))

    # ---- Expressions ----

    def condition(self, node, yes, no):
        """Evaluates a condition and goes on in one of two blocks."""
        bare = node.inner()
        if bare.kind == K.BINARY_OPERATOR and not bare.is_assignment() and \
                bare.operator() in ('&&', '||'):
            middle = self.block()
            first = (middle, no) if bare.operator() == '&&' else (yes, middle)
            self.condition(bare.parts[0], *first)
            self.current = middle
            self.condition(bare.parts[1], yes, no)
        elif bare.kind == K.UNARY_OPERATOR and bare.operator() == '!':
            self.condition(bare.parts[0], no, yes)
        else:
            self.expression(node)
            self.finish(('branch', node, yes, no))
        self.current = yes

    def expression(self, node):
        """Adds the operations of an expression; returns the addresses that its value may be."""
        handler = EXPRESSIONS.get(node.kind)
        if handler:
            return handler(self, node)
        return self.all_of(node.kids)

    def all_of(self, nodes):
        sources = NOTHING
        for node in nodes:
            if node.kind.is_expression() or node.kind.is_statement():
                sources |= self.expression(node)
        return sources

    def nothing(self, _node):
        return NOTHING

    def block_expression(self, node):
        for kid in node.kids:
            self.statement(kid)
        return NOTHING

    def local_at(self, node):
        """The local that an lvalue is a part of, with the part: (local, path) or None."""
        node = node.bare()
        parts = node.parts
        if node.kind == K.DECL_REF_EXPR:
            declared = node.cursor.referenced
            local = self.locals.get(declared.hash) if declared is not None else None
            return local and (local, '')
        at = None
        if node.kind == K.MEMBER_REF_EXPR and parts:
            at = self.pointee_at(parts[0]) if parts[0].is_pointer() else self.local_at(parts[0])
            return at and (at[0], '%s.%s' % (at[1], node.name) if node.name else at[1])
        if node.kind == K.ARRAY_SUBSCRIPT_EXPR:
            at = self.pointee_at(parts[0])
            index = parts[1].constant()
            return at and (at[0], '%s[%s]' % (at[1], '*' if index is None else index))
        if node.kind == K.UNARY_OPERATOR and node.operator() == '*':
            return self.pointee_at(parts[0])
        return None

    def pointee_at(self, node):
        """The local that an address expression points into: (local, path), or None."""
        node = node.inner()
        if node.kind == K.UNARY_OPERATOR and node.operator() == '&':
            return self.local_at(node.parts[0])
        return self.local_at(node) if node.is_array() else None

    def indices(self, node):
        """Adds the operations of the subscripts in an lvalue that is part of a local."""
        node = node.inner()
        if node.kind == K.ARRAY_SUBSCRIPT_EXPR:
            self.expression(node.parts[1])
        if node.kind in (K.ARRAY_SUBSCRIPT_EXPR, K.MEMBER_REF_EXPR, K.UNARY_OPERATOR) and \
                node.parts:
            self.indices(node.parts[0])

    def base(self, node):
        """Adds the operations of an lvalue that is no local's; returns what it is reached through."""
        node = node.bare()
        parts = node.parts
        if node.kind == K.DECL_REF_EXPR:
            return NOTHING
        if node.kind == K.MEMBER_REF_EXPR and parts:
            return self.expression(parts[0]) if parts[0].is_pointer() else self.base(parts[0])
        if node.kind == K.ARRAY_SUBSCRIPT_EXPR:
            self.expression(parts[1])
            return self.expression(parts[0])
        if node.kind == K.UNARY_OPERATOR and node.operator() == '*':
            return self.expression(parts[0])
        return self.expression(node)

    def conversion(self, node):
        """An implicit conversion: reads a local, or takes an array's address."""
        if len(node.parts) != 1:
            return self.all_of(node.kids)
        inner = node.parts[0].bare()
        at = self.local_at(inner) if inner.is_lvalue() else None
        if at is None:
            return (self.base(inner) if inner.is_lvalue() else self.expression(inner)) | \
                (self.temporary(inner) if inner.is_array() else NOTHING)
        self.indices(inner)
        leaves, is_exact = at[0].leaves_at(at[1])
        if inner.is_array():
            return frozenset([('address', at[0], leaves, is_exact)])
        self.add('use', at[0], leaves, inner.place)
        return frozenset([('pointer', at[0])])

    @staticmethod
    def temporary(node):
        """The address of a compound literal, which lives no longer than a local."""
        node = node.bare()
        if node.kind != K.COMPOUND_LITERAL_EXPR:
            return NOTHING
        local = Local('', node.place, ('',))
        return frozenset([('address', local, local.leaves, True)])

    def cast(self, node):
        operand = node.parts[-1] if node.parts else None
        if operand is None:
            return NOTHING
        if node.type.kind == TypeKind.VOID and operand.inner().is_lvalue():
            return NOTHING  # (void)local
        return self.expression(operand)

    def unary(self, node):
        operand = node.parts[0]
        operator = node.operator()
        if operator == '&':
            at = self.local_at(operand)
            if at is None:
                return self.base(operand) | self.temporary(operand)
            self.indices(operand)
            leaves, is_exact = at[0].leaves_at(at[1])
            return frozenset([('address', at[0], leaves, is_exact and '[' not in at[1])])
        if operator in ('++', '--'):
            return self.change(node, operand)
        sources = self.expression(operand)
        return sources if operator == '+' else NOTHING

    def change(self, node, operand):
        """x++ and x += 1: reads, then assigns."""
        at = self.local_at(operand)
        if at is None:
            return self.base(operand)
        self.indices(operand)
        leaves, is_exact = at[0].leaves_at(at[1])
        self.add('use', at[0], leaves, operand.bare().place)
        self.add('define', at[0], leaves, node.place, is_exact)
        return frozenset([('pointer', at[0])])

    def compound_assignment(self, node):
        self.expression(node.parts[1])
        return self.change(node, node.parts[0])

    def binary(self, node):
        left, right = node.parts
        if node.is_assignment():
            return self.assignment(node, left.bare(), right)
        operator = node.operator()
        if operator in ('&&', '||'):
            middle, after = self.block(), self.block()
            first = (middle, after) if operator == '&&' else (after, middle)
            self.condition(left, *first)
            self.current = middle
            self.expression(right)
            self.go_on(after)
            return NOTHING
        sources = self.expression(left)
        if operator == ',':
            return self.expression(right)
        return sources | self.expression(right) if node.is_pointer() else \
            self.expression(right) and NOTHING

    def assignment(self, node, left, right):
        sources = self.expression(right)
        at = self.local_at(left)
        if at:
            self.indices(left)
            leaves, is_exact = at[0].leaves_at(at[1])
            self.add('define', at[0], leaves, node.place, is_exact)
            self.add('point', at[0], sources, is_exact and at[1] == '')
            return sources
        if left.kind == K.DECL_REF_EXPR:
            declared = left.cursor.referenced
            if declared is not None and declared.hash in self.registers:
                self.add('set', self.registers[declared.hash], right)
                return NOTHING
        base = self.base(left)
        self.add('store', name_of(left), sources, base, node.place)
        return sources

    def conditional(self, node):
        yes, no, after = self.block(), self.block(), self.block()
        self.condition(node.parts[0], yes, no)
        sources = NOTHING
        for block, part in ((yes, node.parts[1]), (no, node.parts[2])):
            self.current = block
            sources |= self.expression(part)
            self.go_on(after)
        return sources

    def generic(self, node):
        """_Generic: what it chooses by is not evaluated; which one it chooses is not known."""
        before, after, sources = self.current, self.block(), NOTHING
        ways = []
        for part in node.parts[1:]:
            self.current = self.block()
            ways.append((None, self.current))
            sources |= self.expression(part)
            self.go_on(after)
        if before.end is None:
            before.end = ('switch', None, ways, None)
        self.current = after
        return sources

    def call(self, node):
        parts = node.parts
        if not parts:
            return NOTHING
        callee = parts[0].inner()
        declared = node.cursor.referenced
        is_direct = callee.kind == K.DECL_REF_EXPR and declared is not None and \
            declared.kind == K.FUNCTION_DECL
        if not is_direct:
            self.expression(parts[0])
        types = [t.get_canonical() for t in self.parameter_types(parts[0])]
        keeps = node.name.startswith('weft_') and \
            (self.is_library(node) or sum(map(is_open_record, types)) > 1)
        arguments = [(self.expression(part), part) for part in parts[1:]]
        writes = []
        for number, (sources, part) in enumerate(arguments):
            kind = types[number] if number < len(types) else None
            self.argument(node, sources, part, kind, writes)
            if keeps and kind is not None and is_open_record(kind):
                writes.append(('keep', sources, part.place))
        for operation in writes:
            self.add(*operation)
        function_type = parts[0].cursor.type.get_canonical().spelling
        if is_direct and (declared.spelling in NO_RETURN or 'noreturn' in function_type):
            self.jump('end')
        return NOTHING

    @staticmethod
    def parameter_types(callee):
        kind = callee.cursor.type.get_canonical()
        if kind.kind == TypeKind.POINTER:
            kind = kind.get_pointee().get_canonical()
        return list(kind.argument_types()) if kind.kind == TypeKind.FUNCTIONPROTO else []

    def argument(self, node, sources, part, kind, writes):
        """An address that is given to a function: it reads, or writes, what is there."""
        if kind is None:
            is_read = part.inner().is_array() and 'scanf' not in node.name
        elif kind.kind != TypeKind.POINTER:
            return
        else:
            is_read = kind.get_pointee().is_const_qualified()
        is_offset = part.inner().kind == K.BINARY_OPERATOR
        for source in sources:
            if source[0] == 'pointer':
                if not is_read and kind is not None:
                    writes.append(('through', frozenset([source]), part.place))
            elif is_read:
                self.add('use', source[1], source[2], part.inner().place)
            else:
                writes.append(('define', source[1], source[2], part.place,
                               source[3] and not is_offset))


STATEMENTS = {
    K.DECL_STMT: Graph.declaration, K.IF_STMT: Graph.if_, K.WHILE_STMT: Graph.while_,
    K.DO_STMT: Graph.do, K.FOR_STMT: Graph.for_, K.SWITCH_STMT: Graph.switch,
    K.CASE_STMT: Graph.case, K.DEFAULT_STMT: Graph.default, K.LABEL_STMT: Graph.label,
    K.GOTO_STMT: Graph.goto, K.BREAK_STMT: Graph.leave, K.CONTINUE_STMT: Graph.leave,
    K.RETURN_STMT: Graph.return_, K.STATIC_ASSERT: Graph.nothing,
}
EXPRESSIONS = {
    K.UNEXPOSED_EXPR: Graph.conversion, K.CSTYLE_CAST_EXPR: Graph.cast,
    K.UNARY_OPERATOR: Graph.unary, K.BINARY_OPERATOR: Graph.binary,
    K.COMPOUND_ASSIGNMENT_OPERATOR: Graph.compound_assignment,
    K.CONDITIONAL_OPERATOR: Graph.conditional, K.CALL_EXPR: Graph.call,
    K.CXX_UNARY_EXPR: Graph.nothing, K.GENERIC_SELECTION_EXPR: Graph.generic,
    K.StmtExpr: Graph.block_expression, K.MEMBER_REF_EXPR: Graph.base,
    K.ARRAY_SUBSCRIPT_EXPR: Graph.base, K.DECL_REF_EXPR: Graph.base,
}
