#!/bin/sh
# multiplies.sh WRITER NETWORK COMPILER OBJDUMP INSTRUCTION FLAG...: exports the networks with WRITER, compiles the source of NETWORK without inlining and
# prints the functions before the logits that have an instruction whose name matches INSTRUCTION, or call a routine that
# multiplies or divides. Exits with 1 if there is one.
set -u
folders=$(mktemp -d) || exit 2
trap 'rm -rf "$folders"' EXIT
"$1" "$folders" || exit 2
folder=$folders/$2
compiler=$3
objdump=$4
instruction=$5
shift 5
object=$folders/object
# shellcheck disable=SC2086 # a list of words
$compiler -std=c99 "$@" -fno-inline -ffreestanding -I"$folder/split" -I"$folder" -c "$folder/split/net.c" -o "$object" || exit 2
# The logits are the last row.
last=$(grep -o 'net_row_[0-9]*(' "$folder/split/net.c" | tr -dc '0-9\n' | sort -n | tail -1)
"$objdump" -dr --no-show-raw-insn "$object" | awk -v last="net_row_$last" -v wanted="$instruction" '
    /^[0-9a-f]+ <.*>:$/ { name = $2; gsub(/[<>:]/, "", name); functions += name ~ /^net_row_/; next }
    name == last { next }
    $2 ~ "^(" wanted ")$" || /__aeabi_(l|ui|i|ul)?(mul|div)|__(mul|div|udiv)[sd]i3/ { print name ": " $0; found = 1 }
    END { if (functions < 2) { print "no functions of rows"; exit 2 } exit found }'
