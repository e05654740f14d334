#!/bin/sh
# SPDX-License-Identifier: MIT
# Compiles the code of doc/embedding.md with the two files, natively and with each cross compiler. Runs its light
# (lamp.c) with an interrupt at each moment at which one can come, with and without atomic pointers, and with
# clocks of several widths. checks/embedded_guide.sh runs the code on emulated machines.
set -u
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

have python3 "the code of doc/embedding.md" || finish
code_of_page embedding.md "$work"
python3 "$srcdir/tools/amalgamate.py" --srcdir "$srcdir" --quiet "$work"
result "the two files are made" $?
warnings='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror'
small='-DWEFT_TEXTS=0 -DWEFT_TIME_HZ=1000 -DWEFT_TIMER_LIST=1'

for flags in -UWEFT_NO_ATOMICS -DWEFT_NO_ATOMICS "$small -DWEFT_TIME_BITS=32" "$small -DWEFT_TIME_BITS=16"; do
    # shellcheck disable=SC2086
    ${CC:-gcc} -std=c11 -O1 $warnings $flags -DWEFT_FREESTANDING -I"$work" "$srcdir/test/checks/embedding.c" \
        "$work/weft.c" -o "$work/embedding" && timeout 100 "$work/embedding"
    result "no interrupt is lost: $flags" $?
done

# cross COMPILER BOARD FLAG...: compiles the programs and the board's code. avr-libc's macros narrow ints.
cross() {
    cc=$1 board=$2
    shift 2
    case $cc in avr-*) warnings='-Wall -Wextra -Wpedantic -Werror' ;; esac
    have "$cc" "the code of doc/embedding.md" || return 0
    for flags in '' "$small -DWEFT_TIME_BITS=32" "$small -DWEFT_TIME_BITS=16"; do
        for file in blink lamp $board; do
            # shellcheck disable=SC2086
            "$cc" "$@" -std=c11 -Os -ffreestanding $warnings $flags -c "$work/$file.c" -o "$work/$file.o"
            result "$file.c: $cc $* $flags" $?
        done
    done
}
cross arm-none-eabi-gcc board_cortex_m -mcpu=cortex-m0 -mthumb
cross arm-none-eabi-gcc board_cortex_m -mcpu=cortex-m3 -mthumb
cross riscv64-unknown-elf-gcc '' -march=rv32imac -mabi=ilp32 -misa-spec=2.2
cross avr-gcc board_atmega328p -mmcu=atmega328p
finish
