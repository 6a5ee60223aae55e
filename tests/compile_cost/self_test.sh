#!/bin/sh
# self_test.sh CLANG: check.sh accepts a program of 100 instantiations with the figure 100, and refuses it with 90 and
# without a figure.
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export LIMITS="$folder/limits.txt"

{
    echo 'template <int> struct A {};'
    i=0
    while [ $i -lt 100 ]; do
        echo "A<$i> a$i;"
        i=$((i + 1))
    done
} >"$folder/hundred.cpp"

check() { sh "$here/check.sh" "$folder/hundred.cpp" "$1"; }
echo 'hundred 100' >"$LIMITS" && check "$1" || exit 1
echo 'hundred 90' >"$LIMITS" && check "$1" && exit 1
echo 'thousand 100' >"$LIMITS" && check "$1" && exit 1
exit 0
