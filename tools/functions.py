#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints doc/functions.md, made from the comments of the public headers and from tools/functions.txt.

usage: functions.py [TOP_FOLDER] > doc/functions.md

An entry is one comment and the public functions and macros that are declared right under it. A comment may begin
with a synopsis of its own, `weft_await(p):`, which then stands for the macro's. Names that end in an underscore are
private and left out. A macro that uses the running coroutine may be used in a task; any other function may be called
from a task and a callback. tools/functions.txt lists the exceptions, and costs that no header says: a name a line, from
where, and the cost, with tabs between. The script fails if a name has no comment, or is listed there and not declared.
"""
import glob
import os
import re
import sys

HEAD = """# Functions

Made from the public headers by tools/functions.py: do not edit. After a change of a header, run
`python3 tools/functions.py > doc/functions.md`.

Each entry has the synopsis, the header's comment, from where the function may be called, and its cost.

- *a task*: in a coroutine that a loop runs.
- *a callback*: in a function that the loop calls, or between two runs, in the loop's thread.
- *between runs*: in the loop's thread, while the loop does not run.
- *anywhere*: also in another thread, a signal handler or an interrupt handler, while the loop runs.

From another thread, a signal handler or an interrupt, a program reaches a loop through
weft_call_soon_threadsafe alone. That call has a function of the program run in the loop's thread.

weft allocates nothing, except for the backends on poll() and epoll. *n* is the number of tasks, parts, items
or watches concerned. A cost holds in the worst case unless the entry says otherwise.
"""

NAME = r"(?:weft|WEFT)_\w*[A-Za-z0-9]\b"


def comment_lines(text):
    """The lines of a comment, without its marks."""
    text = text.strip()[2:-2]
    return [re.sub(r"^ \* ?|^ \*$", "", line).rstrip() for line in text.strip().split("\n")]


def blocks(path):
    """(comment, code) for each run of lines between empty ones, at the top level of a header."""
    comment, code, depth = None, [], 0
    lines = open(path, encoding="utf-8").read().split("\n")
    i = 0
    while i < len(lines):
        line = lines[i]
        if depth == 0 and re.match(r"\s*/\*", line) and not code_is_open(code):
            start = i
            while "*/" not in lines[i]:
                i += 1
            if code:
                yield comment, code
            comment, code = "\n".join(lines[start:i + 1]), []
            i += 1
            continue
        if not line.strip() and depth == 0:
            if code:
                yield comment, code
            comment, code = None, []
        else:
            bare = re.sub(r"/\*.*?\*/|\"(\\.|[^\"])*\"|'(\\.|[^'])*'", "", line)
            if not is_macro(code, line):
                depth += bare.count("{") - bare.count("}")
            code.append(line)
            if re.match(r'extern "C"', line):
                depth, code = 0, []
            depth = max(depth, 0)
        i += 1
    if code:
        yield comment, code


def is_macro(code, line):
    return line.startswith("#") or bool(code and code[-1].endswith("\\"))


def code_is_open(code):
    return bool(code and code[-1].endswith("\\"))


def declarations(code):
    """(name, synopsis) of the public functions and macros in some lines of code."""
    found, i = [], 0
    while i < len(code):
        line = code[i]
        macro = re.match(r"#\s*define (" + NAME + r")(\([^)]*\))?", line)
        if line.startswith("#"):
            while code[i].endswith("\\") and i + 1 < len(code):
                i += 1
            if macro and not macro.group(1).endswith("_H") and not macro.group(1).endswith("_"):
                if macro.group(2) or macro.group(1).startswith("weft") or line[macro.end():].strip():
                    found.append((macro.group(1), macro.group(1) + (macro.group(2) or "")))
            i += 1
            continue
        if line.strip() in ("[[noreturn]]", "_Noreturn"):
            i += 1
            continue
        if re.match(r"(typedef|struct|union|enum|extern|\}|/\*|WEFT_ATOMIC_)\b", line) and "(" not in line.split(";")[0]:
            i = skip_body(code, i)
            continue
        if re.match(r"typedef\b", line):
            i = skip_body(code, i)
            continue
        start, text = i, ""
        while i < len(code) and not re.search(r"[;{]\s*(/\*.*)?$", code[i]):
            text += code[i].strip() + " "
            i += 1
        if i < len(code):
            text += re.sub(r"\s*(/\*.*)?$", "", code[i]).strip()
        name = re.match(r"[A-Za-z_].*?[ *](" + NAME + r")\(", text)
        if name and name.group(1).startswith("weft"):
            text = re.sub(r"\s*\{$|;$", "", text)
            text = re.sub(r"^(\[\[noreturn\]\]|_Noreturn|static|inline|WEFT_\w+_)\s+", "", text)
            while re.match(r"(static|inline|_Noreturn|WEFT_\w+_) ", text):
                text = text.split(" ", 1)[1]
            found.append((name.group(1), text + ";"))
        i = skip_body(code, i) if i < len(code) else i
        if i == start:
            i += 1
    return found


def skip_body(code, i):
    """The index behind the declaration or definition that begins at, or goes on in, line i."""
    depth = 0
    while i < len(code):
        bare = re.sub(r"/\*.*?(\*/|$)|\"(\\.|[^\"])*\"|'(\\.|[^'])*'", "", code[i])
        depth += bare.count("{") - bare.count("}")
        i += 1
        if depth <= 0 and re.search(r"[;}]\s*\w*;?\s*$", bare):
            break
    return i


def balanced(text, at):
    """The index behind the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return i + 1
    return at


