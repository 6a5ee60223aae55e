#!/bin/sh
# run.sh COMPILER: check.sh must accept the good case of this folder, and refuse each of the others with the reason that
# stands in its first line.
set -u
cd "$(dirname "$0")" || exit 1
failed=0

for case in *.cpp; do
    reason=$(sed -n '1s|^// REFUSED: ||p' "$case")
    if answer=$(sh ../check.sh "$case" "$1" -std=c++20 -Wall); then
        verdict=accepted
    else
        verdict=refused
    fi
    case $verdict:$reason:$answer in
    accepted::*) ;;
    refused:?*:*"$reason"*) ;;
    *)
        printf '%s was %s; expected reason: %s\n%s\n' "$case" "$verdict" "${reason:-none}" "$answer"
        failed=1
        ;;
    esac
done
exit $failed
