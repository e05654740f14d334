#!/bin/sh
# SPDX-License-Identifier: MIT
# debug.sh FOLDER BUILD: prints for compare what debuggers and sanitizers show of debuggee.c in each style.
# Each line is what a tool has done here and now. FOLDER is scenarios/compare, BUILD its folder of the build.
set -u
folder=$1 build=$2
top=$folder/../..
library=$build/../.libs/libweft.a
compiler=${CC:-cc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
styles='stackless stackful threads'

note() {
    echo "note $*"
}

# note_all WHAT TEXT...: notes the text for each style.
note_all() {
    what=$1
    shift
    for style in $styles; do note "$what" "$style" "$@"; done
}

# compile NAME FLAG...: builds the program in $work, with Boost.Context if it is there.
compile() {
    name=$1
    shift
    for boost in '-DHAVE_BOOST_CONTEXT -l:libboost_context.a' ''; do
        # shellcheck disable=SC2086
        $compiler -std=c11 -g -O1 -fno-inline -fno-optimize-sibling-calls -pthread "$@" -I"$top" \
            -I"$folder/../lessons" -o "$work/$name" "$folder/debuggee.c" "$folder/../stackful/stackful.c" \
            "$folder"/../threads/thread_*.c "$library" $boost >"$work/log" 2>&1 && return
    done
    return 1
}

# calls FILE NAME...: prints how many of the functions stand in the backtraces of the file.
calls() {
    file=$1 found=0
    shift
    for name in "$@"; do
        grep -Eq "^#[0-9].*[ _]$name" "$file" && found=$((found + 1))
    done
    echo $found
}

# yes_if COMMAND...: prints yes if the command succeeds, otherwise no.
yes_if() {
    if "$@"; then echo yes; else echo no; fi
}

# named FILE: prints how many of the five functions stand in what weft's commands for gdb print.
named() {
    grep -Eo ' in [a-z]*_?(innermost|middle|outermost|acquiring|waiting)$' "$1" | sort -u | wc -l | xargs
}

# ---- gdb, on the program and on a core; alone, and with weft's commands for it ----
debugger() {
    timeout 20 gdb -nx -q -batch -iex 'set auto-load off' -ex 'set debuginfod enabled off' \
        -ex "source $top/tools/gdb/weft-gdb.py" "$@" 2>&1 </dev/null
}

look_with_gdb() {
    for style in $styles; do
        core=$work/core.$style
        debugger -ex 'break stop_here' -ex run -ex bt -ex 'echo other\n' -ex 'thread apply all bt' \
            -ex "generate-core-file $core" --args "$work/plain" $style stop >"$work/gdb"
        if ! grep -q stop_here "$work/gdb"; then
            note gdb-running "$style" "not here: gdb could not run it"
            continue
        fi
        sed '/^other/,$d' "$work/gdb" >"$work/own"
        sed '1,/^other/d' "$work/gdb" >"$work/all"
        grep '^#' "$work/own" >"$work/frames"
        to_main=$(yes_if grep -Eq '[ _](main|start_thread|clone3?) \(' "$work/frames")
        running=$(calls "$work/frames" innermost middle outermost)
        note gdb-running "$style" "$running of 3 calls; reaches main or the thread's start: $to_main"
        note gdb-waiting "$style" "$(calls "$work/all" acquiring waiting) of 2 calls of the waiting task"
        debugger -ex 'thread apply all bt' "$work/plain" "$core" >"$work/gdb"
        running=$(calls "$work/gdb" innermost middle outermost)
        waiting=$(calls "$work/gdb" acquiring waiting)
        note gdb-core "$style" "$running of 3 calls running, $waiting of 2 waiting"
        if [ $style = threads ]; then
            note gdb-weft-tasks $style "no counterpart"
        else
            debugger -ex 'weft tasks' "$work/plain" "$core" >"$work/gdb"
            note gdb-weft-tasks $style "$(named "$work/gdb") of 5 functions, in a core"
        fi
        rm -f "$core"
    done
}

look_with_dump() {
    for style in stackless stackful; do
        timeout 10 "$work/plain" $style dump >"$work/dump" 2>&1
        lock=$(yes_if grep -q 'waits for: lock' "$work/dump")
        note weft_dump $style "$(named "$work/dump") of 5 functions; names the lock: $lock"
    done
    note weft_dump threads "no counterpart"
}

# ---- valgrind ----
look_with_valgrind() {
    for style in $styles; do
        timeout 60 valgrind --error-exitcode=9 --leak-check=full "$work/plain" $style run >"$work/log" 2>&1
        status=$?
        errors=$(sed -n 's/.*ERROR SUMMARY: \([0-9]* errors\).*/\1/p' "$work/log" | tail -1)
        note valgrind $style "$errors, exit status $status"
    done
}

# ---- sanitizers ----
look_with_asan() {
    for style in $styles; do
        timeout 30 "$work/asan" $style run >"$work/log" 2>&1
        clean=$?
        timeout 30 "$work/asan" $style overflow >"$work/log" 2>&1
        found=$(yes_if grep -q 'ERROR: AddressSanitizer' "$work/log")
        note asan $style "exit status $clean without a bug; finds a write behind an array over a wait: $found"
    done
}

look_with_tsan() {
    for style in $styles; do
        timeout 30 "$work/tsan" $style share >"$work/log" 2>&1
        races=$(grep -c 'WARNING: ThreadSanitizer: data race' "$work/log")
        note tsan $style "$races data races for a variable that no lock protects"
    done
}

# with TOOL WHAT FUNCTION: calls the function if the tool is there.
with() {
    if command -v "$1" >/dev/null; then "$3"; else note_all "$2" "not here: no $1"; fi
}

if [ ! -f "$library" ] || ! compile plain; then
    note_all all "not here: $compiler did not build debuggee.c"
    exit 0
fi
with gdb gdb-running look_with_gdb
look_with_dump
with valgrind valgrind look_with_valgrind
if compile asan -fsanitize=address; then look_with_asan; else note_all asan "not here: $compiler has none"; fi
if compile tsan -fsanitize=thread; then look_with_tsan; else note_all tsan "not here: $compiler has none"; fi
