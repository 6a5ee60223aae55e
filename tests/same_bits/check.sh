#!/bin/sh
# check.sh COMPILER SOURCE [ARGUMENT...]: SOURCE, compiled with these arguments, prints the hash that it expects, or the
# library refuses in one sentence those of them that let the compiler change what floats compute.
compiler=$1
source=$2
shift 2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
if answer=$("$compiler" -Wfatal-errors "$source" "$@" -o "$folder/program" 2>&1); then
    exec "$folder/program"
fi
printf '%s\n' "$answer"
case " $* " in
*" -ffast-math "* | *" -funsafe-math-optimizations "* | *" -freciprocal-math "* | *" -fassociative-math "*)
    printf '%s\n' "$answer" | grep -q 'error: .*intaglio: '
    ;;
*) false ;;
esac
