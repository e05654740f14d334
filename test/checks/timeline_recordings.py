# SPDX-License-Identifier: MIT
"""Writes recordings (doc/recording.md) by hand, for tests of weft-trace.

    timeline_recordings.py NAME [NUMBER] >FILE

The names are those of the functions below, such as timeout.
"""
import struct
import sys

CREATED, READY, RUNS, WAITS, ENDED, ASKED, RAISED, TAKEN, RELEASED = range(1, 10)
GROUP_ENTERED, GROUP_LEFT, TIMEOUT_ENTERED, TIMEOUT_EXPIRED, TIMEOUT_LEFT = range(10, 15)
CALLBACK_READY, CALLBACK_RUNS, SLEEPS, WAKES = range(15, 19)
AWAIT, TEXT, TIME = 32, 33, 34
BY_TASK, BY_CALLBACK, BY_TIMER, BY_HOST, BY_TIMEOUT, BY_GROUP = 1, 2, 3, 6, 8, 10
FOR_SLEEP, FOR_PRIMITIVE = 1, 7


class Recording:
    def __init__(self, hz=1000000):
        self.hz, self.now, self.last = hz, 0, 0
        self.records, self.texts = [], {}

    def text(self, text):
        return self.texts.setdefault(text, 0x4000 + 16 * len(self.texts))

    def add(self, kind, subject=0, other=0, value=0, detail=0, line=0):
        delay, self.last = self.now - self.last, self.now
        self.records.append(struct.pack("<IBBHQQQ", delay, kind, detail, line, subject, other, value))

    def characters(self, text):
        data = text.encode()[:96]
        for at in range(0, len(data), 24):
            piece = data[at:at + 24]
            self.records.append(struct.pack("<IBBH24s", 0, TEXT, len(piece), 0, piece))

    def create(self, task, name, by=0, group=0, coroutine="walk"):
        self.add(CREATED, task, by, group, BY_TASK if by else BY_HOST)
        self.characters(name)
        self.add(READY, task, by, self.text(coroutine), BY_TASK if by else BY_HOST)

    def ready(self, task, cause, by=0):
        self.add(READY, task, by, self.text("walk"), cause)

    def runs(self, task):
        self.add(RUNS, task, 0, self.text("walk"))

    def sleeps(self, task, units, line):
        self.add(WAITS, task, 0, units, FOR_SLEEP)
        self.add(AWAIT, task, self.text("../lessons/task_group.c"), self.text("walk"), 0, line)

    def waits(self, task, what, on=0x77, line=10):
        self.add(WAITS, task, on, self.text(what), FOR_PRIMITIVE)
        self.add(AWAIT, task, self.text("task_group.c"), self.text("timeout"), 0, line)

    def clock(self, time):
        self.add(SLEEPS, value=time - self.now)
        self.now = time
        self.add(WAKES)

    def write(self, lost_before=0, lost_after=0):
        header = struct.pack("<8sIIIIQQQQII", b"\x89weft\r\n\x1a", 1, 64, 32, self.hz, 0,
                             len(self.records), lost_before, lost_after, 64, 0)
        texts = b"".join(struct.pack("<QI", address, len(text.encode())) + text.encode()
                         for text, address in self.texts.items())
        return header + b"".join(self.records) + texts + bytes(12)


