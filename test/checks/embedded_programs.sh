#!/bin/sh
# SPDX-License-Identifier: MIT
# The programs of test/embedded/programs run on the emulated machines: a station with a sensor, commands from
# the UART and a group that is cancelled and restarted; a storm of interrupts; the watchdog; a second loop of
# higher priority; how often a tickless machine wakes. Each program ends with 0 if all is as it should be.
set -u
. "$(dirname "$0")/embedded_common.sh"
programs=$embedded/programs
small='-DWEFT_TEXTS=0 -DWEFT_TIME_BITS=32 -DWEFT_TIME_HZ=1000 -DWEFT_TIMER_LIST=1'

# builds MACHINE PROGRAM FLAG...: makes $work/PROGRAM.
builds() {
    machine=$1 name=$2
    shift 2
    build "$machine" "$work/$name" "$programs/$name.c" "$programs/clock.c" -- "-I$programs" "$@"
}

# check MACHINE PROGRAM FLAG...: builds the program and runs it.
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

for machine in m3 m0 rv32 avr; do
    have_machine $machine "the programs of boards" || continue
    for flags in "$small" "$small -DPERIODIC" '' -DPERIODIC; do
        # In the default configuration, the station does not fit into the RAM of an ATmega328P.
        case $machine$flags in avr | avr-DPERIODIC) ;; *) check $machine station $flags ;; esac
        check $machine storm $flags
    done
    for flags in "$small" ''; do
        check $machine tickless $flags
        case $machine in
        m3 | avr) check $machine watchdog $flags ;;
        *)
            builds $machine watchdog $flags
            result "$machine watchdog is built" $?
            ;;
        esac
        [ $machine = avr ] || check $machine priority $flags
    done
done
finish
