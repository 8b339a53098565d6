"""The parts of the faults that need no cluster."""

import os
import signal
import subprocess

import pytest

from course.cluster.faults.base import Fault, container_of, is_ready, running_id
from course.cluster.faults.containers import in_bytes
from course.cluster.session import until
from lab import nodes, shell
from lab.errors import LabError


@pytest.fixture
def pod():
    return {
        "metadata": {"name": "web-0", "namespace": "chapter-1"},
        "spec": {"containers": [{"name": "web"}, {"name": "side"}]},
        "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [
                {"name": "web", "containerID": "containerd://abc", "state": {"running": {}}},
                {"name": "side", "state": {"waiting": {"reason": "ImagePullBackOff"}}},
            ],
        },
    }


def test_the_first_container_is_meant_unless_another_is_named(pod):
    assert container_of(pod)["name"] == "web"
    assert container_of(pod, "side")["name"] == "side"
    with pytest.raises(LabError, match="web, side"):
        container_of(pod, "none")


def test_only_a_running_container_can_be_broken(pod):
    assert running_id(pod, "web") == "abc"
    with pytest.raises(LabError, match="waiting"):
        running_id(pod, "side")
    del pod["status"]["containerStatuses"]
    with pytest.raises(LabError, match="not made yet"):
        running_id(pod, "web")


def test_ready_is_read_from_the_condition(pod):
    assert is_ready(pod)
    pod["status"]["conditions"][0]["status"] = "False"
    assert not is_ready(pod)
    assert not is_ready({"status": {}})


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("64Mi", 64 * 2**20), ("1Gi", 2**30), ("500k", 500_000), ("1.5Gi", 3 * 2**29), ("128", 128)],
)
def test_quantities_are_read_as_kubernetes_means_them(quantity, expected):
    assert in_bytes(quantity) == expected


@pytest.mark.parametrize("quantity", ["", "Mi", "64MB", "much"])
def test_what_is_no_quantity_is_told(quantity):
    with pytest.raises(LabError, match="no quantity"):
        in_bytes(quantity)


def test_a_fault_is_undone_once_and_says_what_it_is():
    undone = []
    with Fault("web-0 is cut off", lambda: undone.append(1)) as fault:
        assert repr(fault).startswith("Broken: web-0 is cut off.")
    fault.undo()
    assert undone == [1]
    assert repr(fault) == "Put right: web-0 is cut off."


def test_a_fault_is_undone_when_the_block_fails_too():
    undone = []
    with (
        pytest.raises(ZeroDivisionError),
        Fault("something", lambda: undone.append(1)),
    ):
        raise ZeroDivisionError
    assert undone == [1]


def test_an_undo_that_failed_can_be_tried_again():
    tries = []

    def undo():
        tries.append(1)
        if len(tries) == 1:
            raise LabError("Not yet.", "It takes longer.", "Try again.")

    fault = Fault("something", undo)
    with pytest.raises(LabError, match="Not yet"):
        fault.undo()
    assert not fault.undone
    fault.undo()
    assert fault.undone


def test_a_wait_is_bounded_and_says_what_it_waited_for():
    with pytest.raises(LabError, match="web-0 being Ready did not happen within 0 s"):
        until("web-0 being Ready", 0.05, lambda: False)


class OneNode:
    """An engine whose only node is this machine, with a `ctr` that knows two processes."""

    def __init__(self, folder, tasks):
        kills = "".join(f'{name}) kill "-${{6#SIG}}" {pid};; ' for name, pid in tasks.items())
        rows = "\n".join(f"{name} {pid} RUNNING" for name, pid in tasks.items())
        ctr = folder / "ctr"
        ctr.write_text(
            f'#!/bin/sh\n[ "$4" = ls ] && printf "TASK PID STATUS\\n{rows}\\n" && exit\n'
            f'case "$7" in {kills} *) exit 1;; esac\n'
        )
        ctr.chmod(0o755)
        self.env = {"PATH": f"{folder}:{os.environ['PATH']}"}

    def execute(self, node, *words, check=True):
        return shell.run(words, timeout=10, env=self.env, check=check)


@pytest.fixture
def tasks():
    """Two processes; both are gone at the end, frozen or not."""
    running = {name: subprocess.Popen(["sleep", "60"]) for name in ("one", "two")}
    yield {name: process.pid for name, process in running.items()}
    for process in running.values():
        process.kill()
        process.wait()


def freeze(pid):
    os.kill(pid, signal.SIGSTOP)
    os.waitpid(pid, os.WUNTRACED)


def test_only_a_frozen_container_is_found_and_goes_on(tmp_path, tasks):
    node = OneNode(tmp_path, tasks)
    assert nodes.frozen(node, "node") == []
    freeze(tasks["one"])
    freeze(tasks["two"])
    assert nodes.frozen(node, "node", "two") == ["two"]
    nodes.unfreeze(node, "node", "two")
    assert nodes.frozen(node, "node") == ["one"]
    nodes.unfreeze(node, "node")
    assert nodes.frozen(node, "node") == []


def test_a_container_that_stays_frozen_is_told(tmp_path, tasks):
    node = OneNode(tmp_path, tasks)
    freeze(tasks["one"])
    ctr = tmp_path / "ctr"
    ctr.write_text(ctr.read_text().replace("one) kill", "one) false"))
    with pytest.raises(LabError, match="SIGCONT one"):
        nodes.unfreeze(node, "node")
