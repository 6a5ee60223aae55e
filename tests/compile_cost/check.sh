#!/bin/sh
# check.sh SOURCE CLANG [ARGUMENT...]: compares the template instantiations of SOURCE with the figure in limits.txt (or
# in the file named by LIMITS); fails when it is exceeded by more than 10 %.
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$(basename "$1" .cpp)
count=$(sh "$here/count.sh" "$@") || exit 1
figure=$(awk -v program="$program" '$1 == program { print $2 }' "${LIMITS:-$here/limits.txt}")
if [ -z "$figure" ]; then
    echo "limits.txt has no line '$program $count'"
    exit 1
fi
echo "$program: $count instantiations, committed figure $figure"
[ $((count * 10)) -le $((figure * 11)) ]
