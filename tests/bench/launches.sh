#!/bin/bash
# launches.sh: what Familiar adds to the engine's own time: from a webhook to a container that runs, with a warm mirror and a small
# repository, against a bare `docker run -d` of the same image; from the deadline to the container's end against a bare
# `docker stop` with the same grace; and in a drain from the last agent's end to that of the process.
#
# Times of containers are the engine's own. Rounds take turns, one after the other, with a real engine.
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"
rounds=${ROUNDS:-10}
image=familiar-demo-agent:latest
repository=$dir/forge/acme/widgets.git

make_forge() {
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
    local number work=$dir/work
    git init --quiet --bare --initial-branch=main "$repository"
    git init --quiet --initial-branch=main "$work"
    cp -r "$data" "$work/data"
    git -C "$work" add . && git -C "$work" -c user.name=ada -c user.email=ada@example.org commit --quiet --message 'Add widgets'
    head=$(git -C "$work" rev-parse HEAD)
    git -C "$work" push --quiet "$repository" main
    for ((number = 1; number <= 100; ++number)); do echo "create refs/pull/$number/head $head"; done |
        git -C "$repository" update-ref --stdin
    git clone --quiet --mirror "file://$repository" "$dir/mirror"
}

# ---- what the engine tells

watch_engine() {
    exec {events}< <(exec docker events --filter type=container --filter event=start --filter event=die --filter event=destroy \
        --format '{{.TimeNano}} {{.Action}} {{.Actor.Attributes.name}}')
    children+=($!)
}
await() { # await ACTION CONTAINER: sets $at, when it happened
    local nanoseconds action name
    while read -r -t 30 -u "$events" nanoseconds action name; do
        [[ $action != "$1" || $name != "$2" ]] || { at=$((nanoseconds / 1000)) && return; }
    done
    fail "the engine told of no $1 of $2"
}
started_at() { since_1970 "$(docker inspect --format '{{.State.StartedAt}}' "$1")"; }
declare -A times=()
note() { # note NAME MICROSECONDS
    times[$1]+=" $(calculate "$2 / 1000" 1)"
}
of() { # of NAME: the median of its rounds
    # shellcheck disable=SC2086 # one argument per round
    median ${times[$1]}
}

# ---- one of each

