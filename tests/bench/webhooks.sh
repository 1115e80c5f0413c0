#!/bin/bash
# webhooks.sh: how many signed 8 KB webhooks a second one core takes, and how long an answer lets wait.
#
# Familiar verifies, parses, writes down with fsync, queues, and answers 202; adnanh/webhook verifies and parses, and its rule then
# fails, so that it executes nothing; nginx reads the body, throws it away and answers 200. Every round starts each of them anew,
# pinned to one core with the load on the other, Familiar with an empty journal and without an engine, so that its jobs wait.
# In every round the disk is asked what a bare fsync of 8 KB takes.
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"
rounds=${ROUNDS:-5}
seconds=${ROUND_SECONDS:-5}
connections=50
server_prefix=("${on_server_core[@]}")

declare -A rates=() answers=()
note() { # note NAME
    ((refused == 0)) || fail "$1 refused $refused of $requests"
    rates[$1]+=" $per_second" answers[$1]+=" $p99"
}

familiar() {
    port=$(free_port)
    rm -rf "$dir"/familiar.db* "$dir"/cache
    configure 'docker=cli: /bin/false, ping_interval: 1h'
    serve
    load 1 "$connections"
    local before=$requests
    FIRST=20000000 load "$seconds" "$connections"
    note familiar
    local kept
    kept=$(metric 'familiar_webhooks_processed_total{provider="github",result="queued"}')
    ((kept >= before + requests)) || fail "$requests webhooks were answered and $kept written down"

    FIRST=30000000 load "$seconds" "$connections" 50
    note familiar_paced
    end KILL "$pid"
}

webhook_hooks() {
    cat <<END
[{"id": "github", "execute-command": "/bin/false", "trigger-rule": {"and": [
    {"match": {"type": "payload-hmac-sha256", "secret": "$secret", "parameter": {"source": "header", "name": "X-Hub-Signature-256"}}},
    {"match": {"type": "value", "value": "never", "parameter": {"source": "header", "name": "X-GitHub-Event"}}}]}}]
END
}
adnanh() {
    port=$(free_port)
    webhook_hooks >"$dir/hooks.json"
    begin "$dir/webhook.log" "${on_server_core[@]}" webhook -hooks "$dir/hooks.json" -ip 127.0.0.1 -port "$port" -urlprefix webhook
    within 10 "adnanh/webhook listens" listens "$port"
    load 1 "$connections"
    load "$seconds" "$connections"
    note adnanh
    end TERM "$pid"
}

nginx_configuration() {
    cat <<END
worker_processes 1;
daemon off;
pid $dir/nginx/pid;
error_log $dir/nginx/error.log;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path $dir/nginx/body;
    proxy_temp_path $dir/nginx/proxy;
    fastcgi_temp_path $dir/nginx/fastcgi;
    uwsgi_temp_path $dir/nginx/uwsgi;
    scgi_temp_path $dir/nginx/scgi;
    keepalive_requests 100000000;
    server { listen 127.0.0.1:$port; location / { return 200 'ok'; } }
}
END
}
nginx_static() {
    port=$(free_port)
    mkdir -p "$dir/nginx"
    nginx_configuration >"$dir/nginx/nginx.conf"
    begin "$dir/nginx.log" "${on_server_core[@]}" "$(PATH=$PATH:/usr/sbin command -v nginx)" -p "$dir/nginx" \
        -e "$dir/nginx/error.log" -c "$dir/nginx/nginx.conf"
    within 10 "nginx listens" listens "$port"
    load 1 "$connections"
    load "$seconds" "$connections"
    note nginx
    end TERM "$pid"
}

flushes=()
bare_fsync() {
    local p99
    read -r _ p99 < <("$TOOLS/flush" "$dir/flushed" 500)
    flushes+=("$p99")
}

for ((round = 1; round <= rounds; ++round)); do
    bare_fsync
    familiar
    adnanh
    nginx_static
done

of() { # of NAME: the median of its rounds
    # shellcheck disable=SC2086 # one argument per round
    median $1
}
rate=$(of "${rates[familiar]}") theirs=$(of "${rates[adnanh]}") static=$(of "${rates[nginx]}")
p99=$(of "${answers[familiar]}") paced=$(of "${answers[familiar_paced]}") flush=$(median "${flushes[@]}")

ratio=$(calculate "$rate / $theirs" 2)
row 'verified, durable 8 KB webhooks a second' "$(calculate "$rate" 0)" "$(calculate "$theirs" 0) adnanh/webhook, verifying only" \
    "$ratio" 'at least 3' "$(holds "$ratio >= 3")"
row 'the same' "$(calculate "$rate" 0)" "$(calculate "$static" 0) nginx, a static 200" "$(calculate "$rate / $static" 2)" - -
ratio=$(calculate "$p99 / $flush" 2)
row "p99 of a durable answer, $connections connections, as fast as they can" "$p99 ms" "$flush ms p99 of a bare fsync of 8 KB" \
    "$ratio" 'at most 3' "$(holds "$ratio <= 3")"
row "p99 at $(calculate "$(of "${rates[familiar_paced]}")" 0) webhooks a second, $connections connections" "$paced ms" \
    "$flush ms p99 of a bare fsync of 8 KB" "$(calculate "$paced / $flush" 2)" - -

panel='8 KB webhooks a second on one core, signature verified (more is better)'
bar "$panel" 'Familiar, on disk with fsync' "$(calculate "$rate" 0)"
bar "$panel" 'adnanh/webhook, nothing kept' "$(calculate "$theirs" 0)"
bar "$panel" 'nginx, static 200, nothing verified' "$(calculate "$static" 0)"
panel="99 % of the answers within, $connections connections at full load, ms"
bar "$panel" 'Familiar, on disk with fsync' "$(calculate "$p99" 1)"
bar "$panel" 'adnanh/webhook, nothing kept' "$(calculate "$(of "${answers[adnanh]}")" 1)"
bar "$panel" 'one bare fsync of 8 KB' "$(calculate "$flush" 1)"
