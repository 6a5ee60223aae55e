#!/bin/sh
# images.sh integer|c BOARD TABLE FOLDER [FLAG...]: for each network in FOLDER, builds a bare-metal image with its integer
# program or its exported C by examples/firmware/build.sh, runs it in the emulator of BOARD and compares the hash of its
# logits. FLAGs are those of the compiler. A line for each image goes to the file TABLE: network, its products, program, board,
# bytes of flash, of RAM with the stack, instructions of one inference. BOARD may be riscv32, which has no such line.
set -u
program=$1
board=$2
table=$3
folder=$4
shift 4
here=$(dirname "$0")
firmware=$here/../../examples/firmware
. "$here/compare.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$table"

# bytes FIELD FIELD: the sum of two of the sizes: 1 is text, 2 data, 3 bss.
bytes() {
    arm-none-eabi-size "$work/image" | awk -v first="$1" -v second="$2" 'NR == 2 { print $first + $second }'
}

case $board in
riscv32)
    build="sh $here/riscv32.sh"
    run=qemu-riscv32
    ;;
*)
    build="$firmware/build.sh $board"
    run="$firmware/run.sh $board"
    ;;
esac

for network in "$folder"/*/; do
    sources=$here/firmware.c
    if [ "$program" = integer ]; then
        sources="-DINTEGER_PROGRAM -DNETWORK=$(cat "$network/type.txt") $sources $here/integer_program.cpp"
    fi
    # shellcheck disable=SC2086 # lists of words
    if ! $build "$work/image" "$@" "-I$network" "-I$here/.." "-I$here" -Werror $sources; then
        compare "$network" "no image"
        continue
    fi
    # shellcheck disable=SC2086 # a list of words
    timeout 60 $run "$work/image" >"$work/output" 2>&1
    { read -r found && read -r ticks && read -r stack; } <"$work/output" || found=$(cat "$work/output")
    compare "$network" "$found"
    [ "$found" = "$(cat "$network/expected.txt")" ] || continue
    # As run.sh says.
    case $board in
    riscv32) continue ;;
    microbit) instructions=$((ticks * 125 / 64)) ;;
    *) instructions=$((ticks * 5 / 4)) ;;
    esac
    what="$(basename "$network") $(cat "$network/products.txt") $program $board"
    echo "$what $(bytes 1 2) $(($(bytes 2 3) + stack)) $instructions" >>"$table"
done
end_comparison
