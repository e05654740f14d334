#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the library as two files, OUT/weft.h and OUT/weft.c.

usage: amalgamate.py [--srcdir DIR] [--define NAME[=VALUE]]... OUT

--define puts a default for a macro of core/config.h at the top of weft.h, for weft.c and the program.
The output depends only on the sources and the arguments.

weft.h contains every header of core/ and primitives/, each behind the headers that it includes. A
header that another header includes below its first declaration is copied to that place instead.
weft.c contains every .c file. A part that needs an operating system stands in an #if, so the two
files also compile for a machine without one.

The .c files become one scope. If a file defines a name for itself alone, and another file uses that
name too, this program puts the name of the file before it. It renames tokens: texts, comments,
members of structs and #include lines keep their names. A name that it does not recognise gives an
error of the compiler.
"""
import argparse
import os
import re
import sys

HOSTED = '__STDC_HOSTED__ && !defined(WEFT_FREESTANDING)'
BARE = '!__STDC_HOSTED__ || defined(WEFT_FREESTANDING)'

# What includes this header calls functions that a program on an operating system does not have.
MACHINE = 'core/backend/machine.h'

# These files write the names and texts that a configuration without texts does not have.
WITH_TEXTS = re.compile(r'core/inspect/(?!daemon)\w+\.c$')

# System headers that every C11 compiler has, also without a C library. string.h is not among them in the
# standard; but a library that is for machines uses it for the four functions that compilers call.
FREESTANDING = {'float.h', 'iso646.h', 'limits.h', 'stdalign.h', 'stdarg.h', 'stdatomic.h', 'stdbool.h',
                'stddef.h', 'stdint.h', 'stdnoreturn.h', 'string.h'}

# The system that a system header belongs to.
SYSTEM = {'sys/epoll.h': 'defined(__linux__)', 'sys/event.h': '(defined(__APPLE__) || defined(__FreeBSD__))'}

FEATURES = re.compile(r'^[ \t]*#[ \t]*define[ \t]+(_\w+_SOURCE)\b[ \t]*(.*)\n', re.M)
LOCAL = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)".*\n', re.M)
SPDX = re.compile(r'\A/\* SPDX-License-Identifier: .* \*/\n')
TOKEN = re.compile(r'''
    (?P<include>^[ \t]*\#[ \t]*include\b[^\n]*)
  | (?P<comment>/\*.*?\*/|//[^\n]*)
  | (?P<text>(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*"|[uUL]?'(?:[^'\\\n]|\\.)*')
  | (?P<number>\.?[0-9](?:[eEpP][+-]|[\w.])*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<define>^[ \t]*\#[ \t]*define\b)
  | (?P<directive>^[ \t]*\#)
  | (?P<line>\n)
  | (?P<space>(?:[ \t\r\f\v]|\\\n)+)
  | (?P<mark>->|\.\.\.|.)
''', re.X | re.M | re.S)


class Token:
    """A token of C: its kind (a group of TOKEN) and its text."""

    def __init__(self, kind, text):
        self.kind, self.text = kind, text


def tokens_of(text):
    return [Token(match.lastgroup, match.group()) for match in TOKEN.finditer(text)]


# ---- Headers ----


def conditional_includes(text):
    """Gives (name, is local, [condition, ...]) for each include. A header's own guard is no condition."""
    guard = re.search(r'^#ifndef (\w+)\n#define \1$', text, re.M)
    stack = []
    for line in re.sub(r'\\\n', ' ', text).split('\n'):
        directive = re.match(r'\s*#\s*(ifdef|ifndef|if|elif|else|endif|include)\b\s*(.*?)\s*(/\*.*)?$', line)
        if not directive:
            continue
        word, rest = directive.group(1), directive.group(2)
        if word == 'ifdef':
            stack.append(f'defined({rest})')
        elif word == 'ifndef':
            stack.append('' if guard and rest == guard.group(1) else f'!defined({rest})')
        elif word == 'if':
            stack.append(rest)
        elif word == 'elif':
            stack[-1] = f'!({stack[-1]}) && ({rest})'
        elif word == 'else':
            stack[-1] = f'!({stack[-1]})'
        elif word == 'endif':
            stack.pop()
        else:
            found = re.match(r'([<"])([^>"]+)[>"]', rest)
            if found:
                yield found.group(2), found.group(1) == '"', [condition for condition in stack if condition]


