#!/bin/sh
# compile_time.sh: how many seconds GCC takes with -O3 for the programs of benchmarks/compile, median of three, as rows
# of JSON; the peer of a figure is its limit. Shows the seconds as they come on standard error.
set -u
cd "$(dirname "$0")/.." || exit 1
object=$(mktemp)
trap 'rm -f "$object"' EXIT

seconds_of() {
    begin=$(date +%s%N)
    g++ -std=c++20 -O3 -march=native -DNDEBUG -Iinclude -c "$1" -o "$object" || exit 1
    end=$(date +%s%N)
    awk "BEGIN { printf \"%.3f\n\", ($end - $begin) / 1e9 }"
}

separator='['
while read -r program limit; do
    source=benchmarks/compile/$program.cpp
    if [ ! -e "$source" ]; then
        echo "$program: $source is not there" >&2
        continue
    fi
    times=$(seconds_of "$source" && seconds_of "$source" && seconds_of "$source") || exit 1
    median=$(printf '%s\n' "$times" | sort -n | sed -n 2p)
    verdict=$(awk "BEGIN { print $median <= $limit ? \"within\" : \"OVER\" }")
    echo "$program: $median s, $verdict the limit of $limit s" >&2
    printf '%s{"name": "compile/%s", "value": %s, "unit": "s", "share_of_peak": null, "peers": {"limit": {"value": %s, "ratio": %s}}}' \
        "$separator" "$program" "$median" "$limit" "$(awk "BEGIN { printf \"%.3f\", $limit / $median }")"
    separator=',
 '
done <<END
facts 0.5
demo_inference 5
demo 12
vgg 30
END
if [ "$separator" = '[' ]; then
    echo '[]'
else
    echo ']'
fi
