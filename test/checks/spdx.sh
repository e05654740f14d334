#!/bin/sh
# SPDX-License-Identifier: MIT
# Every source file names its licence in an SPDX line, among the first three lines. `spdx.sh --write` adds a
# missing one: in C a comment at the top, elsewhere after the line with the interpreter.
set -eu
. "$(dirname "$0")/common.sh"
cd "$srcdir"
line='SPDX-License-Identifier: MIT'

files() {
    find . \( -name build -o -name 'build-*' -o -name .git -o -name node_modules -o -name autom4te.cache \
        -o -name build-aux \) -prune -o -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name '*.mjs' \
        -o -name '*.awk' -o -name '*.am' -o -name configure.ac -o -name try -o -path ./.ci/run \) -print | sort
}

# Prints the line as a comment in the file's language.
comment() {
    case $1 in
    *.[ch]) echo "/* $line */" ;;
    *.mjs) echo "// $line" ;;
    *) echo "# $line" ;;
    esac
}

# Inserts the line as the first, or after `#!` as the second.
add() {
    copy=$(mktemp)
    awk -v line="$(comment "$1")" '
        NR == 1 && /^#!/ { print; print line; next }
        NR == 1 { print line }
        { print }' "$1" >"$copy"
    cat "$copy" >"$1" # keeps the mode
    rm "$copy"
}

for file in $(files); do
    if head -n 3 "$file" | grep -qF "$line"; then
        pass
    elif [ "${1-}" = --write ]; then
        add "$file"
        pass
    else
        fail "no SPDX line: $file (spdx.sh --write)"
    fi
done
finish
