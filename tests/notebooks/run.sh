#!/usr/bin/env bash
# The committed notebooks, or those that are named: every cell again on the test cluster, its
# outputs held against the committed ones. The cluster must be up. After a failure, build/failed
# holds the notebook as it ran, its history, and what the cluster looked like.
set -euo pipefail
cd "$(dirname "$0")/../.."

export LAB_NAME=${LAB_NAME:-statefulset-lab-test}
export PATH=$PWD/.venv/bin:$PATH
# The kernels inherit all this. nbval runs no fixtures for notebooks, so it is set here.
KUBECONFIG=$(lab status --json | python -c 'import json, sys; print(json.load(sys.stdin)["kubeconfig"])')
export KUBECONFIG
export PATH=$(dirname "$KUBECONFIG")/bin:$PATH
export IPYTHONDIR=$PWD/build/ipython PYTHONPATH=$PWD/tests/notebooks
# What a kernel lets pass fails here: see kernel_guard.py.
export PYTHONSTARTUP=$PWD/tests/notebooks/startup.py SHELL=$PWD/tests/notebooks/strict-sh

shopt -s nullglob
books=("$@")
[ $# -gt 0 ] || books=(notebooks/*.ipynb notebooks/solutions/*.ipynb)
python tests/notebooks/open_chapters.py "${books[@]}"
pytest --nbval --nbval-current-env --nbval-sanitize-with tests/notebooks/sanitize.cfg \
    --nbval-cell-timeout=180 -p stop_after_failure -p strict_cells -p no:cacheprovider \
    -o timeout=0 --durations=5 "${books[@]}" || {
    status=$?
    # Told in one line: what failed stands above, and must not be scrolled away.
    python tests/dump.py "build/failed/$LAB_NAME" | tail -n 1
    exit $status
}