def timeout():
    r, s = Recording(), 1000000
    main, tasks, names = 0x100, [0x200, 0x300, 0x400, 0x500], ["Fast", "Medium", "Slow", "Slower"]
    limit, group = 0x110, 0x120
    r.create(main, "timeout", coroutine="timeout")
    r.runs(main)
    r.add(TIMEOUT_ENTERED, main, limit, 2500000)
    r.add(GROUP_ENTERED, main, group)
    for task, name in zip(tasks, names):
        r.create(task, name, main, group)
    r.sleeps(main, s // 10, 122)
    for task, time in zip(tasks, [0.5, 1.5, 3, 4]):
        r.runs(task)
        r.sleeps(task, int(time * s), 90)
    r.clock(s // 10)
    r.ready(main, BY_TIMER)
    r.runs(main)
    r.waits(main, "group", group)
    for task, time in zip(tasks[:2], [0.5, 1.5]):
        r.clock(int(time * s))
        r.ready(task, BY_TIMER)
        r.runs(task)
        r.add(ENDED, task)
    r.clock(2500000)
    r.add(TIMEOUT_EXPIRED, main, limit)
    r.add(ASKED, main, limit, 1, BY_TIMEOUT)
    r.ready(main, BY_TIMEOUT, limit)
    r.runs(main)
    for task in tasks[2:]:
        r.add(ASKED, task, group, 1, BY_GROUP)
        r.ready(task, BY_TASK, main)
    r.waits(main, "group", group)
    for task in tasks[2:]:
        r.runs(task)
        r.add(RAISED, task)
        r.add(ENDED, task, detail=2)
    r.ready(main, BY_TASK, tasks[3])
    r.runs(main)
    r.add(GROUP_LEFT, main, group, 0, 2)
    r.add(TIMEOUT_LEFT, main, limit, 0, 1)
    r.add(ENDED, main)
    return r.write()


def many(count):
    """One task creates `count` tasks less one; each waits twice, and number 700 fails."""
    r, main = Recording(), 0x100
    tasks = [0x1000 + 0x100 * i for i in range(1, count)]
    r.create(main, "crawl", coroutine="crawl")
    r.runs(main)
    r.add(GROUP_ENTERED, main, 0x120)
    for i, task in enumerate(tasks, 1):
        r.create(task, f"worker {i}", main, 0x120)
    r.waits(main, "group", 0x120)
    for task in tasks:
        r.runs(task)
        r.sleeps(task, 1000 + task % 7000, 31)
    for time in range(1000, 8000):
        due = [task for task in tasks if 1000 + task % 7000 == time]
        if due:
            r.clock(time)
        for task in due:
            r.ready(task, BY_TIMER)
        for task in due:
            r.runs(task)
            r.waits(task, "semaphore", 0x77, 40)
    r.clock(9000)
    for i, task in enumerate(tasks, 1):
        r.ready(task, BY_TASK, main)
        r.runs(task)
        r.add(ENDED, task, 0x99 if i == 700 else 0, 0, 1 if i == 700 else 0)
        if i == 700:
            r.characters("no connection")
    r.ready(main, BY_TASK, tasks[-1])
    r.runs(main)
    r.add(GROUP_LEFT, main, 0x120)
    r.add(ENDED, main)
    return r.write()


def lost():
    r = Recording()
    r.characters("of a lost record")
    r.add(AWAIT, 0x300, 0, 0)
    r.add(READY, 0x200, 0, r.text("late"), BY_TIMER)
    r.runs(0x200)
    r.waits(0x200, "lock")
    r.add(RELEASED, 0x300, 0x77, 0, BY_TASK)
    r.add(GROUP_LEFT, 0x300, 0x120)
    r.add(ENDED, 0x400)
    return r.write(lost_before=17)


def strange():
    r = Recording(1000)
    r.create(0x200, 'a<b>"&\\', coroutine="f")
    r.runs(0x200)
    r.add(200, 0x200)
    r.waits(0x200, "a\tb\u00e9")
    r.create(0x300, "\u4efb\u52a1 " * 12)
    r.now += 5000000000 - 1
    return r.write()


def empty():
    return Recording().write()


def deep(count):
    r = Recording()
    for i in range(count):
        r.create(0x1000 + i, f"task {i}", 0x1000 + i - 1 if i else 0)
        r.runs(0x1000 + i)
    return r.write()


if __name__ == "__main__":
    sys.stdout.buffer.write(globals()[sys.argv[1]](*(int(text) for text in sys.argv[2:])))
