#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""sentences.py SRCDIR SEED [COUNT]: draws sentences from the comments of the headers and from the documents.

For a reader who has not seen the project and says what each sentence means. Prints each sentence in its
paragraph, between >>> and <<<; the same seed draws the same sentences from the same tree."""
import glob
import os
import random
import re
import sys

top, seed = sys.argv[1], int(sys.argv[2])
count = int(sys.argv[3]) if len(sys.argv) > 3 else 60


def comments(text):
    """Yields the paragraphs of the block comments, as prose."""
    for comment in re.findall(r'/\*(.*?)\*/', text, flags=re.S):
        lines = [re.sub(r'^\s*\* ?', '', line).rstrip() for line in comment.split('\n')]
        yield from paragraphs([line for line in lines if not line.startswith('    ')])


def paragraphs(lines):
    paragraph = []
    for line in lines + ['']:
        if line.strip():
            paragraph.append(line.strip())
        elif paragraph:
            yield ' '.join(paragraph)
            paragraph = []


def prose(text):
    """Yields the paragraphs of a document, without code, tables and headings."""
    text = re.sub(r'```.*?```', '', text, flags=re.S)
    lines = ['' if re.match(r'\||#|    |<!--', line) else re.sub(r'^\s*[-*\d.]+ ', '', line)
             for line in text.split('\n')]
    yield from paragraphs(lines)


def sentences(paragraph):
    for sentence in re.split(r'(?<=[.!?:]) +(?=[A-Z*`(])', paragraph):
        if len(sentence.split()) >= 6 and ' functions and macros in ' not in sentence:
            yield sentence


def main():
    found = []
    headers = [top + '/weft.h'] + glob.glob(top + '/core/**/*.h', recursive=True) + glob.glob(top + '/primitives/*.h')
    documents = glob.glob(top + '/*.md') + glob.glob(top + '/doc/*.md') + [top + '/scenarios/README.md']
    skipped = ('functions.md', 'CHANGELOG.md')
    for path in sorted(headers) + sorted(documents):
        if path.endswith(skipped):
            continue
        with open(path, encoding='utf-8') as file:
            text = file.read()
        for paragraph in (comments if path.endswith('.h') else prose)(text):
            found += [(os.path.relpath(path, top), paragraph, sentence) for sentence in sentences(paragraph)]
    drawn = random.Random(seed).sample(found, count)
    for number, (path, paragraph, sentence) in enumerate(drawn, 1):
        print('%d. [%s] %s' % (number, path, paragraph.replace(sentence, '>>> ' + sentence + ' <<<')))


main()
