#!/bin/sh
# SPDX-License-Identifier: MIT
# The compiler refuses misuse with a message. Each file of refuse/ must not compile, for the reason in its
# first lines. It must compile with -DFIXED, which corrects the mistake.
set -u
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Prints the text after "NAME: " in the comment of the file.
field() {
    sed -n "s/^ \* $1: //p" "$2"
}

complain() {
    fail "$compiler: $(basename "$file"): $1"
    cat "$work/out"
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
        pass
        check_messages
    fi
}

# With a line `lines: N` the reason stands in the first or second message, and all messages together have at
# most N lines, with -Wall -Wextra and without flags.
check_messages() {
    bound=$(field lines "$file")
    bound=$(field "$compiler lines" "$file" | grep . || echo "$bound")
    [ -n "$bound" ] || return 0
    for warnings in '' '-Wall -Wextra'; do
        # shellcheck disable=SC2086
        LC_ALL=C "$compiler" -std=c11 -fsyntax-only -I"$srcdir" $warnings "$file" >"$work/out" 2>&1
        if ! grep -E ': (fatal error|error|warning|note): ' "$work/out" | head -n 2 | grep -Eq -- "$message"; then
            complain "does not name it in the first two messages: $message"
        elif [ "$(wc -l <"$work/out")" -gt "$bound" ]; then
            complain "takes more than $bound lines, with flags '$warnings'"
        else
            pass
        fi
    done
}

for compiler in gcc clang; do
    have $compiler "what $compiler refuses" || continue
    for file in "$srcdir"/test/refuse/*.c; do
        check "$file" $compiler
    done
done
finish
