#!/bin/sh
# SPDX-License-Identifier: MIT
# weft-lint finds nothing in the coroutines of this repository. Coroutines that are wrong on purpose have a
# comment that says so; those in refuse/ are checked with their mistake corrected.
set -u
. "$(dirname "$0")/common.sh"
cd "$srcdir" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! /usr/bin/python3 -c 'from clang import cindex; cindex.Index.create()' 2>"$work/why"; then
    skip weft-lint "there is no libclang for Python (Debian: python3-clang): $(tail -n 1 "$work/why")"
    finish
fi

# The suites include Check's header, so they are skipped without Check.
if ! pkg-config --exists check; then
    skip "the suites" "there is no Check (Debian: check)"
    finish
fi
# The code of doc/embedding.md, which test/checks/embedding.c includes.
code_of_page embedding.md "$work"
sed -i 's|"weft.h"|<weft.h>\n#include <core/backend/periodic.h>|' "$work/board.h"
# The code of doc/interrupts.md, which test/embedded/programs/interrupts_doc.c includes.
awk '/^```c$/ { c = 1; next } /^```/ { c = 0 } c' doc/interrupts.md >"$work/documented.h"

folders=
for folder in $(find doc scenarios examples bench test -type d | grep -v '^test/lint'); do
    folders="$folders -I$folder"
done
flags="-std=c11 -D_GNU_SOURCE -I. $folders -I$work $(pkg-config --cflags check)"

# lint FILE FLAGS...: passes if weft-lint finds nothing in the file.
lint() {
    file=$1
    shift
    if tools/weft-lint "$file" -- "$@" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
}

for file in $(grep -lE '^ *WEFT_ASYNC' -r doc scenarios examples bench test "$work" --include='*.c' | sort); do
    # shellcheck disable=SC2046,SC2086
    case $file in
    test/lint/*) ;;
    test/embedded/*) lint "$file" -Itest/embedded -DMACHINE_M3 $flags ;; # test/trace has a machine.h too
    */refuse/*) lint "$file" $flags $(sed -n 's/^ \* flags: //p' "$file") -DFIXED ;;
    *) lint "$file" $flags ;;
    esac
done
finish
