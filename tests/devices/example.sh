#!/bin/sh
# example.sh FOLDER BOARD FLAG...: the programs of examples/firmware, exported C and integer program, build as they are, run
# and find the same class.
set -u
folder=$1
board=$2
shift 2
firmware=$(dirname "$0")/../../examples/firmware
image=$(mktemp)
trap 'rm -f "$image"' EXIT
classes=
for file in main.c program.cpp; do
    "$firmware/build.sh" "$board" "$image" -Werror "-I$folder" "$@" "$firmware/$file" || exit 1
    output=$("$firmware/run.sh" "$board" "$image") || exit 1
    echo "$file: $output"
    classes="$classes $(echo "$output" | sed -nE 's/^class ([0-9]), clocks [0-9]{4,}$/\1/p')"
done
# shellcheck disable=SC2086 # two words
set -- $classes
[ $# = 2 ] && [ "$1" = "$2" ]
