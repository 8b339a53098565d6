"""What must be quick, on a machine that does nothing else: no other test runs beside these.

The bench holds the same to the budgets of an idle machine, with median and spread.
"""

import subprocess
import time

import pytest

from course import fault
from course.chapters.opening import chapter
from course.cluster.kinds import CLAIM, POD, SET

STUBBORN = """
apiVersion: v1
kind: Pod
metadata: {name: stubborn, finalizers: [example.com/never]}
spec:
  terminationGracePeriodSeconds: 3600
  containers:
    - name: main
      image: lab.local/toolbox:v1
      imagePullPolicy: Never
      command: [bash, -c, "trap '' TERM; while true; do sleep 1; done"]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: held, finalizers: [example.com/never]}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: held, finalizers: [example.com/never]}
"""


@pytest.fixture
def wreckage(web, kubectl, tmp_path):
    """An open chapter with what holds on when it is deleted, and with a fault."""
    file = tmp_path / "stubborn.yaml"
    file.write_text(STUBBORN)
    kubectl("apply", "-f", str(file))
    kubectl("wait", "pod/stubborn", "--for=condition=Ready", "--timeout=60s")
    kubectl("delete", "pod/stubborn", "pvc/held", "configmap/held", "--wait=false")
    fault.cut_network("web-1")
    return web


def test_a_reset_of_wreckage_takes_less_than_ten_seconds(wreckage):
    began = time.monotonic()
    reset = ["lab", "reset", str(wreckage.number)]
    subprocess.run(reset, check=True, capture_output=True, timeout=60)
    assert time.monotonic() - began < 10
    for kind in (POD, SET, CLAIM):
        assert wreckage.connection.list(kind, wreckage.namespace) == []


def test_a_chapter_is_clean_within_5_seconds_after_wreckage(wreckage, kubectl):
    began = time.monotonic()
    again = chapter(wreckage.number, show=False)
    seconds = time.monotonic() - began
    for kind in (POD, SET, CLAIM):
        assert again.connection.list(kind, again.namespace) == []
    assert kubectl("get", "configmaps", "-o", "name").split() == ["configmap/kube-root-ca.crt"]
    assert not again.history.snapshot().pods
    assert seconds <= 5


def test_up_again_takes_at_most_two_seconds(lab):
    def seconds():
        began = time.monotonic()
        subprocess.run(["lab", "up"], check=True, capture_output=True, timeout=60)
        return time.monotonic() - began

    # The quickest of four: the machine may be busy with something else for a moment.
    assert min(seconds() for _ in range(4)) < 2


def test_a_set_of_three_with_claims_is_ready_within_twelve_seconds(opened, kubectl, manifests):
    chapter(opened.number, show=False)  # empties it
    began = time.monotonic()
    kubectl("apply", "-f", str(manifests / "web.yaml"))
    kubectl("rollout", "status", "statefulset/web", "--timeout=60s")
    assert time.monotonic() - began < 12
