#!/bin/sh
# SPDX-License-Identifier: MIT
# The pictures of time. On the virtual clock, the timeline of each lesson is the one in scenarios/expected/.
# weft-trace draws the same from a recording. Its traces and SVGs are parsed. The SVG in doc/ is current.
# With --write: writes the expected files.
set -u
. "$(dirname "$0")/common.sh"
expected=$srcdir/scenarios/expected
trace=tools/weft-trace
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A timeline in a file is as wide as the terminal would be.
COLUMNS=80
LC_ALL=C
export COLUMNS LC_ALL
unset NO_COLOR

if [ "${1-}" = --write ]; then
    for lesson in "$expected"/*.txt; do
        name=$(basename "$lesson" .txt)
        "scenarios/${name%%.*}" --virtual --timeline="$expected/$name.timeline" "${name#*.}" >/dev/null 2>&1
    done
    scenarios/task_group --virtual --timeline="$srcdir/doc/task_group.timeout.svg" timeout >/dev/null 2>&1
    exit
fi

# ---- Each lesson ----

for lesson in "$expected"/*.txt; do
    name=$(basename "$lesson" .txt)
    # A deadlock ends with the status 3.
    "scenarios/${name%%.*}" --virtual --timeline="$work/$name.timeline" --trace="$work/$name.json" \
        --record="$work/$name.weft" "${name#*.}" >"$work/out" 2>/dev/null
    status=$?
    [ $status -eq 0 ] || [ "$name:$status" = lock.deadlock:3 ]
    result "$name is recorded" $?
    cmp -s "$lesson" "$work/out"
    result "$name prints its text while it is recorded" $?
    diff "$expected/$name.timeline" "$work/$name.timeline"
    result "$name has its timeline" $?
    $trace --title="$name" "$work/$name.weft" | cmp -s "$expected/$name.timeline" -
    result "weft-trace draws the timeline of $name from its recording" $?
    $trace --title="$name" --trace="$work/again.json" "$work/$name.weft" && cmp -s "$work/$name.json" "$work/again.json"
    result "weft-trace writes the trace of $name from its recording" $?
    $trace --title="$name" --timeline="$work/$name.svg" "$work/$name.weft"
    result "weft-trace draws the SVG of $name" $?
done
# A coroutine with a stack is a task like any other.
for lesson in "$expected"/*.txt; do
    name=$(basename "$lesson" .txt)
    "scenarios/${name%%.*}" --style stackful --virtual --timeline="$work/stackful" "${name#*.}" >/dev/null 2>&1
    diff "$expected/$name.timeline" "$work/stackful"
    result "$name has its timeline with stacks" $?
done
cmp -s "$srcdir/doc/task_group.timeout.svg" "$work/task_group.timeout.svg"
result "doc/task_group.timeout.svg is current (sh test/checks/timeline.sh --write)" $?
# The manual's picture, without its indentation.
awk '/^    task_group.timeout: / { shows = 1 } shows && /^[^ ]/ { exit } shows { sub(/^    /, ""); print }' \
    "$srcdir/doc/weft-trace.md" | sed '$d' | diff "$expected/task_group.timeout.timeline" -
result "doc/weft-trace.md shows the current timeline" $?
{ cat "$expected/gather.collect.txt" "$expected/gather.collect.timeline"; } >"$work/a"
scenarios/gather --virtual --timeline collect 2>/dev/null | cmp -s "$work/a" -
result "--timeline prints the timeline behind the lesson" $?
scenarios/gather --timeline="$work/real.txt" --trace="$work/real.json" --record="$work/real.weft" collect >/dev/null 2>&1 &&
    grep -q '^.─ attempt #1\|^├ attempt #1' "$work/real.txt" && $trace --timeline="$work/real.svg" "$work/real.weft"
result "a lesson is recorded on the real clock" $?

# ---- Options ----

# refused WHAT STATUS PROGRAM ARGUMENT...: the program must exit with the status, and say WHAT.
refused() {
    what=$1 status=$2
    shift 2
    "$@" >/dev/null 2>"$work/err"
    [ $? -eq "$status" ] && grep -q -e "$what" "$work/err"
    result "refused: $*" $?
}
refused 'one lesson' 2 scenarios/gather --virtual --timeline="$work/x"
refused 'one lesson' 2 scenarios/gather --virtual --record="$work/x" error collect
refused 'style threads has no loop' 2 scenarios/gather --style threads --timeline collect
refused 'No such file' 1 scenarios/gather --virtual --record="$work/none/x" collect
refused 'No such file' 1 $trace "$work/none"
refused 'not a recording' 1 $trace "$expected/gather.error.txt"
refused usage 2 $trace
refused usage 2 $trace --axis=wrong "$work/gather.error.weft"
refused usage 2 $trace --tasks=0 "$work/gather.error.weft"
$trace --help | grep -q '^usage: weft-trace'
result "--help prints the options" $?
$trace --ascii "$work/gather.error.weft" >"$work/out" && ! LC_ALL=C grep -q '[^ -~]' "$work/out" && grep -q '#' "$work/out"
result "--ascii draws in ASCII" $?
for width in 30 50 120; do
    $trace --width=$width "$work/queue.producer.weft" |
        awk -v width=$width '{ gsub(/[\200-\277]/, ""); if (length > width) exit 1 }'
    result "no line is longer than $width" $?
done
$trace --axis=time "$work/queue.producer.weft" | grep -q '0 s .*0.5 s .*1 s'
result "--axis=time has a scale of time" $?

# ---- What a parser says ----

if have python3 "the parsers of traces and SVGs"; then
    python3 -B "$srcdir/test/checks/timeline.py" "$trace" "$work"
    result "traces and SVGs are right" $?
fi
finish
