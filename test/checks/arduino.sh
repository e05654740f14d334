#!/bin/sh
# SPDX-License-Identifier: MIT
# `make arduino` writes a library that arduino-builder compiles for an Uno, without a network and without a warning
# in weft's files. In simavr, the LEDs of its example Blink blink, never too early.
set -eu
. "$(dirname "$0")/common.sh"
have python3 "the Arduino library" || finish
have arduino-builder "the Arduino library" || finish
have avr-gcc "the Arduino library" || finish
hardware=/usr/share/arduino/hardware
[ -d $hardware/arduino/avr ] || {
    skip "the Arduino library" "there is no $hardware/arduino/avr (arduino-core-avr)"
    finish
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

${MAKE:-make} -s arduino >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
library=$PWD/arduino/weft
version=$(sed -n 's/^#define WEFT_VERSION "\(.*\)"/\1/p' "$srcdir/core/version.h")
grep -qx "version=$version" "$library/library.properties" && status=0 || status=1
result "library.properties has the version $version" "$status"

# Debian keeps the platform of arduino-builder's own tools in a folder of its own. Its avr-gcc does not define
# DECIMAL_DIG for C++11, which the core needs.
mkdir "$work/out" "$work/libraries"
cp -r "$library" "$work/libraries"
if arduino-builder -compile -hardware $hardware -hardware /usr/share/arduino-builder -tools /usr/bin \
    -libraries "$work/libraries" -prefs build.extra_flags=-DDECIMAL_DIG=17 -fqbn arduino:avr:uno -warnings all \
    -build-path "$work/out" "$work/libraries/weft/examples/Blink/Blink.ino" >"$work/log" 2>&1; then
    pass
    grep -E '^(Sketch|Global)' "$work/log"
else
    fail "Blink is compiled: $(grep -m 1 -E 'error|rror:' "$work/log")"
    finish
fi
warning=$(grep -m 1 -E '(weft|[Bb]link)[a-z_]*\.(h|c|ino):.*warning' "$work/log" || true)
result "weft's files give no warning: $warning" "$(echo "$warning" | grep -c . || true)"

if [ -f /usr/include/simavr/sim_avr.h ]; then
    gcc -std=c11 "$srcdir/test/checks/arduino_leds.c" -lsimavr -o "$work/leds"
    # At most 4 ms late: the clock is behind by 2 ms, and advances by at most 2 ms at once.
    "$work/leds" "$work/out/Blink.ino.elf" | awk 'NF == 3 && /^[0-9 ]+$/' >"$work/times"
    cat "$work/times"
    awk 'NR == 1 { good = $1 == 11 && $2 >= 500000 && $3 <= 504000 }
        NR == 2 { good = good && $1 >= 34 && $2 >= 150000 && $3 <= 154000 }
        END { exit !(NR == 2 && good) }' "$work/times" && status=0 || status=1
    result "the LEDs blink, each at its own pace: changes, shortest, longest: $(xargs <"$work/times")" "$status"
else
    skip "Blink on a simulated Uno" "there is no simavr (libsimavr-dev)"
fi
finish
