#!/bin/sh
# includes.sh INCLUDE_DIR: checks who includes whom in the library; prints each violation and exits with 1 if there is one.
#
# 1. Rooms: a header includes headers of its own room and of those that its room may know. A room is a folder, or a
#    folder in a folder where the list names it.
# 2. Only simd/generic.hpp includes xsimd.
# 3. Device headers (core, model, integer, kernels without kernels/training, the portable part of simd) include
#    only five standard headers, Boost.Mp11, and other device headers.
# 4. `detail` of one room is not called from another.
set -u
cd "$1/intaglio" || exit 1
find . -name '*.hpp' | sort | sed 's|^\./||' | xargs awk '
BEGIN {
    knows["core"] = ""
    knows["model"] = "core"
    knows["simd"] = "core"
    knows["host"] = "core"
    knows["data"] = "core host"
    knows["kernels"] = "core simd"
    knows["kernels/training"] = "core simd kernels"
    knows["integer"] = "core model simd kernels"
    knows["canonical"] = "core host model simd kernels integer"
    knows["dispatch"] = knows["canonical"] " canonical"
    numbers = knows["canonical"] " canonical kernels/training"
    knows["train/steps"] = numbers
    knows["train/weights"] = numbers " train/steps"
    knows["train/surrogates"] = numbers " train/steps"
    knows["train/operations"] = numbers " train/steps train/weights train/surrogates train/program"
    knows["train/activations"] = knows["train/operations"] " train/operations"
    knows["train/program"] = numbers " train/activations train/steps train/weights train/surrogates train/operations"
    knows["train/loop"] = knows["train/program"] " train/program train"
    knows["train"] = knows["train/loop"] " train/loop"
    knows["zoo"] = "core model"
    knows["tandem"] = knows["train"] " train"
    knows["io"] = knows["tandem"] " tandem data"
    knows["report"] = knows["io"] " io"
    device_std = " cstdint cstddef type_traits utility bit "
}
FNR == 1 {
    known[FILENAME] = 1
}
/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    match($0, /[<"][^>"]+[>"]/)
    ++includes
    by[includes] = FILENAME
    where[includes] = FILENAME ":" FNR
    quoted[includes] = substr($0, RSTART, 1) == "\""
    name[includes] = substr($0, RSTART + 1, RLENGTH - 2)
}

# A namespace `detail` and the room that it belongs to: integer::detail, or io_detail of a room without a namespace.
{
    line = $0
    sub(/\/\/.*/, "", line)
    while (match(line, /[a-z_]+(::detail|_detail)::/)) {
        owner = substr(line, RSTART, RLENGTH)
        sub(/(::|_)detail::$/, "", owner)
        line = substr(line, RSTART + RLENGTH)
        top = FILENAME
        sub(/\/.*/, "", top)
        if (owner == "intaglio" ? top !~ /^(model|zoo)$/ : owner in knows && owner != top) {
            printf "%s:%d: uses detail of %s\n", FILENAME, FNR, owner
            violations = 1
        }
    }
}

# The room of a header, or "" for those that belong to none, such as intaglio.hpp.
function room(header, parts) {
    if (header !~ /\//) return ""
    split(header, parts, "/")
    return (parts[1] "/" parts[2]) in knows ? parts[1] "/" parts[2] : parts[1]
}

function is_device(header) {
    return room(header) ~ /^(core|model|integer|kernels)$/ || header ~ /^simd\/(byte_tables|cost_profile|instruction_set|lanes|portable|tags|target)\.hpp$/
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
            if (name[i] ~ /^xsimd/ && by[i] != "simd/generic.hpp") violation(i, "only simd/generic.hpp includes xsimd")
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
