#!/usr/bin/env bash
# Everything that needs a cluster, and what takes long without one: two at a time, each of the two
# on a cluster of its own, since some stop nodes that another would need. The first cluster must be
# up; the second is made here and taken away again.
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
    # Beside them the labs are made and harmed: what counts on a quick disk comes after that.
    ls notebooks/0[1-46-9]*.ipynb
    # These take longest: none of them is left alone at the end.
    echo notebooks/05-real-projects.ipynb
    echo tests/cluster/test_faults_lab.py
    echo notebooks/solutions/05-real-projects.ipynb
    ls tests/faults/test_{database,rabbitmq,reset}.py
    ls -d tests/learner tests/cluster/test_watch_lab.py
    ls notebooks/solutions/0[1-9]*.ipynb
    # Short ones come last: none of the two places waits long for the other.
    ls -d tests/machine/engine tests/cluster/test_*.py tests/notebooks tests/programs
}

# It holds what must be quick to its seconds, so it has the machine for itself.
alone=tests/cluster/test_times_lab.py

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
        echo "$log" >>"$failed"
        # A notebook's own script has left a dump.
        [ "${2##*.}" = ipynb ] || python tests/dump.py "build/failed/$LAB_NAME"
        return 255 # xargs begins no other one then
    fi
}

# The Pods that a chapter leaves are deleted: their probes take half a core from what comes next.
tests_of() {
    case $1 in
    up) lab up ;;
    labs) tests/all.sh labs && lab up ;;
    *.ipynb) tests/notebooks/run.sh "$1" && lab reset ;;
    tests/faults/*) PYTHONPATH=tests pytest -s "$1" ;;
    # Chapter 1 in JupyterLab, with the mouse and by keyboard; pictures stand in build/learner.
    tests/learner) PYTHONPATH=tests/bench:tests/learner pytest "$1" && lab reset ;;
    tests/cluster/*) pytest --durations=5 "$1" && lab reset ;;
    *) pytest --durations=5 "$1" ;;
    esac
}
export -f one tests_of
# What is worth a line of a run that passed.
told='claims reached|acknowledged|^=+ .*(passed|failed).* =+$'
failed=$logs/failed
export second logs told failed
rm -f "$failed"

# Between a failure and the end of the output stand whole dumps, and the other place's end.
end() {
    LAB_NAME=$second lab down
    [ ! -f "$failed" ] || while read -r log; do
        echo "-- the end of $log --"
        tail -n 15 "$log"
    done <"$failed"
}

if [ $# -gt 0 ]; then
    queue=("$@") begins=up
else
    one 0 "$alone"
    mapfile -t queue < <(everything | grep -vx "$alone" | awk '!seen[$0]++')
    begins=labs
fi
trap end EXIT
# The second place's first is what makes its cluster. In a whole run the tests that make labs of
# their own come before it, for the kernel lets no more than two clusters watch their files.
[ ${#queue[@]} = 1 ] || queue=("${queue[0]}" "$begins" "${queue[@]:1}")
printf '%s\n' "${queue[@]}" | xargs -P 2 -n 1 --process-slot-var=PLACE bash -c 'one "$PLACE" "$1"' _
