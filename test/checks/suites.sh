#!/bin/sh
# SPDX-License-Identifier: MIT
# Every file of test/suites is built and run as a suite. Without Check, configure builds none.
set -u
. "$(dirname "$0")/common.sh"
built=$(${MAKE:-make} -s --no-print-directory -C test print-suites 2>/dev/null)
if [ -z "$built" ]; then
    skip "all suites" "there was no Check (check) when configure ran"
    finish
fi
for file in "$srcdir"/test/suites/test_*.c; do
    suite=suites/$(basename "$file" .c)
    case " $built " in *" $suite "*) pass ;; *) fail "$suite is built" ;; esac
done
finish
