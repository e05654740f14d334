#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the backend of doc/porting.md with an interrupt at each moment at which one can come, with and without
# atomic pointers.
set -eu
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk '/^```c$/ { c = 1; next } /^```/ { c = 0 } c' "$srcdir/doc/porting.md" >"$work/porting_backend.h"
files=$(ls "$srcdir"/core/*.c "$srcdir"/core/backend/virtual.c "$srcdir"/core/inspect/*.c "$srcdir"/primitives/*.c | grep -Ev '/(debug|on_quit|print_error)\.c$')
for atomics in -UWEFT_NO_ATOMICS -DWEFT_NO_ATOMICS; do
    # shellcheck disable=SC2086
    ${CC:-gcc} -std=c11 -Wall -Wextra -Wpedantic -Werror $atomics -DWEFT_FREESTANDING -I"$srcdir" \
        -I"$work" "$srcdir/test/checks/porting.c" $files -o "$work/porting"
    timeout 60 "$work/porting"
done
