#!/bin/sh
# SPDX-License-Identifier: MIT
# The programs of test/embedded/programs run on the emulated machines: a station with a sensor, commands from
# the UART and a group that is cancelled and restarted; a storm of interrupts; the watchdog; a second loop of
# higher priority; how often a tickless machine wakes. Each program ends with 0 if all is as it should be.
set -u
. "$(dirname "$0")/embedded_common.sh"
programs=$embedded/programs
small='-DWEFT_TEXTS=0 -DWEFT_TIME_BITS=32 -DWEFT_TIME_HZ=1000 -DWEFT_TIMER_LIST=1'

# builds MACHINE PROGRAM CLOCK FLAG...: makes $work/PROGRAM with clock_tickless.c or clock_periodic.c.
builds() {
    machine=$1 name=$2 clock=$3
    shift 3
    build "$machine" "$work/$name" "$programs/$name.c" "$programs/clock_$clock.c" "$embedded/backend.c" -- "$@"
}

# check MACHINE PROGRAM CLOCK FLAG...: builds the program and runs it.
check() {
    if builds "$@"; then
        env SECONDS=8000 sh "$embedded/run.sh" "$1" "$work/$2" >"$work/out" 2>&1
        status=$?
        [ $status -eq 0 ] || { echo "$* ended with $status:" && cat "$work/out"; }
        result "$*" $status
    else
        fail "$* is built"
    fi
}

# What the UART receives in uart.c: 2,000 bytes, and on avr each with its time in ms.
awk 'BEGIN { for (i = 0; i < 2000; i++) printf "\\%03o", i % 251 }' | xargs -0 printf >"$work/bytes"
awk 'BEGIN { for (i = 0; i < 2000; i++) printf "%.2f %02x\n", 10 + i * 0.1, i % 251 }' >"$work/bytes.avr"

# check_uart MACHINE FLAG...: runs uart.c on these bytes.
check_uart() {
    UART=$work/bytes
    [ "$1" != avr ] || UART=$work/bytes.avr
    export UART
    machine=$1 clock=tickless
    [ "$1" != rv32 ] || clock=periodic # while no timer runs, QEMU takes minutes to deliver the bytes
    shift
    check "$machine" uart $clock "$@"
    unset UART
}

# check_documented FLAG...: runs the code of doc/interrupts.md.
check_documented() {
    awk '/^```c$/ { c = 1; next } /^```/ { c = 0 } c' "$srcdir/doc/interrupts.md" >"$work/documented.h"
    build m3 "$work/documented" "$programs/interrupts_doc.c" -- "-I$work" "$@" &&
        run m3 "$work/documented" >"$work/out" 2>&1
    status=$?
    [ $status -eq 0 ] || cat "$work/out"
    result "the code of doc/interrupts.md: $*" $status
}

# panics MACHINE FLAG...: wrong_context.c must panic.
panics() {
    machine=$1
    shift
    if builds "$machine" wrong_context tickless -DWEFT_CHECK_CONTEXT "$@"; then
        run "$machine" "$work/wrong_context" >"$work/out" 2>&1
        status=$?
        [ $status -eq 98 ] && grep -q 'interrupt' "$work/out"
        result "$machine panics: a loop is used in an interrupt: $*: $status" $?
    else
        fail "wrong_context.c is built for $machine: $*"
    fi
}

for machine in m3 m0 rv32 avr; do
    have_machine $machine "the programs of boards" || continue
    for flags in "$small" ''; do
        for clock in tickless periodic; do
            # In the default configuration, the station does not fit into the RAM of an ATmega328P.
            [ "$machine$flags" = avr ] || check $machine station $clock $flags
            check $machine storm $clock $flags
        done
        check_uart $machine $flags
        check $machine tickless tickless $flags
        case $machine in
        m3 | avr) check $machine watchdog tickless $flags ;;
        *)
            builds $machine watchdog tickless $flags
            result "the watchdog is built for $machine" $?
            ;;
        esac
        [ $machine = avr ] || check $machine priority periodic $flags
    done
    if [ $machine = m3 ]; then
        check_documented
        check_documented $small
    fi
    panics $machine
    panics $machine -DNO_WAITER
    panics $machine -DPUT
    panics $machine -DLATER
    # Nothing else panics.
    check $machine station tickless $small -DWEFT_CHECK_CONTEXT
    check $machine storm periodic $small -DWEFT_CHECK_CONTEXT
    [ $machine = avr ] || check $machine priority periodic $small -DWEFT_CHECK_CONTEXT
done
finish
