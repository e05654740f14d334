#!/bin/sh
# SPDX-License-Identifier: MIT
# Each lesson with stacks prints the text of the lesson without stacks, in the same order. On the real clock,
# only the figures of `Total:` may differ. Each switch is tried. A loop that is closed after a deadlock leaves
# no stack behind. The trace programs of the corpus have the traces of CPython when each task has a stack.
set -u
. "$(dirname "$0")/common.sh"
expected=$srcdir/scenarios/expected
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lessons=scenarios/lessons
[ ! -d $lessons ] || lessons=$lessons/lessons # a build in the source tree

without_totals() {
    sed 's/^Total: [0-9.]*/Total:/' "$1"
}

for lesson in "$expected"/*.txt; do
    name=$(basename "$lesson" .txt)
    "scenarios/${name%%.*}" --style stackful "${name#*.}" >"$work/$name.real" 2>/dev/null &
done

# The name of the switch is on standard error in debug mode.
for switch in best ucontext; do
    for lesson in "$expected"/*.txt; do
        name=$(basename "$lesson" .txt)
        status=0
        [ "$name" != lock.deadlock ] || status=3
        WEFT_DEBUG=1 STACKFUL_SWITCH=$switch "scenarios/${name%%.*}" --style stackful --virtual "${name#*.}" \
            >"$work/out" 2>"$work/err"
        [ $? -eq $status ] && cmp -s "$lesson" "$work/out"
        result "$name prints its text (virtual clock, switch $switch)" $?
    done
    sed -n 's/^stacks: .* bytes, \(.*\);.*/\1/p' "$work/err" >"$work/switch.$switch"
done
[ "$(cat "$work/switch.ucontext")" = ucontext ]
result "STACKFUL_SWITCH chooses ucontext" $?
if [ "$(cat "$work/switch.best")" = ucontext ]; then
    skip "the switch of Boost.Context" "configure did not find libboost_context.a"
fi

"$lessons" --style stackful --list | grep -v '^hybrid' | sort >"$work/a"
for lesson in "$expected"/*.txt; do
    basename "$lesson" .txt
done | sort | cmp -s "$work/a" -
result "lessons --style stackful --list names the lessons" $?

wait
for lesson in "$expected"/*.txt; do
    name=$(basename "$lesson" .txt)
    without_totals "$lesson" >"$work/a"
    without_totals "$work/$name.real" >"$work/b"
    cmp -s "$work/a" "$work/b"
    result "$name prints its text (real clock)" $?
done

# The programs of the corpus, and their traces of CPython 3.14; with dumps, too.
for switch in best ucontext; do
    for dump in '' --dump; do
        # shellcheck disable=SC2086
        STACKFUL_SWITCH=$switch test/replay_stackful $dump "$srcdir"/test/oracle/corpus/*.txt >"$work/out"
        result "the corpus on stacks, switch $switch $dump: $(tail -1 "$work/out")" $?
    done
done

# One task with a stack among others without: it awaits in a callback of qsort.
printf '%s\n' 'Other tasks run while qsort waits' 'Ada Barbara Dennis Edsger Grace' \
    'Other tasks run while qsort waits' 'Timeout: qsort returned, and its task was cancelled' >"$work/expected"
for switch in best ucontext; do
    STACKFUL_SWITCH=$switch "$lessons" --style stackful --virtual hybrid 2>/dev/null | cmp -s "$work/expected" -
    result "the hybrid lesson, switch $switch" $?
done

# The report of a deadlock shows the calls on the stack.
scenarios/lock --style stackful --virtual deadlock 2>&1 >/dev/null | sed 's#[^ ]*stackful/##; s/:[0-9]*: in/: in/' |
    diff - /dev/fd/3 3<<end
== deadlock ==
Deadlock: nothing can ever run again.
deadlock waits for: group
    lock.c: in deadlock
    stackful.c: in stackful_group_block
    in its group:
        Task A waits for: lock, which it holds itself
            lock.c: in nested
            lock.c: in nested
            stackful.c: in stackful_lock_block
        Task B waits for: lock, which Task A holds
            lock.c: in nested
            stackful.c: in stackful_lock_block
end
result "a deadlock is reported" $?

finish
