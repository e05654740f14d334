#!/bin/sh
# The trace programs of the corpus, whose traces CPython 3.14 made.
exec test/replay "${srcdir:-.}"/test/conformance/corpus/*.txt
