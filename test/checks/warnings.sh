#!/bin/sh
# SPDX-License-Identifier: MIT
# -Wcast-qual -Wconversion -Wshadow give no warning in the public headers, nor in the programs here, which use
# every macro. test_faults is left out, since it contains a file of the library.
set -eu
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for header in "$srcdir"/weft.h "$srcdir"/core/*.h "$srcdir"/core/*/*.h "$srcdir"/primitives/*.h; do
    name=${header#"$srcdir"/}
    printf '#include "%s"\n' "$name" >"$work/$(echo "$name" | tr / -).c"
done
for compiler in gcc clang; do
    have $compiler "warnings of $compiler" || continue
    for program in "$work"/*.c "$srcdir"/doc/tutorial/*.c "$srcdir"/examples/[!g]*.c "$srcdir"/scenarios/*/*.c \
        "$srcdir"/test/trace/[!f]*.c "$srcdir"/test/suites/*.c "$srcdir"/test/threads/*.c \
        "$srcdir"/tools/trace/*.c; do
        case $program in */test_faults.c) continue ;; esac
        if $compiler -std=c11 -Wall -Wextra -Wpedantic -Wcast-qual -Wconversion -Wshadow -Werror -fsyntax-only \
            -DWEFT_SHOW_MACROS -I"$srcdir" -I"$srcdir"/scenarios/lessons -I"$srcdir"/scenarios/echo -I"$srcdir"/test \
            -I"$srcdir"/test/support -I"$srcdir"/test/suites -I"$srcdir"/test/trace "$program" 2>"$work/log"; then
            pass
        else
            fail "$compiler: ${program#"$srcdir"/}"
            grep -E '(error|warning): ' "$work/log" | head -n 5
        fi
    done
done
finish
