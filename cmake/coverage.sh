#!/bin/bash
# coverage.sh SOURCE BUILD MIN: runs the tests of an instrumented build and prints how many lines of SOURCE/src they reached,
# file by file; fails if a test fails or the total is below MIN percent.
#
# What a server reaches that a test starts counts too. One that is killed with SIGKILL writes no profile: its lines count only
# if another test reaches them.
set -euo pipefail
source=$1 build=$2 min=$3

profiles=$build/profiles
rm -rf "$profiles"
mkdir -p "$profiles"
# %m: a file per program; 4 before it: shared among its processes, merged as each ends, so that a hundred servers leave 4 files.
export LLVM_PROFILE_FILE=$profiles/%4m.profraw
ctest --test-dir "$build" --output-on-failure --parallel 2 --no-tests=error --exclude-regex '^(format|include_check)'

# A process that was killed while it wrote leaves one file broken; only all of them broken is a failure.
llvm-profdata-19 merge --sparse --failure-mode=all -o "$profiles/all.profdata" "$profiles"/*.profraw
objects=("$build/src/familiar")
for test in "$build"/tests/{unit_*,e2e}; do
    if [[ -f $test && -x $test ]]; then objects+=(-object "$test"); fi
done
report=$(llvm-cov-19 report "${objects[@]}" --instr-profile="$profiles/all.profdata" \
    --show-region-summary=false --show-branch-summary=false --show-functions=false "$source/src")
echo "$report"

percent=$(awk '$1 == "TOTAL" { sub("%", "", $NF); print $NF }' <<<"$report")
awk -v percent="$percent" -v min="$min" 'BEGIN {
    printf "line coverage of src: %s %%, asked for: %s %%\n", percent, min
    exit !(percent >= min) }'
