#!/bin/sh
# SPDX-License-Identifier: MIT
# Each link of a document leads to a file, and to a heading in it, in the tree and in the installed copy.
set -eu
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# links DOCUMENT: prints the targets of its links, except for links in code and to other hosts.
links() {
    awk '/^```/ { code = !code } !code && !/^    /' "$1" | sed 's/`[^`]*`//g' |
        grep -oE '\]\([^)]+\)' | sed 's/^](//; s/)$//' | grep -v '^[a-z]*:' || true
}

# headings DOCUMENT: prints the anchors of its headings, one a line.
headings() {
    awk '/^```/ { code = !code } !code && /^#+ /' "$1" | sed 's/^#* //' | tr '[:upper:]' '[:lower:]' |
        sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

# check FOLDER: checks the links of all documents in the folder.
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
