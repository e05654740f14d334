#!/bin/sh
# Every test and file that doc/ names is there; and every test of CPython that doc/cpython-tests.md says
# is here stands in the file that it names.
set -eu
. "$(dirname "$0")/common.sh"
for name in $(cat "$srcdir"/doc/pitfalls.md "$srcdir"/doc/cpython-tests.md |
    grep -oE 'test/[a-z/_-]+\.(sh|c)|\b[a-z][a-z0-9]*(_[a-z0-9]+){4,}\b' | grep -v '^test_' | sort -u); do
    case $name in
    test/*) [ -e "$srcdir/$name" ] ;;
    *) grep -qE "START_TEST\($name\)" "$srcdir"/test/suites/*.c ;;
    esac && pass || fail "not there: $name"
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
    END { end_entry() }' "$srcdir/doc/cpython-tests.md" >"$cases"
while read -r name file; do
    if grep -qw "$name" "$srcdir/test/suites/$file"; then
        pass
    else
        fail "not there: $name in test/suites/$file"
    fi
done <"$cases"
[ -s "$cases" ]
finish
