#!/bin/bash
# compose_file.sh CONTAINERS: docker-compose reads the compose file in this folder with its .env.example, which says all of the
# variables and none besides. No engine is asked.
set -euo pipefail

fail() {
    printf 'compose_file: %s\n' "$@" >&2
    exit 1
}

[[ $# == 1 ]] || { echo "usage: compose_file.sh CONTAINERS" >&2 && exit 2; }
command -v docker-compose >/dev/null || fail "docker-compose is missing: apt-get install docker-compose"
folder=$(realpath "$1")
example=$folder/.env.example
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What the caller's shell has set would win over the files.
mapfile -t variables < <(grep -oE '^#?[A-Za-z_]+=' "$example" | tr -d '#=')
unset "${variables[@]}" COMPOSE_FILE COMPOSE_PROFILES DOCKER_HOST

env_file() { # env_file NAME SED...: .env.example, edited
    sed -E "${@:2}" "$example" >"$work/$1.env"
}
resolve() { # resolve NAME [OPTION...]: the compose file with the env file of that name
    docker-compose --file "$folder/compose.yaml" --env-file "$work/$1.env" "${@:2}" config 2>"$work/said"
}
resolved() { # the same, without a word of complaint
    resolve "$@" >"$work/$1.yaml" || fail "docker-compose refuses the compose file:" "$(cat "$work/said")"
    [[ ! -s $work/said ]] || fail "docker-compose complains:" "$(cat "$work/said")"
}
has() { # has NAME LINES: these lines follow each other there, whatever their indentation
    local text
    text=$(sed 's/^ *//' "$work/$1.yaml")
    [[ $'\n'$text$'\n' == *$'\n'$2$'\n'* ]] || fail "the resolved compose file ($1) lacks" "$2"
}

# As people fill it in: with a secret behind every name that is to have one.
secret=kept-from-docker-inspect
env_file filled -e 's/^DOCKER_GID=$/DOCKER_GID=998/' -e "s/^#?([A-Z_]+_(SECRET|TOKEN|KEY))=.*/\\1=$secret/"
[[ $(grep -c "=$secret\$" "$work/filled.env") -ge 6 ]] || fail "the names of secrets in .env.example are other ones now"
resolved filled
! grep -n "$secret" "$work/filled.yaml" >&2 || fail "a secret is in the resolved compose file"
has filled "group_add:
- '998'"
has filled "user: 1000:1000"
has filled "stop_grace_period: 75s"
has filled "init: true"
has filled "restart: unless-stopped"
has filled "read_only: true
restart: unless-stopped"
has filled "cap_drop:
- ALL"
has filled "security_opt:
- no-new-privileges:true"
has filled "- familiar
- health"
has filled "- published: 7000
target: 7000"
has filled "source: $folder/.env
target: /etc/familiar/familiar.env"
has filled "source: $folder/example/service.yaml
target: /etc/familiar/config.yaml"
[[ -e $folder/example/service.yaml ]] || fail "there is no $folder/example/service.yaml"
has filled "image: familiar-agent:latest
network_mode: none
profiles:
- build"

# Empty as it comes: the group of the socket is the one thing that Docker itself needs.
env_file untouched -e ''
! resolve untouched >"$work/untouched.yaml" || fail "docker-compose takes .env.example as it is, without DOCKER_GID"
grep -q 'DOCKER_GID.*stat -c %g' "$work/said" || fail "the refusal does not say what to set:" "$(cat "$work/said")"

# The values in comments are the defaults.
env_file defaults -e 's/^DOCKER_GID=$/DOCKER_GID=998/'
env_file uncommented -e 's/^DOCKER_GID=$/DOCKER_GID=998/' -e '/^#(https?|no)_proxy=/d' -e 's/^#([A-Za-z_]+=)/\1/'
resolved defaults --profile build
resolved uncommented --profile build
diff "$work/defaults.yaml" "$work/uncommented.yaml" >&2 ||
    fail "a value that .env.example shows in a comment is not the default"
has defaults "context: $folder/agent"

# The other values arrive, and the folder is at the same path on both sides.
env_file changed -e 's/^DOCKER_GID=$/DOCKER_GID=998/' -e 's#^.?FAMILIAR_DIR=.*#FAMILIAR_DIR=/data/familiar#' \
    -e 's/^.?FAMILIAR_PUBLISH=.*/FAMILIAR_PUBLISH=127.0.0.1:8080/' -e 's#^.?DOCKER_SOCKET=.*#DOCKER_SOCKET=/tmp/d.sock#' \
    -e 's/^.?FAMILIAR_(UID|GID)=.*/FAMILIAR_\1=1234/' -e 's#^.https_proxy=.*#https_proxy=http://proxy:3128#'
resolved changed
has changed "source: /data/familiar
target: /data/familiar"
has changed "FAMILIAR_DIR: /data/familiar"
has changed "user: 1234:1234"
has changed "- source: /tmp/d.sock
target: /var/run/docker.sock"
has changed "- 127.0.0.1:8080:7000/tcp"
has changed "https_proxy: http://proxy:3128"

# .env.example names what is used, and nothing else.
used() { grep -ohE '\$\{[A-Za-z_]+' "$folder/compose.yaml" "$folder/example/service.yaml" | cut -c 3- | sort -u; }
also=(COMPOSE_PROJECT_NAME https_proxy no_proxy)
missing=$(comm -23 <(used) <(printf '%s\n' "${variables[@]}" | sort -u))
[[ -z $missing ]] || fail ".env.example does not name:" "$missing"
unused=$(comm -13 <(printf '%s\n' "${also[@]}" "$(used)" | sort -u) <(printf '%s\n' "${variables[@]}" | sort -u))
[[ -z $unused ]] || fail ".env.example names what nothing uses:" "$unused"
