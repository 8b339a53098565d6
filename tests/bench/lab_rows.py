"""The lab's budgets, measured on a lab of the bench's own."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rows import Row

from lab import engine
from lab.kubectl import Kubectl
from lab.settings import Settings
from lab.state import read

NAME = "statefulset-lab-bench"
LAB = Path(sys.executable).parent / "lab"
REPEATS = 3
#: What kind said when it could not create a bare cluster.
_failed: list[str] = []
KIND = """
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes: [{role: control-plane}, {role: worker}, {role: worker}]
"""


def lab_rows() -> list[Row]:
    """Measure what a learner waits for, on an otherwise idle machine."""
    os.environ["LAB_NAME"] = NAME
    settings = Settings.from_environment()
    lab("down")
    try:
        lab("up")  # everything is cached from here on
        return [
            *_up_against_bare_kind(settings),
            Row("lab up when the lab is up", 2, _median(lambda: _seconds(lambda: lab("up"))), "s"),
            Row("lab reset CHAPTER", 5, _median(lambda: _reset(settings)), "s"),
            # For each Pod in turn: the scheduler looks for its new volume once a second, then the
            # kubelet asks once a second whether it has started, and whether it is ready.
            Row("a set of 3 with a claim each is ready", 10, _median(lambda: _set(settings)), "s"),
            _image_size(settings),
            _memory(settings),
        ]
    finally:
        lab("down")


def lab(*args: str) -> None:
    """Run `lab ARGS`, which must end well."""
    subprocess.run([LAB, *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _up_against_bare_kind(settings: Settings) -> list[Row]:
    """Make the lab and a bare cluster in turn, so that both meet the same machine."""
    record = read(settings)
    assert record is not None
    kind = (settings.bin / "kind").resolve()
    ups: list[float] = []
    bares: list[float] = []
    for _ in range(REPEATS):
        lab("down")
        ups.append(_seconds(lambda: lab("up")))
        lab("down")
        bares.append(_bare(settings, kind, record.node_image))
        lab("up")
    up, bare = statistics.median(ups), statistics.median(bares)
    failed = f"; {len(_failed)} bare ones failed and were made again" if _failed else ""
    note = f"{up:.1f} s against {bare:.1f} s{failed}"
    return [
        Row(
            "lab up, all cached, against a bare kind create cluster",
            1.15,
            up / bare,
            "×",
            note=note,
        ),
        Row("three nodes created by kind", 25, bare, "s"),
    ]


def _bare(settings: Settings, kind: Path, image: str) -> float:
    found = engine.find(settings)
    env = os.environ | found.env
    name = f"{NAME}-bare"
    network = ("KIND_EXPERIMENTAL_PODMAN_NETWORK", "KIND_EXPERIMENTAL_DOCKER_NETWORK")
    env |= dict.fromkeys(network, name)
    kubeconfig = Path("build/bench-kubeconfig")
    common = ["--name", name, "--kubeconfig", kubeconfig]
    create = [kind, "create", "cluster", *common, "--image", image]
    try:
        # Now and then an engine does not start one of three containers at once. That is kind's
        # and the engine's to mend, and no time to compare with; the row tells how often it was.
        while len(_failed) < REPEATS:
            began = time.monotonic()
            if _create(create, env):
                return time.monotonic() - began
        raise SystemExit(f"kind could not create the bare cluster:\n{_failed[-1]}")
    finally:
        # Killed first: kind's podman gives up on a node that takes over ten seconds to stop.
        found.run("kill", *found.containers(name), check=False)
        subprocess.run([kind, "delete", "cluster", *common], env=env, check=True)
        found.run("network", "rm", name, check=False)
        kubeconfig.unlink(missing_ok=True)


def _create(command: list[str | Path], env: dict[str, str]) -> bool:
    made = subprocess.run(
        [*command, "--config", "-"], env=env, input=KIND, text=True, capture_output=True
    )
    if made.returncode:
        _failed.append(made.stderr)
    return made.returncode == 0


def _reset(settings: Settings) -> float:
    _set(settings)
    return _seconds(lambda: lab("reset", "1"))


def _set(settings: Settings) -> float:
    kubectl = Kubectl(settings)
    lab("reset", "1")

    def ready() -> None:
        kubectl.run("-n", "chapter-1", "apply", "-f", "notebooks/manifests/01/web.yaml")
        kubectl.run("-n", "chapter-1", "rollout", "status", "statefulset/web", timeout=60)

    return _seconds(ready)


def _image_size(settings: Settings) -> Row:
    record = read(settings)
    assert record is not None
    shown = engine.find(settings).run(
        "image", "inspect", record.node_image, "--format", "{{.Size}}"
    )
    return Row("node image", 400, int(shown.out) / 1e6, "MB")


def _memory(settings: Settings) -> Row:
    """Memory of all nodes and of JupyterLab, idle: each page shared by processes counted once."""
    with _jupyter() as process:
        nodes = _nodes_pids(settings)
        total = sum(map(_proportional_bytes, [*nodes, process.pid, *_children(process.pid)]))
    return Row("memory of the lab with JupyterLab, idle", 1.6, total / 2**30, "GiB")


@contextmanager
def _jupyter() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [LAB, "open"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    try:
        url = next(line for line in process.stdout if "http://127.0.0.1" in line)
        address = url[url.index("http://") :].split()[0]
        urllib.request.urlopen(address, timeout=10).close()
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _nodes_pids(settings: Settings) -> list[int]:
    found = engine.find(settings)
    roots = [
        int(found.run("inspect", name, "--format", "{{.State.Pid}}").out)
        for name in found.containers(settings.name)
    ]
    return [pid for root in roots for pid in (root, *_children(root))]


def _children(pid: int) -> list[int]:
    text = "".join(file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/children"))
    return [each for child in map(int, text.split()) for each in (child, *_children(child))]


def _proportional_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _median(measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(REPEATS))


def _seconds(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started
