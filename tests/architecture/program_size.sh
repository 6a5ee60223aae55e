#!/bin/sh
# program_size.sh LIMIT COMPILER SOURCE [ARGUMENT...]: compiles SOURCE with -O2 and fails if its code and constants take
# more than LIMIT bytes.
set -u
limit=$1
compiler=$2
source=$3
shift 3
. "$(dirname "$0")/tools.sh"
object=$(mktemp)
trap 'rm -f "$object"' EXIT
# shellcheck disable=SC2086 # two words
"$compiler" $target "$@" -O2 -c "$source" -o "$object" || exit 1
# .data.rel.ro has constants that hold addresses.
bytes=$("${tools}size" -A "$object" | awk '$1 ~ /^\.(text|rodata|data\.rel\.ro)/ { sum += $2 } END { print sum + 0 }')
echo "$source, $compiler: $bytes bytes of code and constants, limit $limit"
[ "$bytes" -gt 0 ] && [ "$bytes" -le "$limit" ]
