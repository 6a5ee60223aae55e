#!/bin/sh
# sets_apart.sh COMPILER SOURCE ARGUMENTS...: compiles a program for plain x86-64 and for x86-64-v4, and prints the
# functions of the library that a linker would merge although their copy for v4 has instructions that plain x86-64 lacks.
# Exits with 1 if there is one. Functions that the standard library makes of its own types alone are not the library's.
set -u
compiler=$1
source=$2
shift 2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
for level in x86-64 x86-64-v4; do
    "$compiler" "$@" -O2 -march=$level -c "$source" -o "$folder/$level.o" || exit 1
    nm "$folder/$level.o" | awk '$2 == "W" && $3 ~ /8intaglio/ { print $3 }' | sort >"$folder/$level.functions"
    echo "$level: $(wc -l <"$folder/$level.functions") functions of the library in sections of their own"
done
comm -12 "$folder/x86-64.functions" "$folder/x86-64-v4.functions" >"$folder/shared"
echo "$(wc -l <"$folder/shared") of them have the same name in both"
# Every instruction of VEX or EVEX form begins with a v; kmov and the like are only used beside those.
objdump -d --no-show-raw-insn "$folder/x86-64-v4.o" | awk -v shared="$folder/shared" '
    BEGIN { while ((getline name < shared) > 0) is_shared[name] = 1 }
    /^[0-9a-f]+ <.*>:$/ { name = $2; gsub(/[<>:]/, "", name); next }
    is_shared[name] && $2 ~ /^v/ && !told[name]++ { print name " has " $2 }' | c++filt >"$folder/merged"
cat "$folder/merged"
test ! -s "$folder/merged"
