# SPDX-License-Identifier: MIT
"""The syntax tree of a file, with what libclang 14 does not tell about expanded macros.

libclang gives for every token of a macro the place of the macro's use. clang_tokenize, asked for the
same place, reads where the token is spelled: in the header that defines the macro. The operators
of expressions and the parts of a `for` are read there as text.
"""
import ctypes
import os
import re

from clang import cindex
from clang.cindex import CursorKind as K, TypeKind

_lib = cindex.conf.lib


def _declare():
    place = [cindex.SourceLocation, ctypes.POINTER(cindex.c_object_p)] + \
        [ctypes.POINTER(ctypes.c_uint)] * 3
    for name in ('clang_getFileLocation', 'clang_getExpansionLocation'):
        getattr(_lib, name).argtypes = place
        getattr(_lib, name).restype = None
    _lib.clang_Cursor_Evaluate.argtypes = [cindex.Cursor]
    _lib.clang_Cursor_Evaluate.restype = ctypes.c_void_p
    _lib.clang_EvalResult_getKind.argtypes = [ctypes.c_void_p]
    _lib.clang_EvalResult_getAsLongLong.argtypes = [ctypes.c_void_p]
    _lib.clang_EvalResult_getAsLongLong.restype = ctypes.c_longlong
    _lib.clang_EvalResult_dispose.argtypes = [ctypes.c_void_p]
    _lib.clang_Cursor_getVarDeclInitializer.argtypes = [cindex.Cursor]
    _lib.clang_Cursor_getVarDeclInitializer.restype = cindex.Cursor


_declare()

OPERATORS = ['<<=', '>>=', '==', '!=', '<=', '>=', '&&', '||', '+=', '-=', '*=', '/=', '%=', '&=',
             '|=', '^=', '<<', '>>', '=', ',', '+', '-', '*', '/', '%', '<', '>', '&', '|', '^']
WRAPPERS = (K.PAREN_EXPR, K.UNEXPOSED_EXPR)
ARRAYS = (TypeKind.CONSTANTARRAY, TypeKind.INCOMPLETEARRAY, TypeKind.VARIABLEARRAY)


class Place:
    """A position that is shown to the user."""
    __slots__ = ('path', 'line', 'column', 'offset', 'use')

    def __init__(self, path, line, column, offset, use):
        self.path, self.line, self.column, self.offset = path, line, column, offset
        self.use = use  # the offset of the outermost macro's use, which is equal in all of it

    def _key(self):
        return self.path, self.line, self.column, self.use

    def __eq__(self, other):
        return self._key() == other._key()

    def __lt__(self, other):
        return self._key() < other._key()

    def __hash__(self):
        return hash(self._key())


class Node:
    """A cursor with its children, each made once."""
    __slots__ = ('cursor', 'tree', 'kind', '_kids', '_spelled', '_place')

    def __init__(self, cursor, tree):
        self.cursor, self.tree, self.kind = cursor, tree, cursor.kind
        self._kids = self._spelled = self._place = None

    @property
    def kids(self):
        if self._kids is None:
            self._kids = [Node(c, self.tree) for c in self.cursor.get_children()]
        return self._kids

    @property
    def parts(self):
        """The children that are expressions."""
        return [k for k in self.kids if k.kind.is_expression()]

    @property
    def name(self):
        return self.cursor.spelling

    @property
    def type(self):
        return self.cursor.type.get_canonical()

    @property
    def place(self):
        if self._place is None:
            self._place = self.tree.place(self.cursor.extent.start)
        return self._place

    @property
    def spelled(self):
        """Path and offset of the first token, in a macro's definition if it comes from there."""
        if self._spelled is None:
            self._spelled = self.tree.spelled(self.cursor.extent.start)
        return self._spelled

    def bare(self):
        """The expression inside of parentheses."""
        node = self
        while node.kind == K.PAREN_EXPR and node.parts:
            node = node.parts[-1]
        return node

    def inner(self):
        """The expression inside of parentheses, implicit conversions and casts."""
        node = self
        while node.kind in WRAPPERS + (K.CSTYLE_CAST_EXPR,) and len(node.parts) == 1:
            node = node.parts[0]
        return node

    def is_lvalue(self):
        """Returns true for an operand that is not read: it has no implicit conversion."""
        node = self.bare()
        return node.kind in (K.DECL_REF_EXPR, K.MEMBER_REF_EXPR, K.ARRAY_SUBSCRIPT_EXPR,
                             K.COMPOUND_LITERAL_EXPR) or \
            node.kind == K.UNARY_OPERATOR and node.operator() == '*'

    def is_array(self):
        return self.type.kind in ARRAYS

    def is_pointer(self):
        return self.type.kind == TypeKind.POINTER

    def text(self, length=2):
        path, offset = self.spelled
        return self.tree.text(path)[offset:offset + length]

    def operator(self):
        """The operator of a unary or binary expression; a postfix one is '++'."""
        if self.kind == K.UNARY_OPERATOR:
            start = self.text()
            return start if start in ('++', '--') else start[0] if start[0] in '&*!~+-' else '++'
        left, right = self.parts
        single = left.inner()
        if single.kind in (K.DECL_REF_EXPR, K.INTEGER_LITERAL) and left.kind != K.PAREN_EXPR:
            path, offset = left.spelled
            after = re.match(r'\w+[\s\\]*', self.tree.text(path)[offset:offset + 200])
            if after:
                rest = self.tree.text(path)[offset + after.end():][:3]
                found = next((o for o in OPERATORS if rest.startswith(o)), ',')
                if found != ',':
                    return found
        path, offset = right.spelled
        before = self.tree.text(path)[max(0, offset - 200):offset].rstrip(' \t\r\n\\')
        return next((o for o in OPERATORS if before.endswith(o)), ',')

    def is_assignment(self):
        return self.kind == K.BINARY_OPERATOR and self.parts[0].is_lvalue()

    def constant(self):
        """The value of a constant integer expression, or None."""
        result = _lib.clang_Cursor_Evaluate(self.cursor)
        if not result:
            return None
        value = None
        if _lib.clang_EvalResult_getKind(result) == 1:
            value = _lib.clang_EvalResult_getAsLongLong(result)
        _lib.clang_EvalResult_dispose(result)
        return value

    def initializer(self):
        cursor = _lib.clang_Cursor_getVarDeclInitializer(self.cursor)
        if cursor.kind.is_invalid():
            return None
        cursor._tu = self.cursor._tu
        return Node(cursor, self.tree)

    def for_parts(self):
        """Start, condition, step and body of a `for`: None for a part that is not there."""
        path, offset = self.spelled
        text = self.tree.text(path)
        position = text.index('(', offset) + 1
        there, depth, filled = [], 0, False
        while True:
            c = text[position]
            if c == ';' and depth == 0 or c == ')' and depth == 0:
                there.append(filled)
                filled = False
                if c == ')':
                    break
            else:
                depth += (c in '([{') - (c in ')]}')
                filled = filled or c not in ' \t\r\n\\'
            position += 1
        kids = list(self.kids)
        parts = [kids.pop(0) if is_there and len(kids) > 1 else None for is_there in there]
        return parts + [kids[-1]]

    def walk(self):
        yield self
        for kid in self.kids:
            yield from kid.walk()


