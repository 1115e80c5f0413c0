#!/bin/bash
# bootstrap.sh NAME: from a fresh Debian 12 to a finished workflow preset, or with `serve` to a running server.
#
# 1. packages  what is missing of Debian's packages is installed, with apt-get as root or through sudo
# 2. engine    a Docker engine that answers is used as it is; else, for root, docker.io, and failing that a private dockerd
#              that ends with this script
# 3. the workflow preset NAME of CMakePresets.json, which with all that in place works alone: cmake --workflow --preset NAME
#
# Each step prints one line with its time; the logs are in build/bootstrap/. A failure says what to do.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "${BASH_SOURCE[0]}")/.."
logs=build/bootstrap

presets() { # the names of the workflow presets, without a JSON parser: a step's object never begins with its name
    tr -d ' \n' <CMakePresets.json | sed 's/.*"workflowPresets"://' | grep -oE '\{"name":"[a-z]+"' | cut -d'"' -f4
}

usage() {
    echo "usage: cmake/bootstrap.sh NAME"
    echo "  NAME: $(presets | tr '\n' ' ')(workflows of CMakePresets.json)"
    echo "        serve (builds, then runs the server with containers/example/dev.yaml; Ctrl-C ends it)"
}

name=${1:-}
if [[ $name == --help || $name == -h ]]; then
    usage
    exit 0
