#!/bin/sh
# precompile.sh FOLDER COMPILER [ARGUMENT...]: the headers that the mistakes include, translated once into FOLDER, where
# check.sh looks for them if INTAGLIO_PRECOMPILED names it. A mistake then compiles in a fifth of the time.
set -u
folder=$1
shift
root=$(cd "$(dirname "$0")/../../include" && pwd) || exit 1
for header in model/network train/lowering train/trainer tandem/convert; do
    header=intaglio/$header.hpp
    mkdir -p "$folder/$(dirname $header)" || exit 1
    printf '#include "%s"\n' "$root/$header" >"$folder/$header"
    # Either suffix: GCC looks for .gch beside the header, Clang is told.
    "$@" -x c++-header "$folder/$header" -o "$folder/$header.gch" || exit 1
done
