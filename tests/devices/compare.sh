# Sourced by the checks: compares hashes and counts.
# shellcheck shell=sh
count=0
wrong=0

# compare FOLDER FOUND: FOUND is the hash that FOLDER/expected.txt has.
compare() {
    count=$((count + 1))
    expected=$(cat "$1/expected.txt")
    [ "$2" = "$expected" ] && return
    echo "$(basename "$1"): expected $expected, found $2"
    wrong=$((wrong + 1))
}

# Prints the count and exits.
end_comparison() {
    echo "$count networks compared: $wrong wrong"
    [ "$wrong" = 0 ] && [ "$count" -gt 0 ]
    exit
}
