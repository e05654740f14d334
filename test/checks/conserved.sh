#!/bin/sh
# The trace programs of the corpus, with each of their awaits cancelled in turn.
exec test/conserved "${srcdir:-.}"/test/oracle/corpus/*.txt
