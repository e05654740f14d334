#!/bin/sh
# SPDX-License-Identifier: MIT
# build.sh MACHINE OUT FILE... [-- FLAG...]: compiles a program, with weft and the machine's files, for m3,
# m0, rv32 or avr. The flags go to the compiler for all files, weft's too, and to the linker.
#
#   EMBEDDED_CACHE  folder that keeps the compiled library of each machine and set of flags; else it is lost
#   RAM_SIZE, FLASH_SIZE, STACK_SIZE  in bytes, in place of the machine's own
#   OPT             -Os without it
#   PROGRAM_FLAGS   flags for the files alone, so that the library need not be compiled for them
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
weft=$(cd "$here/../.." && pwd -P)
[ $# -ge 3 ] || { sed -n 3,4p "$0" >&2; exit 2; }
machine=$1 out=$(realpath -m "$2")
shift 2
files=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    file=$(realpath "$1")
    files="$files ${file#"$weft"/}"
    shift
done
[ $# -eq 0 ] || shift

case $machine in
m3)
    cc=arm-none-eabi-gcc flags='-mcpu=cortex-m3 -mthumb -DMACHINE_M3'
    own="cortex_m.c mps2.c libc_newlib.c" script=cortex_m.ld
    ram=4194304 flash=4194304 stack=16384
    ;;
m0)
    cc=arm-none-eabi-gcc flags='-mcpu=cortex-m0 -mthumb -DMACHINE_M0'
    own="cortex_m.c microbit.c libc_newlib.c" script=cortex_m.ld
    ram=16384 flash=262144 stack=2560
    ;;
rv32)
    cc=riscv64-unknown-elf-gcc
    flags='-march=rv32imac -mabi=ilp32 -misa-spec=2.2 -msmall-data-limit=0 -DMACHINE_RV32'
    flags="$flags --specs=picolibc.specs"
    own="start_rv32.S rv32.c libc_picolibc.c" script=rv32.ld
    ram=1048576 flash=1048576 stack=16384
    ;;
avr)
    cc=avr-gcc flags='-mmcu=atmega328p -DMACHINE_AVR'
    own="avr.c libc_avr.c" script=
    ram=2048 flash=32768 stack=512
    ;;
*) echo "build.sh: no such machine: $machine" >&2; exit 2 ;;
esac
ram=${RAM_SIZE:-$ram} flash=${FLASH_SIZE:-$flash} stack=${STACK_SIZE:-$stack}

# The sizes become the LENGTHs of the linker's memories.
case $machine in
avr)
    link="-Wl,-Tdata=$(printf '0x%x' $((0x800100 + stack))) -Wl,--defsym=machine_stack_begin=0x800100"
    link="$link -Wl,--defsym=__stack=$((0x8000ff + stack))"
    link="$link -Wl,--defsym=__DATA_REGION_LENGTH__=$ram"
    link="$link -Wl,--defsym=__TEXT_REGION_LENGTH__=$flash -Wl,-u,machine_exit"
    ;;
*)
    link="-nostartfiles -T $here/$script -Wl,--defsym=RAM_SIZE=$ram -Wl,--defsym=STACK_SIZE=$stack"
    link="$link -Wl,--defsym=FLASH_SIZE=$flash -Wl,--no-warn-rwx-segments"
    ;;
esac
flags="$flags -std=c11 ${OPT:--Os} -g -ffreestanding -DWEFT_FREESTANDING -ffunction-sections -fdata-sections"
flags="$flags -Wall -Wextra -Werror=return-type -Wjump-misses-init -I. -Itest/embedded"

# ---- The library of weft and the machine ----

cache=${EMBEDDED_CACHE:-}
if [ -z "$cache" ]; then
    cache=$(mktemp -d)
    trap 'rm -rf "$cache"' EXIT
fi
cache=$(realpath -m "$cache")
cd "$weft" # __FILE__ is in the code: with absolute paths, the size would depend on the checkout's folder
# shellcheck disable=SC2086
folder=$cache/$machine-$(echo "$cc $flags $*" | cksum | tr ' ' -)
library=$folder/libmachine.a

sources="test/embedded/common.c test/embedded/panic.c $(printf "test/embedded/%s " $own)"

build_library() {
    rm -rf "$folder"
    mkdir -p "$folder"
    for source in core/*.c core/inspect/*.c core/backend/*.c primitives/*.c $sources; do
        case $source in
        */debug.c | */on_quit.c | */print_error.c) continue ;; # of hosted builds
        */epoll.c | */poll.c | */select.c | core/panic.c) continue ;;
        */dump.c | */observer.c | */recorder.c | */report.c | */watchdog.c) # need texts
            case " $* " in *' -DWEFT_TEXTS=0 '*) continue ;; esac
            ;;
        esac
        echo "-c $source -o $folder/$(echo "$source" | tr / _).o"
    done | xargs -P "$(nproc 2>/dev/null || echo 2)" -L 1 "$cc" $flags "$@" || return 1
    "${cc%gcc}gcc-ar" rc "$library" "$folder"/*.o
}

# Returns true if the library is missing, or older than a source.
is_old() {
    [ -f "$library" ] || return 0
    # shellcheck disable=SC2086
    [ -n "$(find core primitives weft.h $sources test/embedded/*.h test/embedded/build.sh -newer "$library" -type f |
        head -n 1)" ]
}

# One build.sh at a time: two checks may want one library.
mkdir -p "$cache"
exec 9>"$folder.lock"
flock 9
if is_old; then
    build_library "$@"
fi
exec 9>&-

# The C library calls the machine's functions.
# shellcheck disable=SC2086
"$cc" $flags "$@" ${PROGRAM_FLAGS-} $files -Wl,--start-group "$library" -lc -lgcc -Wl,--end-group $link \
    -Wl,--gc-sections -Wl,-Map="$out.map" -o "$out"
