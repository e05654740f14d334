#!/bin/sh
# SPDX-License-Identifier: MIT
# callgrind.sh BENCH [WORKLOAD N]...: prints the instructions for each operation of weft and of the floor.
#
# Counts two runs of one side, which differ only in the number of passes. Both runs start the program and
# create the tasks, so these instructions are not in the difference.
set -eu

if [ $# -lt 1 ] || [ $(($# % 2)) -eq 0 ]; then
    echo "usage: callgrind.sh BENCH [WORKLOAD N]..." >&2
    exit 2
fi
bench=$1
shift
[ $# -gt 0 ] || set -- yield 2 yield 1000 depth 10 spawn 1 spawn 1000

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# instructions WORKLOAD N SIDE PASSES: prints the instructions of one run of the program
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench" \
        --size "$2" --side "$3" --rounds 1 --passes "$4" "$1" >"$log" 2>&1 ||
        { cat "$log" >&2; return 1; }
    sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$log"
}

# operations_in_a_pass WORKLOAD N: prints bench_workload.operations of the workload
operations_in_a_pass() {
    case $1 in
    depth) echo 1000 ;;
    beside | asleep) echo 1 ;;
    *) echo "$2" ;;
    esac
}

# per_operation WORKLOAD N SIDE: prints the instructions for one operation
per_operation() {
    operations=$(operations_in_a_pass "$1" "$2")
    passes=$((200000 / operations + 1))
    few=$(instructions "$1" "$2" "$3" "$passes")
    many=$(instructions "$1" "$2" "$3" $((3 * passes)))
    awk "BEGIN { printf \"%.1f\", ($many - $few) / (2 * $passes * $operations) }"
}

printf '%-10s %8s %9s %9s %11s\n' workload n weft floor difference
while [ $# -gt 0 ]; do
    weft=$(per_operation "$1" "$2" weft)
    floor=$(per_operation "$1" "$2" floor)
    difference=$(awk "BEGIN { print $weft - $floor }")
    printf '%-10s %8d %9.1f %9.1f %11.1f\n' "$1" "$2" "$weft" "$floor" "$difference"
    shift 2
done
