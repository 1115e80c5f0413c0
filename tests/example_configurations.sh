#!/bin/bash
# example_configurations.sh CONTAINERS PROGRAM: `familiar check` takes every example as somebody fills it in, and refuses it
# clearly as it comes.
set -euo pipefail

fail() {
    printf 'example_configurations: %s\n' "$@" >&2
    exit 1
}

[[ $# == 2 ]] || { echo "usage: example_configurations.sh CONTAINERS PROGRAM" >&2 && exit 2; }
folder=$(realpath "$1")
program=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# The variables of .env.example and no others, not even this shell's.
check() { # check EXAMPLE ENV_FILE; leaves what it said in `said` and how it ended in `code`
    code=0
    said=$(env -i PATH="$PATH" "$program" check --config "$folder/example/$1" --env-file "$2" 2>&1) || code=$?
}
sed -E 's/^(DOCKER_GID)=$/\1=998/; s/^#?([A-Z_]+_(SECRET|TOKEN|KEY))=.*/\1=filled-in/' "$folder/.env.example" >filled.env

cp "$folder/.env.example" untouched.env
for path in "$folder"/example/*.yaml; do
    example=${path##*/}
    check "$example" filled.env
    [[ $code == 0 ]] || fail "$example is refused with the variables of .env.example filled in ($code):" "$said"
    [[ $example != service.yaml || $said != *warning* ]] || fail "$example has warnings:" "$said"
done

# Nobody is served by a server that takes no webhook at all, and nobody should be by a secret that is printed in a repository.
for example in minimal.yaml full.yaml service.yaml; do
    check "$example" untouched.env
    [[ $code == 2 ]] || fail "$example without any secret ended with $code and not with 2:" "$said"
    line=$(grep -n 'webhook_secret: .*GITHUB_WEBHOOK_SECRET' "$folder/example/$example" | cut -d : -f 1)
    [[ $said == *"$example:$line:"*GITHUB_WEBHOOK_SECRET* ]] ||
        fail "the refusal of $example names neither line $line nor GITHUB_WEBHOOK_SECRET:" "$said"
done

# One forge is enough.
sed 's/^GITLAB_WEBHOOK_SECRET=$/GITLAB_WEBHOOK_SECRET=filled-in/' untouched.env >gitlab.env
check service.yaml gitlab.env
[[ $code == 0 ]] || fail "service.yaml is refused with GitLab alone ($code):" "$said"
[[ $said == *"GITHUB_WEBHOOK_SECRET is not set"*"this provider is off"* ]] ||
    fail "nothing says that GitHub is off for want of GITHUB_WEBHOOK_SECRET:" "$said"
