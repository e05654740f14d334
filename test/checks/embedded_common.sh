# SPDX-License-Identifier: MIT
# What the checks on emulated machines share. Such a check begins with
# `. "$(dirname "$0")/embedded_common.sh"`, in place of common.sh, and is listed in test/Makefile.am under
# embedded_checks. It builds with `build`, and runs programs with `run`.
. "$(dirname "$0")/common.sh"
embedded=$srcdir/test/embedded
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The libraries for each machine and set of flags stay in the build folder.
EMBEDDED_CACHE=$PWD/test/embedded-cache
SIMULATOR=$EMBEDDED_CACHE/simulator
export EMBEDDED_CACHE SIMULATOR
mkdir -p "$EMBEDDED_CACHE"

# missing_for MACHINE: prints what is not installed of what the machine needs.
missing_for() {
    case $1 in
    m3 | m0) tools='arm-none-eabi-gcc qemu-system-arm' libc=libc.a ;;
    rv32) tools='riscv64-unknown-elf-gcc qemu-system-riscv32' libc=picolibc.specs ;;
    avr) tools='avr-gcc' libc=libc.a ;;
    esac
    for tool in $tools; do
        command -v "$tool" >/dev/null || echo "no $tool"
    done
    compiler=${tools%% *}
    if command -v "$compiler" >/dev/null && [ "$("$compiler" -print-file-name=$libc)" = $libc ]; then
        echo "no C library ($libc) for $compiler"
    fi
    if [ "$1" = avr ] && ! make_simulator; then
        echo "no libsimavr-dev or no libelf-dev"
    fi
}

make_simulator() {
    [ ! "$SIMULATOR" -nt "$embedded/simulator.c" ] || return 0
    "${CC:-gcc}" -O2 -o "$work/simulator" "$embedded/simulator.c" -lsimavr 2>"$work/simulator.log" &&
        mv "$work/simulator" "$SIMULATOR"
}

# have_machine MACHINE WHAT: returns true if what the machine needs is installed; otherwise skips WHAT.
have_machine() {
    missing=$(missing_for "$1" | paste -s -d , | sed 's/,/, /g')
    [ -n "$missing" ] || return 0
    skip "$2 on $1" "there is $missing"
    return 1
}

# build MACHINE OUT FILE... [-- FLAG...]: as build.sh, PROGRAM_FLAGS=... too. A warning is an error.
build() {
    sh "$embedded/build.sh" "$@" >"$work/build.log" 2>&1 && [ ! -s "$work/build.log" ] && return
    cat "$work/build.log"
    return 1
}

# run MACHINE PROGRAM [ARGUMENT...]: as run.sh.
run() {
    sh "$embedded/run.sh" "$@"
}
