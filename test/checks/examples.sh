#!/bin/sh
# The examples of hosts print what they should, and end well: weft's tasks, and the host's own work
# beside them. One whose library is not there is left out.
set -u
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What weft's tasks have done (examples/demo.c), whoever drives them.
cat >"$work/demo" <<'END'
demo: ended
exchanged: 1048576 and 1048576 bytes
silence: timed out
thread: 5050
host: 1 2 3
ticks: cancelled, tidied up
END

# prints NAME: the example ends with 0, and prints what is in NAME.
prints() {
    if "examples/$1" >"$work/out" 2>&1 && diff "$work/$1" "$work/out"; then
        pass
    else
        fail "examples/$1 prints what it should"
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
