#!/bin/sh
# SPDX-License-Identifier: MIT
# The emulated machines work: timers, interrupts and the receiver are as test/embedded/machine.h says, a stack
# overflow faults, a program that needs more than the machine's RAM does not link, and the watchdog resets the
# machines whose emulator has one.
set -u
. "$(dirname "$0")/embedded_common.sh"
printf hello >"$work/bytes"
i=0
for byte in 68 65 6c 6c 6f; do
    i=$((i + 1))
    echo "$((500 + i)) $byte"
done >"$work/bytes.avr"

# ends MACHINE STATUS PROGRAM: the program must end with the status.
ends() {
    run "$1" "$3" >"$work/out" 2>"$work/err"
    status=$?
    [ $status -eq "$2" ] && return
    echo "$1 ended with $status:"
    cat "$work/out" "$work/err"
    return 1
}

# 1,500 bytes of data, and a stack of 512.
echo 'char data[1500]; int main(void) { data[0] = 1; return data[*(volatile int *)data]; }' >"$work/data.c"

# links MACHINE RAM_SIZE
links() {
    env RAM_SIZE="$2" STACK_SIZE=512 sh "$embedded/build.sh" "$1" "$work/data" "$work/data.c" >"$work/out" 2>&1
}

for machine in m3 m0 rv32 avr; do
    have_machine $machine "the machine's test" || continue
    UART=$work/bytes
    [ $machine != avr ] || UART=$work/bytes.avr
    export UART
    build $machine "$work/test" "$embedded/test_machine.c" && ends $machine 0 "$work/test"
    result "$machine works" $?
    unset UART
    build $machine "$work/overflow" "$embedded/test_overflow.c" &&
        ends $machine 99 "$work/overflow" && grep -q '^FAULT' "$work/out"
    result "a stack overflow faults on $machine" $?
    links $machine 2048 && ! links $machine 2000 && grep -qE "(will not fit|not within) .*region" "$work/out"
    result "RAM_SIZE is the LENGTH of RAM on $machine" $?
    build $machine "$work/watched" "$embedded/test_watchdog.c"
    result "the watchdog is built for $machine" $?
    case $machine in m0 | rv32) continue ;; esac
    ends $machine 0 "$work/watched" && grep -q fed "$work/out"
    result "the watchdog resets $machine, not before its time" $?
done
finish
