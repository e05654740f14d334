#!/bin/sh
# SPDX-License-Identifier: MIT
# The sizes in bench/README.md and README.md are those of `make size`: structs on a 64-bit machine, and, with
# arm-none-eabi-gcc 12.2, structs on a 32-bit machine and code. `sizes.sh --write` updates them.
set -eu
. "$(dirname "$0")/common.sh"
cd "$srcdir"
[ "$(getconf LONG_BIT)" = 64 ] || { skip "sizes in the documents" "they are of a 64-bit machine"; finish; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

srcdir=. sh bench/size.sh | sed 's/ *$//' >"$work/size"
with_arm=$(arm-none-eabi-gcc -dumpfullversion 2>/dev/null | cut -d. -f1,2)
[ "$with_arm" = 12.2 ] || with_arm=

# figure NAME COLUMN: prints a struct's size (column 2 or 3), or a sum of code (core, primitives; column 2).
figure() {
    awk -v name="$1" -v column="$2" '$1 == name { print $column; exit }' "$work/size"
}

# Prints 12345 as 12,345.
thousands() {
    sed ':again; s/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/; t again'
}

# Prints the README with current figures in the rows that name a size.
row() {
    small=$(figure "$2" 3)
    [ -n "$small" ] || small='[0-9]*'
    if [ "$small" = '[0-9]*' ]; then
        sed "s/^\(| $1 | \)[0-9]* bytes/\1$(figure "$2" 2) bytes/"
    else
        sed "s/^\(| $1 | \)[0-9]* bytes, [0-9]* on/\1$(figure "$2" 2) bytes, $small on/"
    fi
}

code() {
    [ -n "$with_arm" ] || { cat; return; }
    sed "s/^\(| $1 | \)[0-9,]* bytes/\1$(figure "$2" 2 | thousands) bytes/"
}

row 'a parked task, whatever it waits for' weft_task <README.md |
    row 'a future, a lock, an event' weft_future |
    row 'the loop' weft_loop |
    code 'code of the core, Cortex-M0 at -Os' core >"$work/README.md"

# Prints bench/README.md with the current output in its block of text.
awk -v size="$work/size" '
    skipping && /^```$/ { skipping = 0 }
    skipping { next }
    { print }
    /^```text$/ { while ((getline line <size) > 0) print line; skipping = 1 }' bench/README.md >"$work/figures.md"

if [ "${1-}" = --write ]; then
    [ -n "$with_arm" ] || { echo "needs arm-none-eabi-gcc 12.2" >&2; exit 1; }
    cp "$work/README.md" README.md
    cp "$work/figures.md" bench/README.md
    exit 0
fi

status=0
diff README.md "$work/README.md" || status=$?
result 'the sizes in README.md (sizes.sh --write)' $status
for name in weft_lock weft_event; do
    if [ "$(figure $name 2)" = "$(figure weft_future 2)" ]; then pass; else fail "$name has the size of a weft_future"; fi
done
if [ -n "$with_arm" ]; then
    status=0
    diff bench/README.md "$work/figures.md" || status=$?
    result 'the sizes in bench/README.md (sizes.sh --write)' $status
else
    awk '/^```/ { block = !block } block && /^weft_/ { print $1, $2 }' bench/README.md >"$work/documented"
    status=0
    awk '/^weft_/ { print $1, $2 }' "$work/size" | diff "$work/documented" - || status=$?
    result 'the sizes in bench/README.md (sizes.sh --write)' $status
    skip 'sizes of code and of a 32-bit machine' 'there is no arm-none-eabi-gcc 12.2'
fi

# Each time in README.md is also in bench/README.md.
for time in $(sed -n '/^## What it costs/,/^## When/p' README.md | grep -E ' ns ' | grep -oE '[0-9][0-9,]*[.0-9]*[0-9]'); do
    case $time in
    500 | 1,000 | 100) continue ;;
    esac
    if grep -qwF "$time" bench/README.md; then pass; else fail "$time, of README.md, is not in bench/README.md"; fi
done

finish
