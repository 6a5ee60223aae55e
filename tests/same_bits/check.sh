#!/bin/sh
# check.sh COMPILER SOURCE [ARGUMENT...]: SOURCE, compiled with these arguments, prints the hash that it expects, or the
# library refuses the arguments in one sentence.
compiler=$1
source=$2
shift 2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
if answer=$("$compiler" -Wfatal-errors "$source" "$@" -o "$folder/program" 2>&1); then
    exec "$folder/program"
fi
printf '%s\n' "$answer" | grep -q 'error: .*intaglio: ' && echo "refused" && exit 0
printf '%s\n' "$answer"
exit 1
