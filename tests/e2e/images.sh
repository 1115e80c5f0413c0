#!/bin/bash
# images.sh CACHE NAME...: makes images for the tests on the engine that docker talks to. NAME is one of
#
#   base        familiar-test-base: in the place of debian:bookworm-slim, from Debian's archive
#   docker-cli  familiar-test-docker-cli: in the place of docker:28-cli, from this machine's docker
#   server      familiar-test-server: containers/server/Dockerfile on these two
#   agent       familiar-test-agent: containers/agent/Dockerfile on base
#
# No image registry is needed. A label holds a digest of what an image was made of: what is there and current is not made again.
# What takes long to download is kept in the folder CACHE. Safe to run several times at once with the same CACHE.
#
# The server is compiled without optimisation, for that takes half the time; OPTIMIZATION=-O3 makes it as people get it.
set -euo pipefail

fail() {
    printf 'images: %s\n' "$@" >&2
    exit 1
}

[[ $# -ge 2 ]] || { echo "usage: images.sh CACHE base|docker-cli|server|agent..." >&2 && exit 2; }
mkdir -p "$1"
cache=$(realpath "$1")
shift
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

image() { echo "familiar-test-$1:latest"; }
# Both Dockerfiles build with either builder; the old one needs no plugin.
export DOCKER_BUILDKIT=${DOCKER_BUILDKIT:-0}
OPTIMIZATION=${OPTIMIZATION:--O0}

work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

# ---- digests: of what goes in, never of what comes out

digest() { sha256sum | cut -c 1-16; }
digest_of() { # of files and folders: names, modes and contents
    find "$@" -type f -printf '%m ' -print0 | sort -z | tr '\0' '\n' && find "$@" -type f -print0 | sort -z | xargs -0 cat
}

make_rootfs=(mmdebstrap --quiet --variant=minbase --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr --include=usr-is-merged
    '--aptopt=Acquire::Languages "none"')
# What debian:bookworm-slim leaves out of its packages, and of those that are installed later.
for path in doc groff info linda lintian locale man; do make_rootfs+=("--dpkgopt=path-exclude=/usr/share/$path/*"); done
make_rootfs+=('--dpkgopt=path-include=/usr/share/doc/*/copyright')
archive=$'deb http://deb.debian.org/debian bookworm main
deb http://deb.debian.org/debian bookworm-updates main
deb http://deb.debian.org/debian-security bookworm-security main'
# Who answers in the place of a TLS server on this machine is believed in the image too.
authorities=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}

base_digest() { { declare -f make_base && echo "${make_rootfs[*]} $archive" && cat "$authorities"; } | digest; }
docker_cli_digest() { { declare -f make_docker_cli && cat "$(command -v docker)"; } | digest; }
server_digest() {
    local sources=(.dockerignore CMakeLists.txt CMakePresets.json cmake src containers/server)
    { echo "$OPTIMIZATION" && base_digest && docker_cli_digest && digest_of "${sources[@]}"; } | digest
}
agent_digest() { { base_digest && digest_of containers/agent; } | digest; }

# ---- what makes them

make_base() { # DIGEST
    local rootfs
    rootfs=$cache/base-rootfs-$(cat - <<<"${make_rootfs[*]} $archive" | digest).tar
    if [[ ! -e $rootfs ]]; then
        "${make_rootfs[@]}" bookworm "$work/rootfs.tar" - <<<"$archive" >"$work/log" 2>&1 || {
            tail -n 15 "$work/log" >&2
            fail "mmdebstrap failed; it needs Debian's archive and either root or user namespaces (uidmap)"
        }
        mv "$work/rootfs.tar" "$rootfs"
    fi
    install -D -m 644 "$authorities" "$work/top/usr/local/share/ca-certificates/machine.crt"
    # As in Debian's images: what apt-get has downloaded does not stay.
    install -D -m 644 /dev/stdin "$work/top/etc/apt/apt.conf.d/docker-clean" \
        <<<'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin"; };'
    cp "$rootfs" "$work/base.tar"
    tar --append --file "$work/base.tar" --owner=0 --group=0 --directory "$work/top" \
        ./usr/local/share/ca-certificates/machine.crt ./etc/apt/apt.conf.d/docker-clean
    docker import --change 'LABEL familiar.test=1' --change "LABEL familiar.test.digest=$1" --change 'CMD ["bash"]' \
        "$work/base.tar" "$(image base)" >/dev/null
}

make_docker_cli() { # DIGEST
    install -D -m 755 "$(command -v docker)" "$work/top/usr/local/bin/docker"
    tar --create --owner=0 --group=0 --directory "$work/top" ./usr/local/bin/docker |
        docker import --change 'LABEL familiar.test=1' --change "LABEL familiar.test.digest=$1" - \
            "$(image docker-cli)" >/dev/null
}

build() { # NAME DIGEST ARGUMENT...: docker build; its output matters only if it fails
    local name=$1 digest=$2
    shift 2
    # The engines of the tests have no bridge.
    docker build --network host --build-arg "BASE_IMAGE=$(image base)" --label familiar.test=1 \
        --label "familiar.test.digest=$digest" --tag "$(image "$name")" "$@" >"$work/log" 2>&1 || {
        tail -n 40 "$work/log" >&2
        fail "$(image "$name") could not be built"
    }
}
make_server() {
    # Tests that run meanwhile come first.
    build server "$1" --cpu-shares 512 --build-arg "DOCKER_CLI_IMAGE=$(image docker-cli)" \
        --build-arg "OPTIMIZATION=$OPTIMIZATION" --file containers/server/Dockerfile .
}
make_agent() { build agent "$1" containers/agent; }

# ---- each as it is needed

ensure() { # NAME
    local name=$1 function=${1//-/_} digest present began=$SECONDS
    exec {lock}>"$cache/image-$name.lock"
    flock "$lock"
    digest=$("${function}_digest")
    present=$(docker image inspect --format '{{index .Config.Labels "familiar.test.digest"}}' "$(image "$name")" 2>/dev/null) ||
        present=''
    if [[ $present != "$digest" ]]; then
        rm -rf "$work/top"
        "make_$function" "$digest"
        echo "$(image "$name") made in $((SECONDS - began)) s"
    fi
    exec {lock}>&-
}

for name in "$@"; do
    case $name in
    base | docker-cli) needed=("$name") ;;
    server) needed=(base docker-cli server) ;;
    agent) needed=(base agent) ;;
    *) fail "there is no image '$name'" ;;
    esac
    for image in "${needed[@]}"; do ensure "$image"; done
done
