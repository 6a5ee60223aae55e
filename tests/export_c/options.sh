#!/bin/sh
# options.sh WRITER FOLDER CC [FLAG...]: exports all networks into FOLDER with WRITER. Of each, the trace of the header must
# have all values of the integer program, and the constants must lie in the section that net_CONST names; code and arrays
# in three files must have the same logits as one header.
set -u
writer=$1
folder=$2
shift 2
here=$(dirname "$0")
rm -rf "$folder"
"$writer" "$folder" || exit 1
flags="-std=c99 -O1 -Wall -Wextra -Wconversion -Wshadow -Werror"
wrong=0
count=0
# compare NETWORK WHAT EXPECTED: what `program` prints.
compare() {
    found=$("$folder/program" 2>&1)
    [ "$found" = "$(cat "$folder/$1/$3")" ] && return
    echo "$1, $2: expected $(cat "$folder/$1/$3"), found $found"
    wrong=$((wrong + 1))
}
for network in "$folder"/*/; do
    name=$(basename "$network")
    count=$((count + 1))
    # shellcheck disable=SC2086 # a list of words
    "$@" $flags "-I$network" -include "$here/options.h" "$here/options.c" -o "$folder/program" || exit 1
    compare "$name" trace values.txt
    objdump -h "$folder/program" | grep -q ' net_flash ' || { echo "$name: no section net_flash"; wrong=$((wrong + 1)); }
    grep -q 'static const' "$network/arrays/net.c" && { echo "$name: arrays beside the code"; wrong=$((wrong + 1)); }
    # g++ forgets the language behind the first source.
    # shellcheck disable=SC2086
    "$@" $flags "-I$network/arrays" "-I$network" "$here/main.c" -x c "$network/arrays/net.c" -o "$folder/program" || exit 1
    compare "$name" arrays expected.txt
done
echo "$count networks: $wrong wrong"
[ $wrong = 0 ] && [ $count -gt 0 ]
