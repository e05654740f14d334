#!/bin/sh
# SPDX-License-Identifier: MIT
# Each lesson prints its expected text on a Cortex-M3, a Cortex-M0 and RV32, with its source unchanged. On the
# machine's clock, lines of tasks that wake at almost one time may change places, and the second decimal of
# Total may differ.
set -u
. "$(dirname "$0")/embedded_common.sh"
expected=$srcdir/scenarios/expected
lessons=
for source in "$srcdir"/scenarios/lessons/*.c; do
    case $source in */scenario.c | */styles.c) ;; *) lessons="$lessons $source" ;; esac
done

# Splits the output into files CLOCK.SCENARIO.LESSON, CLOCK.SCENARIO.LESSON.status and ...report.
split() {
    awk -v folder="$1" '
        { sub(/\r$/, "") }
        /^== / { if (file) close(file); file = $3 ? folder "/" $2 "." $3 : "/dev/null"; printf "" >file; next }
        /^-- / { print $2 >(file ".status"); close(file ".status"); close(file); file = file ".report"; next }
        { print >file }'
}

loosely() {
    sed 's/^\(Total: [0-9]*\.[0-9]\)[0-9]/\1/' "$1" | sort
}

for machine in m3 m0 rv32; do
    have_machine $machine "the lessons" || continue
    got=$work/$machine
    mkdir "$got"
    # shellcheck disable=SC2086
    PROGRAM_FLAGS=-DSEVERAL_SCENARIOS \
        build $machine "$work/lessons" $lessons "$embedded/lessons.c" "$embedded/backend.c" && run $machine "$work/lessons" >"$work/out"
    result "$machine runs the lessons" $?
    split "$got" <"$work/out"
    for text in "$expected"/*.txt; do
        name=$(basename "$text" .txt)
        status=0
        [ "$name" != lock.deadlock ] || status=3
        cmp -s "$text" "$got/virtual.$name" && [ "$(cat "$got/virtual.$name.status")" = $status ]
        result "$name prints its text on $machine (virtual clock)" $?
        loosely "$text" >"$work/a"
        for clock in tickless periodic; do
            loosely "$got/$clock.$name" >"$work/b"
            cmp -s "$work/a" "$work/b" && [ "$(cat "$got/$clock.$name.status")" = $status ]
            result "$name prints its text on $machine ($clock)" $?
        done
    done
    # The report of the deadlock, as in scenarios/README.md.
    sed 's#^\( *\)[^ ]*lessons/#\1scenarios/lessons/#' "$got/virtual.lock.deadlock.report" >"$work/a"
    sed -n '/^    Deadlock:/,/^$/{ s/^    //p; }' "$srcdir/scenarios/README.md" | cmp -s - "$work/a"
    result "$machine reports the deadlock" $?
done
finish
