#!/bin/sh
# SPDX-License-Identifier: MIT
# The README's program compiles without a warning, and prints the text of the next block. The README's report
# of a deadlock is that of examples/deadlock.c, and `readme.sh --write` updates it. The README has at most 120
# lines. The code in doc/ compiles.
set -eu
. "$(dirname "$0")/common.sh"
top=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compile() {
    ${CC:-gcc} -std=c11 -Wall -Wextra -Wpedantic -Werror "$@"
    pass
}

# The report has file names as the compiler got them, so the compiler runs in the source folder.
(cd "$srcdir" && compile -I. examples/deadlock.c "$top/.libs/libweft.a" -o "$work/deadlock")
status=0
"$work/deadlock" >"$work/report" || status=$?
[ $status -eq 3 ] || { echo "examples/deadlock.c ends with $status"; exit 1; }
awk -v report="$work/report" '
    skipping && /^```$/ { skipping = 0 }
    skipping { next }
    { print }
    /^## / { section = $0 }
    section == "## A deadlock is an error" && /^```text$/ {
        while ((getline line <report) > 0) print line
        skipping = 1
    }' "$srcdir/README.md" >"$work/README.md"
if [ "${1-}" = --write ]; then
    cp "$work/README.md" "$srcdir/README.md"
    exit 0
fi
status=0
diff "$srcdir/README.md" "$work/README.md" || status=$?
result "the README's report of a deadlock (readme.sh --write)" $status
if [ "$(wc -l <"$srcdir/README.md")" -le 120 ]; then pass; else fail "the README has more than 120 lines"; fi

# The first block of C, and the first block of text.
awk -v work="$work" '
    /^```c$/ { out = work "/program.c"; next }
    /^```text$/ { out = work "/expected"; next }
    /^```$/ { if (out == work "/expected") exit; out = ""; next }
    out { print > out }' "$srcdir/README.md"
compile -I"$srcdir" "$work/program.c" .libs/libweft.a -o "$work/program"
"$work/program" >"$work/printed"
status=0
diff "$work/expected" "$work/printed" || status=$?
result "the README's program prints the text below it" $status

# tutorial.sh checks the whole programs of the tutorial, embedding.sh those of embedding.md.
for document in "$srcdir"/doc/*.md; do
    case $document in */tutorial.md | */embedding.md) continue ;; esac
    awk '/^```c$/ { c = 1; next } /^```/ { c = 0 } c' "$document" >"$work/part.c"
    [ -s "$work/part.c" ] || continue
    # A part of a program may define a coroutine that the rest of the program starts.
    compile -Wno-unused-const-variable -I"$srcdir" -c "$work/part.c" -o "$work/part.o"
done
finish
