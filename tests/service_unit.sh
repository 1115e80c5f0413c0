#!/bin/bash
# service_unit.sh UNIT PROGRAM: systemd takes the unit as it is, and finds little that it leaves open. PROGRAM stands in for the
# installed one, since systemd-analyze looks for it. No systemd has to run.
set -euo pipefail

fail() {
    printf 'service_unit: %s\n' "$@" >&2
    exit 1
}

[[ $# == 2 ]] || { echo "usage: service_unit.sh UNIT PROGRAM" >&2 && exit 2; }
command -v systemd-analyze >/dev/null || fail "systemd-analyze is missing: apt-get install systemd"
unit=$1
program=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

installed=/usr/local/bin/familiar
grep -q "^ExecStart=$installed serve " "$unit" || fail "ExecStart of $unit does not begin with $installed serve"
copy=$work/familiar.service
sed "s#^ExecStart=$installed #ExecStart=$program #" "$unit" >"$copy"

# It exits with 0 for what it merely ignores, such as a key in the wrong section: whatever it says counts.
says() { systemd-analyze verify "$1" 2>&1 || echo "systemd-analyze verify failed"; }
said=$(says "$copy")
[[ -z $said ]] || fail "systemd finds fault with the unit:" "$said"

# It does find faults, in this environment too.
mkdir "$work/broken"
sed 's/^KillMode=mixed$/KillMode=some/' "$copy" >"$work/broken/familiar.service"
[[ $(says "$work/broken/familiar.service") == *"kill mode"* ]] || fail "a wrong KillMode= was not noticed"

# What looks like more safety and breaks something; the unit says what.
for key in DynamicUser EnvironmentFile PrivateUsers RestrictSUIDSGID RootDirectory; do
    ! grep -q "^$key=" "$unit" || fail "$key= does not go with this server; the comments of the unit say why"
done

# 0 (nothing is open) to 10; 2.0 is what a client of the network and of Docker's socket can keep to.
exposure=$(systemd-analyze security --offline=true --threshold=20 --no-pager "$copy" 2>&1) ||
    fail "the unit leaves more open than it should:" "$(grep '✗' <<<"$exposure")" "$(tail -n 1 <<<"$exposure")"
