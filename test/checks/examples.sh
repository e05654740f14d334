#!/bin/sh
# SPDX-License-Identifier: MIT
# The examples print the expected text and exit with 0. An example whose library is missing is skipped.
set -u
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The report of examples/demo.c, which is equal for all hosts.
cat >"$work/demo" <<'END'
demo: ended
exchanged: 1048576 and 1048576 bytes
silence: timed out
thread: 5050
host: 1 2 3
ticks: cancelled, tidied up
END

# prints NAME: the example must exit with 0, and print the text in $work/NAME.
prints() {
    if "examples/$1" >"$work/out" 2>&1 && diff "$work/$1" "$work/out"; then
        pass
    else
        fail "examples/$1 prints the expected text"
        cat "$work/out"
    fi
}

printf 'hello, weft\nhello, world\n' >"$work/hello"
prints hello
cp "$work/demo" "$work/poll"
prints poll
if [ -x examples/glib ]; then
    (cat "$work/demo" && echo 'GLib: its idle source ran') >"$work/glib"
    prints glib
else
    skip examples/glib "there is no GLib (libglib2.0-dev)"
fi

finish
