#!/bin/bash
# download.sh FOLDER: what Debian has not, checked against what the Dockerfile pins, laid out in FOLDER as in the image.
set -euo pipefail
into=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { curl --fail --silent --show-error --location --retry 3 --max-time 600 --output "$1" "$2"; }
refuse() { echo "download.sh: $*" >&2 && exit 1; }

# The npm package of Claude Code is one program for each architecture; it brings its own runtime.
machine=$(dpkg --print-architecture)
case $machine in
    amd64) name=claude-code-linux-x64 integrity=$CLAUDE_CODE_INTEGRITY_X64 ;;
    arm64) name=claude-code-linux-arm64 integrity=$CLAUDE_CODE_INTEGRITY_ARM64 ;;
    *) refuse "there is no Claude Code for $machine" ;;
esac
url=$NPM_REGISTRY/@anthropic-ai/$name/-/$name-$CLAUDE_CODE_VERSION.tgz
fetch "$work/claude.tgz" "$url"
found=sha512-$(openssl dgst -sha512 -binary "$work/claude.tgz" | base64 --wrap=0)
[[ $found == "$integrity" ]] || refuse "$url is $found, and not $integrity"
tar --extract --gzip --file "$work/claude.tgz" --directory "$work"
install -D --mode=755 "$work/package/claude" "$into/usr/local/bin/claude"
install -D --mode=644 "$work/package/LICENSE.md" "$into/usr/local/share/doc/claude-code/LICENSE.md"

if [[ -n ${GLAB_URL:-} ]]; then
    fetch "$work/glab.deb" "$GLAB_URL"
    echo "$GLAB_SHA256  $work/glab.deb" | sha256sum --check --status ||
        refuse "$GLAB_URL does not have the SHA-256 ${GLAB_SHA256:-that GLAB_SHA256 should say}"
    dpkg-deb --extract "$work/glab.deb" "$into"
fi
