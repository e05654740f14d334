#!/bin/sh
# SPDX-License-Identifier: MIT
# The lessons with threads print the lines of scenarios/expected/. The system decides which of two threads
# runs first. So the lines are compared as a set, and in order only where the lesson's own locks, awaits and
# groups decide it (decided). No comparison depends on how fast the machine is, except for the lessons
# in `timed`, of which the text itself depends on the time: each of these runs again at half of the speed if
# its text is wrong.
set -u
. "$(dirname "$0")/common.sh"
expected=$srcdir/scenarios/expected
lessons=scenarios/lessons
[ ! -d $lessons ] || lessons=$lessons/lessons # a build in the source tree
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The figures of a real clock.
without_totals='s/^Total: [0-9.]*/Total:/'

# blurred LESSON: prints the sed script that removes from the lines what depends on the time.
blurred() {
    case $1 in
    condition.buffer) echo '/ waits for /d' ;; # a thread that comes late does not wait
    lock.counter) echo 's/counter: [1-4]$/counter:/' ;;
    lock.deadlock) echo 's/^Task (A level 3|B level 2):/Task:/' ;;
    queue.producer) echo 's/size: [12]/size:/' ;;
    semaphore.workers) echo 's/free: [0-2]/free:/' ;;
    esac
}

# decided LESSON: prints a sed script a line. The lines that a script prints are in order.
decided() {
    case $1 in
    barrier.broken)
        echo 's/^Worker .: //; /aborted$|^the barrier is broken$/p'
        printf '/Worker %s/p\n' A B C
        ;;
    barrier.workers)
        echo 's/^Worker . //; /^(reached|passed)|^All passed/p'
        printf '/Worker %s|^All passed/p\n' A B C
        ;;
    condition.buffer) echo '/ waits for /!p' ;;
    coroutine.sequential | future.callback | future.timeout | gather.collect | lock.resource | \
        task_group.conditional) echo p ;;
    event.producer)
        echo 's/Consumer .//; /signals|got|processed/p'
        printf '/%s/p\n' 'Consumer A' 'Consumer B' 'Consumer C' '^Producer'
        ;;
    event.waiter) echo '/^Waiting|going on$/p' ;;
    future.gather) echo '/^Received/p' ;;
    gather.error)
        echo '/^(Caught|The others|Total)/p'
        echo '/^(C done|Total)/p'
        ;;
    gather.fetch | task_group.fetch)
        echo 's/^(Fetching|Data).*/fetch/; p'
        printf '/(id: %s$|^Data %s |coroutine %s)/p\n' 1 1 1 2 2 2 3 3 3
        ;;
    lock.counter)
        echo 's/^Task ./Task/; p'
        printf 's/counter: .*//; /Task %s/p\n' A B C D
        ;;
    lock.reentrant) printf '/Task %s|^Both/p\n' A B ;;
    queue.producer)
        echo 's/ \(size: .*//; /^Producer A/p'
        echo '/^Consumer A/p'
        ;;
    semaphore.resource)
        echo '/^Total/p'
        printf '/%s$|^Total/p\n' 0 1 2 3 4
        ;;
    semaphore.workers)
        echo '/^Work of/p'
        printf 's/ \(free: .*//; /Worker%s/p\n' 1 2 3 4 5 6
        ;;
    simple_tasks.concurrent)
        echo '/^(Received|Total)/p'
        printf '/(id: %s$|^Data %s |coroutine %s)/p\n' 1 1 1 2 2 2 3 3 3
        ;;
    task_group.error) echo 's/^[ABC] cancelled/cancelled/; /^Tasks/!p' ;;
    task_group.limit)
        echo '/^(Data|Total)/p'
        printf '/Task%s|^Total/p\n' 1 2 3 4 5 6
        ;;
    task_group.timeout)
        echo 's/^(Fast|Medium) .*/done/; /^(done|Timeout|Total)/p'
        echo '/^(Tasks|Timeout)/p'
        ;;
    esac
}

# at_most N BEGIN END FILE: no more than N threads are between their lines BEGIN and END.
at_most() {
    awk -v n="$1" -v b="$2" -v e="$3" '$0 ~ b { k++ } $0 ~ e { k-- } k > n { bad = 1 } END { exit bad }' "$4"
}

