#!/usr/bin/env bash
# compile_time.sh: what GCC takes with -O3 for the programs of benchmarks/compile, medians of three, as rows of JSON:
# seconds of user time, bytes of code (all .text sections) and of memory. A time has a limit. Shows the
# figures as they come on standard error.
set -u
cd "$(dirname "$0")/.." || exit 1
object=$(mktemp)
figures=$(mktemp)
trap 'rm -f "$object" "$figures"' EXIT

separator='['
row() { # NAME VALUE UNIT LIMIT
    printf '%s{"name": "compile/%s", "value": %s, "unit": "%s", "share_of_peak": null, "limit": %s}' \
        "$separator" "$1" "$2" "$3" "$4"
    separator=$',\n '
}
median() { cut -d ' ' -f "$1" "$figures" | sort -n | sed -n 2p; }

while read -r program limit; do
    : >"$figures"
    for _ in 1 2 3; do
        env time -a -o "$figures" -f '%U %M' \
            g++ -std=c++20 -O3 -march=native -DNDEBUG -Iinclude -c "benchmarks/compile/$program.cpp" -o "$object" || exit 1
    done
    seconds=$(median 1)
    memory=$(($(median 2) * 1024))
    text=$(size -A "$object" | awk '$1 ~ /^\.text/ { sum += $2 } END { print sum + 0 }')
    verdict=$(awk "BEGIN { print $seconds <= $limit ? \"within\" : \"OVER\" }")
    echo "$program: $seconds s, $verdict the limit of $limit s; $text bytes of code; $((memory >> 20)) MiB" >&2
    row "$program" "$seconds" s "$limit"
    row "$program/text" "$text" B null
    row "$program/memory" "$memory" B null
done <<END
facts 0.5
demo_inference 5
demo 8
mlp_inference 3
mlp_training 6
vgg_inference 4
vgg_training 10
resnet20_inference 4
resnet20_training 10
resnet56_inference 5
resnet56_training 13
resnet110_inference 6
resnet110_training 15
resnet8_tandem 30
END
echo ']'
