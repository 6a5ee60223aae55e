#!/bin/sh
# check.sh FILE COMPILER [ARGUMENT...]: tests what a compiler says to the one mistake in FILE.
#
# FILE names the words that must stand in the first line of the compiler's answer that contains " error: ", all of them in
# that line, one per comment `// EXPECT: words`. Under -DINTAGLIO_CORRECT the same file, which then differs in one token,
# compiles without a word. INTAGLIO_PRECOMPILED may name the folder of precompile.sh.
set -u
export LC_ALL=C
file=$1
shift
answer=$(mktemp)
expected=$(mktemp)
trap 'rm -f "$answer" "$expected"' EXIT

fail() {
    printf '%s: %s\n' "$file" "$1"
    sed 's/^/    /' "$answer"
    exit 1
}

sed -n 's|^[[:space:]]*// EXPECT: ||p' "$file" >"$expected"
[ -s "$expected" ] || fail "has no line '// EXPECT: words'"

# The smallest of the precompiled headers that has all that the file includes.
case $(grep -E '^#include' "$file") in
*/tandem/convert.hpp*) header=tandem/convert ;;
*/train/trainer.hpp* | */train/loop/* | */own_parts.hpp*) header=train/trainer ;;
*/train/*) header=train/lowering ;;
*) header=model/network ;;
esac
precompiled=${INTAGLIO_PRECOMPILED:-}/intaglio/$header.hpp
if [ -f "$precompiled.gch" ]; then
    case $1 in
    *clang*) set -- "$@" -include-pch "$precompiled.gch" ;;
    *) set -- "$@" -include "$precompiled" ;;
    esac
fi

"$@" -fsyntax-only -DINTAGLIO_CORRECT "$file" >"$answer" 2>&1 || fail "the correct twin does not compile"
[ ! -s "$answer" ] || fail "the correct twin compiles with a warning"

"$@" -fsyntax-only "$file" >"$answer" 2>&1 && fail "the mistake compiles"
first=$(grep -m 1 ' error: ' "$answer") || fail "no line of the answer contains ' error: '"
while IFS= read -r words; do
    case $first in
    *"$words"*) ;;
    *) fail "the first error line lacks '$words'" ;;
    esac
done <"$expected"
printf '%s\n' "$first"
