#!/bin/sh
# includes.sh INCLUDE_DIR: checks who includes whom in the library; prints each violation and exits with 1 if there is one.
#
# 1. Rooms: a header includes headers of its own room and of those that its room may know.
# 2. Only simd/simd.hpp includes xsimd.
# 3. Device headers (core, model, integer, kernels, simd/portable.hpp and simd/tags.hpp, but not the float kernels, nor
#    those whose first line says `// host only`) include only five standard headers, Boost.Mp11, and other device headers.
set -u
cd "$1/intaglio" || exit 1
find . -name '*.hpp' | sort | sed 's|^\./||' | xargs awk '
BEGIN {
    knows["core"] = ""
    knows["model"] = "core"
    knows["simd"] = "core"
    knows["data"] = "core"
    knows["kernels"] = "core simd"
    knows["integer"] = "core model simd kernels"
    knows["canonical"] = "core model simd kernels integer"
    knows["train"] = knows["canonical"] " canonical"
    knows["zoo"] = "core model"
    knows["tandem"] = knows["train"] " train"
    knows["io"] = knows["tandem"] " tandem data"
    knows["report"] = knows["io"] " io"
    device_std = " cstdint cstddef type_traits utility bit "
}
FNR == 1 {
    known[FILENAME] = 1
    host_only[FILENAME] = /^\/\/ host only/
}
/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    match($0, /[<"][^>"]+[>"]/)
    ++includes
    by[includes] = FILENAME
    where[includes] = FILENAME ":" FNR
    quoted[includes] = substr($0, RSTART, 1) == "\""
    name[includes] = substr($0, RSTART + 1, RLENGTH - 2)
}

# The room of a header, or "" for those that belong to none, such as intaglio.hpp.
function room(header) { return header ~ /\// ? substr(header, 1, index(header, "/") - 1) : "" }

function is_device(header) {
    if (host_only[header] || header ~ /^kernels\/(float_product|convolution_backward|input_gradient|weight_gradient)\.hpp$/) return 0
    return room(header) ~ /^(core|model|integer|kernels)$/ || header ~ /^simd\/(portable|tags)\.hpp$/
}

# The path of an included header of the library below intaglio/, or "" for a foreign one.
function resolved(i, path) {
    if (name[i] ~ /^intaglio\//) return substr(name[i], 10)
    if (!quoted[i]) return ""
    path = by[i]
    sub(/[^\/]*$/, "", path)
    path = path name[i]
    while (sub(/[^\/]+\/\.\.\//, "", path)) {}
    return path
}

function violation(i, why) {
    printf "%s: includes %s: %s\n", where[i], name[i], why
    violations = 1
}

END {
    for (i = 1; i <= includes; ++i) {
        own = room(by[i])
        if (own != "" && !(own in knows)) violation(i, "unknown room " own)
        header = resolved(i)
        if (header == "") {
            if (name[i] ~ /^xsimd/ && by[i] != "simd/simd.hpp") violation(i, "only simd/simd.hpp includes xsimd")
            if (is_device(by[i]) && !index(device_std, " " name[i] " ") && name[i] !~ /^boost\/mp11/)
                violation(i, "not for a device header")
            continue
        }
        if (!known[header]) violation(i, "no such header")
        if (own == "" || header == "version.hpp") continue
        other = room(header)
        if (other != own && !index(" " knows[own] " ", " " other " ")) violation(i, own " does not know " other)
        if (own == "integer" && other == "simd" && !is_device(header))
            violation(i, "integer knows only the portable part of simd")
        if (is_device(by[i]) && known[header] && !is_device(header)) violation(i, "a host header in a device header")
    }
    exit violations
}'
