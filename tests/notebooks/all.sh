#!/usr/bin/env bash
# All notebooks, and some rounds of random faults, two at a time, each of the two on a cluster of
# its own: they mostly wait, and some stop nodes that another would need. The first cluster must be
# up; the second is made here and taken away again. The longest begin, so that none is left alone.
set -euo pipefail
cd "$(dirname "$0")/../.."

export LAB_NAME=${LAB_NAME:-statefulset-lab-test}
export PATH=$PWD/.venv/bin:$PATH
second=$LAB_NAME-2
logs=build/notebooks
mkdir -p "$logs"

# A notebook, or a file of tests that break things, on the cluster of a place (0 or 1). What it
# says is printed in one piece.
one() {
    [ "$1" = 0 ] || LAB_NAME=$second
    local log command=(tests/notebooks/run.sh)
    [ "${2##*.}" = ipynb ] || command=(env PYTHONPATH=tests pytest -s)
    log=$logs/$(echo "${2#notebooks/}" | tr / -).log
    if "${command[@]}" "$2" >"$log" 2>&1; then
        echo "-- $2: passed --" && grep -E "$told" "$log" | sed 's/^\.*//'
    else
        echo "-- $2: failed --" && cat "$log"
        return 255 # xargs begins no other one then
    fi
}
export -f one
# What is worth a line of a run that passed.
told='claims reached|acknowledged|^=+ .*(passed|failed).* =+$'
export second logs told

pytest tests/notebooks --durations=3
trap 'LAB_NAME=$second lab down' EXIT
LAB_NAME=$second lab up
{
    ls -S notebooks/0[1-9]*.ipynb
    ls tests/faults/test_database.py tests/faults/test_rabbitmq.py
    ls -S notebooks/solutions/0[1-9]*.ipynb
} | xargs -P 2 -n 1 --process-slot-var=PLACE bash -c 'one "$PLACE" "$1"' _
