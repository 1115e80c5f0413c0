#!/bin/bash
# footprint.sh: what Familiar takes when it does nothing, and what one more of anything costs: a running agent, an idle
# connection, a waiting job. And how long it takes to get ready, and to answer /health while everything around it is slow.
#
# Agents run on a stand-in for the docker program that answers at once and runs nothing, so that only Familiar is measured.
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"
starts=${ROUNDS:-10}
agents=${AGENTS:-1000}
connections=${CONNECTIONS:-10000}
jobs=${JOBS:-100000}

megabytes() { calculate "$1 * 1.024 / 1000" 1; } # megabytes KIB
share() { calculate "($2 - $1) * 1.024 / $3" "${4:-1}"; } # share KIB_BEFORE KIB_AFTER COUNT: of one, in KB
health() { page /health | sed -nE "s/.*\"$1\":([0-9]+).*/\1/p"; }

stand_in() { # stand_in TEXT: $dir/docker, a docker program
    mkdir -p "$dir/engine"
    printf '#!/bin/sh\n%s\n' "$1" >"$dir/docker"
    chmod 755 "$dir/docker"
}
answers_at_once="HERE='$dir/engine' SINCE='$(date --utc +%Y-%m-%dT%H:%M:%SZ)'; . '$(realpath "$here/docker_stand_in.sh")'"

# post COUNT: webhooks, until so many have been accepted in all. One that comes twice, since nobody saw its answer, is a duplicate.
post() {
    local rounds=0 have
    while have=$(accepted) && ((have < $1 && ++rounds < 100)); do
        FIRST=$((10000000 + have)) LIMIT=$(($1 - have)) load $(($1 - have > 1000 ? 5 : 1)) 50
    done
}
accepted() { metric 'familiar_webhooks_processed_total{provider="github",result="queued"}'; }

make_forge() { # with pull requests from 10000000 on
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
    local number head repository=$dir/forge/acme/widgets.git
    git init --quiet --bare --initial-branch=main "$repository"
    head=$(git -C "$repository" -c user.name=ada -c user.email=ada@example.org commit-tree -m 'Add widgets' \
        "$(git -C "$repository" hash-object -t tree -w --stdin </dev/null)")
    {
        printf 'create refs/heads/%s '"$head"'\n' main spin
        for ((number = 10000000; number < 10000000 + agents; ++number)); do echo "create refs/pull/$number/head $head"; done
    } | git -C "$repository" update-ref --stdin
    git -C "$repository" pack-refs --all
}

# ---- idle, with a real engine

idle() {
    port=$(free_port)
    configure
    serve
    sleep 3
    local ours with_children theirs
    ours=$(resident "$pid") with_children=$(proportional "$pid")
    end TERM "$pid"

    port=$(free_port)
    echo '[{"id": "github", "execute-command": "/bin/false"}]' >"$dir/hooks.json"
    begin "$dir/webhook.log" webhook -hooks "$dir/hooks.json" -ip 127.0.0.1 -port "$port"
    within 10 "adnanh/webhook listens" listens "$port"
    sleep 3
    theirs=$(resident "$pid")
    row 'idle resident memory' "$(megabytes "$ours") MB" "$(megabytes "$theirs") MB adnanh/webhook" \
        "$(calculate "$ours / $theirs" 2)" 'under 16 MB' "$(holds "$ours * 1.024 < 16000")"
    row 'the same as PSS, with its children (docker events)' "$(megabytes "$with_children") MB" \
        "$(megabytes "$(proportional "$pid")") MB adnanh/webhook" - - -
    end TERM "$pid"
    bar 'Idle resident memory, MB' 'Familiar' "$(megabytes "$ours")"
    bar 'Idle resident memory, MB' 'adnanh/webhook' "$(megabytes "$theirs")"
}

# ---- from start to ready

time_a_start() { # sets $took, in ms
    local began log line
    began=$(now)
    exec {log}< <(exec "$FAMILIAR" serve --config "$dir/familiar.yaml" 2>&1)
    pid=$!
    children+=("$pid")
    until [[ ${line:-} == *msg=ready* ]]; do read -r -t 30 -u "$log" line || fail "the server did not get ready: ${line:-}"; done
    took=$(calculate "($(now) - $began) / 1000" 1)
    end TERM "$pid"
    exec {log}<&-
}
time_starts() { # sets $took to the median
    local all=() round
    for ((round = 1; round <= starts; ++round)); do
        [[ $1 == keep ]] || rm -f "$dir"/familiar.db*
        time_a_start
        all+=("$took")
    done
    took=$(median "${all[@]}")
}
time_pings() { # sets $ping: the engine is asked for its version before the server listens
    local all=() round began
    for ((round = 1; round <= starts; ++round)); do
        began=$(now)
        docker version --format '{{json .Server.Version}}' >"$dir/docker.log"
        all+=("$(calculate "($(now) - $began) / 1000" 1)")
    done
    ping=$(median "${all[@]}")
}

start_empty() {
    configure
    time_pings
    time_starts afresh
    row 'start to ready, empty journal' "$took ms" "$ping ms docker version, which it waits for" "$(calculate "$took / $ping" 2)" \
        'at most 50 ms' "$(holds "$took <= 50")"
}

# ---- one more of each, with the stand-in

