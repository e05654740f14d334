#!/bin/sh
# SPDX-License-Identifier: MIT
# The installed files suffice: every header is there, and programs build from them with pkg-config alone.
set -eu
. "$(dirname "$0")/common.sh"
have pkg-config "programs on what is installed" || finish
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
${MAKE:-make} -s install prefix="$work/usr" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

# ---- Headers ----

include=$work/usr/include/weft
for header in $(cd "$srcdir" && echo weft.h core/*.h core/*/*.h primitives/*.h); do
    if [ "$header" = core/backend/epoll.h ] && ! nm .libs/libweft.a | grep -q ' weft_epoll_init$'; then
        skip "$header" "there is no <sys/epoll.h>"
    elif cmp -s "$srcdir/$header" "$include/$header"; then
        pass
    else
        fail "$header is installed"
    fi
done
(cd "$include" && find . -type f) | sed 's,^\./,,' | while read -r header; do
    [ -f "$srcdir/$header" ] || echo "$header"
done >"$work/others"
result "nothing else is installed: $(xargs <"$work/others")" "$(wc -l <"$work/others")"

# ---- Programs ----

PKG_CONFIG_PATH=$work/usr/lib/pkgconfig
LD_LIBRARY_PATH=$work/usr/lib
export PKG_CONFIG_PATH LD_LIBRARY_PATH
flags=$(pkg-config --define-variable=prefix="$work/usr" --cflags --libs weft)

# builds FILE: compiles $work/program as a user would.
builds() {
    # shellcheck disable=SC2086
    (cd "$work" && ${CC:-gcc} -std=c11 -Wall -Wextra -Wpedantic -Werror "$1" $flags -o program)
}

cp "$srcdir/examples/hello.c" "$work/hello.c"
builds hello.c
test "$("$work/program" | xargs)" = 'hello, weft hello, world'
result "examples/hello.c is built and runs" $?

cat >"$work/virtual.c" <<'END'
#include <weft.h>

WEFT_ASYNC(empty)
{
    weft_sleep(WEFT_SECONDS(3600));
}
WEFT_ASYNC_END

int main(void)
{
    static weft_virtual backend;
    static weft_loop loop;
    static WEFT_TASK(empty) task;
    weft_virtual_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    return weft_run(&loop, empty, &task) || backend.now != WEFT_SECONDS(3600);
}
END
builds virtual.c
"$work/program"
result "a program with a clock that never waits" $?

# The backends that weft.h leaves out, by the longer names of the headers.
for name in poll epoll; do
    [ -f "$include/core/backend/$name.h" ] || continue
    case $name in poll) arguments='&backend, 0' ;; *) arguments='&backend' ;; esac
    cat >"$work/backend.c" <<END
#include <weft/core/backend/$name.h>
#include <weft/weft.h>

WEFT_ASYNC(empty)
{
    weft_sleep(WEFT_MS(1));
}
WEFT_ASYNC_END

int main(void)
{
    static weft_$name backend;
    static weft_loop loop;
    static WEFT_TASK(empty) task;
    if (!weft_${name}_init($arguments))
        return 2;
    weft_loop_init(&loop, &backend.backend);
    const int status = weft_run(&loop, empty, &task) ? 1 : 0;
    weft_loop_close(&loop);
    weft_${name}_close(&backend);
    return status;
}
END
    builds backend.c
    "$work/program"
    result "a program on $name" $?
done
finish
