#!/bin/sh
# The trace interpreter reads a file or standard input; a malformed program exits 2 with one line.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

result() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: expected $2, got $3"
    fi
}

malformed() {
    printf "$1" >"$work/program"
    test/conform "$work/program" >"$work/out" 2>"$work/err"
    result "$1" "2 0 1" "$? $(wc -l <"$work/out" | tr -d ' ') $(wc -l <"$work/err" | tr -d ' ')"
}

malformed ''
malformed 'task main {\n'
malformed 'task main {\n log\n}\n'
malformed 'task main {\n fly W\n}\n'
malformed 'task main {\n spawn nobody as a\n}\n'
malformed 'task main {\n try {\n } catch any {\n call nobody\n }\n}\n'
malformed 'future\ntask main {\n}\n'
malformed 'piano P\ntask main {\n}\n'
malformed 'task main {\n}\n}\n'

printf 'task main { # empty\n}\n' >"$work/program"
result 'a file' '0 main 0 end ok - done' "$(test/conform "$work/program" | xargs)"
result 'standard input' '0 main 0 end ok - done' "$(test/conform - <"$work/program" | xargs)"
test/conform "$work/nowhere" 2>/dev/null
result 'no file' 2 $?

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