# What the first ones cost once for all is not what one more costs: they are there before it is looked at.
one_more_agent() {
    local few=$((agents / 10)) before after children_before children_after threads_before threads_after
    rm -f "$dir"/familiar.db*
    make_forge
    port=$(free_port)
    configure "docker=cli: $dir/docker" "concurrency=max_agents: $agents"
    serve
    run_agents "$few"
    before=$(resident "$pid") children_before=$(tree "$pid" | wc -l) threads_before=$(threads "$pid")
    run_agents "$agents"
    after=$(resident "$pid") children_after=$(tree "$pid" | wc -l) threads_after=$(threads "$pid")
    end KILL "$pid"

    local each processes more_threads
    each=$(share "$before" "$after" $((agents - few)))
    processes=$((children_after - children_before)) more_threads=$((threads_after - threads_before))
    row "one more running agent, from $few to $agents" "$each KB, $processes processes and $more_threads threads for all" - - \
        'at most 16 KB, none, none' "$(holds "$each <= 16.384 && $processes <= 0 && $more_threads <= 0")"
    bar 'Familiar: one more of each, KB of resident memory' "running agent (of $agents)" "$each"
}
# run_agents COUNT: until so many run in all and nothing else does. A twentieth at a time: a launch that waits for the repository's
# turn has its whole job in hand, which is not what a running agent costs.
run_agents() {
    local running
    running=$(metric familiar_agents_spawned_total)
    while ((running < $1)); do
        running=$((running + agents / 20 < $1 ? running + agents / 20 : $1))
        post "$running"
        within 300 "$running agents have been started" counted familiar_agents_spawned_total "$running"
    done
    within 60 "nothing is being launched" is_quiet
}
threads() { awk '/^Threads:/ { print $2 }' "/proc/$1/status"; }
counted() { [[ $(metric "$1") == "$2" ]]; }
# The server and its event stream, for a second.
is_quiet() { (($(tree "$pid" | wc -l) <= 2)) && sleep 1 && (($(tree "$pid" | wc -l) <= 2)); }

one_more_connection() {
    local before after
    rm -f "$dir"/familiar.db*
    port=$(free_port)
    configure "docker=cli: $dir/docker" \
        "server=host: 127.0.0.1, port: $port, max_connections: $((connections + 100)), idle_timeout: 10m"
    serve
    sleep 1
    before=$(resident "$pid")
    hold idle "$connections"
    after=$(resident "$pid")
    let_go
    end TERM "$pid"
    row "one more idle connection, of $connections" "$(share "$before" "$after" "$connections") KB" - - - -
    bar 'Familiar: one more of each, KB of resident memory' "idle connection (of $connections)" \
        "$(share "$before" "$after" "$connections")"
}
hold() { # hold idle|slow COUNT, until let_go
    local server=$pid
    begin "$dir/hold.log" "$TOOLS/hold" "$1" "$port" "$2"
    holder=$pid pid=$server
    within 60 "$2 connections are held" grep -q held "$dir/hold.log"
}
let_go() { end TERM "$holder"; }

# The same journal is measured twice more: with its jobs waiting, and with all of them ended.
one_more_waiting_job() {
    local before after
    rm -f "$dir"/familiar.db*
    port=$(free_port)
    configure 'docker=cli: /bin/false, ping_interval: 1h'
    serve
    sleep 1
    before=$(resident "$pid")
    post "$jobs"
    within 60 "the jobs wait" waits "$jobs"
    after=$(resident "$pid")
    end TERM "$pid"
    row "one more waiting job, of $jobs" "$(share "$before" "$after" "$jobs" 2) KB" - - - -
    bar 'Familiar: one more of each, KB of resident memory' "waiting job (of $jobs)" "$(share "$before" "$after" "$jobs" 2)"
}
waits() { (($(health queue_length) >= $1)); }

start_with_jobs() {
    configure
    time_pings
    starts=3
    configure "docker=cli: /bin/false, ping_interval: 1h"
    time_starts keep
    row "start to ready, $jobs waiting jobs" "$took ms" - - - -
    sqlite3 "$dir/familiar.db" "update jobs set state = 'succeeded', outcome = 'succeeded', ended = 1, told = 'ended',
        started_at = created_at, finished_at = created_at"
    sync # what was written before is not to be waited for
    configure
    time_starts keep
    row "start to ready, $jobs finished jobs" "$took ms" "$ping ms docker version, which it waits for" \
        "$(calculate "$took / $ping" 2)" 'at most 200 ms' "$(holds "$took <= 200")"
}

# ---- /health while docker hangs and clients are slow

health_in_trouble() {
    local said answer
    rm -f "$dir"/familiar.db*
    stand_in 'exec sleep 300'
    port=$(free_port)
    configure "docker=cli: $dir/docker, ping_interval: 100ms, ping_timeout: 1s"
    server_prefix=("${on_server_core[@]}")
    serve
    server_prefix=()
    hold slow 1000
    said=$("${on_load_core[@]}" wrk --threads 1 --connections 1 --duration 5s --latency "http://127.0.0.1:$port/health")
    let_go
    end KILL "$pid"
    answer=$(awk '$1 == "99%" { t = $2; print (t ~ /us$/ ? t / 1000 : t ~ /ms$/ ? t + 0 : t * 1000) }' <<<"$said")
    [[ $said != *Non-2xx* && -n $answer ]] || fail "/health: $said"
    row '/health p99, docker hangs, 1000 slow clients' "$answer ms" - - 'at most 5 ms' "$(holds "$answer <= 5")"
}

stand_in "$answers_at_once"
idle
start_empty
one_more_agent
one_more_connection
one_more_waiting_job
start_with_jobs
health_in_trouble
