#!/bin/sh
# SPDX-License-Identifier: MIT
# scenarios/echo: killed clients lose no byte and no descriptor. The first SIGINT drains, the second cancels.
# Wrong options and failures are reported. The program compares the replies and counts the connections; this
# check tests its status and its report.
set -u
# The check fails after 300 s, since a lost wake-up would make it wait for ever.
if [ -z "${WITHIN_LIMIT:-}" ] && command -v timeout >/dev/null; then
    WITHIN_LIMIT=yes exec timeout 300 sh "$0"
fi
. "$(dirname "$0")/common.sh"
echo=scenarios/echo
[ ! -d $echo ] || echo=$echo/echo # a build in the source tree
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap '' PIPE
# ---- Loads ----

# load ARGUMENT...: runs a load, which must succeed. Its output is in $work/printed.
load() {
    "$echo" "$@" >"$work/printed" 2>&1
    result "echo $* ends well" $?
    [ $failed -eq 0 ] || cat "$work/printed"
}

# says PATTERN: the output of the last load must match.
says() {
    grep -q "$1" "$work/printed"
    result "the output has $1" $?
}

seed=$(date +%s)
load --seed "$seed" --requests 100000
says '^requests: 100000 of 100000$'
says '^clients: [1-9]'
says '^connections that were lost: [1-9]'
for seed in 1 2 3 $((seed + 1)); do
    load --seed "$seed" --requests 10000 --kill-every 1
    says '^requests: 10000 of 10000$'
    says '^clients: [1-9]'
done
load
says '^requests: 2000 of 2000$'
load --seed 1 --requests 1000 --connections 200 --kill-every 0
says '^clients: 0 killed, 0 timed out$'
says '^connections that were lost: 0,'
load --seed 1 --requests 1000 --connections 1 --kill-every 1
load --seed 1 --requests 7 --clients 3 --connections 2
load --seed 1 --requests 0
load --seed 1 --requests 1000 --longest 1
load --seed 1 --requests 20 --clients 2 --longest 20000000 --kill-every 0

# The second client times out, since the first client keeps the only connection longer.
load --seed 5 --requests 40000 --clients 2 --connections 1 --visit 1000000 --timeout 10 --longest 10 \
    --kill-every 0
says '^requests: 40000 of 40000$'
says '^clients: 0 killed, [1-9][0-9]* timed out$'

# ---- A server, and a client that types ----