def late_includes(text):
    """Gives the names of the local headers that a header includes below its first declaration."""
    text = re.sub(r'/\*.*?\*/', '', text, flags=re.S)
    first = re.search(r'^(?!\s*#|\s*extern "C"|\s*$|\s*\}$)(?<!\\\n).', text, re.M)
    return LOCAL.findall(text[first.start():]) if first else []


class Sources:
    """The files of the library, by their paths below the folder of the sources."""

    def __init__(self, srcdir):
        self.srcdir = srcdir
        self.texts = {}
        self.conditions = {}  # of each header: None, always; or the conditions of all ways to it
        self.copied = set()  # the headers that are copied to each place where they are included
        for path in ['weft.h', *self.find('.h')]:
            late = late_includes(self.text(path)) if path != 'weft.h' else []
            self.copied.update(self.resolve(path, name) for name in late)
            if not re.search(r'^#ifndef (\w+)\n#define \1$', self.text(path), re.M):
                self.copied.add(path)

    def text(self, path):
        if path not in self.texts:
            with open(os.path.join(self.srcdir, path), encoding='utf-8') as file:
                self.texts[path] = file.read()
        return self.texts[path]

    def resolve(self, path, name):
        """Gives the path of the file that `path` includes as `name`."""
        for folder in (os.path.dirname(path), ''):
            candidate = os.path.normpath(os.path.join(folder, name))
            if os.path.isfile(os.path.join(self.srcdir, candidate)):
                return candidate
        sys.exit(f'amalgamate.py: {path} includes {name}, which does not exist')

    def includes(self, path):
        found = []
        for name, local, conditions in conditional_includes(self.text(path)):
            if local:
                other = self.resolve(path, name)
                if other in self.copied:
                    found += [entry for entry in self.includes(other) if entry[0] != path]
                else:
                    found.append((other, conditions))
        return found

    def copy(self, path):
        """Gives the text of a file without its includes, but for those of copied headers."""
        def included(match):
            other = self.resolve(path, match.group(1))
            return self.copy(other) if other in self.copied else ''
        return SPDX.sub('', LOCAL.sub(included, self.text(path)))

    def system_includes(self, path):
        return {name for name, local, _ in conditional_includes(self.text(path)) if not local}

    def find(self, extension):
        """Gives the paths of all files with this extension, sorted."""
        found = []
        for top in ('core', 'primitives'):
            for folder, folders, names in os.walk(os.path.join(self.srcdir, top)):
                folders.sort()
                found += [os.path.relpath(os.path.join(folder, name), self.srcdir).replace(os.sep, '/')
                          for name in names if name.endswith(extension)]
        return sorted(found)

    def reach(self, path, conditions):
        """Notes that `path` is included under these conditions, and what it includes."""
        condition = ' && '.join(f'({c})' if '||' in c else c for c in dict.fromkeys(conditions)) or None
        known = self.conditions.get(path, [])
        if known is None or condition in known:
            return
        self.conditions[path] = None if condition is None else known + [condition]
        for other, inner in self.includes(path):
            self.reach(other, conditions + inner)

    def condition(self, path):
        known = self.conditions.get(path)
        if not known or len(known) == 1:
            return known[0] if known else None
        return ' || '.join(f'({c})' for c in known)

    def needs_system(self, path):
        """Gives the conditions under which a system has what a header and its .c file include."""
        names = self.system_includes(path)
        if os.path.isfile(os.path.join(self.srcdir, path[:-2] + '.c')):
            names |= self.system_includes(path[:-2] + '.c')
        if names <= FREESTANDING:
            return []
        return [HOSTED] + sorted({SYSTEM[name] for name in names if name in SYSTEM})

    def ordered(self, paths, done, within=()):
        """Gives the paths and what they include, each behind its includes, without those in `done`."""
        order = []
        for path in paths:
            if path in within:
                circle = ' '.join(within[within.index(path):])
                sys.exit(f'amalgamate.py: headers include each other: {circle}')
            if path not in done:
                order += self.ordered([other for other, _ in self.includes(path)], done, (*within, path))
                done.add(path)
                order.append(path)
        return order


