#!/usr/bin/env bash
# Everything that needs a cluster, with what takes long beside it: two at a time, each of the two on
# a cluster of its own, since some stop nodes that another would need. The first cluster must be up;
# the second is made here and taken away again.
#
#   tests/side-by-side.sh                                     all of it
#   tests/side-by-side.sh tests/learner notebooks/0*.ipynb    these notebooks, files and folders
#
# What failed left a dump of its cluster in build/failed.
set -euo pipefail
cd "$(dirname "$0")/.."

export LAB_NAME=${LAB_NAME:-statefulset-lab-test}
export PATH=$PWD/.venv/bin:$PATH
second=$LAB_NAME-2
logs=build/side-by-side
mkdir -p "$logs"

everything() {
    # These take longest. They begin, so that none of them is left alone at the end.
    echo notebooks/05-real-projects.ipynb
    echo tests/cluster/test_faults_lab.py
    echo notebooks/solutions/05-real-projects.ipynb
    ls notebooks/0[1-9]*.ipynb tests/faults/test_{database,rabbitmq,reset}.py
    ls -d tests/learner tests/cluster/test_*.py tests/programs tests/notebooks
    ls notebooks/solutions/0[1-9]*.ipynb
}

# It holds the opening of a chapter to its seconds, so it has the machine for itself.
alone=tests/cluster/test_chapter_lab.py

# A notebook, or tests, on the cluster of a place (0 or 1). What it says is printed in one piece.
one() {
    [ "$1" = 0 ] || LAB_NAME=$second
    local log
    log=$logs/$(echo "${2#notebooks/}" | tr / -).log
    local began=$SECONDS
    if tests_of "$2" >"$log" 2>&1; then
        echo "-- $2: passed in $((SECONDS - began)) s --" && grep -E "$told" "$log" | sed 's/^\.*//'
    else
        echo "-- $2: failed --" && cat "$log"
        # A notebook's own script has left a dump.
        [ "${2##*.}" = ipynb ] || python tests/dump.py "build/failed/$LAB_NAME"
        return 255 # xargs begins no other one then
    fi
}

tests_of() {
    case $1 in
    *.ipynb) tests/notebooks/run.sh "$1" ;;
    tests/faults/*) PYTHONPATH=tests pytest -s "$1" ;;
    # Chapter 1 in JupyterLab, with the mouse and by keyboard; pictures stand in build/learner.
    tests/learner) PYTHONPATH=tests/bench:tests/learner pytest "$1" ;;
    *) pytest --durations=5 "$1" ;;
    esac
}
export -f one tests_of
# What is worth a line of a run that passed.
told='claims reached|acknowledged|^=+ .*(passed|failed).* =+$'
export second logs told

[ $# -gt 0 ] || one 0 "$alone"
trap 'LAB_NAME=$second lab down' EXIT
LAB_NAME=$second lab up
if [ $# -gt 0 ]; then printf '%s\n' "$@"; else everything | grep -vx "$alone" | awk '!seen[$0]++'; fi |
    xargs -P 2 -n 1 --process-slot-var=PLACE bash -c 'one "$PLACE" "$1"' _
