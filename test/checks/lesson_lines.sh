#!/bin/sh
# SPDX-License-Identifier: MIT
# A lesson in C has at most twice the lines of its Python, and so has each file. Blank lines, comments and
# #include do not count as C; the Python stands in the comments. A Python statement over several lines counts
# as one. A header of the scenarios counts in each file that includes it.
#
# sh test/checks/lesson_lines.sh [-v]
#     -v  print a table of the lessons; a coroutine counts for each lesson that starts it, and lines
#         outside of all coroutines are shared equally
set -u
. "$(dirname "$0")/common.sh"
verbose=0
[ "${1:-}" = -v ] && verbose=1

# Prints the file with the scenarios' headers in place, except for scenario.h.
whole() {
    awk -v folder="$srcdir/scenarios/lessons" '
        /^#include "/ && !/"scenario\.h"/ {
            split($0, part, "\"")
            while ((getline line < (folder "/" part[2])) > 0) print line
            next
        }
        { print }' "$1"
}

measure() {
    whole "$1" | awk -v file="$(basename "$1" .c)" -v verbose=$verbose '
        function row(name, c, python) {
            if (verbose)
                printf "%-26s %7.1f %7d %6.2f\n", name, c, python, c / python
            if (c > 2 * python) {
                printf "%s: %d lines of C for %d of Python\n", name, c, python
                bad = 1
            }
        }

        # Returns how many brackets a line of Python opens without closing them.
        function open_brackets(line) {
            return gsub(/[[({]/, "", line) - gsub(/[])}]/, "", line)
        }

        # A comment that begins with a function is Python. It begins a chunk, which is its coroutine.
        /^\/\*/ {
            in_comment = 1
            is_python = /^\/\* async def /
            if (is_python) {
                name = $0
                sub(/.*async def /, "", name)
                sub(/\(.*/, "", name)
                chunks[++n] = name
            }
        }
        in_comment {
            line = $0
            sub(/^(\/\*| \*\/?)/, "", line)
            if (is_python && line ~ /[^ ]/) {
                if (brackets == 0) python[name]++
                brackets += open_brackets(line)
            }
            if (/\*\/$/) in_comment = 0
            next
        }
        /^[ \t]*(\/\*.*\*\/)?$/ || /^#include/ { next }
        /^LESSONS/ { in_table = 1 }
        in_table { table = table $0; shared++; next }
        !n { shared++; next }
        { c[name]++; text[name] = text[name] " " $0 }

        END {
            gsub(/&|_code|[{}]|LESSON\(|"[a-z_]*",/, "", table)
            sub(/LESSONS\([a-z_]*,/, "", table)
            gsub(/[);]/, "", table)
            lessons = split(table, names, /, */)
            for (i = 1; i <= n; i++) {
                all_c += c[chunks[i]]
                all_python += python[chunks[i]]
            }
            for (i = 1; i <= lessons; i++) {
                gsub(/ /, "", names[i])
                lesson = names[i]
                lesson_c = c[lesson] + shared / lessons
                lesson_python = python[lesson]
                for (j = 1; j <= n; j++)
                    if (text[lesson] ~ ("(WEFT_TASK\\(|WEFT_GATHER_OF\\(|struct )" chunks[j] "[,) ]") &&
                        chunks[j] != lesson) {
                        lesson_c += c[chunks[j]]
                        lesson_python += python[chunks[j]]
                    }
                row("  " file "." lesson, lesson_c, lesson_python)
            }
            row(file, all_c + shared, all_python)
            print all_c + shared, all_python >> ENVIRON["totals"]
            exit bad
        }'
}

totals=$(mktemp)
export totals
trap 'rm -f "$totals"' EXIT
[ $verbose = 0 ] || printf '%-26s %7s %7s %6s\n' lesson C Python ratio
for file in $(grep -l '^LESSONS' "$srcdir"/scenarios/lessons/*.c); do
    if measure "$file"; then pass; else fail "$file"; fi
done
[ $verbose = 0 ] || awk '{ c += $1; p += $2 }
    END { printf "%-26s %7.1f %7d %6.2f\n", "all", c, p, c / p }' "$totals"
finish
