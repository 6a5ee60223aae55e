#!/bin/sh
# firmware.sh WRITER README FOLDER CC [FLAG...]: compiles the C block of README after `<!-- firmware -->`, which has three
# lines, beside a header that WRITER exports into FOLDER, as firmware is compiled: without a library.
set -u
writer=$1
readme=$2
folder=$3
shift 3
rm -rf "$folder"
"$writer" "$folder" || exit 1
awk '/^<!-- firmware -->$/ { found = 1; next } found && /^```c$/ { inside = 1; next } inside && /^```$/ { exit } inside' "$readme" >"$folder/firmware.c"
[ "$(wc -l <"$folder/firmware.c")" -eq 3 ] || { echo "README.md: no block of three lines after <!-- firmware -->"; exit 1; }
"$@" -std=c99 -ffreestanding -Wall -Wextra -Wconversion -Wshadow -Werror -O2 "-I$folder" -c "$folder/firmware.c" -o "$folder/firmware.o" || exit 1
if nm -u "$folder/firmware.o" | grep -v ' mem[a-z]*$' | grep .; then
    echo "needs a library"
    exit 1
fi
