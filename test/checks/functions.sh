#!/bin/sh
# SPDX-License-Identifier: MIT
# doc/functions.md is up to date: tools/functions.py makes it from the headers.
set -eu
. "$(dirname "$0")/common.sh"
have python3 "doc/functions.md is current" || finish
made=$(mktemp)
trap 'rm -f "$made"' EXIT
python3 "$srcdir/tools/functions.py" "$srcdir" >"$made" || fail "each public name has a comment"
if diff -u "$srcdir/doc/functions.md" "$made" >"$made.diff"; then
    pass
else
    head -40 "$made.diff"
    fail "doc/functions.md is old; run: python3 tools/functions.py > doc/functions.md"
fi
rm -f "$made.diff"
finish
