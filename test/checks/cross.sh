#!/bin/sh
# SPDX-License-Identifier: MIT
# The core on small machines: it compiles freestanding, without a warning, with each cross compiler that is
# installed. It must not need what such a machine lacks: a C library (except for the four functions that
# compilers call), 64-bit division, floating point.
set -eu
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

allowed='^(weft_.*|memcpy|memset|memmove|memcmp|__aeabi_mem(cpy|set|clr|move)[48]?|__gnu_thumb1_case_.*|__aeabi_(llsl|llsr|lasr|lcmp|ulcmp|lmul)|__(ashldi3|lshrdi3|ashrdi3|muldi3|cmpdi2|ucmpdi2)|__tablejump2?__|__(ad|sub|cmp|neg|xor|lshr|ashl|ashr)di.*|__(add|sub|mul|umul|mulhi|umulhi|mulsi|umulsi).*|__(do_copy_data|do_clear_bss|prologue_saves__|epilogue_restores__))$'

cross() {
    name=$1 cc=$2
    shift 2
    have "$cc" "$name" || return 0
    mkdir "$work/$name"
    for file in "$srcdir"/core/*.c "$srcdir"/core/backend/virtual.c "$srcdir"/core/backend/machine.c \
        "$srcdir"/core/backend/periodic.c "$srcdir"/core/backend/tickless.c "$srcdir"/core/inspect/*.c \
        "$srcdir"/primitives/*.c; do
        case $file in */debug.c | */on_quit.c | */print_error.c) continue ;; esac # hosted builds
        "$cc" "$@" -std=c11 -Os -ffreestanding -DWEFT_FREESTANDING -Wall -Wextra -Wpedantic -Werror \
            -I"$srcdir" -c "$file" -o "$work/$name/$(basename "$file" .c).o"
    done
    case $name in cortex-*) # doc/interrupts.md is about devices of a Cortex-M
        awk '/^```c$/ { c = 1; next } /^```/ { c = 0 } c' "$srcdir/doc/interrupts.md" >"$work/interrupts.c"
        "$cc" "$@" -std=c11 -Os -ffreestanding -Wall -Wextra -Wpedantic -Wno-unused-const-variable -Werror \
            -I"$srcdir" -c "$work/interrupts.c" -o "$work/interrupts.o"
        ;;
    esac
    needs=$("${cc%gcc}nm" -u "$work/$name"/*.o | awk '$1 == "U" { print $2 }' | sort -u |
        grep -Ev "$allowed" || true)
    if [ -z "$needs" ]; then pass; else fail "$name needs: $needs"; fi
}

cross cortex-m0 arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb
cross cortex-m3 arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb
cross riscv32 riscv64-unknown-elf-gcc -march=rv32imac -mabi=ilp32 -misa-spec=2.2
cross atmega328p avr-gcc -mmcu=atmega328p
finish
