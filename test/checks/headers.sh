#!/bin/sh
# SPDX-License-Identifier: MIT
# Each public header can be included alone, first and twice, without a warning, in C11 and in C++17. A C++
# program can call all functions.
set -eu
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check() {
    language=$1
    shift
    have "$1" "headers in $1" || return 0
    for header in "$srcdir"/weft.h "$srcdir"/core/*.h "$srcdir"/core/*/*.h "$srcdir"/primitives/*.h; do
        name=${header#"$srcdir"/}
        printf '#include "%s"\n#include "%s"\nint main(void) { return 0; }\n' "$name" "$name" >"$work/a.$language"
        "$@" -Wall -Wextra -Wpedantic -Wshadow -Werror -DWEFT_SHOW_MACROS -I"$srcdir" -c "$work/a.$language" -o "$work/a.o"
        pass
    done
}

check c gcc -std=c11
check c clang -std=c11
check cc g++ -std=c++17
check cc clang++ -std=c++17
finish
