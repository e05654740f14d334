#!/bin/sh
# SPDX-License-Identifier: MIT
# The figures of doc/size.md: a compiler of the same version gives none that is more than 1% and 8 bytes (or one
# instruction) over the file, and none over weft's limits. `make size` writes the file. The figures of another
# version are only reported.
set -eu
. "$(dirname "$0")/common.sh"
have python3 'the figures of doc/size.md' || finish
status=0
python3 -B "$srcdir/bench/embedded/document.py" --check --cache size-cache || status=$?
case $status in
0) pass ;;
77) skip 'some figures of doc/size.md' 'see the lines above' ;;
*) fail 'the figures of doc/size.md' ;;
esac
finish
