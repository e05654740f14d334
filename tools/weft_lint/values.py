# SPDX-License-Identifier: MIT
"""The values of the variables that weft's macros keep beside the program's own.

How a block was left stands in a variable. Which ways through the code are possible depends on it:
after an error nothing goes on behind the block, unless a catch took the error. So its value is
followed through assignments, conditions and the library's short inline functions.

A value is an int, or None if it is not known. An environment maps the name of a variable, or of a
place in memory such as "self->left.how", to its value; it is a frozenset of pairs.
"""
from clang.cindex import CursorKind as K

COMPARISONS = {
    '==': lambda a, b: a == b, '!=': lambda a, b: a != b, '<': lambda a, b: a < b,
    '>': lambda a, b: a > b, '<=': lambda a, b: a <= b, '>=': lambda a, b: a >= b,
}


def get(environment, name):
    return dict(environment).get(name)


def put(environment, name, value):
    kept = {pair for pair in environment if pair[0] != name}
    if value is not None:
        kept.add((name, value))
    return frozenset(kept)


def name_of(node, scope=()):
    """A text that names what an lvalue designates; `scope` gives that of a function's pointers."""
    node = node.inner()
    parts = node.parts
    if node.kind == K.DECL_REF_EXPR:
        declared = node.cursor.referenced
        key = declared.hash if declared is not None else node.name
        return scope[key][1] if key in scope and scope[key][0] == 'pointer' else \
            '%s#%d' % (node.name, key if isinstance(key, int) else 0)
    if node.kind == K.MEMBER_REF_EXPR and parts:
        return pointee(parts[0], scope) + '.' + node.name if parts[0].is_pointer() else \
            name_of(parts[0], scope) + '.' + node.name
    if node.kind == K.ARRAY_SUBSCRIPT_EXPR:
        return '%s[%s]' % (name_of(parts[0], scope), parts[1].constant())
    if node.kind == K.UNARY_OPERATOR and node.operator() == '*':
        return pointee(parts[0], scope)
    return '%s@%s:%d' % ((node.kind.name,) + node.spelled)


def pointee(node, scope=()):
    """A text that names what a pointer points to."""
    node = node.inner()
    if node.kind == K.UNARY_OPERATOR and node.operator() == '&':
        return name_of(node.parts[0], scope)
    if node.kind == K.DECL_REF_EXPR and node.cursor.referenced is not None and \
            node.cursor.referenced.hash in scope:
        return name_of(node, scope)
    return '*' + name_of(node, scope)


def evaluate(node, environment, scope=()):
    """All values that an expression may have."""
    constant = node.constant()
    if constant is not None:
        return {constant}
    node = node.inner()
    parts = node.parts
    if node.kind == K.DECL_REF_EXPR and node.cursor.referenced is not None:
        key = node.cursor.referenced.hash
        if key in scope:
            return scope[key][1] if scope[key][0] == 'values' else {None}
        return {get(environment, name_of(node))}
    if node.kind == K.MEMBER_REF_EXPR:
        return {get(environment, name_of(node, scope))}
    if node.kind == K.CONDITIONAL_OPERATOR:
        result = set()
        for truth in truths(parts[0], environment, scope):
            result |= evaluate(parts[1] if truth else parts[2], environment, scope)
        return result
    if node.kind == K.CALL_EXPR:
        return {value for value, _ in call(node, environment, scope)}
    if node.kind == K.BINARY_OPERATOR and not node.is_assignment():
        operator = node.operator()
        if operator == '+':
            return {None if a is None or b is None else a + b
                    for a in evaluate(parts[0], environment, scope)
                    for b in evaluate(parts[1], environment, scope)}
        if operator in COMPARISONS:
            return {int(truth) for truth in truths(node, environment, scope)}
    return {None}


def results(node, environment):
    """All values that an expression may have, each with the environment after it."""
    inner = node.inner()
    if inner.kind == K.CALL_EXPR and node.constant() is None:
        return call(inner, environment)
    return {(value, environment) for value in evaluate(node, environment)}


def truths(node, environment, scope=()):
    """Whether a condition may be true, and whether it may be false: a set of bools."""
    constant = node.constant()
    if constant is not None:
        return {bool(constant)}
    node = node.inner()
    parts = node.parts
    if node.kind == K.UNARY_OPERATOR and node.operator() == '!':
        return {not truth for truth in truths(parts[0], environment, scope)}
    if node.kind == K.CALL_EXPR and node.name == '__builtin_expect':
        return truths(parts[1], environment, scope)
    if node.kind == K.BINARY_OPERATOR and not node.is_assignment():
        operator = node.operator()
        if operator in ('&&', '||'):
            both = truths(parts[0], environment, scope), truths(parts[1], environment, scope)
            join = all if operator == '&&' else any
            return {join((a, b)) for a in both[0] for b in both[1]}
        if operator in COMPARISONS:
            result = set()
            for a in evaluate(parts[0], environment, scope):
                for b in evaluate(parts[1], environment, scope):
                    result |= {True, False} if a is None or b is None else \
                        {COMPARISONS[operator](a, b)}
            return result
    if node.kind in (K.DECL_REF_EXPR, K.MEMBER_REF_EXPR):
        return {truth for value in evaluate(node, environment, scope)
                for truth in ({True, False} if value is None else {bool(value)})}
    return {True, False}


def call(node, environment, scope=()):
    """All results of a function's call, each with the environment after it.

    Follows functions that are visible and consist of assignments, ifs and returns.
    """
    unknown = {(None, environment)}
    declared = node.cursor.referenced
    function = declared.get_definition() if declared is not None else None
    if function is None or function.kind != K.FUNCTION_DECL:
        return unknown
    function = type(node)(function, node.tree)
    body = next((k for k in function.kids if k.kind == K.COMPOUND_STMT), None)
    parameters = [k.cursor.hash for k in function.kids if k.kind == K.PARM_DECL]
    arguments = node.parts[1:]
    if body is None or len(parameters) != len(arguments):
        return unknown
    inside = {}
    for parameter, argument in zip(parameters, arguments):
        inside[parameter] = ('pointer', pointee(argument, scope)) if argument.is_pointer() else \
            ('values', evaluate(argument, environment, scope))
    try:
        results, rest = _run(body, {environment}, inside)
    except NotImplementedError:
        return unknown
    return results | {(None, after) for after in rest}


def _run(node, environments, scope):
    """Runs a statement: the results of its returns, and the environments that reach its end."""
    if node.kind == K.COMPOUND_STMT:
        results = set()
        for kid in node.kids:
            more, environments = _run(kid, environments, scope)
            results |= more
        return results, environments
    if node.kind == K.RETURN_STMT:
        return {(value, e) for e in environments
                for value in (evaluate(node.parts[0], e, scope) if node.parts else {None})}, set()
    if node.kind == K.IF_STMT:
        results, after = set(), set()
        for environment in environments:
            for truth in truths(node.kids[0], environment, scope):
                branch = node.kids[1:2] if truth else node.kids[2:3]
                if not branch:
                    after.add(environment)
                    continue
                more, rest = _run(branch[0], {environment}, scope)
                results |= more
                after |= rest
        return results, after
    if node.kind == K.BINARY_OPERATOR and node.is_assignment():
        name = name_of(node.parts[0], scope)
        return set(), {put(e, name, value) for e in environments
                       for value in evaluate(node.parts[1], e, scope)}
    if node.kind in (K.NULL_STMT, K.CSTYLE_CAST_EXPR):
        return set(), environments
    raise NotImplementedError
