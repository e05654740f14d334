# SPDX-License-Identifier: MIT
"""The faults that can be planted into a C file: found on libclang's tokens, so that the bodies of
macros, which have no syntax tree, are treated as functions are."""

import os
import re

from clang import cindex

TYPES = {"const", "static", "struct", "union", "enum", "unsigned", "signed", "int", "char", "long", "short",
         "void", "extern", "typedef", "inline", "_Static_assert", "volatile", "register"}
CONTROL = {"if", "for", "while", "do", "switch", "else", "case", "default"}
OPENING = {"(": ")", "[": "]", "{": "}"}
CLOSING = set(OPENING.values())
ASSIGNMENTS = {"=", "+=", "-=", "|=", "&=", "^=", "*=", "/=", "%=", "<<=", ">>="}
BOUNDS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
EQUALITIES = {"==": "!=", "!=": "=="}
UNTOUCHED = {"_Static_assert", "__attribute__", "_Pragma", "_Generic"}  # with what is in their parentheses
NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)$")


class Token:
    def __init__(self, text, start, end, kind):
        self.text, self.start, self.end, self.kind = text, start, end, kind


class Fault:
    """Replaces parts of a function or macro, `place`: `edits` are (start, end, text), which do not
    overlap."""

    def __init__(self, path, place, operator, source, edits):
        self.path, self.place, self.operator = path, place, operator
        self.text = source
        for start, end, new in sorted(edits, reverse=True):
            self.text = self.text[:start] + new + self.text[end:]
        old, new = source.split("\n"), self.text.split("\n")
        assert len(old) == len(new), (path, operator, edits)
        changed = [i for i in range(len(old)) if old[i] != new[i]]
        self.line = changed[0] + 1 if changed else 0
        self.before = [tidy(old[i]) for i in changed]
        self.after = [tidy(new[i]) for i in changed]

    def key(self):
        return (os.path.basename(self.path), self.place, self.operator, tuple(self.before), tuple(self.after))


def tidy(line):
    """Returns the line without its indentation, its comment and the backslash that continues a macro."""
    return " ".join(re.sub(r"/\*.*?(\*/|$)", "", line.rstrip().rstrip("\\")).split())


def tokens_of(path, include):
    unit = cindex.Index.create().parse(path, args=["-x", "c", "-std=c11", "-I" + include],
                                       options=cindex.TranslationUnit.PARSE_INCOMPLETE)
    return [Token(t.spelling, t.extent.start.offset, t.extent.end.offset, t.kind.name)
            for t in unit.get_tokens(extent=unit.cursor.extent) if t.kind.name != "COMMENT"]


class Region:
    """A function's body, or a macro's: a list of tokens in which faults are planted."""

    def __init__(self, name, tokens, is_macro, returns=None):
        self.name, self.tokens, self.is_macro, self.returns = name, tokens, is_macro, returns
        self.match, stack = {}, []
        for i, token in enumerate(tokens):
            if token.kind != "PUNCTUATION":
                continue
            if token.text in OPENING:
                stack.append(i)
            elif token.text in CLOSING:
                if stack and OPENING[tokens[stack[-1]].text] == token.text:
                    self.match[i] = stack[-1]
                    self.match[stack.pop()] = i
        self.untouched = set()
        for i, token in enumerate(tokens):
            if token.text in UNTOUCHED and self.match.get(i + 1):
                self.untouched.update(range(i, self.match[i + 1] + 1))

    def is_header(self, i):
        """Returns true if token i opens the parentheses of an if, a while, a for or a switch."""
        return self.tokens[i].text == "(" and i and self.tokens[i - 1].text in ("if", "while", "for", "switch")