number=0
post() { # posts the webhook of the next pull request; $began is when, $container the one that will run
    number=$((number + 1))
    local repo='"repo": {"full_name": "acme/widgets"}' signature answer
    local body='{"action": "opened", "number": '$number', "pull_request": {"number": '$number', "title": "Spin", "draft": false,
        "user": {"login": "ada", "id": 101}, "head": {"ref": "main", "sha": "'$head'", '$repo'}, "base": {"ref": "main", '$repo'}},
        "repository": {"full_name": "acme/widgets", "default_branch": "main"}, "sender": {"login": "ada", "id": 101}}'
    signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$secret" | sed 's/.* //')
    local head=("POST /webhook/github HTTP/1.1" "Host: bench" "Connection: close"
        "Content-Type: application/json" "Content-Length: ${#body}" "X-GitHub-Event: pull_request"
        "X-GitHub-Delivery: $$-$number" "X-Hub-Signature-256: sha256=$signature")
    exec {connection}<>"/dev/tcp/127.0.0.1/$port"
    began=$(now)
    { printf '%s\r\n' "${head[@]}" '' && printf %s "$body"; } >&"$connection"
    answer=$(cat <&"$connection")
    exec {connection}>&-
    [[ $answer =~ \"job\":\"([0-9a-z]+)\" ]] || fail "the webhook was answered: $answer"
    container=familiar-agent-${BASH_REMATCH[1]}-1
    containers+=("$container")
}

bare_run() {
    local name=bench-$$-run
    containers+=("$name")
    began=$(now)
    docker run --detach --name "$name" --network host --entrypoint sleep "$image" 60 >"$dir/docker.log"
    note run $(($(started_at "$name") - began))
    docker rm --force "$name" >"$dir/docker.log"
}
bare_stop() { # bare_stop NAME COMMAND...
    local as=$1 name=bench-$$-stop
    shift
    containers+=("$name")
    docker run --detach --init --name "$name" --network host --entrypoint "$1" "$image" "${@:2}" >"$dir/docker.log"
    sleep 1
    began=$(now)
    docker stop --time 1 "$name" >"$dir/docker.log"
    await die "$name"
    note "$as" $((at - began))
    docker rm "$name" >"$dir/docker.log"
    await destroy "$name"
    note "$as removed" $((at - began))
}
bare_clone() {
    began=$(now)
    git -C "$dir/mirror" fetch --quiet origin "refs/pull/$((number + 1))/head"
    git clone --quiet --shared "$dir/mirror" "$dir/clone"
    note clone $(($(now) - began))
    rm -rf "$dir/clone"
}
launch_and_stop() { # launch_and_stop NAME: the agent runs into its deadline after a second
    local deadline
    post
    await start "$container"
    at=$(started_at "$container")
    deadline=$((at + 1000000))
    note "$1 launch" $((at - began))
    await die "$container"
    note "$1" $((at - deadline))
    await destroy "$container"
    note "$1 removed" $((at - deadline))
    within 10 "the job is over" idle
}
idle() { page /health | grep -q '"active_agents":0'; }

# ---- all of them

agents_that() { # agents_that TIMEOUT COMMAND: a server whose agents run COMMAND, with a warm mirror
    port=$(free_port)
    configure "agents=image: \"$image\", network: host, memory: 512m, cpus: 1, debounce: 0s, timeout: $1, command: $2"
    serve
}
obeying='[sleep, "60"]'
stubborn='[sh, -c, "trap : TERM; while :; do sleep 1; done"]'

make_forge
watch_engine

agents_that 1s "$obeying"
launch_and_stop cold
for ((round = 1; round <= rounds; ++round)); do
    bare_run
    bare_clone
    launch_and_stop obeying
    bare_stop 'bare obeying' sleep 60
done
end TERM "$pid"

agents_that 1s "$stubborn"
for ((round = 1; round <= 3; ++round)); do
    launch_and_stop stubborn
    bare_stop 'bare stubborn' sh -c 'trap : TERM; while :; do sleep 1; done'
done
end TERM "$pid"

for ((round = 1; round <= 5; ++round)); do
    agents_that 2m '[sleep, "1"]'
    post
    await start "$container"
    kill -TERM "$pid"
    await die "$container"
    died=$at
    wait "$pid" || fail "the server exited with $?"
    ended=$(now)
    collected=$(since_1970 "$(sed -nE 's/^ts=([^ ]+) .*msg="?agent ended"?.*/\1/p' "$dir/server.log" | tail -n 1)")
    note drain $((ended - died))
    note collection $((collected - died))
    note 'beyond collection' $((ended - collected))
done

# ---- the table

run=$(of run) clone=$(of clone) launch=$(of 'obeying launch')
ratio=$(calculate "($launch - $clone) / $run" 2)
row 'webhook to container running, mirror warm, small repository' "$launch ms" \
    "$run ms docker run -d, $clone ms git fetch and clone" "$ratio beside the clone" 'at most 1.15' "$(holds "$ratio <= 1.15")"

stop_row() { # stop_row MEASURE NAME AGAINST
    local value against
    value=$(of "$2") against=$(of "bare $2")
    row "$1" "$value ms" "$against ms $3" "$(calculate "$value / $against" 2)" 'at most 1.1 and 50 ms' \
        "$(holds "$value <= 1.1 * $against + 50")"
}
stop_row 'over the deadline until the container has ended, at TERM' obeying 'docker stop'
stop_row 'the same until it is removed, with its log kept' 'obeying removed' 'docker stop, docker rm'
stop_row 'over the deadline until the container has ended, killed after 1 s' stubborn 'docker stop'

beyond=$(of 'beyond collection')
row "in a drain, the last agent's end to the process's end" "$(of drain) ms" "$(of collection) ms its collection" "+ $beyond ms" \
    'at most + 100 ms' "$(holds "$beyond <= 100")"

panel='Webhook to container running, ms'
bar "$panel" 'Familiar, its git fetch and clone included' "$launch"
bar "$panel" 'docker run -d, nothing cloned' "$run"
panel='Deadline to the end of the container, ms'
bar "$panel" 'Familiar' "$(of obeying)"
bar "$panel" 'docker stop' "$(of 'bare obeying')"
