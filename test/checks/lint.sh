#!/bin/sh
# SPDX-License-Identifier: MIT
# weft-lint finds the mistakes in each NAME.c of lint/, and prints the text of NAME.expected. Without such a
# file, it must find nothing.
set -u
. "$(dirname "$0")/common.sh"
cd "$srcdir" || exit 1
lint=$PWD/tools/weft-lint
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! /usr/bin/python3 -c 'from clang import cindex; cindex.Index.create()' 2>"$work/why"; then
    skip weft-lint "there is no libclang for Python (Debian: python3-clang): $(tail -n 1 "$work/why")"
    finish
fi

# expect NAME CODE: compares the exit code and the output of the last run with CODE and $work/expected.
expect() {
    if [ "$code" = "$2" ] && diff "$work/expected" "$work/out" >"$work/diff"; then
        passed=$((passed + 1))
    else
        echo "$1: exit code $code instead of $2, or not what is expected:"
        cat "$work/diff" "$work/err"
        failed=$((failed + 1))
    fi
}

run() {
    "$lint" "$@" >"$work/out" 2>"$work/err"
    code=$?
}

# ---- Findings ----

flags="-std=c11 -I$PWD"
cd test/lint || exit 1
for file in *.c; do
    # shellcheck disable=SC2086
    run "$file" -- $flags
    cp "${file%.c}.expected" "$work/expected" 2>/dev/null || : >"$work/expected"
    if [ -s "$work/expected" ]; then expect "$file" 1; else expect "$file" 0; fi
done

# ---- Options and compilation databases ----

# Installed: bin/weft-lint, and the rest in share/weft.
mkdir -p "$work/usr/bin" "$work/usr/share/weft"
cp "$lint" "$work/usr/bin"
cp -R "${lint%-lint}_lint" "$work/usr/share/weft"
from_tree=$lint lint=$work/usr/bin/weft-lint
# shellcheck disable=SC2086
run local-across-an-await.c -- $flags
cp local-across-an-await.expected "$work/expected"
expect "as installed" 1
lint=$from_tree

# shellcheck disable=SC2086
run good-locals.c local-across-an-await.c -- $flags
cp local-across-an-await.expected "$work/expected"
expect "several files" 1

echo 'int main(void) { return undeclared; }' >"$work/broken.c"
: >"$work/expected"
run "$work/broken.c" -- -std=c11
expect "a file that does not compile" 2
grep -q "undeclared" "$work/err"
code=$?
expect "the compiler's error" 0

run missing.c -- -std=c11
expect "a file that is not there" 2

run
expect "no file" 2

run good-locals.c
expect "no flags" 2

# A compilation database: in the folder given, or in a folder above the file; it may have flags of gcc.
mkdir -p "$work/program/inner"
cp nap.h local-across-an-await.c "$work/program/inner"
cat >"$work/program/compile_commands.json" <<END
[{"directory": "$work/program", "file": "inner/local-across-an-await.c",
  "command": "gcc -c -std=c11 -fno-such-flag -Wno-such-warning -I\"$OLDPWD\" -o x.o inner/local-across-an-await.c"}]
END
cd "$work/program/inner" || exit 1
cp "$OLDPWD/local-across-an-await.expected" "$work/expected"
run local-across-an-await.c
expect "compile_commands.json above the file" 1
run -p .. local-across-an-await.c
expect "compile_commands.json in a folder" 1
: >"$work/expected"
run -p "$work" local-across-an-await.c
expect "no compile_commands.json in the folder" 2
run nap.h
expect "a file that is not in compile_commands.json" 2

# The example in doc/weft-lint.md gives the warning that is printed below it.
awk '/^```/ { c = !c; next } c' "$OLDPWD/../../doc/weft-lint.md" >demo.c
sed -n 's/^    \(demo\.c:.*\)/\1/p' "$OLDPWD/../../doc/weft-lint.md" >"$work/expected"
# shellcheck disable=SC2086
run demo.c -- $flags
expect "the document's example" 1

: >"$work/expected"
run --help
: >"$work/out"
expect "--help" 0

finish
