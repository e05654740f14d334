#!/bin/sh
# SPDX-License-Identifier: MIT
# The public headers, and a program that uses every public macro, give no warning with flags that programs
# like to use: in C11, and the headers in C++17.
set -u
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags='-Wall -Wextra -Wpedantic -Wcast-qual -Wconversion -Wshadow'

# check COMPILER STANDARD FLAGS FILE
check() {
    have "$1" "what $1 warns of" || return 0
    # shellcheck disable=SC2086
    if "$1" -std="$2" $3 -I"$srcdir" -c "$4" -o "$work/o" >"$work/out" 2>&1 && [ ! -s "$work/out" ]; then
        pass
    else
        fail "$1 $3 $4"
        cat "$work/out"
    fi
}

printf '#include <weft.h>\nint main() { return 0; }\n' >"$work/a.cc"
for level in -O0 -O2 -Os; do
    check gcc c11 "$flags $level" "$srcdir/test/checks/every_macro.c"
    check gcc c11 "$flags $level -DWEFT_SHOW_MACROS" "$srcdir/test/checks/every_macro.c"
    check clang c11 "$flags $level" "$srcdir/test/checks/every_macro.c"
done
check g++ c++17 "$flags" "$work/a.cc"
check clang++ c++17 "$flags" "$work/a.cc"

# Every macro: those that a header defines and that have no underscore at the end.
macros=$(cat "$srcdir"/weft.h "$srcdir"/core/*.h "$srcdir"/core/backend/*.h "$srcdir"/core/inspect/*.h \
    "$srcdir"/primitives/*.h | sed -n 's/^#define \([Ww][Ee][Ff][Tt]_[A-Za-z0-9_]*[A-Za-z0-9]\)\((.*\| .*\|\)$/\1/p' |
    grep -Ev '_H$|^WEFT_(FREESTANDING|EPOLL|NO_|TEXTS$|TIME_|TIMER_LIST$)' | sort -u)
for macro in $macros; do
    if grep -qw "$macro" "$srcdir/test/checks/every_macro.c"; then
        pass
    else
        fail "every_macro.c uses $macro"
    fi
done
finish
