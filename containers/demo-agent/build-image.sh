#!/bin/bash
# build-image.sh CACHE: makes the image familiar-demo-agent:latest on the engine that docker talks to.
#
# Needs Debian's archive and no image registry: a small Debian with git is made by mmdebstrap, kept as a tar in the folder CACHE
# (its name holds a digest of how it was made), and imported with the agent on top. What is there already is not made again.
set -euo pipefail
[[ $# == 1 ]] || { echo "usage: build-image.sh CACHE" >&2 && exit 2; }
cache=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
image=familiar-demo-agent:latest

make_rootfs=(mmdebstrap --quiet --variant=minbase '--include=git,ca-certificates'
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*'
    --dpkgopt='path-exclude=/usr/share/locale/*' bookworm)
rootfs_key=$(sha256sum <<<"${make_rootfs[*]}" | cut -c 1-16)
image_key=$(cat - "${BASH_SOURCE[0]}" "$here/entrypoint.sh" <<<"$rootfs_key" | sha256sum | cut -c 1-16)

if [[ $(docker image inspect --format '{{index .Config.Labels "familiar.demo"}}' "$image" 2>/dev/null) == "$image_key" ]]; then
    exit 0
fi

mkdir -p "$cache"
rootfs=$cache/agent-rootfs-$rootfs_key.tar
work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
if [[ ! -e $rootfs ]]; then
    "${make_rootfs[@]}" "$work/rootfs.tar" >"$work/log" 2>&1 || {
        tail -n 15 "$work/log" >&2
        echo "build-image: mmdebstrap failed; it needs Debian's archive and either root or user namespaces (uidmap)" >&2
        exit 1
    }
    mv "$work/rootfs.tar" "$rootfs"
fi

install -D -m 755 "$here/entrypoint.sh" "$work/top/usr/local/bin/demo-agent"
cp "$rootfs" "$work/image.tar"
tar --append --file "$work/image.tar" --owner=0 --group=0 --directory "$work/top" usr/local/bin/demo-agent
docker import --change 'LABEL familiar.agent.api=1' --change "LABEL familiar.demo=$image_key" \
    --change 'ENTRYPOINT ["/usr/local/bin/demo-agent"]' "$work/image.tar" "$image" >/dev/null
