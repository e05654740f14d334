#!/bin/sh
# Every test and file that doc/ names is there.
set -eu
srcdir=${srcdir:-.}
missing=0 found=0
for name in $(cat "$srcdir"/doc/pitfalls.md "$srcdir"/doc/cpython-tests.md |
    grep -oE 'test/[a-z/_-]+\.(sh|c)|\b[a-z][a-z0-9]*(_[a-z0-9]+){4,}\b' | grep -v '^test_' | sort -u); do
    case $name in
    test/*) [ -e "$srcdir/$name" ] ;;
    *) grep -qE "START_TEST\($name\)" "$srcdir"/test/*.c ;;
    esac && found=$((found + 1)) || { echo "not there: $name"; missing=$((missing + 1)); }
done
echo "$found passed, $missing failed"
[ $missing -eq 0 ] && [ $found -gt 0 ]
