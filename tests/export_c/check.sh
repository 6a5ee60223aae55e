#!/bin/sh
# check.sh WRITER FOLDER CC [FLAG...] [-- RUNNER...]: exports all networks into FOLDER with WRITER (or takes what is there,
# if WRITER is -), compiles each with CC as one header and as header and source, runs it, by RUNNER if there is one, and
# compares the hash of its logits with that of the integer program. The source must have no warning.
set -u
writer=$1
folder=$2
compiler=$3
shift 3
flags=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    flags="$flags $1"
    shift
done
[ $# -eq 0 ] || shift
here=$(dirname "$0")
if [ "$writer" != - ]; then
    rm -rf "$folder"
    "$writer" "$folder" || exit 1
fi
language= # g++ forgets it behind the first source
case $compiler in *" -x "*) language="-x ${compiler##* }" ;; esac
warnings="-Wall -Wextra -Wconversion -Wshadow -Werror"
wrong=0
count=0
for network in "$folder"/*/; do
    name=$(basename "$network")
    expected=$(cat "$network/expected.txt")
    program=$(mktemp)
    for form in header split; do
        sources=$here/main.c
        include="-I$network"
        if [ $form = split ]; then
            sources="$sources $language $network/split/net.c"
            include="-I$network/split -I$network"
        fi
        # shellcheck disable=SC2086 # lists of words
        if ! $compiler $flags $warnings $include $sources -o "$program"; then
            echo "$name, $form: does not compile"
            wrong=$((wrong + 1))
            continue
        fi
        found=$("$@" "$program" 2>&1)
        count=$((count + 1))
        [ "$found" = "$expected" ] && continue
        echo "$name, $form: expected $expected, found $found"
        wrong=$((wrong + 1))
    done
    rm -f "$program"
done
echo "$count programs by $compiler $flags: $wrong wrong"
[ $wrong = 0 ] && [ $count -gt 0 ]
