#!/bin/sh
# SPDX-License-Identifier: MIT
# Each link of a document leads to a file, and to a heading of it, in the tree and where it is installed.
set -eu
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# links DOCUMENT: the targets of its links, but those in code and those to other hosts.
links() {
    awk '/^```/ { code = !code } !code && !/^    /' "$1" | sed 's/`[^`]*`//g' |
        grep -oE '\]\([^)]+\)' | sed 's/^](//; s/)$//' | grep -v '^[a-z]*:' || true
}

# headings DOCUMENT: what a link calls its headings, one a line.
headings() {
    awk '/^```/ { code = !code } !code && /^#+ /' "$1" | sed 's/^#* //' | tr '[:upper:]' '[:lower:]' |
        sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

# check FOLDER: of all documents in it.
check() {
    for document in $(cd "$1" && find . -name '*.md' -not -path './build*' -not -path './.git/*' \
        -not -path '*/node_modules/*' | sort); do
        for link in $(links "$1/$document"); do
            file=$(dirname "$1/$document")/${link%%#*}
            [ -n "${link%%#*}" ] || file=$1/$document
            if [ ! -e "$file" ]; then
                fail "no such file: $link, to which $2 $document links"
            elif [ "$link" != "${link#*#}" ] && ! headings "$file" | grep -qxF "${link#*#}"; then
                fail "no such heading: $link, to which $2 $document links"
            else
                pass
            fi
        done
    done
}

check "$srcdir" 'in the tree'
${MAKE:-make} -s install-nobase_dist_docDATA docdir="$work/weft" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
check "$work/weft" 'installed'
finish
