#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the trace programs of the corpus, and compares with the traces of CPython 3.14. Then does so with dumps,
# and with an observer that checks the events of the loop: alone, and beside a watchdog.
set -e
. "$(dirname "$0")/common.sh"
test/replay "$srcdir"/test/oracle/corpus/*.txt
test/replay --dump "$srcdir"/test/oracle/corpus/*.txt
test/replay --observe "$srcdir"/test/oracle/corpus/*.txt
exec test/replay --dump --observe "$srcdir"/test/oracle/corpus/*.txt
