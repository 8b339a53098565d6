"""One lab's life: up, up again, stopped, started, rebooted, reset, two at once, down."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from lab.engine import GONE

SET = """
apiVersion: v1
kind: Service
metadata: {name: kept}
spec: {clusterIP: None, selector: {app: kept}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: kept}
spec:
  serviceName: kept
  replicas: 3
  selector: {matchLabels: {app: kept}}
  template:
    metadata: {labels: {app: kept}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: lab.local/web:v1
          imagePullPolicy: Never
          volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 8Mi}}}
"""
ROLLOUT = ("rollout", "status", "statefulset/kept", "--timeout=90s")


@pytest.fixture(scope="module")
def up(lab):
    lab.what_was_there = lab.what_is_there()
    config = Path(lab.env["HOME"]) / ".kube" / "config"
    config.write_text("the user's own")
    lab.users_config = config
    lab.ok("up")
    return lab


def test_status_tells_what_scripts_count_on(up):
    status = up.status()
    assert status["name"] == up.name
    assert status["ready"] is True
    assert status["provider"] == up.engine.provider
    assert status["kubernetes"].startswith("v1.")
    assert up.engine.has_image(status["node_image"]["reference"])
    assert status["node_image"]["source"] in {"built", "pulled", "given"}
    assert Path(status["kubeconfig"]).stat().st_mode & 0o777 == 0o600
    assert [node["ready"] for node in status["nodes"]] == [True] * 3
    assert "create the nodes" in status["seconds"]


def test_everything_listens_on_this_machine_alone(up):
    shown = up.engine.run("ps", "--format", "{{.Names}} {{.Ports}}").out
    ports = [line for line in shown.splitlines() if line.startswith(f"{up.name}-") and ">" in line]
    assert ports
    assert all("127.0.0.1:" in line and "0.0.0.0" not in line for line in ports)


def test_stop_and_start_bring_the_same_cluster_back_with_its_data(up):
    up.kubectl("apply", "-f", "-", text=SET)
    up.kubectl(*ROLLOUT)
    up.kubectl("exec", "kept-1", "--", "sh", "-c", "echo here > /data/note")
    uid = up.kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")
    up.ok("stop")
    status = up.run("status", "--json")
    assert status.returncode == 1
    assert "lab start" in json.loads(status.stdout)["why_not"]
    up.ok("start")
    assert up.kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}") == uid
    up.kubectl(*ROLLOUT)
    assert up.kubectl("exec", "kept-1", "--", "cat", "/data/note") == "here\n"


def test_after_a_reboot_up_brings_it_back(up):
    up.engine.run("kill", *up.engine.containers(up.name))
    up.ok("up")
    up.kubectl(*ROLLOUT)
    assert up.kubectl("exec", "kept-1", "--", "cat", "/data/note") == "here\n"


def test_a_pod_reaches_pods_on_other_nodes_by_name_after_all_that(up):
    for name in ("kept-0", "kept-1", "kept-2"):
        up.kubectl(
            "exec", "kept-0", "--", "timeout", "20", "sh", "-c",
            f"until wget -q -O- http://{name}.kept.default.svc.cluster.local:8080/api; do :; done",
        )  # fmt: skip


def test_reset_makes_a_namespace_with_wreckage_clean(up):
    up.ok("reset", "1")
    up.kubectl("-n", "chapter-1", "apply", "-f", "-", text=SET)
    up.kubectl("-n", "chapter-1", *ROLLOUT)
    patch = '{"metadata":{"finalizers":["example.com/never"]}}'
    up.kubectl("-n", "chapter-1", "patch", "pod", "kept-0", "--type=merge", "-p", patch)
    up.kubectl("-n", "chapter-1", "delete", "pod", "kept-0", "--wait=false")
    up.ok("reset", "1")
    left = up.kubectl("-n", "chapter-1", "get", "pods,pvc,sts,svc", "-o", "name")
    assert left == ""


def test_reset_brings_back_a_namespace_that_is_being_deleted(up):
    up.kubectl("-n", "chapter-1", "apply", "-f", "-", text=SET)
    up.kubectl("delete", "namespace", "chapter-1", "--wait=false")
    up.ok("reset", "1")
    assert up.kubectl("get", "ns", "chapter-1", "-o", "jsonpath={.status.phase}") == "Active"


def test_reset_undoes_faults_that_nobody_undid(up):
    worker = f"{up.name}-worker2"
    up.engine.execute(
        f"{up.name}-worker", "sh", "-c",
        "iptables -N LAB-FAULT && iptables -A LAB-FAULT -j DROP && "
        "iptables -I FORWARD -j LAB-FAULT",
    )  # fmt: skip
    up.kubectl("taint", "node", worker, "lab.statefulset/fault=x:NoSchedule")
    up.engine.pause(worker)
    up.ok("reset")
    rules = up.engine.execute(f"{up.name}-worker", "iptables-save").out
    assert "LAB-FAULT" not in rules
    assert "lab.statefulset" not in up.kubectl("get", "nodes", "-o", "json")
    assert up.status()["ready"]


def test_a_cluster_with_another_identity_is_refused(up):
    text = up.settings.record.read_text()
    values = json.loads(text)
    up.settings.record.write_text(json.dumps(values | {"identity": "another"}))
    try:
        found = up.run("reset")
    finally:
        up.settings.record.write_text(text)
    assert found.returncode == 1
    assert "not made by this lab" in found.stderr


def test_a_kubeconfig_made_unreadable_is_told_and_written_again_by_up(up):
    up.settings.kubeconfig.chmod(0)
    status = up.status()
    assert not status["ready"]
    assert "can't be read" in status["why_not"]
    up.ok("up")
    assert up.status()["ready"]
    assert up.settings.kubeconfig.stat().st_mode & 0o777 == 0o600


def test_a_damaged_state_file_makes_up_make_the_lab_anew(up):
    up.settings.record.write_text("{")
    up.ok("up")
    assert up.status()["ready"]


def test_a_lab_whose_machine_ended_without_a_word_is_made_anew(up):
    if up.engine.provider != "podman":
        pytest.skip("Docker's daemon looks after its containers itself")
    form = "{{.State.ConmonPid}} {{.State.Pid}}"
    found = up.engine.run("inspect", "--format", form, *up.engine.containers(up.name)).out.split()
    # Each container's conmon goes first: it would still tell podman of the end.
    for pid in [*found[::2], *found[1::2]]:
        os.kill(int(pid), signal.SIGKILL)
    deadline = time.monotonic() + 30  # a node's many processes take a moment to end
    while set(up.engine.containers(up.name).values()) != {GONE}:
        assert time.monotonic() < deadline, up.engine.containers(up.name)
        time.sleep(0.1)  # between two looks
    assert "Run `lab up`" in up.status()["why_not"]
    assert "Run `lab up`" in up.run("stop").stderr
    up.ok("up")
    assert up.status()["ready"]


def test_down_leaves_nothing_and_never_touched_the_users_kubeconfig(up):
    up.ok("down")
    assert up.new_since(up.what_was_there) == {}
    assert not up.settings.state.exists()
    assert up.users_config.read_text() == "the user's own"
    home = {path.name for path in Path(up.env["HOME"]).iterdir()} - {".local"}
    assert home == {".kube"}
    up.ok("down")  # again: nothing to do is no error
