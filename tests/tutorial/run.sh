#!/usr/bin/env bash
# run.sh PAGE ROOT FOLDER: does in FOLDER, which is emptied, what PAGE of the documentation tells its reader to do, with
# the library in ROOT. Each block of code of the page stands after a comment that says what it is:
#
#   <!-- file: NAME -->     a file; it takes the place of an earlier one
#   <!-- append: NAME -->   what is added to a file
#   <!-- run -->            commands that succeed
#   <!-- run: fails -->     commands of which the last one fails
#   <!-- output -->         lines that the commands before have printed; `...` stands for anything
#
# `sudo apt install` asks only whether the packages are there, `git clone` takes ROOT.
set -u
export LC_ALL=C.UTF-8
page=$(realpath "$1")
root=$(realpath "$2")
folder=$3
export root
unset CXX CXXFLAGS

die() {
    printf '%s: %s\n' "$page" "$*"
    exit 1
}

sudo() {
    [ "$1 $2" = "apt install" ] || return 1
    shift 2
    ! command -v dpkg-query >/dev/null || dpkg-query -W "$@"
}
git() {
    [ "$1" = clone ] && ln -s "$root" "$3"
}
export -f sudo git

# One file for each block, in their order: its first line is the comment.
rm -rf "$folder"
mkdir -p "$folder/blocks" "$folder/work"
awk -v folder="$folder/blocks" '
    inside && /^```$/ { inside = 0; close(name); next }
    inside { print > name; next }
    /^<!-- .* -->$/ { marker = substr($0, 6, length($0) - 9); next }
    /^```/ {
        if (marker == "") { print "line " NR ": a block of code without a comment"; exit 1 }
        inside = 1
        name = sprintf("%s/%03d", folder, ++count)
        print marker > name
        marker = ""
        next
    }
    marker != "" { print "line " NR ": no block of code follows the comment"; exit 1 }
    END { if (inside) { print "the last block does not end"; exit 1 } }
' "$page" || die "is not written as this test expects"

# occurs LINE: the parts of LINE between `...` stand in one line of the output, in their order.
occurs() {
    local rest=$1... found part pattern
    while IFS= read -r found; do
        pattern=$rest
        while [ -n "$pattern" ]; do
            part=${pattern%%...*}
            pattern=${pattern#*...}
            [[ $found == *"$part"* ]] || continue 2
            found=${found#*"$part"}
        done
        return 0
    done <"$folder/output"
    return 1
}

cd "$folder/work" || exit 1
ran=0
compared=0
for block in "$folder"/blocks/*; do
    marker=$(head -n 1 "$block")
    content=$(tail -n +2 "$block")
    case $marker in
    "file: "*) printf '%s\n' "$content" >"${marker#file: }" ;;
    "append: "*) printf '%s\n' "$content" >>"${marker#append: }" ;;
    run | "run: fails")
        printf '%s\n' "$content" | sed 's/^/$ /'
        bash -euo pipefail -c "$content" >"$folder/output" 2>&1 </dev/null
        rc=$?
        cut -c1-300 "$folder/output" | tail -n 20
        case $rc:$marker in
        0:run | [1-9]*:"run: fails") ;;
        0:*) die "the commands did not fail" ;;
        *) die "the commands failed" ;;
        esac
        ran=$((ran + 1))
        ;;
    output)
        [ "$ran" -gt 0 ] || die "an output without a command"
        while IFS= read -r line; do
            occurs "$line" || die "the commands did not print: $line"
            compared=$((compared + 1))
        done <<<"$content"
        ;;
    *) die "unknown comment: $marker" ;;
    esac
done
[ "$compared" -gt 0 ] || die "has no output"
printf '%d commands, %d lines of output\n' "$ran" "$compared"
