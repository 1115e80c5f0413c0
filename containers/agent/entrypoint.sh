#!/bin/bash
# familiar-agent: runs Claude Code on /familiar/prompt.md in the folder where it is started, shows what it does as it does it,
# and writes /familiar/out/result.json whatever happens. It exits with 0 when result.json says all there is to know,
# with 143 or 130 after TERM or INT, and with 1 when it could not write result.json.
#
# Settings, from agents.env; an empty one is its default, and 0 is no bound:
: "${CLAUDE_MODEL:=}"                         # what the CLI takes as --model; empty: its own choice
: "${CLAUDE_MAX_TURNS:=100}"                  # calls of the model
: "${CLAUDE_MAX_COST_USD:=10}"                # by the CLI's list of prices; looked at between two calls
: "${CLAUDE_SILENCE_SECONDS:=300}"            # without an event from the model or a tool; a tool that runs gives one every 30 s
: "${CLAUDE_CODE_MAX_RETRIES:=8}"             # of one call of the API: 0.5 s, 1 s, 2 s ... 35 s, so some 110 s in all
: "${API_TIMEOUT_MS:=120000}"                 # until the API begins to answer
: "${CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS:=90000}"   # between two bytes of an answer; the API sends a ping more often
: "${IS_SANDBOX:=1}"                          # without it an overloaded API (529) is asked three times in 2 s and no more
set -uo pipefail
export CLAUDE_CODE_MAX_RETRIES API_TIMEOUT_MS CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS IS_SANDBOX

lib=/usr/local/lib/familiar-agent
prompt=/familiar/prompt.md
out=/familiar/out
readonly refused_at=3        # attempts with a key that the API refuses; a login may have been renewed after the first
readonly grace=4             # seconds between TERM and KILL; all of it fits into the server's stop_grace, 10 s by default

say() { printf 'agent: %s\n' "$*"; }

state='{}'                   # what lib/follow.jq has made of the events so far
ended_by=''                  # silence | refused | term | int: why we ended the CLI
exit_code=''                 # the CLI's
last_words=''                # the last line that it printed on stderr
claude=''                    # its process

# finish [CAUSE REASON]: writes result.json from all that is known and leaves.
finish() {
    local code=0 reported=''
    # The agent may have followed /familiar/instructions.md and have written its own; what is no plain file is not read.
    [[ -f $out/result.json && ! -L $out/result.json ]] && reported=$(head -c 1048576 "$out/result.json" | tr -d '\0')
    [[ $ended_by == term ]] && code=143
    [[ $ended_by == int ]] && code=130
    rm -rf "$out/result.json" "$out/.result.json" 2>/dev/null
    if jq -n -f "$lib/result.jq" --arg cause "${1:-}" --arg reason "${2:-}" --arg ended_by "$ended_by" --arg exit_code "$exit_code" \
        --arg last_words "$last_words" --arg silence "${silence:-}" --arg max_turns "$CLAUDE_MAX_TURNS" --arg max_cost "$CLAUDE_MAX_COST_USD" \
        --rawfile reported <(printf '%s' "$reported") --slurpfile state <(printf '%s' "$state") >"$out/.result.json" &&
        mv "$out/.result.json" "$out/result.json"; then
        jq -r --arg seconds "$SECONDS" -f "$lib/last_line.jq" "$out/result.json"
        exit "$code"
    fi
    say "result.json could not be written to $out: ${2:-$state}" >&2
    exit 1
}

# end_claude SIGNAL: to its whole process group.
end_claude() { [[ -z $claude ]] || kill "-$1" -- "-$claude" 2>/dev/null; }
running() { [[ -n $claude ]] && kill -0 "$claude" 2>/dev/null; }

# stop WHY: asks it to end. The loop below sees to it that it does.
stop_at=''
stop() {
    [[ -z $ended_by ]] || return 0
    ended_by=$1
    stop_at=$((SECONDS + grace))
    end_claude TERM
}
trap 'stop term' TERM
trap 'stop int' INT

