#!/usr/bin/env bash
# tests/mutation/run.sh [--check-list] [-j JOBS] [PATTERN]: makes one mistake after another in a copy of the library and
# tells which of them the tests do not notice. PATTERN (a regular expression) chooses among the mutations by name, header and tests. The last
# line is `N passed, M failed`; a mutation has passed if a test or the compiler has killed it, or if it is accepted.
# --check-list only tells whether the list below fits the headers.
#
# mutations.txt holds blocks, set apart by blank lines, of lines `KEY VALUE`:
#   mutation  its name, the first line of a block
#   in        the header, below include/intaglio
#   find      the text to replace, in one line, which the header holds exactly once
#   put       what takes its place; nothing, if the line is left out
#   once      find and put are expressions that no constant depends on: all such mutations are compiled together, once
#             for each test program, with a switch between the two
#   test      [-O1] NAME [FILTER]: tests/NAME_test.cpp should notice; FILTER chooses test cases as doctest's -tc does;
#             several such lines, the cheapest first
#   accepted  why no test need notice
#
# Other mutations are compiled one by one, each in a header that lies in a folder of its own in front of include/:
# headers include each other as "intaglio/...". Test programs are compiled without optimisation unless -O1 is given, and
# must pass without a mutation; those with switches are kept in build/mutation.
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
. cmake/common.sh

jobs=$(nproc)
pattern=.
list_only=
while [ $# -gt 0 ]; do
    case $1 in
    -j) jobs=${2:?-j needs a number} && shift ;;
    -j*) jobs=${1#-j} ;;
    --check-list) list_only=1 ;;
    *) pattern=$1 ;;
    esac
    shift
done

compiler=${CXX:-g++}
list=tests/mutation/mutations.txt
kept=$root/build/mutation
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The list: one entry of each array per mutation; `tests` holds lines.
names=() numbers=() files=() finds=() puts=() once=() tests=() accepted=()
read_list() {
    local key value name='' file find put together test reason
    while read -r key value || [ -n "$key" ]; do
        case $key in
        '#'*) ;;
        mutation) name=$value file='' find='' put='' together='' test='' reason='' ;;
        in) file=$value ;;
        find) find=$value ;;
        put) put=$value ;;
        once) together=1 ;;
        test) test+=$value$'\n' ;;
        accepted) reason+=${reason:+ }$value ;;
        '')
            [ -n "$name" ] || continue
            [ "${file:+1}${find:+1}${test:+1}" = 111 ] ||
                die "$name: in, find or test is missing"
            # Of the name, so that programs stay as they are when the list grows.
            numbers+=($(($(cksum <<<"$name" | cut -d ' ' -f 1) % 1000000000)))
            names+=("$name") files+=("$file") finds+=("$find") puts+=("$put") once+=("$together") tests+=("$test")
            accepted+=("$reason")
            name=
            ;;
        *) die "$list: unknown key $key" ;;
        esac
    done < <(cat "$list" && echo && echo)
}

is_chosen() { [[ ${names[$1]} =~ $pattern || ${files[$1]} =~ $pattern || ${tests[$1]} =~ $pattern ]]; }

# split_test LINE: sets level, test and filter.
split_test() {
    level=-O0
    read -r test filter <<<"$1"
    if [[ $test == -O* ]]; then
        level=$test
        read -r test filter <<<"$filter"
    fi
}

# What every test program includes first: the standard library, in which no mutation lies, and the switch.
write_prefix() {
    cat >"$work/prefix.hpp" <<'END'
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <boost/mp11.hpp>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <thread>
#include <type_traits>
#include <variant>
#include <vector>

namespace mutation {
inline const int chosen = std::getenv("MUTATION") != nullptr ? std::atoi(std::getenv("MUTATION")) : -1;
constexpr bool is(int number) {
    return !std::is_constant_evaluated() && number == chosen;
}
}  // namespace mutation
END
    cmp -s "$work/prefix.hpp" "$kept/prefix.hpp" || cp "$work/prefix.hpp" "$kept/prefix.hpp"
}

# is_fresh FILE SOURCE...: whether the file is there and none of the sources is newer.
is_fresh() { [ -f "$1" ] && [ -z "$(find "${@:2}" -newer "$1" -print -quit)" ]; }

# build PROGRAM LEVEL NAME FOLDER: compiles a test program with the headers of a folder in front of the library's.
build() {
    local flags=(-std=c++20 "$2" -march=native -w) prefix=$kept/prefix$2
    if ! is_fresh "$prefix/prefix.hpp.gch" "$kept/prefix.hpp"; then
        mkdir -p "$prefix"
        cp "$kept/prefix.hpp" "$prefix"
        "$compiler" "${flags[@]}" -x c++-header "$prefix/prefix.hpp" -o "$prefix/prefix.hpp.gch" || return
    fi
    is_fresh "$kept/main.o" tests/main.cpp || "$compiler" "${flags[@]}" -c tests/main.cpp -o "$kept/main.o" || return
    "$compiler" "${flags[@]}" -include "$prefix/prefix.hpp" "-I$4" -Iinclude "-I$root/tests" \
        "$root/tests/$3_test.cpp" "$kept/main.o" -o "$1" -lz -llzma -pthread
}

# run PROGRAM FILTER [NUMBER]: runs a test program, and not for ever, with a mutation switched on.
run() { (cd tests && MUTATION=${3:--1} timeout 300 "$1" --no-skip --abort-after=1 ${2:+"-tc=$2"}); }

