#!/bin/sh
# SPDX-License-Identifier: MIT
# No file uses an old name of test/checks/old_names.txt, which also says in which files it may stay.
# CHANGELOG.md and doc/glossary.md may use all.
set -eu
. "$(dirname "$0")/common.sh"
cd "$srcdir"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if git rev-parse --git-dir >"$work/log" 2>&1; then git ls-files; else find . -type f | sed 's|^\./||'; fi |
    grep -vE '^(CHANGELOG\.md|doc/glossary\.md|test/checks/old_names\..*|LICENSE|m4/.*|build-aux/.*|\.git/.*|test/oracle/(corpus|reference)/.*)$' |
    grep -E '\.(c|h|md|sh|py|mjs|awk|am|ac|in|txt|m4)$|(^|/)(try|run|weft-[a-z]*)$' |
    while read -r file; do [ ! -f "$file" ] || echo "$file"; done >"$work/files"

xargs awk '
    FNR == NR && FILENAME ~ /old_names\.txt$/ { if ($1 ~ /^[a-z]+$/ && NF >= 2) list($1, $2, $3); next }
    function list(kind, name, but) { of[kind, name] = 1; except[name] = but }
    function report(name) {
        if (except[name] != "" && FILENAME ~ except[name]) return
        printf "%s:%d: %s\n", FILENAME, FNR, name
        found++
    }
    # Returns a line of C without its comments and strings.
    function code(line,    out, at) {
        gsub(/"(\\.|[^"\\])*"/, "", line)
        out = ""
        while (line != "") {
            if (in_comment) {
                at = index(line, "*/")
                if (!at) return out
                line = substr(line, at + 2); in_comment = 0
            } else {
                at = index(line, "/*")
                if (!at) { sub(/\/\/.*/, "", line); return out line }
                out = out substr(line, 1, at - 1); line = substr(line, at + 2); in_comment = 1
            }
        }
        return out
    }
    # Finds every old name, also as a part of a word, as in a heading or a file name.
    function look_at(text, every,    n, i, words, word, m, j, parts) {
        n = split(text, words, /[^A-Za-z0-9_]+/)
        for (i = 1; i <= n; i++) {
            if (("name", words[i]) in of || (FNR == 1 && text == FILENAME && ("file", words[i]) in of)) report(words[i])
            word = tolower(words[i])
            gsub(/byte_ring/, "bytering", word) # no old name: that was a ring alone
            m = split(word, parts, /_+/)
            for (j = 1; j <= m; j++) {
                if (("word", parts[j]) in of) report(parts[j])
                else if ((every || m > 1) && ("part", parts[j]) in of) report(parts[j])
            }
        }
    }
    FNR == 1 { in_comment = in_code = 0; look_at(FILENAME, 1) }
    /^```/ { in_code = !in_code }
    {
        look_at($0, FILENAME ~ /\.md$/ && /^#/ && !in_code)
        if (FILENAME ~ /\.[ch]$/) {
            line = code($0)
            n = split(line, words, /[^A-Za-z0-9_]+/)
            for (i = 1; i <= n; i++) if (("part", words[i]) in of) report(words[i])
        }
    }' test/checks/old_names.txt <"$work/files" >"$work/found"
sort -u "$work/found" >"$work/each"
while read -r line; do fail "old name: $line"; done <"$work/each"
[ -s "$work/files" ] || fail "there are files to look at"
[ "$failed" -gt 0 ] || pass
finish
