# SPDX-License-Identifier: MIT
# What the checks share. A check begins with `. "$(dirname "$0")/common.sh"`. That changes to the top folder
# of the build, and sets `srcdir` to the folder of the sources. A check counts with pass, fail and skip, and
# ends with finish.
srcdir=$(cd "$(dirname "$0")/../.." && pwd)
cd "${top_builddir:-.}" || exit 1
passed=0 failed=0 skipped=0

pass() {
    passed=$((passed + 1))
}

# fail WHAT
fail() {
    failed=$((failed + 1))
    echo "failed: $1"
}

# code_of_page PAGE FOLDER: writes each block of C in a page of doc/ into the file that its first line names.
code_of_page() {
    awk -v folder="$2" '/^```/ { file = ""; head = $0 == "```c"; next }
        head { head = 0; if (NF == 3) file = folder "/" $2 }
        file { print >file }' "$srcdir/doc/$1"
}

# skip WHAT REASON: counts a part that is left out because a tool is missing.
skip() {
    skipped=$((skipped + 1))
    echo "skipped: $1: $2"
}

# result WHAT STATUS: passes if the status is 0, otherwise fails.
result() {
    if [ "$2" -eq 0 ]; then pass; else fail "$1"; fi
}

# have TOOL WHAT: returns true if the tool is installed; otherwise skips WHAT.
have() {
    command -v "$1" >/dev/null && return
    skip "$2" "there is no $1"
    return 1
}

# finish: prints the counts. Exits with 77, automake's SKIP, if a part was left out. Fails if nothing was
# checked.
finish() {
    [ $((passed + failed + skipped)) -gt 0 ] || fail "nothing was checked"
    if [ $skipped -gt 0 ]; then
        echo "$passed passed, $failed failed, $skipped skipped"
    else
        echo "$passed passed, $failed failed"
    fi
    [ $failed -eq 0 ] || exit 1
    [ $skipped -eq 0 ] || exit 77
    exit 0
}
