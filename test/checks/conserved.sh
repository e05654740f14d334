#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the trace programs of the corpus, and cancels each of their awaits in turn.
. "$(dirname "$0")/common.sh"
exec test/conserved "$srcdir"/test/oracle/corpus/*.txt
