#!/bin/sh
# share_nothing.sh NM OBJECT...: each object must define one symbol that a linker sees, its entry, and no weak one.
set -u
nm=$1
shift
wrong=0
for object in "$@"; do
    seen=$("$nm" --defined-only --extern-only "$object" | awk '{ print $2, $3 }')
    count=$(printf '%s\n' "$seen" | grep -c .)
    echo "$object: $seen"
    case $count,$seen in
    "1,R intaglio_one_binary_"* | "1,D intaglio_one_binary_"*) ;;
    *) wrong=1 ;;
    esac
    "$nm" "$object" | grep -q ' [WVu] ' && wrong=1
done
[ $# -gt 1 ] && [ $wrong = 0 ]
