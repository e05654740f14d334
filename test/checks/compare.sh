#!/bin/sh
# SPDX-License-Identifier: MIT
# scenarios/compare with a few tasks: every operation has a figure in every style that has the operation, or a
# note that says why not; and the outputs have the right form. No figure is compared, since it depends on the
# machine.
set -u
. "$(dirname "$0")/common.sh"
compare=scenarios/compare
[ ! -d $compare ] || compare=$compare/compare # a build in the source tree
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/page.md" <<'END'
before
<!-- compare --markdown writes from here -->
old
<!-- to here -->
after
END

"$compare" --small --processes 1 --seed 1 --json "$work/json" --csv "$work/csv" --svg "$work/svg" \
    --markdown "$work/page.md" create-cold create yield lock pipe pipe-2-cpus cancel yield-depth calls \
    compute memory million limits code >"$work/out" 2>"$work/err"
result "compare --small" $?
if [ -s "$work/err" ]; then fail "standard error: $(head -3 "$work/err")"; else pass; fi

# Each style has a row or a note in each group that it has.
for style in stackless stackful stackful-ucontext threads; do
    for workload in create-cold create yield lock pipe pipe-2-cpus cancel yield-depth calls compute; do
        grep -q "^operations,$workload,[0-9]*,$style,ns,[0-9.e+]*,.*" "$work/csv"
        result "$workload $style in the CSV" $?
    done
done
for style in stackless stackful-no-guard threads; do
    for row in memory,own memory,resident memory,reserved million,peak million,cpu limits,tasks; do
        grep -q "^$row,0,$style,[a-z]*,[0-9.e+-]*," "$work/csv"
        result "$row $style in the CSV" $?
    done
done
if grep -E 'it failed|took more' "$work/csv"; then fail "a measurement failed"; else pass; fi
grep -q '^code,gather,0,stackless,lines,[0-9]*,' "$work/csv"
result "the lines of a lesson" $?

# The page keeps what stands around the markers.
[ "$(sed -n '1p;$p' "$work/page.md" | xargs)" = 'before after' ] && ! grep -q '^old$' "$work/page.md"
result "the text around the markers stays" $?
for heading in 'Memory' 'The million' 'Limits' 'Code of the lessons'; do
    grep -q "^### $heading" "$work/page.md"
    result "$heading in the page" $?
done

# Every row of a table has as many cells as its head.
awk -F '|' '/^\|/ { if (!n) n = NF; else if (NF != n) bad = 1; next } { n = 0 } END { exit bad }' "$work/page.md"
result "the tables of the page" $?

if have python3 "JSON and SVG"; then
    python3 - "$work" <<'END'
import json, sys, xml.dom.minidom
work = sys.argv[1]
with open(f"{work}/json", encoding="utf-8") as file:
    whole = json.load(file)
with open(f"{work}/csv", encoding="utf-8") as file:
    lines = [line for line in file if not line.startswith(("machine,", "group,"))]
assert len(whole["figures"]) == len(lines), "JSON and CSV have equal numbers of figures"
assert {"cpu", "flags", "compiler", "seed"} <= set(whole["machine"]), "the machine is described"
for figure in whole["figures"]:
    if figure["samples"]:
        assert figure["low"] <= figure["median"] <= figure["high"], figure
    else:
        assert figure["note"], figure
picture = xml.dom.minidom.parse(f"{work}/svg")
drawn = {g.getAttribute("class") for g in picture.getElementsByTagName("g")}
assert {"s0", "s1", "s2", "s3"} <= drawn, drawn
END
    result "JSON and SVG" $?
fi

"$compare" no-such-workload >"$work/out" 2>&1
[ $? -eq 2 ] && grep -q 'no such workload: no-such-workload' "$work/out"
result "a wrong name" $?
"$compare" --list | grep -q '^  yield-depth '
result "--list" $?
finish
