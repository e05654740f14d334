#!/bin/sh
# SPDX-License-Identifier: MIT
# The trace programs of the corpus have the traces of CPython on a Cortex-M3 too, which has 32 bits.
set -u
. "$(dirname "$0")/embedded_common.sh"
have_machine m3 "the corpus" || finish
trace=$srcdir/test/trace
sources="$trace/replay.c $trace/blocks.c $trace/interpreter.c $trace/machine.c $trace/now.c"
sources="$sources $trace/program.c $trace/seen.c $trace/text.c $trace/waits.c $srcdir/test/support/clock.c"

# replay NAME [FLAG...]
replay() {
    name=$1
    shift
    # shellcheck disable=SC2086
    PROGRAM_FLAGS="-D_GNU_SOURCE -I$srcdir/test -I$srcdir/test/support" build m3 "$work/replay" $sources -- "$@"
    result "the interpreter is built, $name" $?
    run m3 "$work/replay" "$srcdir"/test/oracle/corpus/*.txt >"$work/out"
    result "the traces are equal, $name" $?
    cat "$work/out"
}

replay 'time in 64 bits'
replay 'time in 32 bits' -DWEFT_TIME_BITS=32
finish