def section(path, text, condition=None):
    """Gives the text of a file, below a heading, inside of its #if."""
    text = text.strip('\n')
    text = re.sub(r'\n{3,}', '\n\n', text)
    if condition:
        text = f'#if {condition}\n{text}\n#endif /* {condition} */'
    return f'\n/* ==== {path} {"=" * (90 - len(path))} */\n\n{text}\n'


# ---- Names of one .c file ----


def significant(tokens):
    """Gives the tokens outside of comments and directives, without space."""
    rest, in_directive = [], False
    for token in tokens:
        if token.kind in ('directive', 'define'):
            in_directive = True
        elif token.kind == 'line':
            in_directive = False
        elif not in_directive and token.kind not in ('include', 'comment', 'space'):
            rest.append(token)
    return rest


def declarations(tokens):
    """Gives the declarations of a file as lists of (token, depth). A function's body is left out."""
    one, depth = [], 0
    for token in significant(tokens):
        if token.text in ')}]':
            depth -= 1
        one.append((token, depth))
        if token.text in '({[':
            depth += 1
        if not depth and token.text == ';':
            yield one
            one = []
        elif not depth and token.text == '}':
            begin = next(i for i, (t, d) in enumerate(one) if t.text == '{' and not d)
            before = one[begin - 1][0].text if begin else ''
            if before == ')':  # the body of a function
                yield one[:begin]
                one = []


def declared(declaration):
    """Gives the names of the functions and variables that a declaration declares."""
    names, in_value = set(), False
    for i, (token, depth) in enumerate(declaration[:-1]):
        after = declaration[i + 1][0].text
        if depth == 0 and token.text in ('=', ','):
            in_value = token.text == '='
        elif in_value or token.kind != 'name' or re.match(r'WEFT_[A-Z_]+$|__\w+$|_[A-Z]\w*$', token.text):
            continue
        elif depth == 1 and declaration[i - 1][0].text == '*' and declaration[i - 2][0].text == '(' \
                and declaration[i - 2][1] == 0:
            names.add(token.text)  # a pointer to a function
        elif depth == 0 and (after and after in '=;[,' or after == '(' and declaration[i + 2][0].text != '*'):
            names.add(token.text)
    if declaration[-1][1] == 0 and declaration[-1][0].kind == 'name':
        names.add(declaration[-1][0].text)
    return names


def file_scope(text):
    """Gives the names that a .c file defines for itself alone, and its macros."""
    tokens = tokens_of(text)
    names, macros = set(), set()
    for i, token in enumerate(tokens):
        if token.kind == 'define':
            macros.add(next(t.text for t in tokens[i + 1:] if t.kind == 'name'))
    for declaration in declarations(tokens):
        texts = [token.text for token, _ in declaration]
        for i, (token, depth) in enumerate(declaration):
            after = texts[i + 1] if i + 1 < len(texts) else ''
            before = texts[i - 1] if i else ''
            if token.kind != 'name':
                continue
            if before in ('struct', 'union', 'enum') and after == '{':
                names.add(token.text)
            elif depth == 1 and 'enum' in texts[:i] and before in ('{', ',') and 'typedef' not in texts[:1]:
                opening = max(j for j in range(i) if texts[j] in '({' and declaration[j][1] == 0)
                if 'enum' in (texts[opening - 1], texts[opening - 2]):
                    names.add(token.text)
            elif depth == 0 and texts[0] == 'typedef' and after == ';':
                names.add(token.text)
        if re.match(r'[A-Z_]+$', texts[0]) and texts[1:2] == ['('] and texts[3:4] in ([','], [')']):
            if not texts[2].startswith('weft_'):  # which the library shares
                names.add(texts[2])  # a macro that defines its first argument
        if 'static' in texts:
            names.update(declared(declaration))
    return names - macros, macros