# Whether the list fits the headers.
check_list() {
    local i header text rest
    for i in "${!names[@]}"; do
        header=include/intaglio/${files[$i]}
        [ -f "$header" ] || die "${names[$i]}: there is no $header: the list is out of date"
        text=$(<"$header")
        rest=${text//"${finds[$i]}"/}
        [ $((${#text} - ${#rest})) = ${#finds[$i]} ] ||
            die "${names[$i]}: $header does not hold the text once: the list is out of date"
    done
}

# mutate FOLDER I TEXT: puts TEXT in the place of what mutation I finds, in the header in FOLDER or a copy of it.
mutate() {
    local header=$1/intaglio/${files[$2]} find=${finds[$2]} text
    if [ -f "$header" ]; then
        text=$(<"$header")
    else
        mkdir -p "${header%/*}"
        text=$(<"include/intaglio/${files[$2]}")
    fi
    # The last one: a switch has the original behind the mutation.
    [[ $text == *"$find"* ]] || die "${names[$2]}: overlaps with a mutation in front of it"
    printf '%s\n' "${text%"$find"*}$3${text##*"$find"}" >"$header"
}

# Builds the program of a test with all its switches, unless it is there, and tells whether it passes without them.
check_unmutated() {
    local level test filter i program headers=$work/headers
    split_test "$1"
    program=$kept/$test$level
    rm -rf "$headers"
    mkdir "$headers"
    for i in "${!names[@]}"; do
        if [ -n "${once[$i]}" ] && [[ $'\n'${tests[$i]} =~ $'\n'("$level ")?"$test"[[:space:]] ]]; then
            mutate "$headers" "$i" "(::mutation::is(${numbers[$i]}) ? (${puts[$i]}) : (${finds[$i]}))"
        fi
    done
    if ! is_fresh "$program" include tests/support tests/data_files tests/golden "tests/${test}_test.cpp" ||
        ! diff -r "$headers" "$program.headers" >"$work/differences" 2>&1; then
        rm -f "$program"
        build "$program" "$level" "$test" "$headers" || return
        rm -rf "$program.headers"
        cp -r "$headers" "$program.headers"
    fi
    if ! run "$program" "$filter" >"$work/unmutated" 2>&1 || ! grep -q 'test cases: *[1-9]' "$work/unmutated"; then
        cat "$work/unmutated"
        return 1
    fi
}

# examine I: writes to $work/I.result what became of a mutation, and prints it.
examine() {
    local level test filter line verdict=survived program number=${numbers[$1]}
    while read -r line; do
        if [ -n "${broken[$line]:-}" ]; then
            verdict="not examined: $line does not pass without it"
            break
        fi
        split_test "$line"
        program=$kept/$test$level
        if [ -z "${once[$1]}" ]; then
            program=$work/$1/program number=
            mkdir -p "$work/$1"
            rm -rf "$work/$1/intaglio"
            mutate "$work/$1" "$1" "${puts[$1]}"
            if ! build "$program" "$level" "$test" "$work/$1" >"$work/$1.log" 2>&1; then
                verdict="killed by the compiler ($test)"
                break
            fi
        fi
        if ! run "$program" "$filter" "$number" >"$work/$1.log" 2>&1; then
            verdict="killed by $test: $(sed -n 's/^TEST CASE: *//p' "$work/$1.log" | head -n 1)"
            break
        fi
    done <<<"${tests[$1]%$'\n'}"
    [ "$verdict" != survived ] || [ -z "${accepted[$1]}" ] || verdict=accepted
    printf '%s\n' "$verdict" >"$work/$1.result"
    printf '%-45s %-32s %s\n' "${names[$1]}" "${files[$1]}" "$verdict"
    rm -rf "${work:?}/$1"
}

read_list
check_list
if [ -n "$list_only" ]; then
    printf '%d mutations fit the headers\n' "${#names[@]}"
    exit
fi
mkdir -p "$kept"
write_prefix
chosen=()
for i in "${!names[@]}"; do
    is_chosen "$i" && chosen+=("$i")
done
[ ${#chosen[@]} -gt 0 ] || die "no mutation matches $pattern"
printf '%d mutations; the tests without them ...\n' "${#chosen[@]}"
declare -A broken=()
while read -r line; do
    if ! check_unmutated "$line"; then
        printf '%s: does not compile, does not pass, or has no test case\n' "$line"
        broken[$line]=1
    fi
done < <(for i in "${chosen[@]}"; do printf '%s' "${tests[$i]}"; done | sort -u)

for i in "${chosen[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
        wait -n
    done
    examine "$i" &
done
wait

printf '\nSurvivors:\n'
for i in "${chosen[@]}"; do
    case $(cat "$work/$i.result" 2>/dev/null) in
    killed*) passed=$((passed + 1)) ;;
    accepted)
        passed=$((passed + 1))
        printf '%-45s %-32s %s\n' "${names[$i]}" "${files[$i]}" "accepted: ${accepted[$i]}"
        ;;
    *)
        failed=$((failed + 1))
        printf '%-45s %-32s %s\n' "${names[$i]}" "${files[$i]}" \
            "$(cat "$work/$i.result"): $(printf '%s' "${tests[$i]}" | paste -sd, | sed 's/,/, /g')"
        ;;
    esac
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
