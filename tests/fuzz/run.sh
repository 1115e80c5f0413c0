#!/bin/bash
# run.sh TABLE PROGRAMS OUT [TARGET...]: runs every fuzz target of TABLE (lines "name seed-folder...") at the same time for
# FAMILIAR_FUZZ_SECONDS (60), or only those that are named. An input that breaks a property, or takes too long, stays in
# OUT/findings/<target>, what reached new code in OUT/corpus/<target>, the output in OUT/log/<target>. Nothing is added to
# the corpora of the source tree: that is done by hand, small and readable. Fails if anything was found.
set -euo pipefail
table=$1 programs=$2 out=$3
shift 3
seconds=${FAMILIAR_FUZZ_SECONDS:-60}
here=$(dirname "${BASH_SOURCE[0]}")
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:quarantine_size_mb=32${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export UBSAN_OPTIONS=print_stacktrace=1 ASAN_SYMBOLIZER_PATH=${ASAN_SYMBOLIZER_PATH:-/usr/bin/llvm-symbolizer-19}
mkdir -p "$out/log"

names=() pids=()
while read -r name seeds; do
    [[ $# == 0 || " $* " == *" $name "* ]] || continue
    mkdir -p "$out/corpus/$name" "$out/findings/$name"
    options=(-max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -print_final_stats=1
        -artifact_prefix="$out/findings/$name/")
    [[ ! -e $here/dictionary/$name ]] || options+=(-dict="$here/dictionary/$name")
    # shellcheck disable=SC2086 # seeds is a list of folders
    nice "$programs/fuzz_$name" "${options[@]}" "$out/corpus/$name" $seeds </dev/null >"$out/log/$name" 2>&1 &
    names+=("$name") pids+=($!)
done <"$table"
[[ ${#names[@]} != 0 ]] || { echo "run.sh: no such target: $*" >&2; exit 2; }
trap 'kill "${pids[@]}" 2>/dev/null || true' INT TERM

failed=0
for index in "${!names[@]}"; do
    name=${names[index]}
    verdict=clean
    wait "${pids[index]}" || { verdict="FOUND SOMETHING: $out/log/$name" failed=1; }
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$out/log/$name")
    printf '%-20s %12s runs   %s\n' "$name" "${runs:-?}" "$verdict"
done
exit $failed
