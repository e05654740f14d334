#!/bin/sh
# The trace programs of the corpus, with each of their awaits cancelled in turn.
. "$(dirname "$0")/common.sh"
exec test/conserved "$srcdir"/test/oracle/corpus/*.txt
