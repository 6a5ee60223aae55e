#!/bin/sh
# float_freedom.sh WAY COMPILER SOURCE [ARGUMENT...]: checks that the integer program in SOURCE needs no floating point.
#
# WAY general-regs: the compiler may use general registers only, and the object calls no soft-float routine.
# WAY soft-float:   built for a Cortex-M0, the object calls no soft-float routine.
# WAY freestanding: built for a Cortex-M0 without library, exceptions and RTTI, the object calls nothing but memory
#                   copies and integer arithmetic of the compiler's own library: it neither allocates nor throws either.
set -u
way=$1
compiler=$2
source=$3
shift 3
. "$(dirname "$0")/tools.sh"
object=$(mktemp)
trap 'rm -f "$object"' EXIT

build() {
    # shellcheck disable=SC2086 # two words
    "$compiler" $target "$@" -Wall -Wextra -Werror -c "$source" -o "$object" || exit 1
    calls=$("${tools}nm" -u "$object" | awk '{ print $NF }') || exit 1
}

# The names of soft-float routines: those of GCC's library, and those of the Arm ABI.
mode='(hf|bf|sf|df|tf|xf|tf)'
soft_float="^__(add|sub|mul|div|neg|pow|lt|le|gt|ge|eq|ne|cmp|unord|fix|fixuns|float|floatun|extend|trunc)[sdt]?i?$mode"
soft_float="$soft_float|^__aeabi_(f|d|cf|cd|h2f|u?[il]2[fd])"
integer_only='^(mem(cpy|set|move|cmp)|__aeabi_(mem(cpy|set|move|clr)[48]?|u?[il]div(mod)?|u?ldivmod|lmul|ll?s[lr]|lasr|u?lcmp|u?idiv(mod)?)|__(clz|ctz|popcount|ffs|bswap|parity)[sd]i2|__gnu_thumb1_case_.*)$'

case $way in
general-regs)
    build -O2 -mgeneral-regs-only "$@"
    forbidden=$(printf '%s\n' "$calls" | grep -E "$soft_float")
    ;;
soft-float)
    build -Os "$@"
    forbidden=$(printf '%s\n' "$calls" | grep -E "$soft_float")
    ;;
freestanding)
    build -O2 -ffreestanding -fno-exceptions -fno-rtti "$@"
    forbidden=$(printf '%s\n' "$calls" | grep -v -E "$integer_only" | grep .)
    ;;
*)
    echo "unknown way: $way"
    exit 1
    ;;
esac
[ -z "$forbidden" ] && exit 0
printf '%s calls (%s):\n%s\n' "$source" "$way" "$forbidden"
exit 1