# start ARGUMENT...: starts a server in the background. Sets $server, its process, and $port. Its output,
# after the line with the port, is on descriptor 5.
start() {
    rm -f "$work/server"
    mkfifo "$work/server"
    "$echo" "$@" >"$work/server" 2>&1 &
    server=$!
    exec 5<"$work/server"
    read -r port <&5
    port=${port##* }
}

# talk: starts a client in the background. Sets $talk, its process. Its input is on descriptor 3, its output
# on 4.
talk() {
    rm -f "$work/said" "$work/replies"
    mkfifo "$work/said" "$work/replies"
    "$echo" --talk --port "$port" <"$work/said" >"$work/replies" 5<&- &
    talk=$!
    exec 3>"$work/said" 4<"$work/replies"
}

# echoes TEXT: reads the text from the client's output, so the server has received it.
echoes() {
    test "$(dd bs=1 count=${#1} <&4 2>/dev/null)" = "$1"
    result "$1 comes back" $?
}

# ends PROCESS STATUS WHAT: waits for the process, which must end with the status.
ends() {
    wait "$1"
    test $? -eq "$2"
    result "$3 ends with $2" $?
}

# line TEXT: the server's next line must be this text.
line() {
    read -r said <&5
    test "$said" = "$1"
    result "the server says: $1" $?
}

interrupt() {
    kill -INT "$server"
}

# SIGINT without a connection.
start --serve
interrupt
line 'draining; connections in a request: 0'
ends "$server" 0 'a server without a connection'

# SIGINT in the middle of a line: the line gets its reply, and no new client is accepted.
start --serve
talk
printf 'one\ntwo, half' >&3
IFS= read -r reply <&4
test "$reply" = one
result "the first line comes back" $?
echoes 'two, half'
interrupt
line 'draining; connections in a request: 1'
"$echo" --talk --port "$port" </dev/null >/dev/null 2>"$work/error"
test $? -eq 1 && grep -q 'Connection refused' "$work/error"
result "a server that drains accepts no client" $?
printf ' and half\n' >&3
IFS= read -r reply <&4
test "$reply" = ' and half'
result "the rest of the line comes back" $?
ends "$talk" 0 'the client'
line 'connections that ended between requests: 1, 23 bytes received, 23 sent'
ends "$server" 0 'a server that has drained'

# SIGINT between two lines ends the connection at once.
start --serve
talk
printf 'one\n' >&3
echoes 'one'
interrupt
line 'draining; connections in a request: 0'
ends "$talk" 0 'a client between two lines'
ends "$server" 0 'a server whose connections wait'

# SIGQUIT dumps the tasks, and the server goes on.
start --serve
talk
printf 'half' >&3
echoes 'half'
kill -QUIT "$server"
read -r said <&5
until expr "$said" : '.*serve_one.*readable' >/dev/null; do
    read -r said <&5 || break
done
expr "$said" : '.*serve_one.*readable' >/dev/null
result 'SIGQUIT dumps the connection that waits for the rest' $?
interrupt
printf '\n' >&3
ends "$talk" 0 'the client'
ends "$server" 0 'the server'

# The second SIGINT does not wait for the end of the line.
start --serve
talk
printf 'half' >&3
echoes 'half'
interrupt
line 'draining; connections in a request: 1'
interrupt
ends "$talk" 0 'a client in the middle of a line'
line 'connections that ended between requests: 0, 0 bytes received, 0 sent'
line 'connections that were lost: 1, 4 bytes received, 4 sent'
ends "$server" 130 'a server that was interrupted twice'

# A client that closes its side still gets its reply.
start --serve
printf 'no end' | "$echo" --talk --port "$port" >"$work/reply"
test "$(cat "$work/reply")" = 'no end'
result "a line without an end comes back" $?
"$echo" --serve --port "$port" >/dev/null 2>"$work/error"
test $? -eq 1 && grep -q "cannot listen on port $port: Address already in use" "$work/error"
result "a port in use is reported" $?
interrupt
ends "$server" 0 'the server'

# ---- SIGINT while there is a load ----

start --requests 1000000000000 --seed 1
interrupt
cat <&5 >"$work/printed"
ends "$server" 0 'a load that is interrupted'
says '^requests: [0-9]* of 1000000000000, interrupted$'

# The load's clients end. The client that types has not ended its line.
start --requests 1000000000000 --seed 1 --connections 200
read -r seed <&5
talk
printf 'half' >&3
echoes 'half'
interrupt
line 'draining; clients: 200'
interrupt
cat <&5 >"$work/printed"
ends "$server" 130 'a load that is interrupted twice'
ends "$talk" 0 'a client in the middle of a line'

# ---- Errors ----

# refused PATTERN STATUS ARGUMENT...: the program must end with the status, and its error must match.
refused() {
    pattern=$1 status=$2
    shift 2
    "$echo" "$@" >/dev/null 2>"$work/error" </dev/null
    test $? -eq "$status" && grep -q -e "$pattern" "$work/error"
    result "echo $* is refused: $pattern" $?
}

refused "--port cannot be '65536'" 2 --port 65536
refused "--clients cannot be '0'" 2 --clients 0
refused "--requests cannot be '-1'" 2 --requests -1
refused "--seed cannot be '1x'" 2 --seed 1x
refused "unexpected argument '7'" 2 --serve 7
refused 'unrecognized option' 2 --wrong
refused 'select() takes' 1 --clients 1000 --connections 1000
"$echo" --help | grep -q '^usage: '
result "--help prints the usage" $?
(
    ulimit -n 100
    refused '100 descriptors are allowed' 1
    [ $failed -eq 0 ]
)
result "a limit of descriptors is reported" $?
if [ -c /dev/full ]; then
    "$echo" --requests 1 >/dev/full 2>/dev/null
    test $? -eq 1
    result "a full output is reported" $?
else
    skip "a full output" "there is no /dev/full"
fi

finish