def members(tokens):
    """Gives the indices of the tokens that name a member, in `.name`, `->name` and offsetof."""
    found, before = set(), ''
    for i, token in enumerate(tokens):
        if token.kind in ('space', 'line', 'comment'):
            continue
        if token.kind == 'name' and before in ('.', '->'):
            found.add(i)
        before = token.text
    for i, token in enumerate(tokens):
        if token.text == 'offsetof':
            end = next(j for j in range(i, len(tokens)) if tokens[j].text == ')')
            found.add(max(j for j in range(i, end) if tokens[j].kind == 'name'))
    return found


def rename(text, names):
    """Gives the text with other names: a token that is no member, and not in a text or comment."""
    tokens = tokens_of(text)
    kept = members(tokens)
    return ''.join(names.get(token.text, token.text) if token.kind == 'name' and i not in kept else token.text
                   for i, token in enumerate(tokens))


def identifiers(text):
    """Gives all names of a text but those of members."""
    tokens = tokens_of(text)
    kept = members(tokens)
    return {token.text for i, token in enumerate(tokens) if token.kind == 'name' and i not in kept}


# ---- The two files ----


def heading(sources, what):
    version = re.search(r'^#define WEFT_VERSION "(.*)"$', sources.text('core/version.h'), re.M).group(1)
    lines = sources.text('LICENSE').rstrip('\n').split('\n')
    license_text = ''.join(f' * {line}'.rstrip() + '\n' for line in lines)
    return (f'/* SPDX-License-Identifier: MIT */\n/* weft {version}: {what}\n *\n'
            ' * Made by tools/amalgamate.py from the sources of weft. Change those, not this file. These two\n'
            ' * files have every header: a program includes weft.h alone, whatever backend it uses.\n *\n'
            f'{license_text} */\n')


PLATFORM = '''
/* A machine without POSIX has no backend on descriptors and no debug mode. Define WEFT_FREESTANDING
 * to leave out these parts on a machine that has POSIX, too. Define WEFT_HOSTED to compile them for
 * a system that this #if does not know. */
#if !defined(__unix__) && !defined(__APPLE__) && !defined(WEFT_HOSTED) && !defined(WEFT_FREESTANDING)
#define WEFT_FREESTANDING
#endif
'''


def configuration(defines):
    if not defines:
        return ''
    lines = ['\n/* The configuration that these two files were made with. */\n']
    for define in defines:
        name, _, value = define.partition('=')
        lines.append(f'#ifndef {name}\n#define {name} {value or 1}\n#endif\n')
    return ''.join(lines)


