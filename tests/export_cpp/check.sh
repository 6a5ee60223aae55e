#!/bin/sh
# check.sh WRITER FOLDER CXX [FLAG...]: exports networks into FOLDER with WRITER, compiles them into one program with CXX
# and compares the hashes that it prints with those of the integer programs. Whoever includes them includes nothing of
# training and files, and of Boost what networks need; a network that has changed does not compile, and is named.
set -u
writer=$1
folder=$2
shift 2
here=$(dirname "$0")
rm -rf "$folder"
"$writer" "$folder" || exit 1
program=$folder/program
if ! "$@" -Wall -Wextra -Wconversion -Wshadow -Werror "-I$here/.." "-I$here" "-I$folder" "$here/main.cpp" -o "$program"; then
    echo "the exported headers do not compile"
    exit 1
fi
"$program" >"$folder/found.txt" || { echo "the instruction set has other logits"; exit 1; }
diff "$folder/expected.txt" "$folder/found.txt" || exit 1

included() {
    "$@" -M "-I$here" "-I$folder" | tr -s ' \\' '\n\n' | sed -n 's|.*/\(boost/.*\)|\1|p; s|.*/\(intaglio/\(train\|tandem\|io\|data\|report\)/.*\)|\1|p' | sort -u
}
included "$@" -D ONLY_INCLUDES "$here/main.cpp" >"$folder/included.txt"
included "$@" "$here/networks.hpp" >"$folder/needed.txt"
[ -s "$folder/needed.txt" ] || { echo "networks include nothing of Boost"; exit 1; }
if comm -23 "$folder/included.txt" "$folder/needed.txt" | grep .; then
    echo "are included, too"
    exit 1
fi

"$@" -D ONLY_INCLUDES -D SOUND_CHANNELS=7 "-I$here" "-I$folder" -fsyntax-only "$here/main.cpp" >"$folder/errors.txt" 2>&1 &&
    { echo "a network that has changed compiles"; exit 1; }
error=$(grep -m 1 ' error: ' "$folder/errors.txt")
for word in network_is_not_the_one_that_was_exported 'in_layer<2>' 'shop::Sound'; do
    case $error in
        *"$word"*) ;;
        *)
            echo "expected $word, found: $error"
            exit 1
            ;;
    esac
done
