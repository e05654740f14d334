#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints weft's sizes in bytes (make size). First the size of every public struct on this machine (LP64)
# and, with arm-none-eabi-gcc, on ILP32. Then the flash of each source file on a Cortex-M0 at -Os.
# `size.sh sizes` prints the structs only.
set -eu
cd "${srcdir:-.}" # __FILE__ is in the code, so the sizes depend on the paths
srcdir=.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The public structs: those whose names in the headers do not end in an underscore.
structs=$(cat "$srcdir"/core/*.h "$srcdir"/core/backend/[sv]*.h "$srcdir"/core/inspect/*.h "$srcdir"/primitives/*.h |
    sed -n 's/^\(typedef \)\{0,1\}struct \(weft_[a-z_]*[a-z]\)\( {\|;\| weft_.*;\).*/\2/p' | sort -u)

# Reads the sizes from an object file's symbols, because a cross-compiled program does not run here.
{
    echo '#include <weft.h>'
    for name in $structs; do
        case $name in weft_debug_output | weft_select) echo '#ifndef WEFT_FREESTANDING' ;; esac
        echo "char size_of_$name[sizeof(struct $name)];"
        case $name in weft_debug_output | weft_select) echo '#endif' ;; esac
    done
} >"$work/sizes.c"

sizes() {
    cc=$1 nm=$2
    shift 2
    "$cc" "$@" -std=c11 -fno-common -I"$srcdir" -c "$work/sizes.c" -o "$work/sizes.o"
    "$nm" -S "$work/sizes.o" | sed -n 's/^[0-9a-f]* \([0-9a-f]*\) . size_of_\(.*\)$/\2 \1/p' |
        while read -r name hex; do echo "$name $((0x$hex))"; done | sort
}

sizes "${CC:-gcc}" nm >"$work/lp64"
arm=arm-none-eabi-gcc
m0='-mcpu=cortex-m0 -mthumb -ffreestanding -DWEFT_FREESTANDING'
if ! command -v "$arm" >/dev/null; then
    printf '%-18s %6s\n' struct LP64
    while read -r name size; do printf '%-18s %6s\n' "$name" "$size"; done <"$work/lp64"
    [ "${1-}" = sizes ] && exit 0
    echo "(no $arm: ILP32 and flash are left out)"
    exit 0
fi
# shellcheck disable=SC2086
sizes "$arm" arm-none-eabi-nm $m0 >"$work/ilp32"
printf '%-18s %6s %6s\n' struct LP64 ILP32
join -a 1 "$work/lp64" "$work/ilp32" | while read -r name a b; do printf '%-18s %6s %6s\n' "$name" "$a" "$b"; done
[ "${1-}" = sizes ] && exit 0

echo
printf '%-18s %6s\n' 'Cortex-M0 -Os' flash
flash() {
    name=$1
    shift
    for file; do
        [ "$file" != ./core/panic.c ] || continue
        # shellcheck disable=SC2086
        "$arm" $m0 -std=c11 -Os -ffunction-sections -I"$srcdir" -c "$file" -o "$work/$(basename "$file" .c).$name.o"
    done
    arm-none-eabi-size "$work"/*."$name".o | awk -v w="$work/" -v end=".$name.o" -v all="$name" -v only="$only" 'NR > 1 {
        name = $6; sub(w, "", name); sub(end, "", name)
        if (index(only, " " name " ")) name = name " *"; else sum += $1 + $2
        printf "%-18s %6d\n", name, $1 + $2
    } END { printf "%-18s %6d\n\n", all, sum }'
}

# Files that only those programs link that use them. They get a star, and are not in the sum.
only=' daemon descriptor dump observer recorder threadsafe version watchdog '

# shellcheck disable=SC2046
flash core ./core/*.c ./core/backend/virtual.c $(ls ./core/inspect/*.c | grep -Ev '/(debug|on_quit|print_error)\.c$')
flash primitives ./primitives/*.c
