# SPDX-License-Identifier: MIT
"""Prints a recording (doc/recording.md) as text, without addresses.

    recording.py FILE

Each address gets a number, in the order in which the addresses appear. So two runs of one program give one
text, on whatever machine they were recorded. Fails if the file is not as the document says.
"""
import struct
import sys

EVENTS = {1: 'CREATED', 2: 'READY', 3: 'RUNS', 4: 'WAITS', 5: 'ENDED', 6: 'CANCEL_REQUESTED', 7: 'CANCEL_RAISED',
          8: 'LOCK_TAKEN', 9: 'LOCK_RELEASED', 10: 'GROUP_ENTERED', 11: 'GROUP_LEFT', 12: 'TIMEOUT_ENTERED',
          13: 'TIMEOUT_EXPIRED', 14: 'TIMEOUT_LEFT', 15: 'CALLBACK_READY', 16: 'CALLBACK_RUNS', 17: 'LOOP_SLEEPS',
          18: 'LOOP_WAKES'}
AWAIT, TEXT, TIME = 32, 33, 34
PRIMITIVE = 7
NUMBERS = ('CANCEL_REQUESTED', 'TIMEOUT_ENTERED', 'LOOP_SLEEPS')
TEXTS = ('READY', 'RUNS', 'LOCK_TAKEN')


def read_texts(data, at):
    texts = {}
    while True:
        address, length = struct.unpack_from('<QI', data, at)
        at += 12
        if not address:
            assert length == 0 and at == len(data), 'bytes after the end'
            return texts
        texts[address] = data[at:at + length].decode()
        at += length


class Printer:
    def __init__(self, data):
        (magic, version, self.header, self.size, hz, self.time, self.count, before, after, bits,
         zero) = struct.unpack_from('<8sIIIIQQQQII', data)
        assert magic == b'\x89weft\r\n\x1a' and version == 1 and self.header == 64 and self.size == 32, 'the header'
        assert bits in (16, 32, 64) and zero == 0 and not (before and after)
        self.bits, self.data, self.numbers, self.characters = bits, data, {}, b''
        self.texts = read_texts(data, self.header + self.count * self.size)
        print(f'{hz} units a second, start {self.time}, lost {before} before, {after} after')

    def number(self, address):
        assert address < 1 << self.bits, 'an address is too large'
        if not address:
            return '-'
        return '#%d' % self.numbers.setdefault(address, len(self.numbers) + 1)

    def end_text(self):
        if self.characters:
            print('    text', self.characters.decode())
        self.characters = b''

    def value(self, name, detail, value):
        if name in TEXTS or (name == 'WAITS' and detail == PRIMITIVE):
            return self.texts[value]
        if name in NUMBERS or name == 'WAITS':
            return str(value)
        return self.number(value)

    def record(self, i):
        at = self.header + i * self.size
        delay, kind, detail, line, subject, other, value = struct.unpack_from('<IBBHQQQ', self.data, at)
        self.time += delay + (value if kind == TIME else 0)
        if kind == TEXT:
            assert 1 <= detail <= 24 and not any(self.data[at + 8 + detail:at + 32])
            self.characters += self.data[at + 8:at + 8 + detail]
            return
        self.end_text()
        if kind == AWAIT:
            print('    await', self.texts[other].rsplit('/', 1)[-1], line, self.texts[value])
        elif kind != TIME:
            name = EVENTS[kind]
            print(self.time, name, self.number(subject), detail, self.number(other), self.value(name, detail, value),
                  *(['eager'] if line else []))

    def all(self):
        for i in range(self.count):
            self.record(i)
        self.end_text()


with open(sys.argv[1], 'rb') as file:
    Printer(file.read()).all()
