# SPDX-License-Identifier: MIT
"""The warnings of a translation unit."""
import re

from clang.cindex import CursorKind as K

from .flow import Flow
from .graph import Graph
from .source import WRAPPERS, Tree, find_dispatch

IGNORE = re.compile(r'weft-lint: ignore\b[\s:,(]*(\w?)')


def warnings(unit):
    """All warnings of a translation unit: sorted (path, line, column, text)."""
    tree = Tree(unit)
    found, begun = [], []
    for function in tree.coroutines():
        graph = Graph(function, find_dispatch(function))
        flow = Flow(graph)
        here = graph.wrong + \
            [read_after(tree, local, reads) for local, reads in flow.reads.items()] + \
            [kept_over(local, keeps) for local, keeps in flow.keeps.items()
             if local not in flow.reads]
        found += [(function.place, place, text) for place, text in here]
        begun += [(function.place, node) for node in graph.begun]
    found += never_awaited(tree, begun)
    return sorted({(place.path, place.line, place.column, text + reason_missing)
                   for coroutine, place, text in found
                   for reason_missing in comment_at(tree, coroutine, place)})


def comment_at(tree, coroutine, place):
    """What to say of a comment that ignores a warning: nothing at all if it gives a reason.

    The comment is on the line or the line before, or on those of the coroutine's WEFT_ASYNC.
    """
    for at in (place, coroutine):
        for line in tree.text(at.path).split('\n')[max(0, at.line - 2):at.line]:
            comment = IGNORE.search(line)
            if comment:
                return [] if comment.group(1) else [' (the comment to ignore it gives no reason)']
    return ['']


# ---- Locals ----

def read_after(tree, local, reads):
    """The first read is reported; the cure is one for all."""
    place, at, loss = min(reads, key=lambda read: (read[0], read[2], read[1]))
    name, line = local.name, loss.place.line
    cure = "make '%s' a member of the frame (self->%s)" % (name, name)
    at_what = 'at an await' if loss.is_await else 'there'
    if loss.is_await and loss.place.use == place.use and at.use != place.use:
        what = "%s evaluates '%s' after its wait" % (tree.word_at(place), name)
    else:
        cure += ', or assign it again first'
        what = "'%s' is read after %s" % (
            name, 'the await in line %d' % line if loss.is_await else
            'line %d left a block by an error or a return' % line)
    return place, '%s, but a local variable loses its value (set in line %d) %s; %s' % (
        what, at.line, at_what, cure)


def kept_over(local, keeps):
    place, loss = min(keeps)
    name = "'%s'" % local.name if local.name else 'a compound literal'
    return place, 'the address of %s is kept over the await in line %d, but a local variable does ' \
        'not outlive an await; make %s a member of the frame, or static' % (
            name, loss.place.line, name if local.name else 'it')


# ---- Coroutines that are begun ----

def never_awaited(tree, begun):
    if not begun:
        return []
    uses = {node.place.use for _, node in begun}
    mentioned = set()
    for function in tree.functions():
        mention(function, [], uses, mentioned)
    result = []
    for coroutine, node in begun:
        frame = frame_of(node)
        if frame is None:
            continue
        names = {last_declaration(frame), last_declaration(origin_of(frame))}
        if None not in names and not names & mentioned:
            shown = tree.argument_at(node.place, 1)
            result.append((coroutine, node.place, 'the coroutine that is begun here is never '
                           'awaited; await it with weft_call_begun(%s), or run it with weft_call '
                           'in one step' % shown))
    return result


def frame_of(begin):
    """The argument of weft_begin that points to the frame."""
    for node in begin.walk():
        if node.kind == K.VAR_DECL:
            return node.initializer()
    return None


def origin_of(node):
    """What a local pointer is initialised with; else the expression itself."""
    declared = node.inner().cursor.referenced if node.inner().kind == K.DECL_REF_EXPR else None
    if declared is not None and declared.kind == K.VAR_DECL:
        return type(node)(declared, node.tree).initializer() or node
    return node


def last_declaration(node):
    """The declaration of the member or variable that an expression names last."""
    node = node.inner()
    while node.kind in (K.UNARY_OPERATOR, K.ARRAY_SUBSCRIPT_EXPR):
        node = node.parts[0].inner()
    if node.kind in (K.MEMBER_REF_EXPR, K.DECL_REF_EXPR):
        declared = node.cursor.referenced
        return declared.hash if declared is not None else None
    return None


def mention(node, above, uses, mentioned):
    """Collects the members and variables whose address, or value as a pointer, is used."""
    if node.kind in (K.MEMBER_REF_EXPR, K.DECL_REF_EXPR) and node.cursor.referenced is not None \
            and node.place.use not in uses and is_passed_on(node, above):
        mentioned.add(node.cursor.referenced.hash)
    above.append(node)
    for kid in node.kids:
        mention(kid, above, uses, mentioned)
    above.pop()


def is_passed_on(node, above):
    """Returns false if the program only reads or writes a member of what `node` names."""
    for parent in reversed(above):
        if parent.kind in WRAPPERS + (K.ARRAY_SUBSCRIPT_EXPR,):
            continue
        if parent.kind == K.MEMBER_REF_EXPR:
            return parent.name == 'frame'
        return True
    return True
