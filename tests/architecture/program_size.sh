#!/bin/sh
# program_size.sh LIMIT COMPILER SOURCE [ARGUMENT...]: compiles SOURCE with -O2 and fails if its code and constants take
# more than LIMIT bytes.
set -u
limit=$1
compiler=$2
source=$3
shift 3
object=$(mktemp)
trap 'rm -f "$object"' EXIT
case $compiler in
*arm-none-eabi-g++) set -- "$@" -mcpu=cortex-m0 -mthumb size=${compiler%g++}size ;;
*) set -- "$@" size=size ;;
esac
for argument in "$@"; do
    shift
    case $argument in
    size=*) size=${argument#size=} ;;
    *) set -- "$@" "$argument" ;;
    esac
done
"$compiler" "$@" -O2 -c "$source" -o "$object" || exit 1
# .data.rel.ro has constants that hold addresses.
bytes=$("$size" -A "$object" | awk '$1 ~ /^\.(text|rodata|data\.rel\.ro)/ { sum += $2 } END { print sum + 0 }')
echo "$source, $compiler: $bytes bytes of code and constants, limit $limit"
[ "$bytes" -gt 0 ] && [ "$bytes" -le "$limit" ]
