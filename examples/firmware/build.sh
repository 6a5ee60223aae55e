#!/bin/sh
# build.sh BOARD IMAGE [FLAG...] FILE...: compiles and links the C and C++ FILEs into a bare-metal image. BOARD is a machine
# of qemu-system-arm: microbit (Cortex-M0), mps2-an386 (Cortex-M4) or mps2-an500 (Cortex-M7).
set -eu
here=$(dirname "$0")
board=$1
image=$2
shift 2
case $board in
microbit) cpu=cortex-m0 script=microbit.ld ;;
mps2-an386) cpu=cortex-m4 script=mps2.ld ;;
mps2-an500) cpu=cortex-m7 script=mps2.ld ;;
*)
    echo "no board $board: microbit, mps2-an386 or mps2-an500" >&2
    exit 2
    ;;
esac
flags="-mcpu=$cpu -mthumb -O2 -ffunction-sections -fdata-sections -ffreestanding -Wall -Wextra -I$here"
files="$here/startup.c $here/semihosting.c $here/numbers.c $here/systick.c"
for argument in "$@"; do
    case $argument in
    *.c | *.cpp) files="$files $argument" ;;
    *) flags="$flags $argument" ;;
    esac
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for file in $files; do
    case $file in
    *.c) compile="gcc -std=c99" ;;
    *.cpp) compile="g++ -std=c++20 -fno-exceptions -fno-rtti -fno-threadsafe-statics" ;;
    esac
    # shellcheck disable=SC2086 # lists of words
    arm-none-eabi-$compile $flags -c "$file" -o "$folder/$(basename "$file").o"
done
# Of the C library there are memcpy, memset and the like, which compilers call on their own.
arm-none-eabi-gcc -mcpu=$cpu -mthumb -nostartfiles --specs=nano.specs -L"$here" -T "$script" -Wl,--gc-sections \
    -Wl,--fatal-warnings "$folder"/*.o -o "$image"
