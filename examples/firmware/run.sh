#!/bin/sh
# run.sh BOARD IMAGE: runs an image in an emulator; what it writes comes out here, and its status is that of this script.
# In the emulator an instruction takes 32 ns, so that board_ticks counts instructions: 125 in 64 ticks of the micro:bit's
# clock of 16 MHz, 5 in 4 ticks of the 25 MHz of the others.
set -eu
exec qemu-system-arm -machine "$1" -kernel "$2" -icount shift=5 -semihosting-config enable=on,target=native \
    -nographic -monitor none -serial none 2>&1
