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

# ---- Names that several files define ----

# A tree whose files define the same names in every way. Its program returns 0 only if each file uses its own.
tree=$work/tree
mkdir -p "$tree/core" "$tree/primitives"
cp "$srcdir/LICENSE" "$tree"
cat >"$tree/weft.h" <<'END'
#ifndef WEFT_H
#define WEFT_H

#include "core/version.h"
#if __STDC_HOSTED__
#include "core/hosted.h"
#endif
#include "core/one.h"

#endif
END
cat >"$tree/core/version.h" <<'END'
#ifndef VERSION_H
#define VERSION_H
#define WEFT_VERSION "1.2.3"
#define WEFT_CONSTANT(name, value) static const int name = value
#endif
END
cat >"$tree/core/hosted.h" <<'END'
#ifndef HOSTED_H
#define HOSTED_H
#include "one.h"
int hosted(const struct one *one);
#endif
END
cat >"$tree/core/one.h" <<'END'
#ifndef ONE_H
#define ONE_H
struct one {
    int next, select;
};
int one(const struct one *one);
int two(const struct one *one);
#include "inline.h"
#endif
END
cat >"$tree/core/inline.h" <<'END'
#ifndef INLINE_H
#define INLINE_H
#include "core/one.h"
static inline int next_of(const struct one *one)
{
    return one->next;
}
#endif
END
for file in one two hosted; do
    case $file in one) value=1 ;; two) value=2 ;; *) value=3 ;; esac
    cat >"$tree/core/$file.c" <<END
#define _POSIX_C_SOURCE 200809L
#include "core/one.h"

#if __STDC_HOSTED__
#include <sys/select.h> /* next and select */
#endif
#include "core/version.h"

#define VALUE $value
typedef int number;
enum kind { FIRST = VALUE };
struct pair {
    number select;
};
WEFT_CONSTANT(constant, VALUE);
static int select_one(number of), last = VALUE, (*pointer)(number of) = select_one;
static const char text[] = "next", quote = '"';

static number next(const struct one *one, int add)
{
    const struct pair pair = {.select = one->select};
    const int last_one[1] = {add};
    return one->next + (&pair)->select + last_one[0] - add;
}

static int select_one(number of)
{
    const struct pair select = {.select = of};
    return select.select;
}

int $file(const struct one *one)
{
    const struct one copy = {.next = next(one, 7), .select = pointer(last)};
    return copy.next == 30 && next_of(one) == 10 && copy.select == VALUE && (int)FIRST == VALUE &&
           constant == VALUE && text[0] == 'n' && text[3] == 't' && sizeof text == 5 && quote == 34;
}
END
done
cat >"$work/names.c" <<'END'
#include "weft.h"

int main(void)
{
    const struct one it = {.next = 10, .select = 20};
    return !(one(&it) && two(&it) && hosted(&it));
}
END
python3 -B "$srcdir/tools/amalgamate.py" --srcdir "$tree" "$work/names" >"$work/log"
gcc -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Werror -I"$work/names" "$work/names.c" "$work/names/weft.c" \
    -o "$work/program" && "$work/program" && status=0 || status=1
result "each file keeps the names that it defines: $(cat "$work/log")" "$status"
gcc -std=c11 -ffreestanding -Wall -Werror -c "$work/names/weft.c" -o "$work/names.o" && status=0 || status=1
result "a header that two others include is not lost with the #if of the first" "$status"

# ---- Compilers ----

smallest='-DWEFT_TEXTS=0 -DWEFT_TIME_BITS=32 -DWEFT_TIME_HZ=1000 -DWEFT_TIMER_LIST=1'
strict='-DWEFT_SHOW_MACROS -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror'

# compiles NAME COMPILER [ARGUMENT...]: compiles weft.c, hosted and freestanding, and in the smallest configuration.
compiles() {
    name=$1 cc=$2
    shift 2
    have "$cc" "weft.c for $name" || return 0
    for mode in -fhosted -ffreestanding "$smallest"; do
        # shellcheck disable=SC2086
        if "$cc" "$@" -std=c11 $mode $strict -c "$two/weft.c" -o "$work/$name.o" 2>"$work/log"; then
            pass
        else
            fail "weft.c for $name, $mode: $(grep -m 1 -i 'error' "$work/log")"
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
        fail "weft.h in $2, $1: $(grep -m 1 -i 'error' "$work/log")"
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

# ---- The configuration ----

# The program and weft.c may be optimised differently, but must have one configuration.
if [ -f "$srcdir/core/config.h" ]; then
    for library in -O2 -Os '-O2 -flto'; do
        # shellcheck disable=SC2086
        ${CC:-gcc} -std=c11 $library -c "$two/weft.c" -o "$work/library.o"
        for program in -O2 -Os '-O2 -flto'; do
            # shellcheck disable=SC2086
            ${CC:-gcc} -std=c11 $program -I"$two" -c "$srcdir/examples/hello.c" -o "$work/same.o"
            # shellcheck disable=SC2086
            ${CC:-gcc} -std=c11 $program -DWEFT_TIME_BITS=32 -I"$two" -c "$srcdir/examples/hello.c" -o "$work/other.o"
            # shellcheck disable=SC2086
            ${CC:-gcc} $library $program "$work/same.o" "$work/library.o" -o "$work/program" &&
                [ "$("$work/program" | xargs)" = 'hello, weft hello, world' ] && status=0 || status=1
            result "a program with $program, weft.c with $library" "$status"
            # shellcheck disable=SC2086
            if ${CC:-gcc} $library $program "$work/other.o" "$work/library.o" -o "$work/program" 2>"$work/log"; then
                fail "a program of another configuration does not link, $program, weft.c $library"
            elif grep -q 'undefined reference.*_TIME_BITS_32_' "$work/log"; then
                pass
            else
                fail "the linker's message names the configuration: $(head -n 1 "$work/log")"
            fi
        done
    done
fi
finish
