#!/bin/sh
# Each lesson prints its text: on the virtual clock byte for byte; on the real one the figures of
# `Total:` alone may differ. Those of the real clock take their time together.
set -u
srcdir=${srcdir:-.}
expected=$srcdir/scenarios/expected
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

result() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1 differs"
    fi
}

without_totals() {
    sed 's/^Total: [0-9.]*/Total:/' "$1"
}

for lesson in "$expected"/*.txt; do
    name=$(basename "$lesson" .txt)
    "scenarios/${name%%.*}" "${name#*.}" >"$work/$name.real" 2>/dev/null &
done
for lesson in "$expected"/*.txt; do
    name=$(basename "$lesson" .txt)
    "scenarios/${name%%.*}" --virtual "${name#*.}" 2>/dev/null | diff "$lesson" - >"$work/diff"
    result "$name (virtual clock)" $?
done
wait
for lesson in "$expected"/*.txt; do
    name=$(basename "$lesson" .txt)
    without_totals "$lesson" >"$work/a"
    without_totals "$work/$name.real" >"$work/b"
    diff "$work/a" "$work/b" >/dev/null
    result "$name (real clock)" $?
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