def own_synopsis(text):
    """The synopsis with which a comment begins, and the rest; None if it begins with none."""
    at, parts = 0, []
    while True:
        name = re.compile(NAME).match(text, at)
        if not name:
            return None, text
        start, at = at, name.end()
        if text[at:at + 1] == "(":
            at = balanced(text, at)
        block = re.compile(r"\s*\{.*?\}\s*weft_end;?", re.S).match(text, at)
        if block:
            at = block.end()
        parts.append(text[start:at])
        between = re.compile(r",\s+(and )?|;\s+|\s+and\s+").match(text, at)
        if between:
            at = between.end()
            continue
        end = re.compile(r";?\s*:\s*|;?\n").match(text, at)
        return (parts, text[end.end():]) if end else (None, text)


def in_coroutines(headers):
    """The macros that use the coroutine around them, directly or through another macro."""
    macros = {}
    for header in headers:
        text = open(header, encoding="utf-8").read().replace("\\\n", " ")
        for name, body in re.findall(r"^#\s*define (\w+)(.*)$", text, re.M):
            macros.setdefault(name, set()).update(re.findall(r"\w+", body))
    found = {"weft_context_", "weft_frame_", "weft_exit_", "weft_caught_"}
    while True:
        more = {name for name, words in macros.items() if words & found and not name.startswith("WEFT_ASYNC")} - found
        if not more:
            return found
        found |= more


def markdown(text):
    """A comment's text: what is indented is code."""
    out, code = [], False
    for line in text.strip("\n").split("\n"):
        inside = line.startswith("    ")
        if not inside:
            parts = line.split("`")
            line = "`".join(re.sub(r"([*<])", r"\\\1", part) if i % 2 == 0 else part for i, part in enumerate(parts))
        if inside and not code and out and out[-1]:
            out.append("")
        if code and not inside and line:
            out.append("")
        out.append(line)
        code = inside or (code and not line)
    return "\n".join(out).strip("\n")


def facts(top):
    table = {}
    for line in open(os.path.join(top, "tools/functions.txt"), encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            name, where, cost = (line.rstrip("\n").split("\t") + ["", ""])[:3]
            table[name] = (where, cost)
    return table


def entries(path):
    """(names, synopses, text) for each comment that has public functions or macros under it; a name without a
    comment has the text None."""
    at_name, result = {}, []
    for comment, code in blocks(path):
        declared = declarations(code)
        if not declared:
            continue
        parts, text = None, None
        if comment:
            parts, text = own_synopsis("\n".join(comment_lines(comment)))
        new = [d for d in declared if d[0] not in at_name]
        if not new:
            entry = at_name[declared[0][0]]
            if entry[2] is None and text is not None:
                entry[2] = text
            continue
        own = {re.match(NAME, p).group(0): p for p in parts or []}
        synopses = [own.get(name, synopsis) for name, synopsis in new]
        entry = [[name for name, _ in new], synopses, text]
        for name, _ in new:
            at_name[name] = entry
        result.append(entry)
    return result


def title(path):
    """The first sentence of a header's first comment."""
    text = open(path, encoding="utf-8").read()
    first = re.search(r"/\*.*?\*/", text, re.S).group(0)
    if "SPDX" in first:
        first = re.search(r"/\*.*?\*/", text[text.index("*/") + 2:], re.S).group(0)
    words = " ".join(comment_lines(first)).strip()
    return re.match(r".*?\.(?=\s|$)|.*", words).group(0)


def main():
    top = sys.argv[1] if len(sys.argv) > 1 else "."
    patterns = ["core/*.h", "core/backend/*.h", "core/inspect/*.h", "primitives/*.h"]
    headers = [h for pattern in patterns for h in sorted(glob.glob(os.path.join(top, pattern)))]
    table, used, wrong = facts(top), set(), []
    of_coroutines = in_coroutines(headers)
    print(HEAD)
    shown = [os.path.relpath(h, top) for h in headers if entries(h)]
    print("\n".join(f"- [{name}](#{re.sub('[/.]', '', name)})" for name in shown) + "\n")
    for header in headers:
        found = entries(header)
        if not found:
            continue
        name_of = os.path.relpath(header, top)
        print(f"## {name_of}\n\n{title(header)}\n")
        for names, synopses, text in found:
            print("### " + ", ".join(names) + "\n")
            print("\n".join("    " + line for s in synopses for line in s.split("\n")) + "\n")
            if text is None:
                wrong += [f"no comment: {name} in {name_of}" for name in names]
                text = ""
            if text:
                print(markdown(text) + "\n")
            print_facts(names, text, table, of_coroutines)
            used.update(names)
    wrong += [f"in tools/functions.txt, and in no header: {name}" for name in sorted(set(table) - used)]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def print_facts(names, text, table, of_coroutines):
    """From where, and at what cost: one line where both are equal for all names."""
    rows = []
    for name in names:
        where, cost = table.get(name, ("", ""))
        if not where:
            where = ("anywhere" if name.startswith("WEFT") else
                     "a task" if name in of_coroutines else "a task or a callback")
        row = f"Called from {where}." + (f" Cost: {cost}." if cost and "O(" not in text else "")
        if rows and rows[-1][1] == row:
            rows[-1][0].append(name)
        else:
            rows.append(([name], row))
    for some, row in rows:
        print((f"{', '.join(some)}: " + row[0].lower() + row[1:] if len(rows) > 1 else row) + "\n")


sys.exit(main())
