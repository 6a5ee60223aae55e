# Which lines of the library the tests of a build with --coverage have run. ./check sources it behind common.sh.
# shellcheck shell=bash

# forget_coverage FOLDER: what earlier runs of the tests there have counted.
forget_coverage() {
    [ ! -d "$1" ] || find "$1" -name '*.gcda' -delete
}

# report_coverage FOLDER LIMIT: the lines of each folder of include/intaglio that the tests built in FOLDER ran, and of
# all, as a table; FOLDER/lines.txt tells which they did not. One check more has passed if it is LIMIT percent or more.
#
# A line counts if the compiler made code of it. On neither side are thus what only the compiler evaluates, templates that
# no test uses, and instruction sets that the machine has not got: the preset compiles with -march=native, so a machine
# without AVX2 counts the portable code alone.
report_coverage() {
    local folder=$1 limit=$2
    printf '\n== lines of include/intaglio that the tests ran\n'
    if ! gcovr --root . --filter include/intaglio/ --object-directory "$folder" -j "$(nproc)" \
        --txt "$folder/lines.txt" --csv "$folder/lines.csv" "$folder/tests"; then
        printf 'gcovr failed\n'
        failed=$((failed + 1))
        return
    fi
    if awk -F, -v limit="$limit" '
        function row(name, run, of) { printf "%-16s %7d of %7d  %6.2f %%\n", name, run, of, of ? 100 * run / of : 0 }
        NR > 1 {
            split($1, path, "/") # include/intaglio/FOLDER/...
            if (!(path[3] in lines)) names[++folders] = path[3]
            lines[path[3]] += $2
            ran[path[3]] += $3
            all += $2
            all_ran += $3
        }
        END {
            for (i = 1; i <= folders; ++i) row(names[i], ran[names[i]], lines[names[i]])
            row("all", all_ran, all)
            exit !(all > 0 && 100 * all_ran >= limit * all)
        }' "$folder/lines.csv"; then
        passed=$((passed + 1))
    else
        printf 'less than %s %%: %s names the lines\n' "$limit" "$folder/lines.txt"
        failed=$((failed + 1))
    fi
}
