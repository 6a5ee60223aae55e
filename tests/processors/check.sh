#!/bin/sh
# Tests of program.cpp on a processor; each leaves what the program prints in a file. FOLDER and OTHER are folders in
# which `train` has run.
#
# check.sh train FOLDER COMMAND...         trains: COMMAND runs the program
# check.sh same FOLDER OTHER               integers that follow from the same numbers are the same in both
# check.sh load FOLDER OTHER COMMAND...    what FOLDER saved is loaded bit for bit and gives the same logits; COMMAND
#                                          runs the program of OTHER, and its training goes on
# check.sh resume FOLDER FOLDER COMMAND... the same program ends as if it had never stopped
# check.sh names WORDS COMMAND...          COMMAND fails, and its first error line holds WORDS
set -u
export LC_ALL=C
action=$1
folder=$2
shift 2

# lines PATTERN FILE: those of the program's lines; without any, words that no other file has.
lines() {
    grep -E "$1" "$2" || echo "no line '$1' in $2"
}

# same PATTERN FILE FILE: their lines are equal.
same() {
    lines "$1" "$2" >"$3.expected"
    lines "$1" "$3" >"$3.found"
    diff "$3.expected" "$3.found" || exit 1
    cat "$3.found"
}

case $action in
train)
    rm -rf "$folder"
    mkdir -p "$folder"
    "$@" train "$folder" >"$folder/trained" || exit 1
    cat "$folder/trained"
    ;;
same)
    same '^fixed ' "$folder/trained" "$1/trained"
    # Floats of training follow the processor's and the C library's rounding.
    for line in initial 'middle state' 'end state' 'end integers'; do
        if [ "$(grep " $line " "$folder/trained")" = "$(grep " $line " "$1/trained")" ]; then
            echo "$line: equal"
        else
            echo "$line: different"
        fi
    done
    ;;
load | resume)
    other=$1
    shift
    "$@" resume "$folder" >"$other/resumed_$folder" || exit 1
    same ' middle ' "$folder/trained" "$other/resumed_$folder"
    if [ "$action" = resume ]; then
        same ' end ' "$folder/trained" "$other/resumed_$folder"
    fi
    ;;
names)
    answer=$("$@" 2>&1) && exit 1
    printf '%s\n' "$answer" | grep -m 1 'error' | grep -F -e "$folder"
    ;;
esac
