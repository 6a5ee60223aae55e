#!/bin/sh
# catches_one_float.sh WAY COMPILER SOURCE [ARGUMENT...]: float_freedom.sh refuses SOURCE because of its one float, and
# for no other reason.
cd "$(dirname "$0")" || exit 1
sh float_freedom.sh "$@" || exit 1
answer=$(sh float_freedom.sh "$@" -DINTAGLIO_ONE_FLOAT 2>&1) && {
    echo "the float was not caught"
    exit 1
}
printf '%s\n' "$answer"
printf '%s\n' "$answer" | grep -q -E 'calls \(|SSE|general-regs-only|floating'