class Tree:
    """A translation unit."""

    def __init__(self, unit):
        self.unit = unit
        self._texts = {}

    def text(self, path):
        """A file's text; one character a byte, so that offsets hold."""
        if not path:
            return ''
        if path not in self._texts:
            with open(path, encoding='latin-1', newline='') as file:
                self._texts[path] = file.read()
        return self._texts[path]

    def _locate(self, function, location):
        file, line, column, offset = cindex.c_object_p(), ctypes.c_uint(), ctypes.c_uint(), \
            ctypes.c_uint()
        function(location, ctypes.byref(file), ctypes.byref(line), ctypes.byref(column),
                 ctypes.byref(offset))
        name = str(cindex.File(file)) if file else ''
        return name, line.value, column.value, offset.value

    def place(self, location):
        use = self._locate(_lib.clang_getExpansionLocation, location)[3]
        return Place(*self._locate(_lib.clang_getFileLocation, location), use)

    def spelled(self, location):
        extent = cindex.SourceRange.from_locations(location, location)
        for token in cindex.TokenGroup.get_tokens(self.unit, extent):
            if token.location.file:
                return token.location.file.name, token.location.offset
            break
        return '', 0  # made by ## or #: it stands in no file

    def word_at(self, place):
        """The identifier at the use of a macro: the macro's name."""
        word = re.match(r'\w*', self.text(place.path)[place.use:place.use + 80])
        return word.group()

    def macro_of(self, node):
        """The name of the macro whose definition spells the first token of `node`, or ''."""
        path, offset = node.spelled
        start = self.text(path).rfind('#define', 0, offset)
        body = self.text(path)[start:offset]
        if start < 0 or re.search(r'[^\\]\r?\n', body):
            return ''
        return re.match(r'#define\s+(\w*)', body).group(1)

    def argument_at(self, place, number):
        """The text of a macro's argument, as the program has it."""
        text, position = self.text(place.path), place.use
        position = text.find('(', position) + 1
        arguments, depth = [''], 0
        while position < len(text) and (depth or text[position] != ')'):
            c = text[position]
            depth += (c in '([{') - (c in ')]}')
            if c == ',' and not depth:
                arguments.append('')
            else:
                arguments[-1] += c
            position += 1
        return arguments[number].strip() if number < len(arguments) else '...'

    def functions(self):
        """The functions that the file itself defines."""
        main = self.unit.spelling
        for cursor in self.unit.cursor.get_children():
            if cursor.kind == K.FUNCTION_DECL and cursor.is_definition() and \
                    cursor.location.file and cursor.location.file.name == main:
                yield Node(cursor, self)

    def coroutines(self):
        """The functions that WEFT_ASYNC makes, in the file and in what it includes."""
        for cursor in self.unit.cursor.get_children():
            if cursor.kind == K.FUNCTION_DECL and cursor.is_definition():
                node = Node(cursor, self)
                if find_dispatch(node):
                    yield node


def find_dispatch(function):
    """The switch that resumes a coroutine, or None if `function` is not a coroutine.

    A coroutine's function takes a weft_frame *, has a local `self`, and a label right before a
    switch.
    """
    first = next(function.cursor.get_arguments(), None)
    if first is None or first.type.get_canonical().kind != TypeKind.POINTER or \
            'weft_frame' not in first.type.get_canonical().get_pointee().spelling:
        return None
    body = next((k for k in function.kids if k.kind == K.COMPOUND_STMT), None)
    if body is None or not any(v.name == 'self' for s in body.kids if s.kind == K.DECL_STMT
                               for v in s.kids):
        return None
    for node in body.walk():
        if node.kind == K.LABEL_STMT and node.kids and node.kids[-1].kind == K.SWITCH_STMT:
            return node
    return None


def is_same_directory(path, other):
    return os.path.dirname(os.path.abspath(path)) == os.path.dirname(os.path.abspath(other))
