#!/bin/sh
# SPDX-License-Identifier: MIT
# doc/design.md lists the functions and macros that a task passes on its way through the core.
set -u
. "$(dirname "$0")/common.sh"
have python3 "the way of a task" || finish
have addr2line "the way of a task" || finish
CC=gcc
export CC
have gcc "the way of a task" || finish
python3 "$srcdir/test/checks/road.py" "$srcdir"
result "the way of a task" $?
finish
