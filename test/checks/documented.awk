# SPDX-License-Identifier: MIT
# Prints the public names of headers, one a line: HEADER NAME KIND DOCUMENTED. KIND is `call` for a function,
# and for a macro with arguments or in lower case; otherwise `name`. A name is documented if its block, which
# begins after an empty line, has a comment before the name or on its line.
function declare(name, kind)
{
    if (name ~ /^(weft|WEFT)_.*[A-Za-z0-9]$/ && name !~ /_H$/)
        print FILENAME, name, kind, covered || /\/\*/
}

function last_name(text)
{
    gsub(/\[[^]]*\]|;.*/, "", text)
    sub(/[^A-Za-z0-9_]*$/, "", text)
    sub(/.*[^A-Za-z0-9_]/, "", text)
    return text
}

# Returns the name before the first bracket.
function called(text)
{
    sub(/\(.*/, "", text)
    return last_name(text)
}

function names_in(text)
{
    while (match(text, /WEFT_[A-Z0-9_]+/)) {
        declare(substr(text, RSTART, RLENGTH), "name")
        text = substr(text, RSTART + RLENGTH)
    }
}

FNR == 1 { depth = covered = in_comment = in_macro = in_enum = in_cplusplus = open = 0 }
in_comment { in_comment = !/\*\//; covered = 1; next }
/^ *\/\*/ { if (!depth) covered = 1; in_comment = !/\*\//; next }
in_macro { in_macro = /\\$/; next }
/^#ifdef __cplusplus/ { in_cplusplus = 1; next }
in_cplusplus && /^#/ { in_cplusplus = 0; next }
in_cplusplus { next }
/^$/ { if (!depth) covered = 0; next }
/^#define / {
    name = $2
    sub(/\(.*/, "", name)
    declare(name, $2 ~ /\(/ || name ~ /^weft/ ? "call" : "name")
    in_macro = /\\$/
    next
}
/^#/ { next }
{
    code = $0
    gsub(/\/\*.*/, "", code)
    if (!depth && !open) {
        in_enum = code ~ /^(typedef )?enum/
        if (code ~ /^typedef .*\(/) declare(called(code), "name")
        else if (code ~ /^(typedef )?(struct|union|enum) [a-z_]* \{/) declare($1 == "typedef" ? $3 : $2, "name")
        else if (code ~ /^(typedef|extern) .*;/) declare(last_name(code), "name")
        else if (code ~ /^[A-Za-z_].*\(/) declare(called(code), "call")
    }
    if (in_enum)
        names_in(substr(code, index(code, "{") + 1))
    depth += gsub(/\{/, "{", code) - gsub(/\}/, "}", code)
    open += gsub(/\(/, "(", code) - gsub(/\)/, ")", code)
    if (!depth && code ~ /^\} [a-z_]+;/) declare(last_name(code), "name")
}
