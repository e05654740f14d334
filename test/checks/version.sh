#!/bin/sh
# SPDX-License-Identifier: MIT
# configure.ac, core/version.h, the library and weft.pc agree on the version.
set -eu
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(sed -n 's/^AC_INIT(\[weft\], \[\(.*\)\], \[\], .*/\1/p' "$srcdir/configure.ac")

same() {
    if [ "$2" = "$version" ]; then pass; else fail "$1 says $2, and configure.ac $version"; fi
}

cat >"$work/version.c" <<'END'
#include <stdio.h>
#include <weft.h>

int main(void)
{
    printf("%s %d.%d.%d %s\n", WEFT_VERSION, WEFT_VERSION_MAJOR, WEFT_VERSION_MINOR,
           WEFT_VERSION_PATCH, weft_version());
    return 0;
}
END
${CC:-gcc} -std=c11 -I"$srcdir" "$work/version.c" .libs/libweft.a -o "$work/version"
# shellcheck disable=SC2046
set -- $("$work/version")
same WEFT_VERSION "$1"
same 'WEFT_VERSION_MAJOR and the others' "$2"
same weft_version "$3"
same weft.pc "$(sed -n 's/^Version: //p' weft.pc)"
finish
