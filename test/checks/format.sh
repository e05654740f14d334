#!/bin/sh
# The tree follows its .clang-format, and no line of code is longer than 100 columns, none of prose than
# 110 (tables and what is indented are not prose).
set -eu
cd "${srcdir:-.}"
status=0
files=$(find weft.h core primitives scenarios examples bench doc test -name '*.[ch]' | grep -v '^test/refuse/' | sort)
# Versions format differently: the tree's is Debian 12's.
if command -v clang-format-14 >/dev/null; then format=clang-format-14; else format=clang-format; fi
if command -v $format >/dev/null && $format --version | grep -q ' 14\.'; then
    # shellcheck disable=SC2086
    $format --dry-run -Werror $files || status=1
fi
# shellcheck disable=SC2086
awk 'length > 100 { printf "%s:%d: longer than 100 columns\n", FILENAME, FNR; bad = 1 } END { exit bad }' \
    $files || status=1
awk 'length > 110 && !/^(\||    )/ { printf "%s:%d: longer than 110 columns\n", FILENAME, FNR; bad = 1 }
    END { exit bad }' ./*.md bench/*.md doc/*.md scenarios/*.md || status=1
exit $status
