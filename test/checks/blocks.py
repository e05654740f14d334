# SPDX-License-Identifier: MIT
"""Does in Python what test_blocks.c does. Prints the expected records of all cases:

    python3 test/checks/blocks.py | clang-format >test/suites/blocks_expected.h
"""
import asyncio

KINDS, WAYS = "tfcblew", "nbcrex"  # WAYS: end, break, continue, return, raise, cancel


class Fail(Exception):
    pass


class Other(Exception):
    pass


LEAVE = """
step("a")
if way == "b": break
if way == "c": continue
if way == "r": return
if way == "e": raise Fail
if way == "x": await cancelled_soon()
step("b")
"""

SECTIONS = {  # BODY is what stands in the section
    "n": "if True:\nBODY",
    "t": "try:\nBODY\nexcept BaseException:\n    step('h')",
    "f": "try:\nBODY\nfinally:\n    step('f')",
    "c": "try:\n    raise Other\nexcept Other:\nBODY",
    "b": "try:\n    step('x')\n    raise Other\nexcept BaseException:\nBODY\n"
         "finally:\n    step('f')",
    "l": "try:\n    step('x')\nfinally:\nBODY",
    "e": "try:\n    step('x')\n    raise Other\nfinally:\nBODY",
    "w": "async with lock:\nBODY",
}


def indent(text):
    return "\n".join("    " + line for line in text.strip("\n").splitlines())


def section(kind, body):
    return SECTIONS[kind].replace("BODY", indent(body))


def outer(kind, body):
    """The same for the section around, whose letters are capitals and whose lock is another."""
    if kind == "n":
        return body
    text = SECTIONS[kind].replace("lock", "outer_lock")
    for letter in "xhf":
        text = text.replace(f"'{letter}'", f"'{letter.upper()}'")
    return text.replace("BODY", indent(f"step('A')\n{body}\nstep('B')"))


def steps(source):
    """A step is recorded and then awaits; a lock that is held shows."""
    return source.replace("step(", "await step(")


class Run:
    def __init__(self, source):
        self.record, self.locks = "", (asyncio.Lock(), asyncio.Lock())
        self.names = dict(step=self.step, cancelled_soon=self.cancelled_soon, Fail=Fail,
                          Other=Other, lock=self.locks[0], outer_lock=self.locks[1])
        exec(steps(source), self.names)

    async def step(self, letter):
        inner, outside = self.locks
        self.record += letter + "'" * inner.locked() + '^' * outside.locked()
        await asyncio.sleep(0)

    async def cancelled_soon(self):
        asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)
        await asyncio.sleep(1)

    async def program(self, *arguments):
        try:
            await self.names["program"](*arguments)
            self.record += "=ok"
        except Fail:
            self.record += "=fail"
        except Other:
            self.record += "=other"
        except asyncio.CancelledError:
            self.record += "=cancelled"


def run(source, *arguments):
    async def main():
        program = Run(source)
        await program.program(*arguments)
        return program.record

    return asyncio.run(main())


def rounds(name, arguments, body, letters):
    return f"""
async def {name}({arguments}):
    for i in range(2):
        step("{letters[0]}")
{indent(indent(body))}
        step("{letters[1]}")
    step("{letters[2]}")
"""


def table(name, rows):
    print(f"static const struct row {name}[] = {{")
    for key, cells in rows:
        print(f'{{"{key}", {{', ", ".join(f'"{cell}"' for cell in cells), "}},")
    print("};\n")


def nested(around, kind):
    source = rounds("program", "way", outer(around, section(kind, LEAVE)), "().")
    return around + kind, [run(source, way) for way in WAYS]


def called(around, kind):
    source = rounds("alone", "way", section(kind, LEAVE), "().")
    source += rounds("program", "way", outer(around, "await alone(way)"), "().")
    return around + kind, [run(source, way) for way in WAYS]


def overridden(way_in):
    body = LEAVE.replace("way", f"'{way_in}'")
    body = body.replace('("a")', '("x")').replace('("b")', '("y")')
    source = rounds("program", "way",
                    f"try:\n{indent(body)}\nfinally:\n{indent(LEAVE)}", "().")
    return way_in, [run(source, way) for way in WAYS]


print("/* Made by blocks.py: what Python records. A row for each pair of sections, the outer one\n"
      " * first; in it, the ways out of the inner one: end, break, continue, return, raise,\n"
      " * cancel. */")
table("nested", [nested(around, kind) for around in "n" + KINDS for kind in KINDS])
table("called", [called(around, kind) for around in "n" + KINDS for kind in KINDS])
table("overridden", [overridden(way) for way in WAYS])
