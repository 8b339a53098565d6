"""Faults of one container: killed, frozen, out of memory, not ready."""

from __future__ import annotations

from course.cluster.faults.base import (
    BACK_SECONDS,
    Fault,
    Pod,
    ask,
    container_of,
    find_pod,
    is_ready,
    running_id,
    same,
    status_of,
)
from course.cluster.session import Session, current, until
from lab import nodes
from lab.errors import LabError

NOTICED_SECONDS = 30.0
UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "k": 10**3, "M": 10**6, "G": 10**9, "": 1}


def kill_container(pod: str, container: str | None = None) -> Fault:
    """Kill a Pod's container with SIGKILL, as a crash would; returns once the kubelet saw it.

    The kubelet starts it again by itself; `undo` waits for that.
    """
    session = current()
    found = find_pod(session, pod)
    name = container_of(found, container)["name"]
    old = running_id(found, name)
    session.engine.execute(
        found["spec"]["nodeName"], "ctr", "-n", "k8s.io", "task", "kill", "-s", "SIGKILL", old
    )
    _wait_for_end(session, found, name, old)
    return _restarting(session, found, f"the container {name} of {pod} was killed")


def pause_container(pod: str, container: str | None = None) -> Fault:
    """Freeze the main process of a Pod's container with SIGSTOP; returns once it stands still.

    It keeps its memory and its connections, and answers nothing; other processes in the
    container go on. A liveness probe that fails for it has the kubelet kill and restart it.
    `undo` lets it go on with SIGCONT, if it is still there, and waits until the Pod is Ready.
    """
    session = current()
    found = find_pod(session, pod)
    name = container_of(found, container)["name"]
    running = running_id(found, name)
    node = found["spec"]["nodeName"]
    session.engine.execute(node, "ctr", "-n", "k8s.io", "task", "kill", "-s", "SIGSTOP", running)
    until(
        f"The standstill of {name} in {pod}",
        NOTICED_SECONDS,
        lambda: running in nodes.frozen(session.engine, node, running),
    )

    def undo() -> None:
        # A container that was started anew runs: only this one's process stands still.
        nodes.unfreeze(session.engine, node, running)
        until(f"{pod} being Ready", BACK_SECONDS, lambda: _gone_or_ready(session, found))

    return Fault(f"the container {name} of {pod} is frozen", undo)


def exhaust_memory(pod: str, container: str | None = None) -> Fault:
    """Let the program in a Pod take more memory than its limit; returns once it was killed.

    The container must have a memory limit (LabError otherwise: the machine would pay).
    The kubelet starts it again by itself; `undo` waits for that. The reason of the end is
    OOMKilled, and in rare cases Error with exit code 137: containerd asks the container's
    cgroup, which systemd may have removed by then (containerd, internal/cri/server/events.go).
    """
    session = current()
    found = find_pod(session, pod)
    chosen = container_of(found, container)
    limit = (chosen.get("resources", {}).get("limits") or {}).get("memory")
    if not limit:
        raise LabError(
            f"The container {chosen['name']} of {pod} has no memory limit.",
            "Without one it would take this machine's memory, not its own.",
            "Give it resources.limits.memory, then run the cell again.",
        )
    old = running_id(found, chosen["name"])
    ask(session.connection, found, chosen, f"/memory?mb={in_bytes(limit) // 2**20 + 32}")
    _wait_for_end(session, found, chosen["name"], old)
    return _restarting(session, found, f"{pod} took more memory than its limit of {limit}")


def break_readiness(pod: str) -> Fault:
    """Make a Pod's readiness probe fail; returns once the Pod is not Ready any more.

    The container runs on. `undo` switches the probe back and waits until the Pod is Ready.
    """
    session = current()
    found = find_pod(session, pod)
    chosen = container_of(found)
    if "readinessProbe" not in chosen:
        raise LabError(
            f"{pod} has no readiness probe.",
            "Without one a Pod is Ready as long as its containers run.",
            "Give its template a readinessProbe, then run the cell again.",
        )
    uid = found["metadata"]["uid"]
    ask(session.connection, found, chosen, "/ready/off")
    until(f"{pod} not being Ready", NOTICED_SECONDS, lambda: not is_ready(find_pod(session, pod)))

    def undo() -> None:
        there = same(session, found)
        # Another Pod of this name, or a container started anew, begins with its probe on.
        if there is None or there["metadata"]["uid"] != uid:
            return
        ask(session.connection, there, chosen, "/ready/on")
        until(f"{pod} being Ready", BACK_SECONDS, lambda: _gone_or_ready(session, found))

    return Fault(f"the readiness probe of {pod} fails", undo)


def in_bytes(quantity: str) -> int:
    """Return a quantity of Kubernetes ("64Mi") in bytes; raises LabError if it is none."""
    digits = quantity.rstrip("KMGik")
    try:
        return int(float(digits) * UNITS[quantity[len(digits) :]])
    except (KeyError, ValueError, OverflowError):
        raise LabError(
            f"{quantity!r} is no quantity that a fault can work with.",
            "It works with bytes and with Ki, Mi, Gi, k, M and G.",
            "Write the quantity in one of these.",
        ) from None


def _wait_for_end(session: Session, pod: Pod, container: str, old: str) -> None:
    def ended() -> bool:
        there = same(session, pod)
        if there is None:
            return True
        status = status_of(there, container)
        return "running" not in status.get("state", {}) or not status["containerID"].endswith(old)

    until(f"The end of {container} in {pod['metadata']['name']}", NOTICED_SECONDS, ended)


def _restarting(session: Session, pod: Pod, what: str) -> Fault:
    name = pod["metadata"]["name"]

    def undo() -> None:
        until(f"{name} being Ready", BACK_SECONDS, lambda: _gone_or_ready(session, pod))

    return Fault(what, undo)


def _gone_or_ready(session: Session, pod: Pod) -> bool:
    there = same(session, pod)
    return there is None or is_ready(there)
