# What the docker program of fake_engine.hpp does. $HERE holds what it remembers:
#
#   images/NAME           the labels of an image, "key=value" a line
#   containers/NAME/...   status, code, started, labels, image, mounts, log; removed with the container
#   calls                 one line for each call, as it came
#   on/COMMAND            what happens before what the command does, or instead: a snippet of this shell
#   agent                 what an agent does when it is started: a snippet, with $NAME, $OUT and ends()
#   events                the event stream

echo "$*" >> "$HERE/calls"

unreachable() { echo 'Cannot connect to the Docker daemon at unix:///fake.sock. Is the docker daemon running?' >&2; exit 1; }
refuse() { echo "Error response from daemon: $*" >&2; exit 1; }
hang() { exec sleep 300; }

# True for the first $1 calls of this command that ask.
first() {
    echo x >> "$HERE/count.$COMMAND"
    [ "$(wc -l < "$HERE/count.$COMMAND")" -le "$1" ]
}

now() { date -u +%Y-%m-%dT%H:%M:%S.%NZ; }

# ends CODE: the container is over.
ends() {
    echo "$1" > "$HERE/containers/$NAME/code"
    echo exited > "$HERE/containers/$NAME/status"
    echo '{"Action":"die","Actor":{"Attributes":{"name":"'"$NAME"'"}}}' >> "$HERE/events"
}

# The last argument.
last() { for LAST; do :; done; }

find_container() {
    last "$@"
    NAME=$LAST
    AT=$HERE/containers/$NAME
    [ -d "$AT" ] || { echo "Error: No such container: $NAME" >&2; exit 1; }
}

json_labels() { sed 's/^\([^=]*\)=\(.*\)$/"\1":"\2"/' "$1" | paste -sd,; }

show_container() {
    NAME=$1 AT=$HERE/containers/$1
    STATUS=$(cat "$AT/status")
    RUNNING=false
    [ "$STATUS" = running ] && RUNNING=true
    STARTED=0001-01-01T00:00:00Z
    [ -e "$AT/started" ] && STARTED=$(cat "$AT/started")
    echo '{"Id":"'"$NAME"'","Name":"/'"$NAME"'","Config":{"Image":"'"$(cat "$AT/image")"'","Labels":{'"$(json_labels "$AT/labels")"'}},' \
        '"State":{"Status":"'"$STATUS"'","Running":'$RUNNING',"ExitCode":'"$(cat "$AT/code")"',"Error":"","StartedAt":"'"$STARTED"'"}}'
}

do_version() { echo '"20.10.0"'; }

do_inspect() {
    TYPE=$2
    shift 5 # --type TYPE --format FORMAT --
    FAILED=0
    for ONE; do
        if [ "$TYPE" = image ]; then
            [ -e "$HERE/images/$ONE" ] || { echo "Error: No such image: $ONE" >&2; exit 1; }
            echo '{"Id":"sha256:1","Config":{"Labels":{'"$(json_labels "$HERE/images/$ONE")"'}}}'
        elif [ -d "$HERE/containers/$ONE" ]; then
            show_container "$ONE"
        else
            echo "Error: No such container: $ONE" >&2
            FAILED=1
        fi
    done
    return $FAILED
}

do_create() {
    LABELS= MOUNTS= NAME= IMAGE=
    while [ $# -gt 0 ]; do
        case $1 in
        --name) NAME=$2; shift ;;
        --label) LABELS="$LABELS$2
"; shift ;;
        --mount) MOUNTS="$MOUNTS$2
"; shift ;;
        --init) ;;
        --) IMAGE=$2; break ;;
        *) shift ;;
        esac
        shift
    done
    [ -e "$HERE/images/$IMAGE" ] || refuse "No such image: $IMAGE"
    mkdir "$HERE/containers/$NAME" 2>/dev/null ||
        refuse "Conflict. The container name \"/$NAME\" is already in use by container \"1\"."
    AT=$HERE/containers/$NAME
    printf %s "$LABELS" > "$AT/labels"
    printf %s "$MOUNTS" > "$AT/mounts"
    echo "$IMAGE" > "$AT/image"
    echo 0 > "$AT/code"
    echo created > "$AT/status"
    echo "$NAME"
}

do_start() {
    find_container "$@"
    now > "$AT/started"
    echo "$NAME printed this" > "$AT/log"
    echo running > "$AT/status"
    OUT=$(sed -n 's/^type=bind,source=\(.*\),target=\/familiar\/out$/\1/p' "$AT/mounts")
    [ ! -e "$HERE/agent" ] || . "$HERE/agent"
}

do_stop() {
    find_container "$@"
    [ "$(cat "$AT/status")" != running ] || ends 143
}

do_rm() {
    find_container "$@"
    if [ "$1" != -f ] && [ "$(cat "$AT/status")" = running ]; then
        refuse "You cannot remove a running container $NAME. Stop the container before attempting removal or force remove"
    fi
    rm -rf "$HERE/containers/$LAST"
    echo '{"Action":"destroy","Actor":{"Attributes":{"name":"'"$LAST"'"}}}' >> "$HERE/events"
}

do_logs() {
    find_container "$@"
    if [ "$1" = --tail ]; then # --tail LINES [--timestamps]; the file's time is that of its newest line
        [ "$3" != --timestamps ] || [ ! -s "$AT/log" ] || date -u -r "$AT/log" +%Y-%m-%dT%H:%M:%S.%NZ | tr '\n' ' '
        tail -n "$2" "$AT/log"
        return
    fi
    [ "$1" = --follow ] || { cat "$AT/log"; return; }
    SHOWN=0
    while [ -d "$AT" ]; do
        STATUS=$(cat "$AT/status")
        SIZE=$(wc -c < "$AT/log")
        tail -c "+$((SHOWN + 1))" "$AT/log" | head -c "$((SIZE - SHOWN))"
        SHOWN=$SIZE
        [ "$STATUS" = running ] || return 0
        sleep 0.02
    done
}

do_ps() {
    for AT in "$HERE"/containers/*; do
        [ -d "$AT" ] || continue
        MATCHES=yes
        for WORD; do
            case $WORD in label=*) grep -qxF "${WORD#label=}" "$AT/labels" || MATCHES= ;; esac
        done
        [ -z "$MATCHES" ] || basename "$AT"
    done
}

do_events() { exec tail -n +1 -F "$HERE/events" 2>/dev/null; }

COMMAND=$1
shift
[ ! -e "$HERE/on/$COMMAND" ] || . "$HERE/on/$COMMAND"
"do_$COMMAND" "$@"
