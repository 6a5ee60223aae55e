#!/bin/sh
# multiplies.sh COMPILER SOURCE [ARGUMENT...]: compiles SOURCE with -O2 for x86-64, AArch64 or a Cortex-M0 and prints
# the source lines of all its multiplications, calls of multiplying routines included, that are none of addresses.
# Exits with 1 if there are any, with 2 if it cannot tell.
#
# The logits (integer/logits.hpp) are not looked at. Elsewhere a line multiplies addresses if it names an extent: how
# often one runs is a matter of rows and taps, not of codes. Nothing in simd/ counts as such, where vectors of codes and
# sums are made, and in the loops of additions over codes (add_pixels) there must be no multiplication at all.
set -u
compiler=$1
source=$2
shift 2
. "$(dirname "$0")/tools.sh"
case $("$compiler" -dumpmachine) in
x86_64*) multiplies='v?p?i?mul[a-z0-9]*|v?pmadd[a-z]*|vpdp[a-z]*' ;;
aarch64*)
    multiplies='mul|madd|msub|mneg|[su]mull2?|[su]maddl|[su]msubl|[su]mnegl|[su]mulh|ml[as]|[su]ml[as]l2?|[su]q?dot|sqr?dmulh'
    tools=${compiler%g++}
    ;;
arm*) multiplies='muls?|mla|[su]mull' ;;
*) exit 2 ;;
esac
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
# shellcheck disable=SC2086 # two words
"$compiler" $target "$@" -O2 -g1 -ffreestanding -fno-exceptions -c "$source" -o "$folder/object" || exit 2
# file:line function
"${tools}objdump" -dlr --no-show-raw-insn "$folder/object" | awk -v multiplies="^($multiplies)$" '
    /^[0-9a-f]+ <.*>:$/ { name = substr($2, 2, length($2) - 3); next }
    /^[^ ].*:[0-9]+( |$)/ { line = $1; next }
    $2 ~ multiplies || /__aeabi_[a-z]*mul|__mul[sdt]i3/ { print line, name }' | sort | uniq >"$folder/found"
"${tools}nm" "$folder/object" | grep -q 'add_pixels' || { echo "no additions"; exit 2; }
while read -r place name; do
    file=${place%:*}
    text=$(sed -n "${place##*:}p" "$file") || exit 2
    case $file in
    */integer/logits.hpp) continue ;;
    */simd/*) ;;
    *)
        case $name in
        *add_pixels*) ;;
        *)
            echo extent >>"$folder/addresses"
            printf '%s\n' "$text" | grep -qE 'extents|width|height|stride|channel|row|column|pixel|pitch|chunk|segment|plan\.|positions|word|image|sizeof' && continue
            ;;
        esac
        ;;
    esac
    echo "$file:${place##*:}: $text"
    echo "    in $name"
    echo code >>"$folder/codes"
done <"$folder/found"
[ -s "$folder/addresses" ] || { echo "no line numbers"; exit 2; }
[ ! -s "$folder/codes" ]
