#!/usr/bin/env bash
# All notebooks, two at a time, each of the two on a cluster of its own: a chapter mostly waits,
# and some of them stop nodes that another would need. The first cluster must be up; the second
# is made here and taken away again. The longest notebooks begin, so that none is left alone.
set -euo pipefail
cd "$(dirname "$0")/../.."

export LAB_NAME=${LAB_NAME:-statefulset-lab-test}
export PATH=$PWD/.venv/bin:$PATH
second=$LAB_NAME-2
logs=build/notebooks
mkdir -p "$logs"

# One notebook on the cluster of a place (0 or 1). What it says is printed in one piece.
one() {
    [ "$1" = 0 ] || LAB_NAME=$second
    local log
    log=$logs/$(echo "${2#notebooks/}" | tr / -).log
    if tests/notebooks/run.sh "$2" >"$log" 2>&1; then
        echo "-- $2: passed --" && grep -E 'claims reached|^=+ .*(passed|failed).* =+$' "$log" | tail -n 2
    else
        echo "-- $2: failed --" && cat "$log"
        return 255 # xargs begins no other one then
    fi
}
export -f one
export second logs

pytest tests/notebooks --durations=3
trap 'LAB_NAME=$second lab down' EXIT
LAB_NAME=$second lab up
ls -S notebooks/0[1-9]*.ipynb notebooks/solutions/0[1-9]*.ipynb |
    xargs -P 2 -n 1 --process-slot-var=PLACE bash -c 'one "$PLACE" "$1"' _
