#!/bin/sh
# instructions.sh SET LIMIT EMULATOR PROGRAM: counts the instructions of instructions.cpp in an emulator of QEMU, layer by
# layer; fails if those of SET are more than LIMIT percent of those of plain code.
#
# QEMU tells what each block that it translates consists of, and then which blocks run.
set -u
export LC_ALL=C
set=$1
limit=$2
emulator=$3
program=$4

# count SET LAYER
count() {
    "$emulator" -d nochain,exec,in_asm -D /dev/stdout "$program" "$1" "$2" | awk '
        /^IN:/ { block = ""; next }
        /^0x/ {
            sub(/:.*/, "")
            sub(/^0x0*/, "")
            if (block == "") { block = $0; size[block] = 0 }
            ++size[block]
            next
        }
        /^Trace/ { split($0, part, "/"); sub(/^0*/, "", part[2]); total += size[part[2]] }
        END { print total + 0 }'
}

worst=0
# The layers whose shape no other has.
for layer in 0 1 2 3 4 5 8 9 12 16; do
    nothing=$(count none $layer)
    plain=$(($(count portable $layer) - nothing))
    vectors=$(($(count "$set" $layer) - nothing))
    if [ "$plain" -le 0 ] || [ "$vectors" -le 0 ]; then
        echo "layer $layer: nothing was counted"
        exit 1
    fi
    percent=$(((vectors * 100 + plain - 1) / plain))
    echo "layer $layer: $vectors of $plain instructions, $percent %"
    [ "$percent" -le "$worst" ] || worst=$percent
done
[ "$worst" -le "$limit" ]
