#!/bin/sh
# forge.sh DIR PORT USER PASSWORD
#
# The smallest forge there is: git's own HTTP backend behind lighttpd on 127.0.0.1:PORT, with Basic authentication for
# everything. DIR/git/<owner>/<name>.git is http://127.0.0.1:PORT/<owner>/<name>.git, for reading and for pushing. It
# stays in the foreground; TERM ends it. FORGE_ADDRESS in the environment is another address to listen on. The demo uses
# it, and so do the tests (tests/support/git_forge.hpp).
set -eu
[ $# -eq 4 ] || { echo "usage: forge.sh DIR PORT USER PASSWORD" >&2; exit 2; }

backend="$(git --exec-path)/git-http-backend"
[ -x "$backend" ] || { echo "forge.sh: $backend is missing: install git" >&2; exit 1; }
PATH="$PATH:/usr/sbin"
command -v lighttpd >/dev/null || { echo "forge.sh: install lighttpd" >&2; exit 1; }

mkdir -p "$1/git"
[ -e "$1/users" ] || (umask 077 && printf '%s:%s\n' "$3" "$4" >"$1/users")

FORGE_DIR="$1" FORGE_PORT="$2" FORGE_ADDRESS="${FORGE_ADDRESS:-127.0.0.1}" FORGE_BACKEND="$backend" \
    exec lighttpd -D -f "$(dirname "$0")/forge.conf"
