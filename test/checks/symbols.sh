#!/bin/sh
# The library's only public symbols are weft_*: in the archive, and in the shared library. And it has
# no variable: all its data is constant.
set -eu
check() {
    [ -e "$1" ] || return 0
    others=$(nm -g --defined-only $2 "$1" | awk 'NF == 3 && $3 !~ /^weft_/ { print $3 }')
    [ -z "$others" ] || { echo "$1 exports: $others"; exit 1; }
}
[ -e .libs/libweft.a ]
check .libs/libweft.a ''
check .libs/libweft.so -D
variables=$(objdump -t .libs/libweft.a | awk '/ O (\.data|\.bss|\*COM\*)\t/ { print $NF }' | grep -v '^__gcov' || true)
case $(nm .libs/libweft.a) in *__asan_* | *__gcov_*) variables= ;; esac
[ -z "$variables" ] || { echo "variables: $variables"; exit 1; }
