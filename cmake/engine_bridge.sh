#!/bin/sh
# engine_bridge.sh NAME: a bridge for a private dockerd to start with. Needs root and iproute2; NAME has at most 15 characters.
#
# With --bridge=none dockerd removes a docker0 when it starts, and cuts an installed Docker's containers off: a private engine is
# given a bridge of its own, which it asks for while it starts and never again, as its containers use the network host or none.
# The bridge is there once this returns, and goes when standard input ends. That is a pipe that the starter holds, so the
# bridge is not left behind by one that is killed either.
#
# The address is one of those for documentation (RFC 5737, TEST-NET-2), without a route: lacking one, dockerd would take
# 172.17.0.1/16, an installed Docker's. Any number of bridges may have it at the same time.
set -eu

name=$1
ip link add "$name" type bridge
if ! ip address add 198.51.100.1/24 dev "$name" noprefixroute; then
    ip link delete "$name"
    exit 1
fi
exec 3<&0
# shellcheck disable=SC2016 # expanded by the inner shell
setsid sh -c 'cat >/dev/null; exec ip link delete "$1"' sh "$name" <&3 3<&- >/dev/null 2>&1 &
