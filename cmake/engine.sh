#!/bin/bash
# engine.sh DIR: a Docker engine of its own, in the foreground, for a demo or a test. Needs root.
#
# DIR must not exist yet and be short (a socket's path has at most 108 bytes); it holds everything: DIR/docker.sock, which
# answers once DIR/ready is there, and DIR/log. TERM or INT ends the engine with all its containers and removes DIR.
# The machine's network and other engines stay untouched: no iptables, no bridge but for the seconds of the start (see
# engine_bridge.sh), so its containers use --network host or none, and a mount namespace of its own, so that no mount outlives it.
set -euo pipefail

start_seconds=60 # a cold dockerd takes 1 to 3 s here, on a busy two-core machine with an old disk ten times that
stop_seconds=30

fail() {
    echo "engine: $*" >&2
    exit 1
}

[[ $# == 1 ]] || fail "usage: engine.sh DIR"
[[ $(id -u) == 0 ]] || fail "a private engine needs root"
command -v dockerd >/dev/null || fail "dockerd is not installed: apt-get install docker.io"
command -v ip >/dev/null || fail "ip is not installed: apt-get install iproute2"

dir=$1
socket=unix://$dir/docker.sock
bridge=familiar$$
engine=

# shellcheck disable=SC2317 # the traps run it
stop() {
    trap '' TERM INT HUP
    trap - EXIT
    if [[ -n $engine ]]; then
        local containers
        containers=$(timeout 10 docker --host "$socket" ps --all --quiet 2>/dev/null || true)
        # shellcheck disable=SC2086 # one argument per id
        [[ -z $containers ]] || timeout "$stop_seconds" docker --host "$socket" rm --force $containers >/dev/null 2>&1 || true
        kill -TERM "$engine" 2>/dev/null || true
        for ((i = 0; i < stop_seconds * 10; i++)); do
            kill -0 "$engine" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL "$engine" 2>/dev/null || true
        wait "$engine" 2>/dev/null || true
        # A killed dockerd leaves its containerd behind.
        if [[ -s $dir/exec/containerd/containerd.pid ]]; then
            kill -KILL "$(<"$dir/exec/containerd/containerd.pid")" 2>/dev/null || true
        fi
    fi
    rm -rf "$dir"
    exit "$1"
}

mkdir -m 700 "$dir" || fail "$dir exists or cannot be made"
trap 'stop $?' EXIT
trap 'stop 0' TERM INT HUP

# dockerd shares the system's containerd if it sees one, and writes a key to /etc/docker: it gets empty folders instead.
hidden=(/run/containerd /run/docker /etc/docker)
mkdir -p "${hidden[@]}"
echo '{}' >"$dir/daemon.json"

# Nobody else may hold the pipe: its end is the bridge's.
mkfifo "$dir/starting"
exec {starting}<>"$dir/starting"
"$(dirname "$0")/engine_bridge.sh" "$bridge" <"$dir/starting" {starting}>&- ||
    fail "the bridge $bridge could not be made, which dockerd needs to start (the kernel's module bridge)"

# shellcheck disable=SC2016 # expanded by the inner shell
setsid setpriv --pdeathsig TERM unshare --mount --propagation slave sh -c '
    for folder in $1; do mount -t tmpfs -o mode=0711 none "$folder" || exit 1; done
    shift
    exec dockerd "$@"' sh "${hidden[*]}" \
    --config-file "$dir/daemon.json" --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/pid" \
    --host "$socket" --bridge="$bridge" --iptables=false --ip6tables=false --ip-forward=false \
    >"$dir/log" 2>&1 {starting}>&- &
engine=$!

for ((i = 0; i < start_seconds * 5; i++)); do
    if timeout 5 docker --host "$socket" version >/dev/null 2>&1; then
        exec {starting}>&-
        while ip link show "$bridge" >/dev/null 2>&1; do sleep 0.02; done
        touch "$dir/ready"
        break
    fi
    kill -0 "$engine" 2>/dev/null || break
    sleep 0.2
done
if [[ ! -e $dir/ready ]]; then
    tail -n 15 "$dir/log" >&2
    fail "dockerd did not start. It needs a full root (not an unprivileged container) and mounted cgroups" \
        "(apt-get install cgroupfs-mount && cgroupfs-mount). Or point DOCKER_HOST at an engine that runs."
fi

wait "$engine" || true
tail -n 15 "$dir/log" >&2
fail "dockerd ended by itself"
