#!/bin/sh
# finds.sh FOLDER COMMAND...: COMMAND checks FOLDER, whose network has one other weight. It must fail, and for no other reason
# than that hash.
set -u
folder=$1
shift
output=$("$@" 2>&1) && exit 1
printf '%s\n' "$output"
for network in "$folder"/*/; do
    printf '%s\n' "$output" |
        grep -q "expected $(cat "$network/expected.txt"), found $(cat "$network/found.txt")\$" || exit 1
done
