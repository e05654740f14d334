#!/bin/sh
# SPDX-License-Identifier: MIT
# The sizes in bench/README.md and README.md are those of `make size`: of structs on a 64-bit machine,
# and with arm-none-eabi-gcc 12.2 of structs on a 32-bit machine and of code. `sizes.sh --write` writes them.
set -eu
cd "${srcdir:-.}"
[ "$(getconf LONG_BIT)" = 64 ] || { echo "the figures are of a 64-bit machine"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

result() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not so: $1"
    fi
}

srcdir=. sh bench/size.sh | sed 's/ *$//' >"$work/size"
with_arm=$(arm-none-eabi-gcc -dumpfullversion 2>/dev/null | cut -d. -f1,2)
[ "$with_arm" = 12.2 ] || with_arm=

# figure NAME COLUMN: a struct's size, in column 2 or 3, or a sum of code, in column 2.
figure() {
    awk -v name="$1" -v column="$2" '$1 == name { print $column; exit }' "$work/size"
}

# The last `core` and `primitives` are sums; files have those names nowhere else.
thousands() {
    sed ':again; s/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/; t again'
}

# The README, with the figures of now in the rows that name a size.
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

# bench/README.md, with the output of now in its block of text.
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

diff README.md "$work/README.md" || result 'the sizes in README.md (sizes.sh --write)' 1
[ "$(figure weft_lock 2)" = "$(figure weft_future 2)" ] && [ "$(figure weft_event 2)" = "$(figure weft_future 2)" ]
result 'a future, a lock and an event have one size' $?
if [ -n "$with_arm" ]; then
    diff bench/README.md "$work/figures.md"
    result 'the sizes in bench/README.md (sizes.sh --write)' $?
else
    awk '/^```/ { block = !block } block && /^weft_/ { print $1, $2 }' bench/README.md >"$work/documented"
    awk '/^weft_/ { print $1, $2 }' "$work/size" | diff "$work/documented" -
    result 'the sizes in bench/README.md (sizes.sh --write)' $?
    echo "code and 32-bit sizes are left out: no arm-none-eabi-gcc 12.2"
fi

# Each time that README.md shows stands in bench/README.md.
for time in $(sed -n '/^## What it costs/,/^## When/p' README.md | grep -E ' ns ' | grep -oE '[0-9][0-9,]*[.0-9]*[0-9]'); do
    case $time in
    500 | 1,000 | 100) continue ;;
    esac
    grep -qwF "$time" bench/README.md
    result "$time, which README.md shows, stands in bench/README.md" $?
done

echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