def regions_of(source, tokens):
    directives = []
    for match in re.finditer(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", source, re.M):
        directives.append((match.start(), match.end()))

    def directive_of(token):
        for start, end in directives:
            if start <= token.start < end:
                return start
        return None

    plain, macros = [], {}
    for token in tokens:
        start = directive_of(token)
        if start is None:
            plain.append(token)
        else:
            macros.setdefault(start, []).append(token)
    regions = []
    for of_macro in macros.values():
        if len(of_macro) < 4 or of_macro[1].text != "define":
            continue
        body = 3
        if of_macro[3].text == "(" and of_macro[3].start == of_macro[2].end:
            while of_macro[body].text != ")":
                body += 1
            body += 1
        regions.append(Region(of_macro[2].text, of_macro[body:], True))
    depth, begin, i = 0, 0, 0
    while i < len(plain):
        text = plain[i].text
        if text == "{" and plain[i - 1].text.startswith('"'):
            begin = i + 1  # extern "C"
        elif text == "{":
            end, depth = i, 0
            while True:
                depth += {"{": 1, "}": -1}.get(plain[end].text, 0)
                if depth == 0:
                    break
                end += 1
            if plain[i - 1].text == ")":
                name, returns = name_and_type(plain[begin:i])
                regions.append(Region(name, plain[i:end + 1], False, returns))
                begin = end + 1
            i = end
        elif text in (";", "}"):
            begin = i + 1
        i += 1
    return regions


def name_and_type(head):
    """Returns the name, and the type that is returned, of a function with these tokens before its body."""
    texts = [t.text for t in head]
    name = texts.index("(") - 1
    if texts[name + 3:name + 5] == [")", "("]:
        name += 2  # (name)(...), so that no macro of the name is meant
        words = texts[:name - 1]
        return texts[name], " ".join(w for w in words if w not in ("static", "inline", "extern"))
    words = [t for t in texts[:name]
             if t not in ("static", "inline", "extern") and not re.match(r"WEFT_[A-Z_]+$", t)]
    return texts[name], " ".join(words)


class Planter:
    def __init__(self, path, name, include):
        with open(path) as file:
            self.source = file.read()
        self.name, self.faults, self.seen = name, [], set()
        for region in regions_of(self.source, tokens_of(path, include)):
            self.region, self.tokens = region, region.tokens
            self.plant_conditions()
            self.plant_operands()
            self.plant_tokens()
            self.plant_statements()

    # ---- Edits: the number of lines stays what it is ----

    def add(self, operator, *edits):
        fault = Fault(self.name, self.region.name, operator, self.source, edits)
        if fault.text not in self.seen:
            self.seen.add(fault.text)
            self.faults.append(fault)

    def emptied(self, start, end):
        """Returns the line ends of the text."""
        lines = self.source.count("\n", start, end)
        return ("\\\n" if self.region.is_macro else "\n") * lines

    def span(self, first, last):
        return self.tokens[first].start, self.tokens[last].end

    # ---- Conditions ----

    def negate(self, first, last):
        """Negates tokens first..last, unless a single token's fault does the same."""
        texts = [t.text for t in self.tokens[first:last + 1]]
        if first > last or first in self.region.untouched or texts == ["0"]:
            return  # do ... while (0)
        if not {"&&", "||", "?"} & set(texts) and (texts[0] == "!" or EQUALITIES.keys() & set(texts)):
            return
        start, end = self.span(first, last)
        self.add("negate", (start, start, "!("), (end, end, ")"))

    def plant_conditions(self):
        for i, token in enumerate(self.tokens):
            if self.region.is_header(i) and i in self.region.match:
                end = self.region.match[i]
                if self.tokens[i - 1].text in ("if", "while"):
                    self.negate(i + 1, end - 1)
                elif self.tokens[i - 1].text == "for":
                    cuts = [j for j in range(i, end) if self.tokens[j].text == ";"]
                    if len(cuts) == 2:
                        self.negate(cuts[0] + 1, cuts[1] - 1)
            elif token.text == "?":
                self.negate(self.operand_before(i, {"?", ":"}), i - 1)

    def operand_before(self, i, stops):
        """Returns the first token of what stands before operator i, down to one of `stops`."""
        stops = stops | ASSIGNMENTS | {",", ";", "return", "{", "}", "?", ":"}
        i -= 1
        while i >= 0:
            text = self.tokens[i].text
            if text in CLOSING and i in self.region.match and not (
                    text == ")" and self.region.is_header(self.region.match[i])):
                i = self.region.match[i]
            elif text in stops or text in OPENING or text in CLOSING:
                break
            i -= 1
        return i + 1

    def operand_behind(self, i, stops):
        stops = stops | {",", ";", "?", ":"}
        i += 1
        while i < len(self.tokens):
            text = self.tokens[i].text
            if text in OPENING and i in self.region.match:
                i = self.region.match[i]
            elif text in stops or text in CLOSING or text in OPENING:
                break
            i += 1
        return i - 1

    def plant_operands(self):
        for i, token in enumerate(self.tokens):
            if token.text not in ("&&", "||") or i in self.region.untouched:
                continue
            stops = {"&&", "||"} if token.text == "&&" else {"||"}
            first, last = self.operand_before(i, stops), self.operand_behind(i, stops)
            if first > i - 1 or last < i + 1:
                continue
            start, end = self.tokens[first].start, self.tokens[i + 1].start
            self.add("operand", (start, end, self.emptied(start, end)))
            start, end = self.tokens[i - 1].end, self.tokens[last].end
            self.add("operand", (start, end, self.emptied(start, end)))

    # ---- Single tokens ----

    def plant_tokens(self):
        for i, token in enumerate(self.tokens):
            if i in self.region.untouched:
                continue
            text, put = token.text, lambda op, new: self.add(op, (token.start, token.end, new))
            if text in BOUNDS:
                put("bound", BOUNDS[text])
            elif text in EQUALITIES:
                put("negate", EQUALITIES[text])
            elif text == "!":
                put("negate", "")
            elif text in ("true", "false"):
                put("constant", "false" if text == "true" else "true")
            elif token.kind == "LITERAL" and not self.is_for_the_compiler(i):
                for new in other_numbers(text):
                    put("constant", new)
            elif re.match(r"WEFT_[A-Z_]+$", text) and self.is_mask(i):
                put("constant", "(%s << 1)" % text)

    def is_for_the_compiler(self, i):
        """Returns true for the 0 of (void)0, and for what a condition is expected to be."""
        texts = [t.text for t in self.tokens]
        return (texts[max(i - 2, 0):i] == ["void", ")"] or
                (texts[i - 1] == "," and "__builtin_expect" in texts[:i]))

    def is_mask(self, i):
        before = self.tokens[i - 1].text if i else ""
        behind = self.tokens[i + 1].text if i + 1 < len(self.tokens) else ""
        if behind == "(":
            return False
        is_binary = i > 1 and (self.tokens[i - 2].kind in ("IDENTIFIER", "LITERAL") or
                               self.tokens[i - 2].text in (")", "]"))
        return (before in ("&", "|") and is_binary) or before in ("&=", "|=", "~") or behind in ("&", "|")

    # ---- Statements ----

    def statements(self):
        """Returns (first, last, brace) of each simple statement, `;` included, and of its block."""
        found, i, braces = [], 0, []
        while i < len(self.tokens):
            text = self.tokens[i].text
            if i in self.region.untouched:
                i += 1
            elif text == "{":
                braces.append(i)
                i += 1
            elif text == "}":
                if braces:
                    braces.pop()
                i += 1
            elif text in ("if", "for", "while", "switch") and self.region.match.get(i + 1):
                i = self.region.match[i + 1] + 1
            elif text in ("else", "do", ";"):
                i += 1
            elif text in ("case", "default"):
                while i < len(self.tokens) and self.tokens[i].text != ":":
                    i = self.region.match.get(i, i) + 1 if self.tokens[i].text == "(" else i + 1
                i += 1
            elif i + 1 < len(self.tokens) and self.tokens[i + 1].text == ":":
                i += 2  # a label
            else:
                first = i
                while i < len(self.tokens) and self.tokens[i].text not in (";", "}") and not (
                        self.tokens[i].text in OPENING and i not in self.region.match):
                    i = self.region.match.get(i, i) + 1 if self.tokens[i].text in OPENING else i + 1
                if i < len(self.tokens) and self.tokens[i].text == ";":
                    found.append((first, i, braces[-1] if braces else -1))
                i += 1 if i < len(self.tokens) and self.tokens[i].text == ";" else 0
                if i == first:
                    i += 1
        return found

    def is_declaration(self, first):
        """Returns true if the statement is no action: without it, the rest would not compile, or would do
        what it did."""
        texts = [t.text for t in self.tokens[first:first + 3]]
        kinds = [t.kind for t in self.tokens[first:first + 3]]
        if texts == ["(", "void", ")"] and self.tokens[first + 4].text != "(":
            return True  # (void)argument: it does nothing
        if texts[0].startswith("WEFT_REQUIRE_"):
            return True  # a check that the compiler makes: test/refuse is about those
        return texts[0] in TYPES or (kinds[0] == "IDENTIFIER" and len(kinds) > 2 and (
            kinds[1] == "IDENTIFIER" or texts[1] == "const" or
            (texts[1] == "*" and (kinds[2] == "IDENTIFIER" or texts[2] in ("const", "*")))))

    def is_whole(self, first):
        """Returns true if the statement is one of a list: not the body of an if, a loop or an else."""
        before = self.tokens[first - 1].text if first else "{"
        return before in (";", "{", "}", ":")

    def plant_statements(self):
        statements = self.statements()
        for at, (first, last, brace) in enumerate(statements):
            word = self.tokens[first].text
            is_filler = word == "continue" and not self.is_whole(first)
            if self.is_declaration(first):
                continue
            if not (word == "return" and last > first + 1) and not is_filler:
                start, end = self.span(first, last)
                self.add("delete", (start, end, ";" + self.emptied(start, end)))
            if at + 1 == len(statements) or word in ("return", "break", "continue", "goto"):
                continue
            after, end, same = statements[at + 1]
            if self.tokens[after].text in ("return", "break", "continue", "goto"):
                continue  # behind it, the first would be as good as deleted
            if after == last + 1 and same == brace and self.is_whole(first) and not self.is_declaration(after):
                one, two = self.span(first, last), self.span(after, end)
                self.add("swap", (one[0], one[1], self.source[two[0]:two[1]]),
                         (two[0], two[1], self.source[one[0]:one[1]]))
        if self.region.returns:
            self.plant_returns(statements)

    def plant_returns(self, statements):
        value = "" if self.region.returns == "void" else " (%s){0}" % self.region.returns
        for first, _, brace in statements:
            texts = [t.text for t in self.tokens[first:first + 2]]
            if texts[0] == "return" and texts[1] in (";", "NULL", "0", "false"):
                continue
            if brace == 0 and self.is_whole(first) and not self.is_declaration(first):
                start = self.tokens[first].start
                self.add("return", (start, start, "return%s; " % value))


def other_numbers(text):
    match = NUMBER.match(text)
    if not match:
        return []
    value, suffix = int(match.group(1), 0), match.group(2)
    if match.group(1)[:2].lower() == "0x":
        return ["%#x%s" % (value << 1, suffix), "%#x%s" % (value >> 1, suffix)]
    return [str(n) + suffix for n in ({0: [1], 1: [0, 2]}.get(value) or [value + 1])]


def faults_in(path, name, include):
    return Planter(path, name, include).faults
