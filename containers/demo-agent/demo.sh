#!/bin/bash
# demo.sh FAMILIAR CACHE: one signed webhook becomes one finished agent, on this machine and with nobody's tokens.
#
# FAMILIAR is the server's binary, CACHE a folder where the agent image's parts are kept for the next time. A temporary
# folder holds everything else: a forge (git's HTTP backend behind a password) with a repository and a pull request, the
# configuration, the database, the logs. Exits 0 if the agent's commit is in the forge and the server has ended cleanly.
set -euo pipefail
[[ $# == 2 ]] || { echo "usage: demo.sh FAMILIAR CACHE" >&2 && exit 2; }
familiar=$(realpath "$1")
cache=$(realpath -m "$2")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=$(mktemp -d /tmp/familiar-demo.XXXXXX)
instance=demo-$$
password=$(head -c 16 /dev/urandom | sha256sum | cut -c 1-32)
webhook_secret=$(head -c 16 /dev/urandom | sha256sum | cut -c 1-32)
server=''
forge=''
repository=$dir/forge/git/acme/widgets.git

heading() { printf '\n== %s\n' "$*"; }
indent() { sed 's/^/   /'; }

fail() {
    echo "demo: $*" >&2
    if [[ -s $dir/server.log ]]; then
        echo "-- the server's log:" >&2
        tail -n 60 "$dir/server.log" >&2
    fi
    exit 1
}

# shellcheck disable=SC2317 # the trap runs it
leave() {
    local code=$? containers
    trap '' INT TERM HUP
    trap - EXIT
    [[ -z $server ]] || { kill -KILL "$server" && wait "$server"; } 2>/dev/null || true
    [[ -z $forge ]] || { kill -TERM "$forge" && wait "$forge"; } 2>/dev/null || true
    containers=$(docker ps --all --quiet --filter "label=familiar.instance=$instance" 2>/dev/null || true)
    # shellcheck disable=SC2086 # one argument per id
    [[ -z $containers ]] || docker rm --force $containers >/dev/null || true
    rm -rf "$dir"
    exit "$code"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# within SECONDS WHAT COMMAND...: waits until COMMAND succeeds; the server must not end meanwhile.
within() {
    local deadline=$((SECONDS + $1)) seconds=$1 what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [[ -z $server ]] || kill -0 "$server" 2>/dev/null || fail "the server ended by itself while waiting until $what"
        ((SECONDS < deadline)) || fail "it took more than $seconds s until $what"
        sleep 0.1
    done
}

free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}

heading "A small image for the agent"
"$here/build-image.sh" "$cache"
docker images familiar-demo-agent:latest --format '{{.Repository}}:{{.Tag}}  {{.Size}}' | indent

heading "A forge with acme/widgets and pull request 1"
forge_port=$(free_port)
git_url=http://127.0.0.1:$forge_port
"$here/forge.sh" "$dir/forge" "$forge_port" x-access-token "$password" &
forge=$!
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_TERMINAL_PROMPT=0
git init --quiet --bare --initial-branch=main "$repository"
git init --quiet --initial-branch=main "$dir/work"
(
    cd "$dir/work"
    commit() { git add . && git -c user.name=ada -c user.email=ada@example.org commit --quiet --message "$1"; }
    echo 'Widgets stand still.' >widgets.txt
    commit 'Add widgets'
    git push --quiet "$repository" main
    git switch --quiet --create spin
    echo 'Widgets spin.' >widgets.txt
    commit 'Teach widgets to spin'
    git push --quiet "$repository" spin spin:refs/pull/1/head
)
head=$(git -C "$repository" rev-parse spin)
within 10 "the forge answers" git -c "http.extraHeader=Authorization: Basic $(printf 'x-access-token:%s' "$password" | base64 -w 0)" \
    ls-remote "$git_url/acme/widgets.git"
git -C "$repository" log --oneline --decorate spin | indent

heading "The server"
port=$(free_port)
cat >"$dir/familiar.yaml" <<END
instance: $instance
server: {host: 127.0.0.1, port: $port}
storage: {path: $dir/familiar.db, min_free_disk: 64MiB}
repo_cache: {dir: $dir/cache}
logging: {dir: $dir/logs}
agents: {image: familiar-demo-agent:latest, network: host, timeout: 2m, memory: 512m, cpus: 1, debounce: 0s, env: {DEMO_SLEEP: "1"}}
triggers: {minimum_permission: none}
permissions: {push_commits: always}
prompts: {mr_opened: "Review this merge request: write what you find into REVIEW.md, commit it and push it."}
providers:
  github: {git_url: "$git_url", token: "\${FORGE_PASSWORD}", webhook_secret: "\${WEBHOOK_SECRET}"}
END
printf 'FORGE_PASSWORD=%s\nWEBHOOK_SECRET=%s\n' "$password" "$webhook_secret" >"$dir/demo.env"
options=(--config "$dir/familiar.yaml" --env-file "$dir/demo.env")
indent <"$dir/familiar.yaml"
(cd "$dir" && exec "$familiar" serve "${options[@]}") >"$dir/server.log" 2>&1 &
server=$!
url=http://127.0.0.1:$port
within 30 "$url/readyz answers" curl --silent --fail --max-time 5 "$url/readyz"
echo
curl --silent --max-time 5 "$url/health" | indent
echo

heading "The webhook that GitHub would send, signed"
cat >"$dir/pull_request.json" <<END
{
  "action": "opened",
  "number": 1,
  "pull_request": {
    "number": 1,
    "title": "Teach widgets to spin",
    "body": "Widgets stood still. Now they spin.",
    "html_url": "$git_url/acme/widgets/pull/1",
    "draft": false,
    "user": {"login": "ada", "id": 101, "type": "User"},
    "head": {"ref": "spin", "sha": "$head", "repo": {"full_name": "acme/widgets"}},
    "base": {"ref": "main", "sha": "$(git -C "$repository" rev-parse main)", "repo": {"full_name": "acme/widgets"}}
  },
  "repository": {"full_name": "acme/widgets", "default_branch": "main"},
  "sender": {"login": "ada", "id": 101, "type": "User"}
}
END
echo "   familiar send --provider github --event pull_request pull_request.json"
answer=$("$familiar" send "${options[@]}" --url "$url" --provider github --event pull_request "$dir/pull_request.json" 2>"$dir/send.log") ||
    fail "familiar send exited with $?: $answer $(cat "$dir/send.log")"
indent <<<"$answer"
job=$(sed -nE 's/.*"job" *: *"([0-9a-z]{26})".*/\1/p' <<<"$answer")
[[ -n $job ]] || fail "the answer names no job"

heading "The agent"
# The page is read whole: a grep that has found its line would break a pipe from curl.
ended() { local page && page=$(curl --silent --max-time 5 "$url/metrics") && grep -qE "^familiar_agents_$1_total 1$" <<<"$page"; }
finished() { ended completed || ended failed || ended timed_out || ended interrupted; }
container=familiar-agent-$job-1
begun() { docker inspect "$container" || finished; }
within 60 "the agent's container is there" begun
# The server removes the container soon after its end; what docker says then is of no interest.
timeout 120 docker logs --follow "$container" 2>/dev/null | indent || true
within 60 "the job is finished" finished
ended completed || fail "the agent did not succeed"

heading "What it pushed"
[[ $(git -C "$repository" rev-parse spin) != "$head" ]] || fail "the agent's commit is not in the forge"
git -C "$repository" log --stat --format='%h %an: %s' "$head..spin" | indent
git -C "$repository" show spin:REVIEW.md | indent

heading "The job's record"
grep -F "$job" "$dir/server.log" | indent
find "$dir/logs" -type f | sed 's/^/   log: /'
curl --silent --max-time 5 "$url/metrics" | grep -E '^familiar_(agents|active|queue_length)' | indent
curl --silent --max-time 5 "$url/health" | indent
echo

heading "SIGTERM"
lines=$(wc -l <"$dir/server.log")
kill -TERM "$server"
code=0
stopped() { ! kill -0 "$server" 2>/dev/null; }
deadline=$((SECONDS + 30))
until stopped; do
    ((SECONDS < deadline)) || fail "the server did not end within 30 s of SIGTERM"
    sleep 0.05
done
wait "$server" || code=$?
tail -n "+$((lines + 1))" "$dir/server.log" | indent
server=''
((code == 0)) || fail "the server exited with $code"
left=$(docker ps --all --quiet --filter "label=familiar.instance=$instance")
[[ -z $left ]] || fail "a container was left behind: $left"
echo "   the server exited with 0, and no container is left"

heading "With a repository of yours"
cat <<'END'
   1. cp containers/example/minimal.yaml familiar.yaml. It says what belongs into .env.
      With agents.image: familiar-demo-agent:latest and agents.network: host the agent is the one that you have just seen.
   2. build/release/src/familiar check, then build/release/src/familiar serve
   3. At GitHub: Settings, Webhooks, Add webhook: http://<this machine>:7000/webhook/github, content type application/json,
      the secret of .env, and the events Pull requests, Issue comments, Pull request reviews and review comments.
   4. Open a pull request.
END
