#!/bin/bash
# table.sh: the rows of results.tsv as one table, which is Markdown too.
set -euo pipefail
awk -F'\t' '
    function put(i, line, cell) {
        line = "|"
        for (cell = 1; cell <= 6; ++cell) line = line sprintf(" %-" width[cell] "s |", text[i, cell])
        print line
    }
    BEGIN { split("row\tmeasure\tvalue\tagainst\tratio\tgoal\tmet", heading); rows = 1 }
    $1 == "about" { print $2 }
    $1 == "row" { ++rows; for (cell = 1; cell <= 6; ++cell) text[rows, cell] = $(cell + 1) }
    END {
        for (cell = 1; cell <= 6; ++cell) {
            text[1, cell] = heading[cell + 1]
            for (i = 1; i <= rows; ++i) if (length(text[i, cell]) > width[cell]) width[cell] = length(text[i, cell])
        }
        print ""
        put(1)
        line = "|"
        for (cell = 1; cell <= 6; ++cell) line = line sprintf("%" (width[cell] + 2) "s|", "")
        gsub(/ /, "-", line)
        print line
        for (i = 2; i <= rows; ++i) put(i)
    }'
