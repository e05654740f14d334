#!/bin/sh
# SPDX-License-Identifier: MIT
# A program and a library that were compiled with different configurations do not link, and the name of the
# undefined symbol has the program's configuration. Flags for optimisation may differ.
set -u
. "$(dirname "$0")/common.sh"
CC=${CC:-cc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/program.c" <<'END'
#include "weft.h"

WEFT_ASYNC(nap, char unused;)
{
    weft_sleep(WEFT_MS(2));
}
WEFT_ASYNC_END

int main(void)
{
    static weft_virtual backend;
    static weft_loop loop;
    static WEFT_TASK(nap) task;
    weft_virtual_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    return weft_run(&loop, nap, &task) != NULL;
}
END

# All inline functions of the headers.
echo '#include "weft.h"
#include "primitives/byte_ring.h"
int main(void) { return 0; }' >"$work/inline.c"

# compile_library NAME FLAGS: compiles what the programs need of the library.
compile_library() {
    mkdir -p "$work/$1"
    for source in "$srcdir"/core/*.c "$srcdir"/core/backend/virtual.c "$srcdir"/primitives/*.c; do
        # shellcheck disable=SC2086
        $CC -std=c11 -I"$srcdir" $2 -c "$source" -o "$work/$1/$(basename "$source").o" || return 1
    done
}

# link_program LIBRARY FLAGS
link_program() {
    # shellcheck disable=SC2086
    LC_ALL=C $CC -std=c11 -I"$srcdir" $2 "$work/program.c" "$work/$1"/*.o -o "$work/program" >"$work/out" 2>&1
}

# links LIBRARY FLAGS
links() {
    link_program "$1" "$2" && "$work/program"
    result "a program with '$2' and a library '$1'" $?
    [ ! -s "$work/out" ] || cat "$work/out"
}

# inline_links LIBRARY FLAGS: links a program that contains every inline function of the headers.
inline_links() {
    # shellcheck disable=SC2086
    LC_ALL=C $CC -std=c11 -I"$srcdir" -fkeep-inline-functions $2 "$work/inline.c" "$work/$1"/*.o -o "$work/program" \
        >"$work/out" 2>&1
    result "the inline functions of a program with '$2' and a library '$1'" $?
    grep -o 'undefined reference.*' "$work/out" | sort -u
}

# refuses LIBRARY FLAGS CHOICE: CHOICE must be in the name of the undefined symbol.
refuses() {
    if link_program "$1" "$2"; then
        fail "a program with '$2' links with a library '$1'"
    elif grep -q "undefined .*of_weft_with_.*$3" "$work/out"; then
        pass
    else
        fail "a program with '$2' and a library '$1': no undefined symbol has $3 in its name"
        head -n 5 "$work/out"
    fi
}

SMALL='-DWEFT_TEXTS=0 -DWEFT_TIME_BITS=32 -DWEFT_TIME_HZ=1000 -DWEFT_TIMER_LIST=1'
compile_library default -O2
compile_library small "-Os $SMALL"
compile_library default-lto '-O2 -flto'
compile_library default-size -Os

# What an inline function calls must be in the library, at whatever levels the two were compiled.
echo 'int main(void) { return 0; }' >"$work/empty.c"
if $CC -Werror -fkeep-inline-functions "$work/empty.c" -o "$work/empty" 2>/dev/null; then
    for level in -O2 -Os -O0; do
        inline_links default $level
        inline_links default-size $level
        inline_links small "$level $SMALL"
    done
else
    skip 'inline functions at several levels' "$CC has no -fkeep-inline-functions"
fi

for lto in '' ' -flto'; do
    for level in -O2 -Os -O0; do
        links default "$level$lto"
        links small "$level$lto $SMALL"
    done
    for library in default default-lto; do
        refuses $library "-O2$lto -DWEFT_TEXTS=0" TEXTS_0
        refuses $library "-Os$lto -DWEFT_TIME_BITS=32" TIME_BITS_32
        refuses $library "-O2$lto -DWEFT_TIME_BITS=16 -DWEFT_TIME_HZ=1000" TIME_BITS_16_HZ_1000
        refuses $library "-O2$lto -DWEFT_TIME_HZ=1000" HZ_1000
        refuses $library "-O2$lto -DWEFT_TIMER_LIST=1" LIST_1
        refuses $library "-O2$lto $SMALL" TEXTS_0_TIME_BITS_32_HZ_1000_LIST_1
    done
    refuses small "-O2$lto" TEXTS_1_TIME_BITS_64_HZ_1000000_LIST_0
    links default-lto "-O2$lto"
    links default-lto "-Os$lto"
done
finish
