#!/bin/sh
# SPDX-License-Identifier: MIT
# `make amalgamation` writes weft.h and weft.c. They contain every line of the headers and every function of the
# library. They compile alone, without a warning and without a macro, with each compiler that is installed.
# In --all, the suites run on these two files (configure --enable-two-files).
set -eu
. "$(dirname "$0")/common.sh"
have python3 "the two files" || finish
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

${MAKE:-make} -s amalgamation >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
two=$PWD/amalgamation

# ---- What they contain ----

(cd "$work" && python3 -B "$srcdir/tools/amalgamate.py" --quiet again)
for file in weft.h weft.c; do
    if cmp "$two/$file" "$work/again/$file"; then pass; else fail "a second run writes another $file"; fi
done

for header in "$srcdir"/weft.h "$srcdir"/core/*.h "$srcdir"/core/*/*.h "$srcdir"/primitives/*.h; do
    lost=$(grep -vE '^ *# *include "' "$header" | grep -vxFf "$two/weft.h" | head -n 3 || true)
    if [ -z "$lost" ]; then pass; else fail "weft.h has no line of ${header#"$srcdir"/}: $lost"; fi
done

version=$(sed -n 's/^#define WEFT_VERSION "\(.*\)"/\1/p' "$srcdir/core/version.h")
for file in weft.h weft.c; do
    if sed -n 2p "$two/$file" | grep -qF "weft $version:" &&
        head -n 20 "$two/$file" | grep -q 'Permission is hereby granted'; then
        pass
    else
        fail "$file begins with the version and the licence"
    fi
done

# ---- Compilers ----

strict='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror'

# compiles NAME COMPILER [ARGUMENT...]: compiles weft.c, hosted and freestanding.
compiles() {
    name=$1 cc=$2
    shift 2
    have "$cc" "weft.c for $name" || return 0
    for mode in -fhosted -ffreestanding; do
        # shellcheck disable=SC2086
        if "$cc" "$@" -std=c11 $mode $strict -c "$two/weft.c" -o "$work/$name.o" 2>"$work/log"; then
            pass
        else
            fail "weft.c for $name, $mode: $(grep -m 1 'error' "$work/log")"
        fi
    done
}

# includes COMPILER STANDARD: compiles a C++ program that uses weft.h and links with weft.c.
includes() {
    have "$1" "weft.h in $2" || return 0
    # shellcheck disable=SC2086
    if "$1" -std="$2" $strict -I"$two" -c "$work/program.cc" -o "$work/program.o" 2>"$work/log"; then
        pass
    else
        fail "weft.h in $2, $1: $(grep -m 1 'error' "$work/log")"
    fi
}

compiles clang clang -O1
compiles gcc gcc -O1
compiles small gcc -Os -DWEFT_FREESTANDING -DWEFT_NO_ATOMICS
compiles cortex-m0 arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb -Os
compiles cortex-m3 arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -Os
compiles atmega328p avr-gcc -mmcu=atmega328p -Os
if riscv64-unknown-elf-gcc --specs=picolibc.specs -E -x c /dev/null >/dev/null 2>&1; then
    compiles rv32imac riscv64-unknown-elf-gcc -march=rv32imac -mabi=ilp32 --specs=picolibc.specs -Os
else
    skip "weft.c for rv32imac" "there is no riscv64-unknown-elf-gcc with picolibc"
fi

cat >"$work/program.cc" <<'END'
#include "weft.h"
#include "weft.h"

int main()
{
    static weft_virtual backend;
    static weft_loop loop;
    weft_virtual_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    const weft_time next = weft_next_run(&loop);
    weft_loop_close(&loop);
    return next != WEFT_FOREVER;
}
END
for standard in c++11 c++17; do
    includes clang++ $standard
    includes arm-none-eabi-g++ $standard
    includes g++ $standard
done
includes avr-g++ c++11

# ---- The library and a program ----

${CC:-gcc} -std=c11 -O1 -c "$two/weft.c" -o "$work/weft.o"
symbols() {
    nm -g --defined-only "$1" | awk 'NF == 3 && $3 ~ /^weft_/ { print $3 }' | sort
}
symbols "$work/weft.o" >"$work/symbols"
lost=$(symbols .libs/libweft.a | comm -3 - "$work/symbols")
result "weft.c defines what the library defines; in one of them only: $lost" "$(echo "$lost" | grep -c . || true)"

if command -v g++ >/dev/null; then
    g++ -std=c++11 -I"$two" "$work/program.cc" "$work/weft.o" -o "$work/program"
    "$work/program" && status=0 || status=$?
    result "a C++ program on the two files runs" "$status"
fi

# weft_panic is replaced by the program's.
cat >"$work/panic.c" <<'END'
#include <stdlib.h>
#include <weft.h>

void weft_panic(const char *file, unsigned line, const char *text)
{
    (void)file, (void)line;
    exit(text ? 7 : 1);
}

int main(void)
{
    weft_panic(__FILE__, __LINE__, "replaced");
}
END
for optimised in '' '-O2 -flto'; do
    # shellcheck disable=SC2086
    ${CC:-gcc} -std=c11 $optimised -I"$two" "$work/panic.c" "$two/weft.c" -o "$work/program"
    status=0
    "$work/program" || status=$?
    result "a program replaces weft_panic $optimised" $((status != 7))
done
finish