def amalgamate(srcdir, defines):
    """Gives the texts of weft.h and weft.c."""
    sources = Sources(srcdir)
    sources.reach('weft.h', [])
    public = ['weft.h']
    for path in sources.find('.h'):
        if path not in sources.conditions and path not in sources.copied:
            sources.reach(path, sources.needs_system(path))
            public.append(path)
    done = set()
    order = sources.ordered(public, done)
    order.remove('weft.h')

    top = SPDX.sub('', sources.text('weft.h'))
    first = LOCAL.search(top).start()
    head, tail = top[:first], LOCAL.sub('', top[first:])
    head, tail = head.rstrip('\n') + '\n', tail.strip('\n') + '\n'
    while True:  # what was a list of includes
        less = re.sub(r'^#if.*\n\s*#endif.*\n', '', tail, flags=re.M)
        if less == tail:
            break
        tail = less
    header = heading(sources, 'its headers in one file, the first of two. The other is weft.c.') + head
    header += configuration(defines) + PLATFORM
    for path in order:
        header += section(path, sources.copy(path), sources.condition(path))
    header += '\n' + tail.lstrip('\n')

    files = sources.find('.c')
    has_texts = re.search(r'^#define WEFT_TEXTS\b', header, re.M)
    conditions, features, texts = {}, {}, {}
    for path in files:
        needed = {name for name, local, inner in conditional_includes(sources.text(path))
                  if not local and not inner}
        conditions[path] = sources.condition(path[:-2] + '.h')
        if not conditions[path] and not needed <= FREESTANDING:
            conditions[path] = HOSTED
        if MACHINE in [other for other, _ in sources.includes(path)]:
            conditions[path] = BARE
        if has_texts and WITH_TEXTS.match(path) and 'WEFT_TEXTS' not in (conditions[path] or ''):
            before = conditions[path]
            conditions[path] = f'({before}) && WEFT_TEXTS' if before else 'WEFT_TEXTS'
        for name, value in FEATURES.findall(sources.text(path)):
            features.setdefault((name, value), []).append(conditions[path])
        texts[path] = FEATURES.sub('', sources.copy(path))

    code = heading(sources, 'its code in one file, the second of two. The other is weft.h.')
    for (name, value), whens in sorted(features.items()):
        systems = sorted({c for when in whens if when for c in SYSTEM.values() if c in when})
        everywhere = any(not any(c in (when or '') for c in SYSTEM.values()) for when in whens)
        test = f'!defined({name})' + ('' if everywhere or not systems else ' && ' + ' && '.join(systems))
        code += f'\n#if {test}\n#define {name}{" " + value if value else ""}\n#endif'
    code += '\n#include "weft.h"\n'

    scopes = {path: file_scope(text) for path, text in texts.items()}
    used = {path: identifiers(text) for path, text in texts.items()}
    taken = set().union(*used.values(), identifiers(header))
    renamed = 0
    for path in files:
        names, macros = scopes[path]
        others = set().union(*(used[other] for other in files if other != path))
        new = {}
        for name in sorted(names & others):
            new[name] = re.sub(r'\W', '_', os.path.basename(path)[:-2]) + '_' + name
            while new[name] in taken:
                new[name] += '_'
            taken.add(new[name])
        renamed += len(new)
        text = rename(texts[path], new)
        if path == 'core/panic.c':
            text = PANIC.format(text.strip('\n'))
        text = text.rstrip('\n') + '\n' + ''.join(f'#undef {name}\n' for name in sorted(macros))
        code += section(path, text, conditions[path])
    return header, code, renamed


PANIC = '''/* A program may define weft_panic itself. If the compiler has no weak functions, the program must
 * define WEFT_OWN_PANIC for this file. */
#ifndef WEFT_OWN_PANIC
#ifdef __GNUC__
#pragma weak weft_panic
#endif
{}
#endif
'''


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split('usage: ')[1].split('\n')[0])
    parser.add_argument('--srcdir', default=os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
    parser.add_argument('--define', action='append', default=[])
    parser.add_argument('--quiet', action='store_true')
    parser.add_argument('out')
    arguments = parser.parse_args()
    header, code, renamed = amalgamate(arguments.srcdir, arguments.define)
    os.makedirs(arguments.out, exist_ok=True)
    for name, text in (('weft.h', header), ('weft.c', code)):
        with open(os.path.join(arguments.out, name), 'w', encoding='utf-8', newline='\n') as file:
            file.write(text)
    if not arguments.quiet:
        print(f'weft.h: {len(header.splitlines())} lines; weft.c: {len(code.splitlines())} lines, '
              f'{renamed} names changed')


if __name__ == '__main__':
    main()
