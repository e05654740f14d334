#!/bin/sh
# SPDX-License-Identifier: MIT
# Each program of the tutorial compiles without a warning and exits with 0. doc/tutorial.md has its source and
# its output, which `tutorial.sh --write` updates.
set -eu
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
service=
trap '[ -z "$service" ] || kill "$service" 2>/dev/null; rm -rf "$work"' EXIT

# Runs the service, its client when the service listens, and stops the service with SIGTERM.
run_service() {
    mkfifo "$work/pipe"
    "$work/10_service" "$work/socket" >"$work/pipe" &
    service=$!
    {
        read -r line && echo "$line"
        "$work/10_client" "$work/socket" >"$work/10_client.out" || echo "10_client failed"
        kill -TERM "$service"
        cat
    } <"$work/pipe" >"$work/10_service.out"
    status=0
    wait "$service" || status=$?
    service=
    return $status
}

for program in "$srcdir"/doc/tutorial/*.c; do
    name=$(basename "$program" .c)
    ${CC:-gcc} -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$srcdir" "$program" .libs/libweft.a -pthread -o "$work/$name"
    case $name in
    10_service) run_service_too=1 ;;
    10_client) ;;
    *) "$work/$name" >"$work/$name.out" || fail "$name ends with $?" ;;
    esac
done
[ -z "${run_service_too-}" ] || run_service || fail "10_service ends with $?"

# Prints the page with current sources and outputs. A line that ends with a link to a program names the
# program of the next blocks.
awk -v folder="$srcdir/doc/" -v work="$work/" '
    function insert(file,    line, got) {
        while ((got = (getline line <file)) > 0)
            if (line !~ /SPDX-License-Identifier/) print line
        if (got < 0) print "no such file: " file
        close(file)
    }
    skipping && /^```$/ { skipping = 0 }
    skipping { next }
    { print }
    match($0, /\(tutorial\/[0-9a-z_]+\.c\)$/) { name = substr($0, RSTART + 10, RLENGTH - 13) }
    name && /^```c$/ { insert(folder "tutorial/" name ".c"); skipping = 1 }
    name && /^```text$/ { insert(work name ".out"); skipping = 1 }' "$srcdir/doc/tutorial.md" >"$work/page"

if [ "${1-}" = --write ]; then
    cp "$work/page" "$srcdir/doc/tutorial.md"
    exit 0
fi
for program in "$srcdir"/doc/tutorial/*.c; do
    name=$(basename "$program")
    if grep -q "(tutorial/$name)\$" "$srcdir/doc/tutorial.md"; then
        pass
    else
        fail "doc/tutorial.md does not show $name"
    fi
done
diff "$srcdir/doc/tutorial.md" "$work/page" || fail "doc/tutorial.md is not what the programs are (--write)"
finish
