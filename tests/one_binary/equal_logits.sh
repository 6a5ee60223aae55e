#!/bin/sh
# equal_logits.sh PROGRAM: runs it on this processor and on emulated ones. Each must take its best set, refuse what it has
# not got, and print the same hash for every set.
set -u
program=$1
wrong=0

# expect CPU SETS: the sets that it must run on, best first.
expect() {
    found=$(qemu-x86_64 -cpu "$1" "$program" 2>/dev/null)
    echo "$1: $(echo $found)"
    [ "$(printf '%s\n' "$found" | cut -d ' ' -f 1 | tr '\n' ' ')" = "$2 " ] || { echo "expected the sets $2"; wrong=1; }
    hashes="$hashes $(printf '%s\n' "$found" | cut -d ' ' -f 2)"
}

command -v qemu-x86_64 >/dev/null || { echo "qemu-x86_64 is missing"; exit 1; }
found=$("$program") || wrong=1
echo "here: $(echo $found)"
hashes=$(printf '%s\n' "$found" | cut -d ' ' -f 2)
expect Conroe "x86-64"
expect Nehalem "sse4.2 x86-64"
expect Haswell "avx2 sse4.2 x86-64"
[ "$(printf '%s\n' $hashes | sort -u | wc -l)" = 1 ] || { echo "the logits differ"; wrong=1; }
refused=$(qemu-x86_64 -cpu Nehalem "$program" avx2 2>&1 >/dev/null | grep -v '^qemu')
echo "Nehalem is asked for avx2: $refused"
case $refused in "this processor cannot run avx2; it is compiled for avx512vnni_popcount, "*) ;; *) wrong=1 ;; esac
exit $wrong
