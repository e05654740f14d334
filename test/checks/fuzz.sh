#!/bin/sh
# SPDX-License-Identifier: MIT
# make fuzz [SECONDS=600]: gives random texts to the trace interpreter, under AddressSanitizer and
# UndefinedBehaviorSanitizer. libFuzzer, of clang, begins with the corpus and is guided by the code's
# coverage. A text that fails is written to the folder fuzz/; the exit status is then 1.
set -eu
. "$(dirname "$0")/common.sh"
seconds=${1:-600}
mkdir -p fuzz/seeds fuzz/corpus
interpreter="$srcdir/test/trace"
clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
    -I"$srcdir" -I"$srcdir/test" "$srcdir"/core/*.c "$srcdir"/core/*/*.c "$srcdir"/primitives/*.c \
    "$interpreter"/blocks.c "$interpreter"/fuzz.c "$interpreter"/interpreter.c "$interpreter"/machine.c \
    "$interpreter"/now.c "$interpreter"/program.c "$interpreter"/text.c "$interpreter"/waits.c -o fuzz/fuzz
awk '/^=== / { file = "fuzz/seeds/" $2; next } /^---$/ { close(file); file = "" } file { print > file }' \
    "$srcdir"/test/oracle/corpus/*.txt
sed -n 's/^    {"\([a-z_]*\)",.*/"\1"/p; s/.*"\(future\|barrier\|condition\|queue\|bounded\)", OBJECT.*/"\1"/p' \
    "$interpreter"/program.c >fuzz/dictionary
for word in catch finally any cancelled timeout '{' '}' task main fifo lifo priority collect first error all; do
    echo "\"$word\""
done >>fuzz/dictionary
fuzz/fuzz -max_total_time="$seconds" -dict=fuzz/dictionary -max_len=2000 -timeout=10 -rss_limit_mb=2000 \
    -artifact_prefix=fuzz/ -close_fd_mask=2 -print_final_stats=1 fuzz/corpus fuzz/seeds
