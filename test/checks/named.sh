#!/bin/sh
# SPDX-License-Identifier: MIT
# Every test and file that doc/semantics.md or an index of tests names exists. Every test of CPython in
# test/cpython-tests.md is in the suite that the index names.
set -eu
. "$(dirname "$0")/common.sh"
tests=$(sed -n 's/^START_TEST(\(.*\))$/\1/p' "$srcdir"/test/suites/*.c)
is_there() {
    case $1 in
    test/*) [ -e "$srcdir/$1" ] ;;
    *) echo "$tests" | grep -qx "$1" ;;
    esac
}

# The last column of a table of rules: a test, in backquotes.
for name in $(cat "$srcdir"/test/pitfalls.md "$srcdir"/test/cpython-tests.md |
    grep -oE 'test/[a-z/_-]+\.(sh|c)|\b[a-z][a-z0-9]*(_[a-z0-9]+){4,}\b' | grep -v '^test_' | sort -u) \
    $(sed -n 's/^|.*| `\([^`]*\)` |$/\1/p' "$srcdir/doc/semantics.md" | sort -u); do
    is_there "$name" && pass || fail "missing: $name"
done

# `- Class: test_a, test_b: test_file.c, a_test_of_weft`, over several lines: test_a test_file.c
cases=$(mktemp)
trap 'rm -f "$cases"' EXIT
awk '
    function end_entry(    words, n, i, file) {
        if (match(entry, /: test_[a-z_]+\.c/)) {
            file = substr(entry, RSTART + 2, RLENGTH - 2)
            n = split(substr(entry, 1, RSTART), words, /[^A-Za-z0-9_]+/)
            for (i = 1; i <= n; i++)
                if (words[i] ~ /^test_/) print words[i], file
        }
        entry = ""
    }
    /^- / { end_entry(); entry = $0; next }
    /^  / && entry { entry = entry " " $0; next }
    { end_entry() }
    END { end_entry() }' "$srcdir/test/cpython-tests.md" >"$cases"
while read -r name file; do
    if grep -qw "$name" "$srcdir/test/suites/$file"; then
        pass
    else
        fail "missing: $name in test/suites/$file"
    fi
done <"$cases"
[ -s "$cases" ]
finish
