#!/bin/sh
# The compiler of a build whose commands are written down: appends the arguments, one a line and an
# empty line behind them, to $MUTANTS_RECORD, and runs the compiler.
if [ -n "${MUTANTS_RECORD-}" ]; then
    { printf '%s\n' "$@"; echo; } >"$MUTANTS_RECORD.$$" && mv "$MUTANTS_RECORD.$$" "$MUTANTS_RECORD.$$.args"
fi
exec "${MUTANTS_CC:-cc}" "$@"
