#!/bin/sh
# SPDX-License-Identifier: MIT
# Stands in for the compiler, or for ar, in a build whose commands are written down. Appends a file to
# $MUTANTS_RECORD: the current folder, the tool's name and the arguments, one a line, and an empty line.
# Then runs the tool.
tool=$(basename "$0")
if [ -n "${MUTANTS_RECORD-}" ]; then
    { printf '%s\n' "$PWD" "$tool" "$@"; echo; } >"$MUTANTS_RECORD.$$" && mv "$MUTANTS_RECORD.$$" "$MUTANTS_RECORD.$$.args"
fi
case $tool in
ar) exec "${MUTANTS_AR:-ar}" "$@" ;;
esac
exec "${MUTANTS_CC:-cc}" "$@"
