# shellcheck shell=sh
# A docker program that answers at once and runs nothing: what it is told to start, it says, runs since $SINCE. It has the image
# "agent", and remembers containers as files in the folder $HERE; who sources this sets both. It forks nothing, so that a thousand
# agents are soon there.
: "${HERE:?}" "${SINCE:?}"
last() { for last; do :; done; }
state() { # state STATUS RUNNING STARTED
    printf '{"Id":"%s","Name":"/%s","Config":{"Image":"agent","Labels":{}},' "$last" "$last"
    printf '"State":{"Status":"%s","Running":%s,"ExitCode":0,"Error":"","StartedAt":"%s"}}\n' "$@"
}
last "$@"
case "$1 $3" in
version*) echo '"20.10.0"' ;;
'inspect image') echo '{"Id":"sha256:1","Config":{"Labels":{"familiar.agent.api":"1"}}}' ;;
'inspect container')
    if [ -e "$HERE/$last.started" ]; then
        state running true "$SINCE"
    elif [ -e "$HERE/$last.created" ]; then
        state created false 0001-01-01T00:00:00Z
    else
        echo "Error: No such container: $last" >&2
        exit 1
    fi
    ;;
create*) : >"$HERE/$3.created" && echo "$3" ;;
start*) : >"$HERE/$last.started" ;;
ps*) for container in "$HERE"/*.created; do
    [ ! -e "$container" ] || { container=${container##*/} && echo "${container%.created}"; }
done ;;
events*) exec sleep 1000000 ;;
esac
