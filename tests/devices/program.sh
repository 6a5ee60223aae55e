#!/bin/sh
# program.sh FOLDER COMMAND...: COMMAND runs program.cpp; its hashes must be those of FOLDER, for every network there.
set -u
folder=$1
. "$(dirname "$0")/compare.sh"
output=$(mktemp)
trap 'rm -f "$output"' EXIT
shift
"$@" "$folder" >"$output" || wrong=1
cat "$output"
for network in "$folder"/*/; do
    found=$(awk -v name="$(basename "$network")" '$1 == name { print $3 }' "$output" | sort -u)
    compare "$network" "$found"
done
end_comparison