# fits LESSON FILE: what else holds for the lines in the file, or in FILE.errors.
fits() {
    case $1 in
    condition.buffer) # a thread waits only while the buffer has not what it needs
        awk '/waits for room/ && !full { bad = 1 } /waits for an item/ && full { bad = 1 }
            / added / { full = 1 } / consumed / { full = 0 } END { exit bad }' "$2"
        ;;
    lock.deadlock) grep -q '^Stopped after .* nested nested deadlock$' "$2.errors" ;; # it says so
    lock.reentrant) # a task has the lock from its first line to its last
        awk '/^Task/ && $2 != last { changes++; last = $2 } END { exit changes != 2 }' "$2"
        ;;
    semaphore.resource) at_most 2 '^Accessing' '^Releasing' "$2" ;;
    semaphore.workers) # what is free is what the others have left
        awk 'BEGIN { free = 3 } / released / { free++ }
            / acquired / { free--; if (free < 0 || !index($0, "(free: " free ")")) bad = 1 } END { exit bad }' "$2"
        ;;
    task_group.limit) at_most 2 ' acquired ' ' released ' "$2" ;;
    esac
}

# is_expected LESSON: $work/LESSON has the lines of the expected text, in its order where that is decided.
is_expected() {
    sed "$without_totals" "$expected/$1.txt" >"$work/a"
    sed "$without_totals" "$work/$1" >"$work/b"
    for file in "$work/a" "$work/b"; do
        sed -E "$(blurred "$1")" "$file" | LC_ALL=C sort >"$file.set"
    done
    cmp -s "$work/a.set" "$work/b.set" || return
    decided "$1" >"$work/scripts"
    while IFS= read -r script; do
        sed -nE "$script" "$work/a" >"$work/a.order"
        sed -nE "$script" "$work/b" >"$work/b.order"
        [ -s "$work/a.order" ] && cmp -s "$work/a.order" "$work/b.order" || return
    done <"$work/scripts"
    fits "$1" "$work/$1"
}

# start LESSON SPEED: runs the lesson. Its status is then in $work/LESSON.status.
start() {
    "$lessons" --style threads --speed "$2" "$1" >"$work/$1" 2>"$work/$1.errors"
    echo $? >"$work/$1.status"
}

status_of() {
    case $1 in
    lock.deadlock) echo 3 ;;
    *) echo 0 ;;
    esac
}

# In these lessons a delay decides which lines there are: something must happen before something else, 0.3 to
# 2 seconds of the lesson later. At the first speed that is 75 ms or more, at the last one 1.2 seconds.
timed='barrier.broken future.timeout gather.error lock.deadlock task_group.error task_group.timeout'
is_timed() {
    case " $timed " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

"$lessons" --style threads --list | sort >"$work/names"
for lesson in "$expected"/*.txt; do
    basename "$lesson" .txt
done | sort | cmp -s - "$work/names"
result "--style threads has all lessons" $?

{
    "$lessons" --style threads --speed 40 >"$work/all" 2>"$work/all.errors"
    echo $? >"$work/all.status"
} &
for lesson in "$expected"/*.txt; do
    name=$(basename "$lesson" .txt)
    if is_timed "$name"; then speed=4; else speed=20; fi
    start "$name" $speed &
done
wait
for lesson in "$expected"/*.txt; do
    name=$(basename "$lesson" .txt)
    is_expected "$name"
    same=$?
    speed=4
    while [ $same -ne 0 ] && is_timed "$name" && [ $speed != 0.25 ] &&
        [ "$(cat "$work/$name.status")" -eq "$(status_of "$name")" ]; do
        case $speed in 4) speed=2 ;; 2) speed=1 ;; 1) speed=0.5 ;; *) speed=0.25 ;; esac
        start "$name" $speed
        is_expected "$name"
        same=$?
    done
    result "$name prints its lines with threads" $same
    [ "$(cat "$work/$name.status")" -eq "$(status_of "$name")" ]
    status=$?
    result "$name ends with its status" $status
    [ $same -eq 0 ] && [ $status -eq 0 ] || cat "$work/$name" "$work/$name.errors"
done

# ---- All lessons in one program ----

tail -n 4 "$expected/queue.producer.txt" >"$work/a"
if [ "$(cat "$work/all.status")" -eq 3 ] && [ "$(grep -c '^== ' "$work/all.errors")" -eq 27 ] &&
    tail -n 4 "$work/all" | cmp -s "$work/a" -; then
    pass
else
    fail "a lesson that is stopped lets the others run"
    cat "$work/all.status" "$work/all" "$work/all.errors"
fi

# ---- Cancelling ----

test/threads/cancel
result "a task is cancelled while it waits" $?

# ---- The clock ----

"$lessons" --style threads --virtual lock.resource >"$work/out" 2>"$work/errors"
[ $? -eq 2 ] && [ ! -s "$work/out" ] && grep -q 'on the real clock only' "$work/errors"
result "--virtual is refused with threads, and says why" $?
finish
