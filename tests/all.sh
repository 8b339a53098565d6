#!/usr/bin/env bash
# Every test, stage by stage, on a cluster of its own. `make test` calls it.
#
#   tests/all.sh                    all stages
#   tests/all.sh pure engine        these stages
#
# The first stage that fails ends the run with its exit status. What the cluster looked like then
# stands in build/failed. The cluster is taken down in any case.
set -uo pipefail
cd "$(dirname "$0")/.."

export LAB_NAME=${LAB_NAME:-statefulset-lab-test}
if [ "$LAB_NAME" = statefulset-lab ]; then
    echo "The tests never touch a learner's lab. Set LAB_NAME to another name than $LAB_NAME." >&2
    exit 2
fi
export PATH=$PWD/.venv/bin:$PATH
# Where Python may not keep its bytecode, each of the many processes here compiles anew all that it
# imports. It is kept, and not among the sources.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX=$PWD/build/pycache
# A caller's cluster must be out of reach of everything that runs here.
unset KUBECONFIG
# kubectl and podman are called thousands of times and end before memory counts: without collecting
# its garbage in between, kubectl takes a fifth less of the cores.
export GOGC=400

all=(pure jupyterlab up cluster down)
# No stages of the whole run: `pure` has all of the first two, `cluster` has the others.
parts=(lint fast engine labs)
times=()
lab_is_up=false

lint() {
    ruff check . && ruff format --check . && mypy
}

# More workers than there are cores: many tests do nothing but wait.
workers=$((2 * $(getconf _NPROCESSORS_ONLN) + 1))

# Style, types, and the tests of these marks that need no cluster: one run, so that no core waits
# for the last test.
without_cluster() {
    lint &
    local status=0 style=$!
    pytest tests/unit tests/rules tests/browser -m "$1" -n "$workers" --dist worksteal \
        --durations=5 || status=$?
    wait "$style" && return $status
}

pure() {
    without_cluster "not slow"
}

# Most of `pure`, in a minute.
fast() {
    without_cluster "not slow and not long"
}

# JupyterLab itself, and what measures: side by side with others it would measure them.
jupyterlab() {
    pytest tests/browser -m slow --durations=5
}

up() {
    lab_is_up=true
    lab up && return
    python tests/dump.py build/failed
    return 1
}

# The notebooks, all tests that need a cluster, and those that make labs of their own.
cluster() {
    tests/side-by-side.sh
}

down() {
    lab down && lab_is_up=false
}

# What needs the container engine alone.
engine() {
    pytest tests/machine/engine --durations=10
}

# Labs that are made, harmed, refused and taken away, one at a time: beside two clusters `lab up`
# refuses a third for its own reason. An image that a test would find missing could take longer to
# build than the test may.
labs() {
    python tests/machine/build_images.py && pytest tests/machine/labs --durations=10
}

run() {
    local stage=$1 began=$SECONDS status=0
    echo "== $stage =="
    "$stage" || status=$?
    times+=("$((SECONDS - began)) $stage")
    echo "== $stage: $([ $status = 0 ] && echo passed || echo "failed ($status)") in $((SECONDS - began)) s =="
    return $status
}

slowest() {
    [ ${#times[@]} = 0 ] && return
    echo "== slowest stages =="
    printf '%s\n' "${times[@]}" | sort -rn | head -5 | awk '{printf "%7d s  %s\n", $1, $2}'
}

end() {
    local status=$?
    trap - EXIT
    trap '' INT TERM
    if $lab_is_up; then
        echo "== taking the test lab down =="
        timeout -k 10 180 lab down || status=$((status == 0 ? 1 : status))
    fi
    slowest
    exit $status
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

stages=("$@")
[ $# -gt 0 ] || stages=("${all[@]}")
for stage in "${stages[@]}"; do
    case " ${parts[*]} ${all[*]} " in
    *" $stage "*) ;;
    *)
        echo "There is no stage '$stage'. There are: ${parts[*]} ${all[*]}" >&2
        exit 2
        ;;
    esac
    if [ "$stage" = cluster ] && ! $lab_is_up; then
        run up || exit
    fi
    run "$stage" || exit
done
echo "All of it passed: ${stages[*]}."
