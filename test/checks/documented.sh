#!/bin/sh
# SPDX-License-Identifier: MIT
# Each public name has a comment. Functions and macros that are called are in doc/functions.md. Names in the
# documents are declared in a header.
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

# doc/semantics.md names tests, and doc/glossary.md old names (which old_names.sh finds elsewhere).
sed -n 's/^START_TEST(\(weft_.*\))$/\1/p' test/suites/*.c >"$work/other"
sed -n 's/^name //p' test/checks/old_names.txt >>"$work/other"

names_in() {
    cat "$@" | grep -oE '\b(weft|WEFT)_[A-Za-z0-9_]+' | grep -vxE 'WEFT_(H|DEBUG|PYODIDE|FREESTANDING|HOSTED|NO_ATOMICS|OWN_PANIC|DEFINITIONS|INSTALL)' |
        grep -vxF -f "$work/other" | sort -u
}

names_in core/*.h core/*/*.h primitives/*.h tools/arduino/src/*.h >"$work/there"
# The functions that the macros (core/list.h) define.
for name in $(sed -n 's/^WEFT_DEFINE_[A-Z]*_(\(weft_[a-z]*\),.*/\1/p' core/*.h primitives/*.h); do
    for end in append prepend push pop remove; do echo "${name}_${end}_"; done
done >>"$work/there"
# The changelog has old names.
for document in weft.h README.md CONTRIBUTING.md SECURITY.md doc/*.md doc/tutorial/*.c bench/README.md scenarios/README.md; do
    for name in $(names_in "$document"); do
        if grep -qx "$name" "$work/there"; then pass; else fail "not there: $name, which $document names"; fi
    done
done

finish
