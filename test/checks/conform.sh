#!/bin/sh
# SPDX-License-Identifier: MIT
# The trace interpreter reads a file or standard input. For a malformed program it prints one line and exits
# with 2.
set -u
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# same WHAT EXPECTED ACTUAL: passes if the two texts are equal.
same() {
    if [ "$2" = "$3" ]; then pass; else fail "$1: expected $2, got $3"; fi
}

malformed() {
    printf "$1" >"$work/program"
    test/conform "$work/program" >"$work/out" 2>"$work/err"
    same "$1" "2 0 1" "$? $(wc -l <"$work/out" | tr -d ' ') $(wc -l <"$work/err" | tr -d ' ')"
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
malformed 'task main {\n sleep soon\n}\n'
malformed 'task main {\n sleep 99999999999999999999\n}\n'
malformed 'lock L\ntask main {\n set L\n}\n'
malformed 'lock L\nlock L\ntask main {\n}\n'
malformed 'task main {\n}\ntask main {\n}\n'
malformed 'semaphore S -1\ntask main {\n}\n'
malformed 'barrier B 0\ntask main {\n}\n'
malformed 'queue Q 1 random\ntask main {\n}\n'
malformed 'task main {\n wait some - main\n}\n'
malformed 'task main {\n gather\n}\n'
malformed 'task main {\n group {\n } finally {\n }\n}\n'
malformed 'task main {\n try {\n } catch {\n }\n}\n'
malformed 'task main {\n try {\n } finally {\n } finally {\n }\n}\n'
malformed 'task main {\n try {\n } finally {\n repeat 2 {\n return x\n }\n }\n}\n'

printf 'task main { # empty\n}\n' >"$work/program"
same 'a file' '0 main 0 end ok - done' "$(test/conform "$work/program" | xargs)"
same 'standard input' '0 main 0 end ok - done' "$(test/conform - <"$work/program" | xargs)"
test/conform "$work/nowhere" 2>/dev/null
same 'no file' 2 $?

# Rare forms of programs: negative numbers, and a name that is given twice.
trace() {
    printf "$1" >"$work/program"
    same "$1" "$2" "$(test/conform "$work/program" | xargs)"
}

trace 'task main {\n sleep -1\n}\n' '0 main 2 ok 0 main 0 end ok - done'
trace 'task main {\n timeout -1 {\n sleep 0\n sleep 0\n }\n}\n' \
    '0 main 3 err cancelled 0 main 2 err timeout 0 main 0 end err timeout done'
trace 'queue Q -1\ntask main {\n put Q -7\n get Q\n}\n' \
    '0 main 3 ok 0 main 4 ok -7 0 main 0 end ok - done'
trace 'future main\ntask main {\n set_result main x\n}\n' \
    '0 main 3 err invalid 0 main 0 end err invalid done'

finish
