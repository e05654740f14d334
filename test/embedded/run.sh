#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh MACHINE PROGRAM [ARGUMENT...]: runs a program in its emulator. The UART writes to standard output.
# The exit status is the program's; 124 if it did not end in TIMEOUT seconds of real time.
#
#   TIMEOUT    60 without it
#   UART       file: what the UART receives. On avr: lines of "MS HEX", the time and the byte. On the others:
#              the bytes, each as soon as the program has read the one before.
#   ICOUNT     an instruction takes 2^ICOUNT ns in QEMU: 7 without it
#   SIMULATOR  the program made of simulator.c; without it, it is compiled each time
set -eu
here=$(cd "$(dirname "$0")" && pwd)
machine=$1 program=$2
shift 2
limit="timeout ${TIMEOUT:-60}"
qemu="-display none -monitor none -serial stdio -icount shift=${ICOUNT:-7},sleep=off"
semihosting="enable=on,target=native,arg=$(basename "$program")"
for argument in "$@"; do
    semihosting="$semihosting,arg=$argument"
done

case $machine in
m3) set -- qemu-system-arm -M mps2-an385 -semihosting-config "$semihosting" ;;
m0) set -- qemu-system-arm -M microbit -semihosting-config "$semihosting" ;;
rv32) set -- qemu-system-riscv32 -M virt -bios none ;;
avr)
    if [ -z "${SIMULATOR:-}" ]; then
        SIMULATOR=$(mktemp)
        trap 'rm -f "$SIMULATOR"' EXIT
        "${HOSTCC:-gcc}" -O2 -o "$SIMULATOR" "$here/simulator.c" -lsimavr
    fi
    $limit "$SIMULATOR" "$program"
    exit
    ;;
*) echo "run.sh: no such machine: $machine" >&2; exit 2 ;;
esac
# shellcheck disable=SC2086
exec $limit "$@" $qemu -kernel "$program" <"${UART:-/dev/null}"
