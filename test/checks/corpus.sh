#!/bin/sh
# The trace programs of the corpus, whose traces CPython 3.14 made; and again with dumps in the middle.
set -e
. "$(dirname "$0")/common.sh"
test/replay "$srcdir"/test/oracle/corpus/*.txt
exec test/replay --dump "$srcdir"/test/oracle/corpus/*.txt
