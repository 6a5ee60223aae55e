#!/bin/sh
# table.sh FOLDER: the lines that images.sh left in FOLDER/*.table, as a table in Markdown.
ls "$1"/*.table >/dev/null 2>&1 || exit 0 # only other tests have run
cat "$1"/*.table | awk '
    BEGIN {
        count = split("microbit mps2-an386 mps2-an500", boards)
        print "| network | products | program | M0: flash | RAM | instructions | M4: flash | RAM | instructions | M7: flash | RAM | instructions |"
        print "|---|---|---|---|---|---|---|---|---|---|---|---|"
    }
    {
        key = $1 " | " $2 " | " ($3 == "c" ? "C" : "C++")
        figures[key, $4] = sprintf("%d | %d | %d", $5, $6, $7)
        if (!(key in seen)) { seen[key]; keys[++n] = key }
    }
    function sort(i, j, k) {
        for (i = 2; i <= n; ++i) {
            k = keys[i]
            for (j = i - 1; j > 0 && keys[j] > k; --j) keys[j + 1] = keys[j]
            keys[j + 1] = k
        }
    }
    END {
        sort()
        for (i = 1; i <= n; ++i) {
            line = "| " keys[i]
            for (b = 1; b <= count; ++b) line = line " | " ((keys[i], boards[b]) in figures ? figures[keys[i], boards[b]] : " | | ")
            print line " |"
        }
    }'
