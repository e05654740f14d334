#!/bin/sh
# Each public name has a comment. Functions and macros that are called are in doc/functions.md. Names in the
# documents are declared in a header. The README's sizes are those of `make size`.
set -eu
. "$(dirname "$0")/common.sh"
cd "$srcdir"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A name that is declared several times needs one comment.
awk -f test/checks/documented.awk weft.h core/*.h core/*/*.h primitives/*.h | awk '
    { key = $3 " " $2; where[key] = $1; comments[key] += $4 }
    END { for (key in comments) print key, comments[key], where[key] }' | sort >"$work/declared"
while read -r kind name comments header; do
    if [ "$comments" -eq 0 ]; then
        fail "no comment: $name in $header"
    elif [ "$kind" = call ] && ! grep -qw "$name" doc/functions.md; then
        fail "not in doc/functions.md: $name"
    else
        pass
    fi
done <"$work/declared"

# Except in doc/semantics.md, which names tests, and doc/glossary.md, which has old names.
sed -n 's/^START_TEST(\(weft_.*\))$/\1/p' test/suites/*.c >"$work/other"
sed -n 's/^name //p' test/checks/old_names.txt >>"$work/other"

names_in() {
    cat "$@" | grep -oE '\b(weft|WEFT)_[A-Za-z0-9_]+' | grep -vxE 'WEFT_(H|PYODIDE|FREESTANDING|NO_ATOMICS)' |
        grep -vxF -f "$work/other" | sort -u
}

names_in core/*.h core/*/*.h primitives/*.h >"$work/there"
for document in weft.h README.md CHANGELOG.md doc/*.md scenarios/README.md; do
    for name in $(names_in "$document"); do
        if grep -qx "$name" "$work/there"; then pass; else fail "not there: $name, which $document names"; fi
    done
done

# The figures, such as `weft_lock 24 12`, are those of a 64-bit machine. The README may wrap them.
tr '\n' ' ' <README.md >"$work/readme"
if [ "$(getconf LONG_BIT)" = 64 ]; then
    sh bench/size.sh sizes | grep '^weft_' | tr -s ' ' >"$work/sizes"
    while read -r line; do
        if grep -qE "$line( [0-9]+)?[,.]" "$work/readme"; then pass; else fail "not in the README: $line"; fi
    done <"$work/sizes"
else
    skip "the README's sizes" "this is no machine of 64 bits"
fi

# The flash sizes of the compiler that the README names: `| ... | | 1,234; 56 |`.
if [ "$(arm-none-eabi-gcc -dumpfullversion 2>/dev/null | cut -d. -f1,2)" = 12.2 ]; then
    sh bench/size.sh | sed -n '/flash/,$p' >"$work/flash"
    figures=$(for name in core descriptor threadsafe watchdog daemon dump primitives; do
        awk -v name="$name" '$1 == name { print $NF }' "$work/flash"
    done | xargs)
    readme=$(sed -n 's/^| \(the core.s code\|where they are used\|all primitives. code\).*| | \(.*\) |$/\2/p' README.md |
        tr -d ',;' | xargs)
    if [ "$figures" = "$readme" ]; then pass; else fail "the README's flash is $readme, and it is $figures"; fi
else
    skip "the README's flash" "there is no arm-none-eabi-gcc 12.2"
fi

finish
