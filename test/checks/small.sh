#!/bin/sh
# SPDX-License-Identifier: MIT
# small.sh        the corpus in the narrowest configuration: 16 bits of a millisecond, timers as a list
# small.sh --all  the suites, the corpus and its cancellations in every configuration of weft_time and timers;
#                 and 300 random programs that CPython runs too (conformance), of the seed SEED
#
# Each configuration is compiled with -Os in a folder of its own. Clocks of 32 and 16 bits begin just below
# their wrap, and the corpus runs also from just below half their range. A test whose times do not fit into a
# clock is left out by its name (ADD_TEST_IF). At most 15 are left out in all configurations together.
set -u
. "$(dirname "$0")/common.sh"
unset MAKEFLAGS MAKELEVEL
MOST_LEFT_OUT=15
folder=$PWD/small
corpus="$srcdir/test/oracle/corpus"
CC=${CC:-cc}
jobs=$(nproc 2>/dev/null || echo 2)
left_out=0

# Suites whose subject is what a program without texts does not have.
#   test_debug, test_dump, test_observer, test_recorder, test_report, test_watchdog: core/inspect
#   test_panic: the text of weft's own panic
#   test_error: the texts of errors
TEXT_SUITES='test_debug test_dump test_observer test_recorder test_report test_watchdog test_panic test_error'
TEXT_SOURCES='core/inspect/debug.o core/inspect/dump.o core/inspect/observer.o core/inspect/print_error.o \
    core/inspect/recorder.o core/inspect/report.o
    core/inspect/watchdog.o core/inspect/on_quit.o'

# The suite of interrupts on a machine without atomic pointers is test_threadsafe with another library, and
# has no times of its own.
all_suites() {
    (cd "$srcdir/test/suites" && echo test_*.c | sed 's/\.c//g')
}

without() {
    for suite in $1; do
        case " $2 " in *" $suite "*) ;; *) echo "$suite" ;; esac
    done | xargs
}

# build NAME OPTIONS SUITES TARGETS [WITHOUT]
build() {
    mkdir -p "$folder/$1" && cd "$folder/$1" || return 1
    epoll=
    [ ! -f /usr/include/linux/eventpoll.h ] || epoll=-DHAVE_EPOLL
    # shellcheck disable=SC2086
    make -s -k -j"$jobs" -f "$srcdir/test/checks/small.mk" SRCDIR="$srcdir" CC="$CC" AR="${AR:-ar}" OPTIONS="$2" \
        SUITES="$3" EPOLL="$epoll" WITHOUT="${5:-}" CHECK_FLAGS="$check_flags" CHECK_LIBRARIES="$check_libraries" \
        $4 >log 2>&1
    status=$?
    [ $status -eq 0 ] || { fail "$1: does not build"; grep -E 'error|Error' log | head -n 20; }
    return $status
}

# run WHAT COMMAND...: runs it, and adds its counts to the counts.
run() {
    what=$1
    shift
    "$@" >out 2>&1
    status=$?
    counts=$(sed -n -e 's/.*Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' \
        -e 's/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2 0/p' out | tail -n 1)
    # shellcheck disable=SC2086
    set -- ${counts:-0 0 0}
    case $counts in *' '*) ;; *) [ $status -eq 0 ] && set -- 1 0 0 ;; esac
    grep -q 'Checks:' out && set -- $(($1 - $2 - $3)) $(($2 + $3)) 0
    passed=$((passed + $1)) failed=$((failed + $2))
    [ $status -eq 0 ] || [ "$2" -gt 0 ] || failed=$((failed + 1))
    [ $status -eq 0 ] || { echo "failed: $what"; grep -aE ':[FE]:|differs|malformed|panic' out | head -n 10; }
    left_out=$((left_out + $(grep -c '^left out: ' out)))
    sed -n "s/^left out: /left out: $name: /p" out
}

# configuration NAME BITS HZ LIST TEXTS [SUITES]
configuration() {
    name=$1 bits=$2
    options="-DWEFT_TIME_BITS=$2 -DWEFT_TIME_HZ=$3 -DWEFT_TIMER_LIST=$4 -DWEFT_TEXTS=$5"
    suites=${6:-$(all_suites)} sources=
    if [ "$5" -eq 0 ]; then
        suites=$(without "$suites" "$TEXT_SUITES") sources=$TEXT_SOURCES
        echo "$name: without the suites of texts: $TEXT_SUITES"
    fi
    [ -n "$check_libraries" ] || suites=
    before=$passed
    build "$name" "$options" "$suites" all "$sources" || return
    for suite in $suites; do
        # To arm n timers in a list, the latest first, takes O(n * n).
        if [ "$4" -eq 1 ] && [ "$suite" = test_scale ]; then scale=10; else scale=1; fi
        run "$name: $suite" env WEFT_SCALE=$scale "test/suites/$suite"
    done
    run "$name: the corpus" ./replay "$corpus"/*.txt
    if [ -z "${6:-}" ]; then
        run "$name: the corpus, cancelled" ./conserved "$corpus"/*.txt
        [ "$5" -eq 0 ] || run "$name: the corpus, with dumps" ./replay --dump "$corpus"/*.txt
    fi
    if [ -n "$pyodide" ]; then
        run "$name: random programs and CPython" env WEFT_PYODIDE="$pyodide" \
            node "$srcdir/test/oracle/compare.mjs" "$SEED" 300 ./conform
    fi
    if [ "$bits" -lt 64 ]; then
        for start in $(((1 << (bits - 1)) - 6)) $(((1 << bits) - 1)) 0; do
            run "$name: the corpus from $start" env WEFT_CLOCK_START=$start ./replay "$corpus"/*.txt
        done
    fi
    echo "$name: $((passed - before)) passed"
}

# Prints the folder whose node_modules has pyodide, CPython compiled for node. Fetches it the first time.
find_pyodide() {
    command -v node >/dev/null && command -v npm >/dev/null || return
    [ -d node_modules/pyodide ] || npm install --silent --no-save --prefix . pyodide@314 >&2 || return
    pwd
}

check_flags=$(pkg-config --cflags check 2>/dev/null)
check_libraries=$(pkg-config --libs check 2>/dev/null)
if [ "${1:-}" != --all ]; then
    name=16-ms
    build 16-ms-quick '-DWEFT_TIME_BITS=16 -DWEFT_TIME_HZ=1000 -DWEFT_TIMER_LIST=1 -DWEFT_TEXTS=0' '' replay \
        "$TEXT_SOURCES" && run 'the corpus in 16 bits' ./replay "$corpus"/*.txt
    finish
fi
[ -n "$check_libraries" ] || skip 'the suites in small configurations' 'there is no Check'
pyodide=$(find_pyodide)
[ -n "$pyodide" ] || skip 'random programs and CPython' 'there is no node, npm or pyodide'
SEED=${SEED:-1}
echo "random programs: seed $SEED"
timers='test_timer test_clock test_timeout test_handle test_loop test_backends test_conserved'
configuration 16-ms-list 16 1000 1 1
configuration 32-ms-list 32 1000 1 0
configuration 32-us-list 32 1000000 1 1
configuration 64-us-list 64 1000000 1 1
configuration 16-ms-heap 16 1000 0 1 "$timers"
configuration 32-us-heap 32 1000000 0 0 "$(without "$timers" "$TEXT_SUITES")"
echo "left out: $left_out in all"
[ $left_out -le $MOST_LEFT_OUT ] || fail "$left_out tests are left out, at most $MOST_LEFT_OUT may be"
finish
