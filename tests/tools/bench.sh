#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# bench.sh IDIOM-BENCH: what it writes for other programs, it reads again and compares.
set -u
bench=$1 failed=0 plan=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
small=(--size 64x48)

# Runs a command; its output goes to $folder/out. Words before --: what it is, the exit status that it should have, a
# pattern that its output should have.
case_of() {
    local what=$1 status=$2 pattern=$3
    shift 4
    plan=$((plan + 1))
    "$bench" "$@" >"$folder/out" 2>&1
    local got=$?
    if [ $got = "$status" ] && grep -Eq -- "$pattern" "$folder/out"; then
        echo "ok $plan - $what"
    else
        echo "not ok $plan - $what: status $got, not $status, or no $pattern in"
        sed 's/^/# /' "$folder/out"
        failed=1
    fi
}

case_of "a frame" 0 'ceilings, measured: [0-9.]+ GFLOP/s' -- frame "${small[@]}" -n 2 --json "$folder/frame.json"
case_of "beside another" 0 'conv2d.* ms +[0-9.]+ +[0-9.]+ +[0-9.]+' -- frame "${small[@]}" -n 2 --compare "$folder/frame.json"
case_of "operations" 0 'conv2d_.*FLOPs' -- ops "${small[@]}" -n 1 --json "$folder/ops.json"
case_of "of another command" 1 'ops.json: of idiom-bench ops, not of frame' -- frame "${small[@]}" -n 1 --compare "$folder/ops.json"
case_of "the element beside the renderer" 0 '64x48 +[0-9.]+ +[0-9.]+' -- filter -s starry-night "${small[@]}" -n 3 \
    --json "$folder/filter.json"
case_of "a training step" 0 'GFLOP/s' -- train --plain --batch 1 --crop 32 -n 1 --json "$folder/train.json"
echo '[1]' >"$folder/list.json"
case_of "a list" 1 'list.json: not what --json writes' -- frame "${small[@]}" -n 1 --compare "$folder/list.json"
case_of "no file" 1 'none.json' -- frame "${small[@]}" -n 1 --compare "$folder/none.json"
for file in frame ops filter train; do
    plan=$((plan + 1))
    if python3 -c 'import json, sys; assert json.load(open(sys.argv[1]))["command"] == sys.argv[2]' "$folder/$file.json" "$file"; then
        echo "ok $plan - $file.json is JSON"
    else
        echo "not ok $plan - $file.json is JSON" && failed=1
    fi
done
echo "1..$plan"
exit $failed
