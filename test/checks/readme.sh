#!/bin/sh
# Every whole program in the README compiles without a warning, and prints the text of the next block. The
# code in doc/ compiles.
set -eu
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Writes each block of C to N.c, and the block of text after it to N.expected.
awk -v work="$work" '
    /^```c$/ { out = work "/" ++n ".c"; next }
    /^```text$/ { out = work "/" n ".expected"; next }
    /^```/ { out = "" }
    out { print > out }' "$srcdir/README.md"

for program in "$work"/*.c; do
    grep -q 'int main' "$program" || continue
    base=${program%.c}
    ${CC:-gcc} -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$srcdir" "$program" .libs/libweft.a -o "$base"
    "$base" >"$base.out"
    diff "$base.expected" "$base.out"
    pass
done
for document in "$srcdir"/doc/*.md; do
    awk '/^```c$/ { c = 1; next } /^```/ { c = 0 } c' "$document" >"$work/part.c"
    [ -s "$work/part.c" ] || continue
    ${CC:-gcc} -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$srcdir" -c "$work/part.c" -o "$work/part.o"
    pass
done
finish
