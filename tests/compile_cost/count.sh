#!/bin/sh
# count.sh SOURCE CLANG [ARGUMENT...]: prints how many class and function templates CLANG instantiates for SOURCE.
set -eu
source=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
case $(uname -m) in
x86_64) set -- "$@" -march=x86-64-v3 ;; # the same on every machine
esac
"$@" -std=c++20 -O0 -ftime-trace -ftime-trace-granularity=0 -c "$source" -o "$folder/object.o"
grep -o -E '"name": ?"Instantiate(Class|Function)"' "$folder/object.json" | wc -l
