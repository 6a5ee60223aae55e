#!/bin/sh
# riscv32.sh IMAGE [FLAG...] FILE...: like examples/firmware/build.sh, a program for RISC-V with 32 bits. Debian has a compiler
# for it, but no C++ library: the headers of the one for ARM serve, of the same version and for 32 bits, too.
set -eu
here=$(dirname "$0")
firmware=$here/../../examples/firmware
image=$1
shift
target="-march=rv32imac -mabi=ilp32"
flags="$target -O2 -ffreestanding -fno-tree-loop-distribute-patterns -Wall -Wextra -I$firmware"
files="$here/riscv32.c $firmware/numbers.c"
for argument in "$@"; do
    case $argument in
    *.c | *.cpp) files="$files $argument" ;;
    *) flags="$flags $argument" ;;
    esac
done
# All folders of that compiler but the one of its own headers.
library=$(arm-none-eabi-g++ -mcpu=cortex-m0 -mthumb -E -v -x c++ /dev/null 2>&1 |
    sed -n '/lib\/gcc\/arm-none-eabi\/[0-9.]*\/include/d; s/^ \(\/.*include.*\)/-isystem \1/p')
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for file in $files; do
    case $file in
    *.c) compile="gcc -std=c99" ;;
    *.cpp) compile="g++ -std=c++20 -fno-exceptions -fno-rtti -fno-threadsafe-statics -nostdinc++ $library" ;;
    esac
    # shellcheck disable=SC2086 # lists of words
    riscv64-unknown-elf-$compile $flags -c "$file" -o "$folder/$(basename "$file").o"
done
# shellcheck disable=SC2086 # two words
riscv64-unknown-elf-gcc $target -nostdlib -Wl,-e,start "$folder"/*.o -lgcc -o "$image"
