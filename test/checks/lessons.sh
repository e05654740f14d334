#!/bin/sh
# SPDX-License-Identifier: MIT
# Each lesson prints its expected text. On the real clock, only the figures of `Total:` may differ. The
# lessons on the real clock run at the same time, since they take seconds. The program of all lessons prints
# the text of each lesson. The lesson that ends in a deadlock reports which task waits for which.
set -u
. "$(dirname "$0")/common.sh"
expected=$srcdir/scenarios/expected
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
without_totals() {
    sed 's/^Total: [0-9.]*/Total:/' "$1"
}

# status_of SCENARIO.LESSON: prints the lesson's exit status.
status_of() {
    case $1 in
    lock.deadlock) echo 3 ;;
    *) echo 0 ;;
    esac
}

# same NAME STATUS PROGRAM [ARGUMENT...]: the program must end with the status, and print the text of file
# NAME.
same() {
    name=$1 status=$2
    shift 2
    "$@" >"$work/out" 2>/dev/null
    [ $? -eq "$status" ] && cmp -s "$name" "$work/out"
}

# ---- Each lesson ----

for lesson in "$expected"/*.txt; do
    name=$(basename "$lesson" .txt)
    "scenarios/${name%%.*}" "${name#*.}" >"$work/$name.real" 2>/dev/null &
done
# A lesson gets SIGQUIT after its first line, and must dump its tasks.
mkfifo "$work/lines"
scenarios/lock resource >"$work/lines" 2>"$work/asked" &
asked=$!
{
    IFS= read -r first
    kill -QUIT $asked
    { echo "$first"; cat; } >"$work/lines.out"
} <"$work/lines" &
for lesson in "$expected"/*.txt; do
    name=$(basename "$lesson" .txt)
    same "$lesson" "$(status_of "$name")" "scenarios/${name%%.*}" --virtual "${name#*.}"
    result "$name prints its text (virtual clock)" $?
done
wait
for lesson in "$expected"/*.txt; do
    name=$(basename "$lesson" .txt)
    without_totals "$lesson" >"$work/a"
    without_totals "$work/$name.real" >"$work/b"
    cmp -s "$work/a" "$work/b"
    result "$name prints its text (real clock)" $?
done

without_totals "$expected/lock.resource.txt" >"$work/a"
without_totals "$work/lines.out" | cmp -s "$work/a" -
result "a lesson goes on after SIGQUIT" $?
sed 's#[^ ]*lessons/##; s/:[0-9]*: in/: in/' "$work/asked" | diff - /dev/fd/3 3<<end
== resource ==
resource waits for: gather, of modify and 4 more
    lock.c: in resource
modify waits for: sleep
    lock.c: in modify
modify waits for: lock, which modify holds
    lock.c: in modify
modify waits for: lock, which modify holds
    lock.c: in modify
modify waits for: lock, which modify holds
    lock.c: in modify
modify waits for: lock, which modify holds
    lock.c: in modify
end
result "SIGQUIT dumps the tasks" $?

# ---- All lessons in one program ----

lessons=scenarios/lessons
[ ! -d $lessons ] || lessons=$lessons/lessons # a build in the source tree

# texts_of SCENARIO...: prints the expected texts of their lessons, in order.
texts_of() {
    for scenario in "$@"; do
        for name in $("$lessons" --list | grep "^$scenario\."); do
            cat "$expected/$name.txt"
        done
    done
}

# section "SCENARIO..." STATUS NAME...: the names must run the lessons of these scenarios.
section() {
    # shellcheck disable=SC2086
    texts_of $1 >"$work/expected"
    status=$2
    shift 2
    same "$work/expected" "$status" "$lessons" --virtual "$@"
    result "lessons $* prints all of its texts" $?
}

"$lessons" --list | sort >"$work/a"
for lesson in "$expected"/*.txt; do
    basename "$lesson" .txt
done | sort >"$work/b"
cmp -s "$work/a" "$work/b"
result "lessons --list names the lessons" $?

tasks='coroutine simple_tasks gather'
synchronisation='lock semaphore event condition barrier queue'
section "$tasks task_group future $synchronisation" 3
section "$tasks" 0 tasks
section task_group 0 task_groups
section task_group 0 'task groups'
section future 0 futures
section "$synchronisation" 3 synchronisation
section "lock gather future" 3 lock gather futures
for name in $("$lessons" --list); do
    same "$expected/$name.txt" "$(status_of "$name")" "$lessons" --virtual "$name"
    result "lessons $name prints its text" $?
done

# ---- Right and wrong names and options ----

# refused PROGRAM ARGUMENT...: the program must exit with 2, name the last argument, and run no lesson.
refused() {
    same /dev/null 2 "$@"
    result "$* is refused" $?
    "$@" 2>&1 >/dev/null | grep -q "'$(eval "printf %s \"\${$#}\"")'"
    result "$* says why" $?
}

refused scenarios/future nothing
refused scenarios/future --virtual result nothing
refused "$lessons" nothing
refused "$lessons" tasks task
refused "$lessons" 'task groups '
refused "$lessons" result
refused "$lessons" future.nothing
refused "$lessons" future.
same /dev/null 2 "$lessons" --wrong
result "a wrong option is refused" $?
"$lessons" --help | grep -q '^  task_groups: task_group$'
result "lessons --help names the sections" $?
scenarios/future --help | grep -q '^  callback$'
result "--help names the lessons" $?

# ---- The deadlock ----

# The report, with the text of each source line in place of its file and number.
scenarios/lock --virtual deadlock 2>&1 >/dev/null | while IFS= read -r line; do
    place=$(expr "$line" : ' *\([^ ].*:[0-9][0-9]*\): ')
    if [ -n "$place" ]; then
        echo "${line%%[! ]*}in ${line##* in }: $(cd scenarios && sed -n "${place##*:}s/^ *//p" "${place%:*}")"
    else
        echo "$line"
    fi
done >"$work/report"
call='weft_call(nested, self->sub, self->lock, self->name, self->depth - 1, self->sub + 1);'
diff - "$work/report" <<end
== deadlock ==
Deadlock: nothing can ever run again.
deadlock waits for: group
    in deadlock: weft_with_group(&self->tg) {
    in its group:
        Task A waits for: lock, which it holds itself
            in nested: $call
            in nested: weft_with_lock(self->lock) {
        Task B waits for: lock, which Task A holds
            in nested: weft_with_lock(self->lock) {
end
result "a deadlock is reported: which task waits where, for what, and who holds it" $?

# The report in scenarios/README.md, without its indentation.
scenarios/lock --virtual deadlock 2>&1 >/dev/null | sed '1d; s#^\( *\)[^ ]*lessons/#\1scenarios/lessons/#' >"$work/report"
sed -n '/^    Deadlock:/,/^$/{ s/^    //p; }' "$srcdir/scenarios/README.md" | diff - "$work/report"
result "the report of the deadlock is what the README shows" $?

finish