for name in CLAUDE_MAX_TURNS CLAUDE_MAX_COST_USD CLAUDE_SILENCE_SECONDS CLAUDE_CODE_MAX_RETRIES API_TIMEOUT_MS; do
    digits='^[0-9]+$'
    [[ $name != CLAUDE_MAX_COST_USD ]] || digits='^[0-9]+(\.[0-9]+)?$'
    [[ ${!name} =~ $digits ]] || finish crashed "$name (agents.env) is \"${!name}\", and should be a number"
done
readonly silence=$((10#$CLAUDE_SILENCE_SECONDS))
[[ -r $prompt ]] || finish crashed "there is no $prompt to read"
# shellcheck source=/dev/null
. "$lib/credentials.sh"
why=$(credentials_missing) && finish authentication "$why"
use_credentials

options=(--print --output-format stream-json --include-partial-messages --verbose --dangerously-skip-permissions --no-session-persistence)
[[ -z $CLAUDE_MODEL ]] || options+=(--model "$CLAUDE_MODEL")
[[ $CLAUDE_MAX_TURNS == 0 ]] || options+=(--max-turns "$CLAUDE_MAX_TURNS")
[[ $CLAUDE_MAX_COST_USD == 0 ]] || options+=(--max-budget-usd "$CLAUDE_MAX_COST_USD")

# claude -> stream -> follow.jq -> lines -> the loop below; only what follow.jq makes of it is kept, never the stream itself.
run=$(mktemp -d "${HOME:-/tmp}/.familiar-agent.XXXXXX") || finish crashed "there is no room for a temporary folder in ${HOME:-/tmp}"
mkfifo "$run/stream" "$run/errors" "$run/lines"
[[ $ended_by == '' ]] || finish
end_of_stream='familiar-agent: the CLI is gone'
jq --raw-input --raw-output --unbuffered -n --arg end_of_stream "$end_of_stream" -f "$lib/follow.jq" <"$run/stream" >"$run/lines" &
while IFS= read -r line; do
    printf 'claude: %s\n' "${line:0:2000}" >&2
    printf '%s' "${line:0:500}" >"$run/last_words"
done <"$run/errors" &
errors=$!
# The prompt travels on stdin: as an argument it could be taken for an option, and be too long.
setsid claude "${options[@]}" <"$prompt" >"$run/stream" 2>"$run/errors" &
claude=$!
exec {lines}<"$run/lines"

heard=$SECONDS               # when there was the last sign of life
gone_at=''                   # when the CLI was first seen to be gone
begun=''                     # the part of a line that has come already
while true; do
    if IFS= read -r -t 1 -u "$lines" line; then
        line=$begun$line
        begun=''
        case $line in
            '.') heard=$SECONDS ;;
            'L '*) printf '%s\n' "${line:2}" ;;
            'S '*) state=${line:2} ;;
            'R '*) [[ ${line:2} -lt $refused_at ]] || stop refused ;;
            E) break ;;
        esac
    elif (($? <= 128)); then
        break  # the end of the stream
    else
        begun+=$line
        # What the CLI has left behind may hold the stream open for ever: say behind its last word that there is no more.
        if [[ -z $gone_at ]] && ! running; then
            gone_at=$SECONDS
            printf '\n%s\n' "$end_of_stream" >"$run/stream" &
        fi
        [[ -z $gone_at ]] || ((SECONDS - gone_at < 60)) || break
    fi
    if [[ -n $stop_at ]]; then
        ((SECONDS < stop_at)) || end_claude KILL
        ((SECONDS < stop_at + 3)) || break
    elif ((silence > 0 && SECONDS - heard >= silence)); then
        stop silence
    fi
done

# gone_within TENTHS PID: waits that long for a process to be gone.
gone_within() {
    local i
    for ((i = 0; i < $1; i++)); do
        kill -0 "$2" 2>/dev/null || return 0
        sleep 0.1
    done
}
# It may have closed its stdout and live on, and what it started may hold on to its stderr.
gone_within $((${#ended_by} > 0 ? 10 : 30)) "$claude"
end_claude KILL
wait "$claude" 2>/dev/null  # bash would tell of a signal in its own way
exit_code=$?
gone_within 10 "$errors"
last_words=$(cat "$run/last_words" 2>/dev/null)
rm -rf "$run"
finish
