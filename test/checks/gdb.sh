#!/bin/sh
# SPDX-License-Identifier: MIT
# The commands of tools/gdb/weft-gdb.py, in a live process and on its core file. `weft tasks` prints what
# weft_dump writes, and `weft bt` prints the nested awaits. gdb loads the script with the installed library.
set -eu
. "$(dirname "$0")/common.sh"
script=$srcdir/tools/gdb/weft-gdb.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v gdb >/dev/null || { skip gdb "there is no gdb"; finish; }
gdb -nx -batch -ex 'python import re' >"$work/log" 2>&1 && [ ! -s "$work/log" ] ||
    { skip gdb "this gdb has no Python"; finish; }
gdb -nx -batch -ex run "$(command -v true)" >"$work/log" 2>&1 && grep -q 'exited normally' "$work/log" ||
    { skip gdb "gdb cannot run a process here"; finish; }

# debug COMMAND... -- FILE...: prints what gdb answers to the commands.
debug() {
    arguments=
    while [ "$1" != -- ]; do
        arguments="$arguments -ex '$1'"
        shift
    done
    shift
    eval "gdb -nx -batch -iex 'set auto-load off' -ex 'source $script' $arguments \"\$@\"" 2>&1 || true
}

# says NAME TEXT: the output of the commands must contain the text.
says() {
    status=0
    grep -qF -- "$2" "$work/out" || { status=1; echo "missing: $2"; cat "$work/out"; }
    result "$1" $status
}

# tasks_of FILE: prints the lines between the marks, without the numbers, which weft_dump does not write.
tasks_of() {
    sed -n '/^tasks begin/,/^tasks end/p' "$1" | sed '1d; $d; s/^\( *\)#[0-9]* /\1/'
}

inspect() {
    name=$1
    tasks_of "$work/out" | diff "$work/dump" - && status=0 || status=1
    result "$name: weft tasks shows what weft_dump writes" $status
    says "$name: bt of a name" '#0  inner at '
    says "$name: bt of nested awaits" '#1  middle at '
    says "$name: bt of the outermost" '#2  outer at '
    says "$name: bt says what is waited for" 'outer waits for: lock, which holder (a daemon) holds'
    says "$name: bt of a number" 'holder (a daemon) waits for: sleep'
    says "$name: bt of an expression" 'unlucky waits for: lock, which is held by a task that has ended'
    says "$name: bt without a task" 'stopper runs'
    says "$name: a name of two" 'weft: several tasks are named twin; name one by number: '
    says "$name: a number of none" 'weft: there is no task 999; '
    says "$name: a name of none" 'nobody is no task'
    says "$name: what is no loop" 'weft: lock is no weft_loop that has been initialised'
}

# The lines of `weft tasks` between two marks, and each form of `weft bt`.
set -- 'echo tasks begin\n' 'weft tasks' 'echo tasks end\n' 'weft bt outer' 'weft bt 1' \
    'weft bt &workers[2]' 'weft bt' 'weft bt twin' 'weft bt 999' 'weft bt nobody' 'weft tasks lock'

for flags in -O2 -O0; do
    # shellcheck disable=SC2086
    ${CC:-gcc} -std=c11 -g $flags -Wall -Wextra -Wpedantic -Werror -I"$srcdir" "$srcdir/test/checks/debugged.c" \
        .libs/libweft.a -o "$work/debugged"
    rm -f "$work/core" "$work/dump"
    debug "run $work/dump >$work/log" "$@" "generate-core-file $work/core" -- "$work/debugged" >"$work/out"
    inspect "live, $flags"
    debug "$@" 'weft tasks &loop' -- "$work/debugged" "$work/core" >"$work/out"
    inspect "core, $flags"
done

# gdb finds loops that are not on the stack.
debug 'break main' 'run' 'weft tasks' -- "$work/debugged" >"$work/out"
says 'before the loop is initialised' 'weft: no loop was found; name one'
debug 'break stop_with_one_loop' "run $work/dump" 'weft tasks' -- "$work/debugged" >"$work/out"
says 'a loop that is a variable' '#1 holder (a daemon) waits for: sleep'
debug 'break stop_with_two_loops' "run $work/dump" 'weft tasks' 'weft bt 1' 'weft bt -loop &loop 1' \
    'weft tasks second_loop' 'weft bt -loop &loop' -- "$work/debugged" >"$work/out"
says 'several loops' 'weft: there are several loops; name one of: (weft_loop *)0x'
says 'a loop that is named' 'holder (a daemon) waits for: sleep'
says 'a loop without tasks' 'No tasks.'
says 'no task runs' 'weft: no task runs: weft bt TASK'
debug 'weft tasks' -- "$work/debugged" >"$work/out"
says 'without a process' 'weft: there is no process and no core file'
debug 'help weft tasks' 'help weft bt' -- >"$work/out"
says 'help' 'Usage: weft tasks [LOOP]'
says 'help of bt' 'Usage: weft bt [-loop LOOP] [TASK]'

# The script of the installed library, with the two lines for ~/.gdbinit from doc/debugging.md.
if [ -e .libs/libweft.so ]; then
    ${MAKE:-make} -s install prefix="$work/usr" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    ${CC:-gcc} -std=c11 -g -I"$work/usr/include/weft" "$srcdir/test/checks/debugged.c" -L"$work/usr/lib" -lweft \
        -Wl,-rpath,"$work/usr/lib" -o "$work/shared"
    gdb -nx -batch -iex "add-auto-load-scripts-directory $work/usr/share/gdb/auto-load" \
        -iex "add-auto-load-safe-path $work/usr/share/gdb/auto-load" \
        -ex "run $work/dump >$work/log" -ex 'echo tasks begin\n' -ex 'weft tasks' -ex 'echo tasks end\n' \
        "$work/shared" >"$work/out" 2>&1
    tasks_of "$work/out" | diff "$work/dump" - && status=0 || status=1
    result 'gdb loads the script with the installed library' $status
fi

finish
