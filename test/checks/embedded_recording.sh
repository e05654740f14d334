#!/bin/sh
# SPDX-License-Identifier: MIT
# A program is recorded on the emulated machines, and on this one. The recordings, which come over the UART, tell
# the same: on 32 bits and on 64, from a recorder with room for all, and from one that is full.
set -u
. "$(dirname "$0")/embedded_common.sh"
have python3 "recordings of boards" || finish
program=$embedded/programs/recording.c

# text FILE: prints a recording as text.
text() {
    python3 -B "$srcdir/test/checks/recording.py" "$1"
}

# native FLAG...: records the program on this machine, into $work/native.
native() {
    sources="$srcdir/core/*.c $srcdir/core/backend/virtual.c $srcdir/primitives/*.c"
    for name in observer recorder report watchdog; do
        sources="$sources $srcdir/core/inspect/$name.c"
    done
    # shellcheck disable=SC2086
    "${CC:-gcc}" -std=c11 -DNATIVE -I"$srcdir" "$@" "$program" $sources -o "$work/native.program" >"$work/log" 2>&1 ||
        { cat "$work/log"; return 1; }
    "$work/native.program" >"$work/native" && text "$work/native" >"$work/native.text"
}

# compare MACHINE [FLAG...]: records the program on the machine, and compares with native.
compare() {
    machine=$1
    shift
    PROGRAM_FLAGS='-DRECORDS=400 -DKEEP=WEFT_KEEP_FIRST' build "$machine" "$work/program" "$program" -- "$@" &&
        run "$machine" "$work/program" >"$work/recording"
    result "the program runs on $machine: $*" $?
    text "$work/recording" >"$work/text"
    result "the recording of $machine is whole: $*" $?
    diff "$work/native.text" "$work/text"
    result "$machine and this machine record the same: $*" $?
    if [ -x tools/weft-trace ]; then
        tools/weft-trace "$work/native" >"$work/native.picture" && tools/weft-trace "$work/recording" >"$work/picture" &&
            diff "$work/native.picture" "$work/picture"
        result "weft-trace shows the same for $machine: $*" $?
    fi
}

# loses MACHINE KEEP COUNTS: records the program with too little room. The recording must be whole, and its first
# line must match COUNTS.
loses() {
    PROGRAM_FLAGS="-DRECORDS=40 -DKEEP=$2" build "$1" "$work/program" "$program" &&
        run "$1" "$work/program" >"$work/recording" && text "$work/recording" >"$work/text" &&
        sed -n 1p "$work/text" | grep -qE "$3"
    status=$?
    [ $status -eq 0 ] || sed -n 1p "$work/text"
    result "a full recorder on $1, $2" $status
}

native -DRECORDS=400 -DKEEP=WEFT_KEEP_FIRST
result "the program is recorded on this machine" $?
for machine in m3 m0 rv32; do
    have_machine $machine "recordings" || continue
    compare $machine
    loses $machine WEFT_KEEP_FIRST 'lost 0 before, [1-9][0-9]* after'
    loses $machine WEFT_KEEP_NEWEST 'lost [1-9][0-9]* before, 0 after'
done
have_machine m3 "a recording with times of 32 bits" && compare m3 -DWEFT_TIME_BITS=32
finish
