#!/bin/sh
# The demo's agent: it stands where a coding agent would stand. It reads what it was asked, leaves a REVIEW.md in the merge
# request's branch and tells its outcome. It needs git and nothing else, and runs as any user.
#
# The end-to-end tests steer it through agents.env:
#   DEMO_SLEEP=SECONDS   works that long before it commits
#   DEMO_WAIT_FOR=FILE   works until FILE exists
#   DEMO_IGNORE_TERM=1   does not end when it is asked to
#   DEMO_FLOOD=BYTES     prints that much first
#   DEMO_RESULT=TEXT     writes TEXT as its result.json
#   DEMO_EXIT=CODE       gives up with CODE instead of committing
#   DEMO_DIE=1           is killed instead of committing
#   DEMO_BY_PROMPT=1     takes more of these, without blanks, from lines that the prompt quotes: "> DEMO_SLEEP=2"
set -eu
say() { printf '%s\n' "agent: $*"; }

if [ -n "${DEMO_BY_PROMPT:-}" ]; then
    for setting in $(sed -nE 's/^> (DEMO_[A-Z_]+=[^[:space:]]*)$/\1/p' /familiar/prompt.md); do
        export "${setting?}"
    done
fi

[ -z "${DEMO_IGNORE_TERM:-}" ] || trap '' TERM
[ -z "${DEMO_FLOOD:-}" ] || yes 'All work and no play makes an agent a dull program.' | head -c "$DEMO_FLOOD"

say "I am uid $(id -u) on $(git -C /workspace branch --show-current) in $(pwd)"
say "the event: $(head -c 100 /familiar/event.json) ..."
say "the prompt:"
sed 's/^/    /' /familiar/prompt.md

[ -z "${DEMO_SLEEP:-}" ] || sleep "$DEMO_SLEEP"
if [ -n "${DEMO_WAIT_FOR:-}" ]; then
    until [ -e "$DEMO_WAIT_FOR" ]; do sleep 0.1; done
fi

[ -z "${DEMO_RESULT:-}" ] || printf '%s' "$DEMO_RESULT" >/familiar/out/result.json
[ -z "${DEMO_DIE:-}" ] || kill -KILL $$
[ -z "${DEMO_EXIT:-}" ] || {
    say "giving up with $DEMO_EXIT"
    exit "$DEMO_EXIT"
}

cd /workspace
reviewed=$(git rev-parse --short HEAD)
{
    echo "# Review of $reviewed"
    echo
    git log -1 --format='The last commit is "%s", by %an.'
    echo "There are $(git ls-files | wc -l) files."
} >REVIEW.md
git add REVIEW.md
git commit --quiet --message "Add a review"
say "committed $(git rev-parse --short HEAD)"

if grep -q 'run .git push.' /familiar/instructions.md; then
    git push --quiet
    say "pushed it to $(git branch --show-current)"
else
    say "I may not push: the commit stays here"
fi

[ -n "${DEMO_RESULT:-}" ] ||
    printf '{"outcome":"succeeded","summary":"Reviewed %s","cost_usd":0,"turns":1}\n' "$reviewed" >/familiar/out/result.json
say "done"
