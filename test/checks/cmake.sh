#!/bin/sh
# SPDX-License-Identifier: MIT
# A program takes weft with CMake: by add_subdirectory, and by find_package from what CMake or `make install` has
# installed. CMake also builds the library for a machine without an operating system.
set -eu
. "$(dirname "$0")/common.sh"
have cmake "programs with CMake" || finish
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(sed -n 's/^#define WEFT_VERSION "\(.*\)"/\1/p' "$srcdir/core/version.h")

# project NAME LINE...: writes a program that takes weft by these lines of its CMakeLists.txt.
project() {
    name=$1
    shift
    mkdir "$work/$name"
    cp "$srcdir/examples/hello.c" "$work/$name/hello.c"
    {
        echo 'cmake_minimum_required(VERSION 3.13)'
        echo 'project(hello C)'
        printf '%s\n' "$@"
        echo 'add_executable(hello hello.c)'
        echo 'target_link_libraries(hello weft::weft)'
    } >"$work/$name/CMakeLists.txt"
}

# run NAME [ARGUMENT...]: configures the program with the arguments, builds and runs it.
run() {
    name=$1
    shift
    if cmake -S "$work/$name" -B "$work/$name/build" -Wno-dev "$@" >"$work/log" 2>&1 &&
        cmake --build "$work/$name/build" >>"$work/log" 2>&1 &&
        [ "$("$work/$name/build/hello" 2>&1 | xargs)" = 'hello, weft hello, world' ]; then
        pass
    else
        fail "a program by $name"
        tail -n 20 "$work/log"
    fi
}

# install_with_cmake FOLDER [ARGUMENT...]
install_with_cmake() {
    folder=$1
    shift
    cmake -S "$srcdir" -B "$work/library" "-DCMAKE_INSTALL_PREFIX=$work/$folder" "$@" >"$work/log" 2>&1 &&
        cmake --build "$work/library" --parallel 2 >>"$work/log" 2>&1 &&
        cmake --install "$work/library" >>"$work/log" 2>&1 && status=0 || status=1
    result "CMake installs the library $*: $(tail -n 3 "$work/log")" "$status"
}

CFLAGS='-Wall -Wextra -Wpedantic -Werror'
export CFLAGS

project add_subdirectory "add_subdirectory($srcdir weft)"
run add_subdirectory

series=${version%.*}
project find_package "find_package(weft $series REQUIRED)"
install_with_cmake static
run find_package "-DCMAKE_PREFIX_PATH=$work/static"
rm -r "$work/find_package/build"
install_with_cmake shared -DBUILD_SHARED_LIBS=ON
run find_package "-DCMAKE_PREFIX_PATH=$work/shared"
rm -r "$work/find_package/build"

${MAKE:-make} -s install prefix="$work/made" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
run find_package "-DCMAKE_PREFIX_PATH=$work/made"
(cd "$work/made/include" && find . -name '*.h' | sort) >"$work/made.headers"
(cd "$work/static/include" && find . -name '*.h' | sort) >"$work/static.headers"
lost=$(comm -3 "$work/made.headers" "$work/static.headers" | xargs)
result "CMake installs the headers that make installs; one of them only: $lost" "$(echo "$lost" | grep -c . || true)"

# The version is that of core/version.h. Another series is not accepted.
for folder in static made; do
    grep -q "\"$version\"" "$work/$folder"/lib*/cmake/weft/weft-config-version.cmake && status=0 || status=1
    result "the package in $folder has the version $version" "$status"
    for other in "${series%.*}.$((${series#*.} + 1))" "$((${series%.*} + 1))" 99.1; do
        project "asks-$folder-$other" "find_package(weft $other REQUIRED)"
        if cmake -S "$work/asks-$folder-$other" -B "$work/asks-$folder-$other/build" \
            "-DCMAKE_PREFIX_PATH=$work/$folder" >/dev/null 2>&1; then
            fail "version $version does not count as $other"
        else
            pass
        fi
    done
done

# ---- A machine without an operating system ----

if have arm-none-eabi-gcc "a library for a Cortex-M0 with CMake"; then
    cat >"$work/cortex-m0.cmake" <<'EOF'
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_C_FLAGS_INIT "-mcpu=cortex-m0 -mthumb -Os")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
EOF
    cmake -S "$srcdir" -B "$work/cortex-m0" "-DCMAKE_TOOLCHAIN_FILE=$work/cortex-m0.cmake" >"$work/log" 2>&1 &&
        cmake --build "$work/cortex-m0" --parallel 2 >>"$work/log" 2>&1 && status=0 || status=1
    result "CMake builds the library for a Cortex-M0: $(grep -m 1 error "$work/log" || true)" "$status"
fi
finish
