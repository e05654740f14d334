#!/bin/sh
# What is installed is enough: a program is built with pkg-config from the installed files alone.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
${MAKE:-make} -s install prefix="$work/usr" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

cat >"$work/program.c" <<'END'
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
PKG_CONFIG_PATH=$work/usr/lib/pkgconfig
export PKG_CONFIG_PATH
flags=$(pkg-config --define-variable=prefix="$work/usr" --cflags --libs weft)
# shellcheck disable=SC2086
${CC:-gcc} -std=c11 -Wall -Wextra -Wpedantic -Werror "$work/program.c" $flags -o "$work/program"
LD_LIBRARY_PATH=$work/usr/lib "$work/program"
