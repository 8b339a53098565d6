#!/usr/bin/env bash
# The chapters that speak of feature gates, on a cluster of its own whose gates are the other way
# round: one that is on is off, and one that is off is on. What depends on them is not compared
# with the committed outputs (cells tagged follows-gates); its claims are held all the same.
set -euo pipefail
cd "$(dirname "$0")/../.."

export LAB_NAME=${LAB_NAME:-statefulset-lab-test}-gates
export LAB_FEATURE_GATES=MaxUnavailableStatefulSet=false,StatefulSetRecreateStrategy=true
export PATH=$PWD/.venv/bin:$PATH
trap 'lab down' EXIT
lab up
books=("$@")
[ $# -gt 0 ] || books=(notebooks/04-scaling-and-updates.ipynb notebooks/06-future.ipynb)
tests/notebooks/run.sh "${books[@]}"
