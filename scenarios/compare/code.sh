#!/bin/sh
# SPDX-License-Identifier: MIT
# code.sh FOLDER BUILD: prints for compare the lines and the machine code of the lessons in each style.
# FOLDER is scenarios/compare, BUILD has the objects of the lessons.
set -u
sources=$1/.. build=$2

# lines FILE...: prints the number of lines without comments, blank lines and #include.
lines() {
    cat "$@" | awk '
        { sub(/\/\*[^*]*\*\//, "") }
        /\/\*/ { sub(/\/\*.*/, ""); comment = 1; if (/[^ \t]/) n++; next }
        comment { if (!/\*\//) next; comment = 0; sub(/.*\*\//, "") }
        /^[ \t]*$/ || /^#include/ { next }
        { n++ }
        END { print n + 0 }'
}

# text OBJECT...: prints the bytes of machine code.
text() {
    size -A "$@" | awk '$1 ~ /^\.text/ { n += $2 } END { print n + 0 }'
}

# folder_of STYLE, prefix_of STYLE
folder_of() { case $1 in stackless) echo lessons ;; *) echo "$1" ;; esac; }
prefix_of() { case $1 in stackless) ;; *) echo "lib${1}_a-" ;; esac; }

for file in "$sources"/lessons/*.c; do
    grep -q '^LESSONS' "$file" || continue
    lesson=$(basename "$file" .c)
    for style in stackless stackful threads; do
        echo "value $lesson $style lines $(lines "$sources/$(folder_of $style)/$lesson.c")"
        object=$build/$(prefix_of $style)$lesson.o
        if ! command -v size >/dev/null; then
            echo "note $lesson $style not here: no size"
        elif [ -f "$object" ]; then
            echo "value $lesson $style .text $(text "$object")"
        else
            echo "note $lesson $style not here: no $(basename "$object")"
        fi
    done
done
echo "value runtime stackful lines $(lines "$sources"/stackful/stackful.[ch])"
echo "value runtime threads lines $(lines "$sources"/threads/thread_*.[ch])"
if command -v size >/dev/null && [ -f "$build/libstackful_a-stackful.o" ]; then
    echo "value runtime stackful .text $(text "$build/libstackful_a-stackful.o")"
    echo "value runtime threads .text $(text "$build"/libthreads_a-thread_*.o)"
fi
