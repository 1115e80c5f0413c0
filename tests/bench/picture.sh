#!/bin/bash
# picture.sh: the bars of results.tsv as SVG, one scale for each panel, with the machine, the versions and the date below.
set -euo pipefail
awk -F'\t' '
    function escape(text) { gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/>/, "\\&gt;", text); return text }
    function write(class, x, y, text) {
        body = body sprintf("<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n", class, x, y, escape(text))
    }
    $1 == "about" { about[++abouts] = $2 }
    $1 == "bar" {
        if (!($2 in panel)) { panel[$2] = ++panels; title[panels] = $2 }
        of = panel[$2]
        label[of, ++bars[of]] = $3
        value[of, bars[of]] = $4
        if ($4 + 0 > most[of] + 0) most[of] = $4
    }
    END {
        y = 14
        for (i = 1; i <= panels; ++i) {
            write("title", 20, y += 24, title[i])
            for (bar = 1; bar <= bars[i]; ++bar) {
                y += 22
                ours = label[i, bar] ~ /^Familiar/ || title[i] ~ /^Familiar/
                wide = most[i] > 0 ? 380 * value[i, bar] / most[i] : 0
                write("label", 300, y, label[i, bar])
                body = body sprintf("<rect class=\"%s\" x=\"310\" y=\"%d\" width=\"%.1f\" height=\"15\" rx=\"2\"/>\n",
                    ours ? "ours" : "theirs", y - 12, wide < 1 ? 1 : wide)
                write("value", 318 + wide, y, value[i, bar])
            }
            y += 12
        }
        for (i = 1; i <= abouts; ++i) write("about", 20, y += 17, about[i])
        height = y + 18
        printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 800 %d\" width=\"800\" height=\"%d\" role=\"img\">\n",
            height, height
        print "<title>Familiar, measured beside what people would use instead</title>"
        print "<style>text { font-family: system-ui, sans-serif; font-size: 13px; fill: #1f2937 } .title { font-weight: 600 }"
        print ".label { text-anchor: end } .value { fill: #4b5563 } .about { font-size: 11px; fill: #6b7280 }"
        print ".ours { fill: #2563eb } .theirs { fill: #9ca3af }</style>"
        printf "<rect width=\"800\" height=\"%d\" rx=\"8\" fill=\"#ffffff\"/>\n%s</svg>\n", height, body
    }'
