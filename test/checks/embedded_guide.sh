#!/bin/sh
# SPDX-License-Identifier: MIT
# The code of doc/embedding.md runs on the emulated machines: its LED blinks, and its light goes on when a button
# is pressed and off 5 seconds after the last press. On a simulated Uno, the page's own code for the ATmega328P
# drives pin 13, and everything is compiled by the command of the page.
set -u
. "$(dirname "$0")/embedded_common.sh"
small='-DWEFT_TEXTS=0 -DWEFT_TIME_BITS=32 -DWEFT_TIME_HZ=1000 -DWEFT_TIMER_LIST=1'
narrow='-DWEFT_TEXTS=0 -DWEFT_TIME_BITS=16 -DWEFT_TIME_HZ=1000 -DWEFT_TIMER_LIST=1'

code_of_page embedding.md "$work"
# The programs are compiled with the library of the other checks, which has one header for each backend.
mkdir "$work/tree"
cp "$work/board.h" "$work/blink.c" "$work/lamp.c" "$work/tree"
echo '#include "core/backend/periodic.h"' >>"$work/tree/board.h"

# differences: prints the times between the changes of the LED, as "on 501" for 501 ms of light.
differences() {
    awk 'NR > 1 { print state, $2 - last } { state = $1; last = $2 }' "$work/out" | xargs
}

# check MACHINE PROGRAM EXPECTED FLAG...: EXPECTED is what awk compares with the differences, as $1 to $6.
check() {
    machine=$1 name=$2 expected=$3
    shift 3
    PROGRAM_FLAGS="-I$work/tree"
    [ "$name" = blink ] || PROGRAM_FLAGS="$PROGRAM_FLAGS -DBUTTON"
    export PROGRAM_FLAGS
    if build "$machine" "$work/program" "$work/tree/$name.c" "$embedded/programs/guide_board.c" -- "$@"; then
        run "$machine" "$work/program" >"$work/out" 2>/dev/null
        status=$?
        [ $status -eq 0 ] && differences | grep -q . && differences | awk "{ exit !($expected) }"
        result "$machine $name $*: $status: $(differences)" $?
    else
        fail "$name is built for $machine: $*"
    fi
}

# A sleep is at most 2 ticks too long. The button's interrupt comes between two ticks.
blinks='$1 == "on" && $2 >= 500 && $2 <= 502 && $4 >= 500 && $4 <= 502 && $6 >= 500 && $6 <= 502'
lights='$1 == "on" && $2 >= 7000 && $2 <= 7004 && $5 == "on" && $6 >= 5000 && $6 <= 5004'
for machine in m3 m0 rv32 avr; do
    have_machine $machine "the code of doc/embedding.md" || continue
    for flags in '' "$small" "$narrow"; do
        # Narrow clocks are for the smallest machine.
        [ $machine = avr ] || [ "$flags" != "$narrow" ] || continue
        # shellcheck disable=SC2086
        check $machine blink "$blinks" $flags
        # shellcheck disable=SC2086
        check $machine lamp "$lights" $flags
    done
done

# ---- On a simulated Uno, with the page's own board and the two files ----

if have_machine avr "the blinking LED of an Uno" && have python3 "the two files"; then
    "${CC:-gcc}" -std=c11 "$srcdir/test/checks/arduino_leds.c" -lsimavr -o "$work/leds"
    python3 "$srcdir/tools/amalgamate.py" --srcdir "$srcdir" --quiet "$work"
    options=$(sed -n 's/^`\$weft` is `\(.*\)`\.$/\1/p' "$srcdir/doc/embedding.md")
    command=$(sed -n 's/^| AVR | `\(avr-gcc .*\)` |$/\1/p' "$srcdir/doc/embedding.md")
    cp "$work/board_atmega328p.c" "$work/board.c"
    for flags in '' "$small" "$narrow"; do
        (cd "$work" && weft="$options $flags" && eval "$command -o uno") &&
            "$work/leds" "$work/uno" | awk 'NF == 3 && /^[0-9 ]+$/' | head -n 1 >"$work/out" &&
            awk '{ exit !($1 >= 10 && $2 >= 500000 && $3 <= 502000) }' "$work/out"
        result "Uno $flags: changes, shortest, longest in us: $(cat "$work/out")" $?
    done
fi
finish
