#!/usr/bin/env bash
# The committed notebooks: rules first, then every cell again on the test cluster, its outputs
# held against the committed ones. The cluster must be up.
set -euo pipefail
cd "$(dirname "$0")/../.."

export LAB_NAME=${LAB_NAME:-statefulset-lab-test}
export PATH=$PWD/.venv/bin:$PATH
# The kernels inherit all this. nbval runs no fixtures for notebooks, so it is set here.
KUBECONFIG=$(lab status --json | python -c 'import json, sys; print(json.load(sys.stdin)["kubeconfig"])')
export KUBECONFIG
export PATH=$(dirname "$KUBECONFIG")/bin:$PATH
export IPYTHONDIR=$PWD/build/ipython PYTHONPATH=$PWD/tests/notebooks

pytest tests/notebooks --durations=3
shopt -s nullglob
books=("$@")
[ $# -gt 0 ] || books=(notebooks/*.ipynb notebooks/solutions/*.ipynb)
exec pytest --nbval --nbval-current-env --nbval-sanitize-with tests/notebooks/sanitize.cfg \
    --nbval-cell-timeout=180 -p stop_after_failure -p no:cacheprovider -o timeout=0 \
    --durations=5 "${books[@]}"
