#!/bin/sh
# SPDX-License-Identifier: MIT
# All public symbols of the library begin with weft_, in the archive and in the shared library. The library
# has no variables: all its data is constant.
set -eu
. "$(dirname "$0")/common.sh"
check() {
    others=$(nm -g --defined-only $2 "$1" | awk 'NF == 3 && $3 !~ /^weft_/ { print $3 }')
    if [ -z "$others" ]; then pass; else fail "$1 exports: $others"; fi
}
check .libs/libweft.a ''
if [ -e .libs/libweft.so ]; then
    check .libs/libweft.so -D
else
    skip .libs/libweft.so 'this build makes no shared library'
fi
variables=$(objdump -t .libs/libweft.a | awk '/ O (\.data|\.bss|\*COM\*)\t/ { print $NF }' | grep -v '^__gcov' || true)
case $(nm .libs/libweft.a) in *__asan_* | *__gcov_*) variables= ;; esac
if [ -z "$variables" ]; then pass; else fail "variables: $variables"; fi
finish
