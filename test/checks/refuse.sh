#!/bin/sh
# Misuse that a compiler can see is refused, with a message: each file of refuse/ must not compile,
# for the reason that its first lines give, and must compile with -DFIXED, where the mistake is mended.
set -u
srcdir=${srcdir:-.}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# The text behind "NAME: " in the comment of the file.
field() {
    sed -n "s/^ \* $1: //p" "$2"
}

complain() {
    echo "$compiler: $(basename "$file"): $1"
    cat "$work/out"
    failed=$((failed + 1))
}

check() {
    file=$1 compiler=$2
    message=$(field "$compiler" "$file")
    [ -n "$message" ] || return 0
    flags="-std=c11 -fsyntax-only -O1 -I$srcdir -Wall $(field flags "$file") $(field "$compiler flags" "$file")"
    # shellcheck disable=SC2086
    if LC_ALL=C "$compiler" $flags "$file" -o "$work/o" >"$work/out" 2>&1; then
        complain "compiles"
    elif ! grep -Eq -- "$message" "$work/out"; then
        complain "is refused, but not with: $message"
    elif ! LC_ALL=C "$compiler" $flags -Werror -Wno-unused-const-variable -DFIXED "$file" -o "$work/o" >"$work/out" 2>&1; then
        complain "is refused even with -DFIXED"
    else
        passed=$((passed + 1))
    fi
}

for compiler in gcc clang; do
    command -v $compiler >/dev/null || continue
    for file in "$srcdir"/test/refuse/*.c; do
        check "$file" $compiler
    done
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
