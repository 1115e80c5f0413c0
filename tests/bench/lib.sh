# shellcheck shell=bash
# What the measurements share: processes that end with the script, the server and how it is configured, times, memory, and the
# rows of the table. compare.sh says where everything is: FAMILIAR, TOOLS, WORK, RESULTS.
set -euo pipefail
export LC_ALL=C.UTF-8
: "${FAMILIAR:?}" "${TOOLS:?}" "${WORK:?}" "${RESULTS:?}"
data=$(cd "$(dirname "${BASH_SOURCE[0]}")/../data" && pwd)
readonly secret=it-stays-here

# ---- what was started ends with the script

children=()
containers=()
begin() { # begin LOG COMMAND...: in the background; its process is $pid
    local log=$1
    shift
    : >"$log"
    "$@" >>"$log" 2>&1 &
    pid=$!
    children+=("$pid")
}
end() { # end SIGNAL PID: waits for it, and takes those with it whom it could not end itself
    local below kept=() one
    mapfile -t below < <(tree "$2")
    kill "-$1" "$2" 2>/dev/null || true
    wait "$2" 2>/dev/null || true
    kill -KILL "${below[@]}" 2>/dev/null || true
    for one in "${children[@]}"; do [[ $one == "$2" ]] || kept+=("$one"); done
    children=(${kept[@]+"${kept[@]}"})
}
# shellcheck disable=SC2317 # the trap runs it
leave() {
    local code=$? one
    trap '' INT TERM HUP
    trap - EXIT
    for one in ${children[@]+"${children[@]}"}; do end KILL "$one"; done
    ((${#containers[@]} == 0)) || docker rm --force "${containers[@]}" >/dev/null 2>&1 || true
    rm -rf "$dir"
    exit "$code"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
dir=$(mktemp -d "$WORK/$(basename "$0" .sh).XXXXXX")

fail() {
    echo "$(basename "$0"): $*" >&2
    [[ ! -s $dir/server.log ]] || tail -n 20 "$dir/server.log" >&2
    exit 1
}

within() { # within SECONDS WHAT COMMAND...: waits until COMMAND succeeds
    local deadline=$((SECONDS + $1)) seconds=$1 what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || fail "it took more than $seconds s until $what"
        sleep 0.02
    done
}

# ---- the server

free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}
listens() { : <"/dev/tcp/127.0.0.1/$1"; }

# configure [SECTION=KEYS]...: writes $dir/familiar.yaml for $port; what is given for a section is all of it.
configure() {
    local -A keys=(
        [server]="host: 127.0.0.1, port: $port"
        [storage]="path: $dir/familiar.db, min_free_disk: 64MiB"
        [repo_cache]="dir: $dir/cache"
        [logging]="dir: $dir/logs"
        [agents]='image: agent, network: host, memory: 512m, cpus: 1, debounce: 0s'
        [docker]='cli: docker'
        [concurrency]='max_agents: 5'
        [shutdown]='stop_grace: 1s'
    )
    local given
    for given; do keys[${given%%=*}]=${given#*=}; done
    {
        echo "instance: bench-$$"
        for given in "${!keys[@]}"; do echo "$given: {${keys[$given]}}"; done
        echo 'triggers: {minimum_permission: none, max_jobs_per_hour: 0}'
        echo "providers: {github: {git_url: \"file://$dir/forge\", webhook_secret: $secret}}"
    } >"$dir/familiar.yaml"
}
server_prefix=()
serve() { # starts it, behind server_prefix, and waits until it is ready; its process is $pid, its log $dir/server.log
    begin "$dir/server.log" ${server_prefix[@]+"${server_prefix[@]}"} "$FAMILIAR" serve --config "$dir/familiar.yaml"
    within 30 "the server is ready" grep -q 'msg=ready' "$dir/server.log"
}
page() { # page PATH: what the server answers to GET
    curl --silent --max-time 10 "http://127.0.0.1:$port$1"
}
metric() { page /metrics | awk -v name="$1" '$1 == name { print $2 }'; }

# ---- webhooks

# load SECONDS CONNECTIONS [PAUSE_MS]: posts 8 KB webhooks to $port, each different, signed, and with a delivery id of its own,
# until the time is over. It sets $requests and $per_second, $p50 and $p99 in ms, and $refused: how many were not answered with 2xx.
# With FIRST they are numbered from there on, and after LIMIT of them the rest only asks whether it is alive.
load() {
    local said
    said=$(SECRET=$secret PAYLOAD=$data/webhook/github/pull_request.opened.json PAUSE=${3:-} "${on_load_core[@]}" \
        wrk --threads 1 --connections "$2" --duration "$1s" --timeout 10s --script "$(dirname "${BASH_SOURCE[0]}")/webhooks.lua" \
        "http://127.0.0.1:$port/webhook/github" 2>&1) || fail "wrk: $said"
    # shellcheck disable=SC2034 # for the caller
    read -r requests per_second p50 p99 refused < <(sed -n 's/^result //p' <<<"$said") || fail "wrk said: $said"
}

# The server has one core and the load the other, so that neither is measured with the other's share.
cores=()
find_cores() {
    local list first
    list=$(taskset --cpu-list --pid $$ | sed 's/.*: //')
    mapfile -t cores < <(tr ',' '\n' <<<"$list" | while IFS=- read -r first last; do seq "$first" "${last:-$first}"; done)
    ((${#cores[@]} >= 2)) || fail "there is one core only: server and load cannot be kept apart"
}
find_cores
# shellcheck disable=SC2034 # for the caller
on_server_core=(taskset --cpu-list "${cores[0]}")
on_load_core=(taskset --cpu-list "${cores[1]}")

# ---- times and memory

now() { echo "${EPOCHREALTIME/./}"; } # microseconds
since_1970() { date --date="$1" +%s%6N; } # microseconds, of a time in words

percentile() { # percentile PERCENT NUMBER...: the smallest that so many are not above
    local percent=$1
    shift
    printf '%s\n' "$@" | sort -g | awk -v percent="$percent" '{ v[NR] = $1 } END {
        at = int(NR * percent / 100 + 0.999999); print v[at < 1 ? 1 : at] }'
}
median() { percentile 50 "$@"; }
calculate() { awk "BEGIN { printf \"%.${2:-3}f\", $1 }"; } # calculate EXPRESSION [DECIMALS]
holds() { awk "BEGIN { exit !($1) }" && echo yes || echo no; } # holds CONDITION

tree() { # tree PID: it and all below it
    local children child
    echo "$1"
    read -ra children < <(cat "/proc/$1"/task/*/children 2>/dev/null | tr '\n' ' ') || true
    for child in ${children[@]+"${children[@]}"}; do tree "$child"; done
}
resident() { awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"; } # KiB
proportional() { # proportional PID: KiB of it and its children, what they share counted once
    local one
    for one in $(tree "$1"); do cat "/proc/$one/smaps_rollup" 2>/dev/null || true; done |
        awk '/^Pss:/ { sum += $2 } END { print sum }'
}

# ---- results

row() { # row MEASURE VALUE AGAINST RATIO GOAL MET: a line of the table; - where there is nothing to say
    printf 'row\t%s\t%s\t%s\t%s\t%s\t%s\n' "$@" >>"$RESULTS"
    printf '  %s: %s, against %s (goal: %s, met: %s)\n' "$1" "$2" "$3" "$5" "$6" >&2
}
bar() { # bar PANEL LABEL VALUE: one bar of the picture
    printf 'bar\t%s\t%s\t%s\n' "$@" >>"$RESULTS"
}
