#!/bin/bash
# compare.sh FAMILIAR TOOLS WORK PICTURE [SECTION]...: Familiar as a whole, beside what people would use instead.
#
# FAMILIAR is the server's binary, TOOLS the folder of flush and hold, WORK one on the disk to be measured. Each SECTION
# (webhooks, launches, footprint; without one all of them) takes its measurements in turn with its alternatives in the same
# run, and adds to WORK/results.tsv. The table goes to stdout, and as a picture to PICTURE. ROUNDS and the like make a run shorter.
#
# It needs two cores, a Docker engine, and nobody else on the machine.
set -euo pipefail
export LC_ALL=C.UTF-8 PATH=$PATH:/usr/sbin
(($# >= 4)) || { echo "usage: compare.sh FAMILIAR TOOLS WORK PICTURE [webhooks|launches|footprint]..." >&2 && exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
FAMILIAR=$(realpath "$1") TOOLS=$(realpath "$2") WORK=$(realpath --canonicalize-missing "$3") picture=$4
shift 4
(($# > 0)) || set -- webhooks launches footprint
export FAMILIAR TOOLS WORK RESULTS=$WORK/results.tsv

for program in curl docker git nginx openssl sqlite3 taskset webhook wrk; do
    command -v "$program" >/dev/null && continue
    echo "compare: $program is missing; cmake/bootstrap.sh bench installs it" >&2
    exit 1
done
mkdir -p "$WORK"
: >"$RESULTS"
"$here/../../containers/demo-agent/build-image.sh" "$here/../../build/cache"

about() { # the machine, the versions, the day
    local cpu others
    cpu=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
    others="adnanh/webhook $(webhook -version | awk '{ print $NF }'), $(nginx -v 2>&1 | sed 's/.*: //'), "
    others+="engine $(docker version --format '{{.Server.Version}}'), $(git --version | sed 's/ version//')"
    printf 'about\t%s\n' \
        "${cpu:-$(uname --machine)}, $(nproc) cores, $(stat --file-system --format %T "$WORK"), Linux $(uname --kernel-release)" \
        "$("$FAMILIAR" --version), $others" \
        "$(date --utc +%Y-%m-%d), load average before: $(cut -d' ' -f1 /proc/loadavg)"
}
about >>"$RESULTS"

for section; do
    echo "$section" >&2
    "$here/$section.sh"
done

"$here/table.sh" <"$RESULTS"
"$here/picture.sh" <"$RESULTS" >"$picture"
echo "The picture: $picture" >&2