fi
if [[ $# != 1 ]] || { [[ $name != serve ]] && ! presets | grep -qx -- "$name"; }; then
    [[ $# != 1 ]] || echo "bootstrap: there is no workflow '$name'" >&2
    usage >&2
    exit 2
fi
mkdir -p "$logs"

# ---- one line per step

step=''
step_began=0
began() {
    step=$1 step_began=$EPOCHREALTIME
}
ended() { # ended [REMARK]
    awk -v name="$step" -v from="$step_began" -v to="$EPOCHREALTIME" -v remark="${1:+   $1}" 'BEGIN {
        dots = substr("..............................", length(name) + 1)
        printf "%s %s %6.1f s%s\n", name, dots, to - from, remark }'
    step=''
}
fail() { # fail WHAT HINT...: says what failed and what to do
    echo "bootstrap: $1" >&2
    shift
    (($# == 0)) || printf '  %s\n' "$@" >&2
    step=''
    exit 1
}

. cmake/packages.sh

# ---- engine

engine_pid=''
engine_dir=''
answers() { timeout 10 docker version >"$logs/engine.log" 2>&1; }

engine() {
    if command -v docker >/dev/null && answers; then
        began engine
        ended "${DOCKER_HOST:-the default socket} answers"
        return
    fi
    if [[ $(id -u) != 0 ]]; then
        [[ ! -e $logs/engine.log ]] || tail -n 3 "$logs/engine.log" >&2
        fail "no Docker engine answers" "Either run this as root (sudo ./cmake/bootstrap.sh $name)," \
            "or install and start one: sudo apt-get install docker.io && sudo systemctl start docker && sudo adduser \$USER docker," \
            "then log in again; or point DOCKER_HOST at one."
    fi
    if ! command -v docker >/dev/null || ! command -v dockerd >/dev/null; then
        local packages=(docker.io)
        # With AppArmor in the kernel and without its parser no container starts.
        [[ $(cat /sys/module/apparmor/parameters/enabled 2>/dev/null) != Y ]] || packages+=(apparmor)
        install "docker.io" "${packages[@]}"
    fi
    began engine
    if answers; then
        ended "docker.io's service answers"
        return
    fi
    local silent=${DOCKER_HOST:+; $DOCKER_HOST does not answer}
    unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH
    engine_dir=$(mktemp -u -d /tmp/familiar.XXXXXX)
    # Out of the terminal's reach, so that Ctrl-C lets the workflow clean up first; gone with this process at the latest.
    setsid setpriv --pdeathsig TERM cmake/engine.sh "$engine_dir" 2>"$logs/engine.log" >/dev/null &
    engine_pid=$!
    while [[ ! -e $engine_dir/ready ]]; do
        if ! kill -0 "$engine_pid" 2>/dev/null; then
            cat "$logs/engine.log" >&2
            fail "no Docker engine answers, and a private one could not be started"
        fi
        sleep 0.1
    done
    export DOCKER_HOST=unix://$engine_dir/docker.sock
    ended "a private one$silent"
}

# ---- the way out: nothing of ours stays behind on somebody else's engine, and our own engine goes

# Images of demo and tests carry familiar.demo or familiar.test, and so do their containers. A server of the user's may run the
# demo's image too: an image that was there before stays, and so does a container of an instance that isn't named as ours are.
images_before=unknown
our_images() {
    { docker images --quiet --filter label=familiar.demo && docker images --quiet --filter label=familiar.test; } | sort -u
}
remove_our_containers() {
    local ids
    ids=$(docker ps --all --filter label=familiar.demo --format '{{.ID}} {{.Label "familiar.instance"}}' |
        awk '$2 ~ /^(bench|demo|e2e)-/ { print $1 }')
    ids+=" $(docker ps --all --quiet --filter label=familiar.test)"
    # shellcheck disable=SC2086 # one argument per id
    [[ -z ${ids// /} ]] || docker rm --force --volumes $ids
}
remove_our_images() { # in rounds: an image goes when none is left that was built on it
    local ids before=''
    while ids=$(comm -23 <(our_images) - <<<"$images_before") && [[ -n $ids && $ids != "$before" ]]; do
        before=$ids
        # shellcheck disable=SC2086 # one argument per id
        docker rmi $ids || true
    done
}

# shellcheck disable=SC2317 # the traps run it
leave() {
    local code=$?
    trap '' INT TERM HUP
    trap - EXIT
    [[ -z $step ]] || echo "bootstrap: stopped in: $step" >&2
    allow_services
    if [[ -n $engine_pid ]]; then
        kill -TERM "$engine_pid" 2>/dev/null || true
        wait "$engine_pid" 2>/dev/null || true
    elif [[ $images_before != unknown ]]; then
        # Who comes to a good end has left no container; the demo's image stays for the next time.
        ((code == 0)) || remove_our_containers >/dev/null 2>&1 || true
        [[ $name == demo ]] || remove_our_images >/dev/null 2>&1 || true
    fi
    exit "$code"
}

# ---- the workflow

# Passes the output on, with a line and the time for each step that ended. What configuring says is shown if it was the end of
# it; a build's progress goes to one line of a terminal, and elsewhere is told once a minute. After the tests nothing follows:
# their summary is the last line.
narrate() {
    local line held='' bar='' blank='' told=$SECONDS
    trap '' INT TERM
    while IFS= read -r line; do
        printf '%s\n' "$line" >&3
        if [[ $line =~ ^Executing\ workflow\ step\ [0-9]+\ of\ [0-9]+:\ (configure|build|test)\ preset\ \"([a-z-]+)\" ]]; then
            printf '%s' "$bar"
            held='' bar='' blank=''
            [[ -z $step ]] || ended
            began "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
            [[ $step != test* ]] || echo "$step"
        elif [[ $step == configure* ]]; then
            held+=$line$'\n'
        elif [[ $step == build* && $line =~ ^\[([0-9]+)/([0-9]+)\]\  ]]; then
            if [[ -t 1 ]]; then
                bar=$'\r\033[K'
                printf '\r\033[K%.100s' "$line"
            elif ((SECONDS >= told + 60)); then
                told=$SECONDS
                echo "$step: ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]} steps"
            fi
        elif [[ -z $line ]]; then
            blank+=$'\n'
        else
            printf '%s%s%s\n' "$bar" "$blank" "$line"
            bar='' blank=''
        fi
    done
    printf '%s%s' "$bar" "$held"
    [[ -z $step || $step == test* ]] || ended
}

workflow() {
    local log=$logs/$1.log
    if ! cmake --workflow --preset "$1" 2>&1 | narrate 3>"$log"; then
        fail "the workflow $1 failed" "The whole output: $log" "Again, without this script: cmake --workflow --preset $1"
    fi
}

# ---- all of it

uses_engine=yes
case $name in fuzz | release | tidy) uses_engine='' ;; esac
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Who isn't root can't be helped to an engine: that is said before anything is installed.
[[ -z $uses_engine || $(id -u) == 0 ]] || engine
read -ra packages <<<"$(packages_for "$name" | tr '\n' ' ')"
install packages "${packages[@]}"
[[ -z $uses_engine || $(id -u) != 0 ]] || engine
if [[ $name == serve ]]; then
    workflow release
    began "agent image"
    containers/demo-agent/build-image.sh build/cache
    ended
    mkdir -p build/dev # where dev.yaml keeps everything
    trap - EXIT INT TERM HUP
    exec ./build/release/src/familiar serve --config containers/example/dev.yaml
fi
[[ -z $uses_engine ]] || images_before=$(our_images)
workflow "$name"
