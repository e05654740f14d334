#!/bin/sh
# SPDX-License-Identifier: MIT
# The tree follows its .clang-format. Lines of code have at most 100 columns, lines of prose at most 110.
# Tables and indented lines are no prose.
set -eu
. "$(dirname "$0")/common.sh"
cd "$srcdir"
files=$(find weft.h core primitives scenarios examples bench doc test tools -name '*.[ch]' | grep -v '^test/refuse/' | sort)

# Versions of clang-format differ; the tree uses the one of Debian 12.
if command -v clang-format-14 >/dev/null; then format=clang-format-14; else format=clang-format; fi
if command -v $format >/dev/null && $format --version | grep -q ' 14\.'; then
    # shellcheck disable=SC2086
    if $format --dry-run -Werror $files; then pass; else fail "code is as .clang-format says"; fi
else
    skip "the code's format" "there is no clang-format 14"
fi
# shellcheck disable=SC2086
if awk 'length > 100 { printf "%s:%d: longer than 100 columns\n", FILENAME, FNR; bad = 1 } END { exit bad }' \
    $files; then pass; else fail "code is within 100 columns"; fi
if awk 'length > 110 && !/^(\||    )/ { printf "%s:%d: longer than 110 columns\n", FILENAME, FNR; bad = 1 }
    END { exit bad }' ./*.md bench/*.md doc/*.md scenarios/*.md; then pass; else fail "prose is within 110 columns"; fi
finish
