"""Faults of a whole node: stopped, or paused so that it answers nothing."""

from __future__ import annotations

from course.cluster.connection import MERGE, Refusal
from course.cluster.faults.base import Fault
from course.cluster.kinds import NODE, POD
from course.cluster.session import Session, current, until
from lab import nodes
from lab.errors import LabError

BACK_SECONDS = 120.0
EVICTION_SECONDS = 120.0


def stop_node(node: str) -> Fault:
    """Stop a worker node at once, as pulling its plug would.

    Kubernetes calls it NotReady after 40 to 50 s. `undo` starts it and waits until it is Ready.
    """
    session = current()
    name = full_name(session, node)
    refuse_control(session, name)
    session.engine.run("stop", "-t", "0", name, timeout=60)

    def undo() -> None:
        session.engine.run("start", name, timeout=60)
        wait_ready(session, name)

    return Fault(f"the node {name} is stopped", undo)


def pause_node(node: str) -> Fault:
    """Freeze a worker node: its programs keep their memory, and nothing answers.

    `undo` wakes it and waits until it is Ready. Its programs then go on where they were.
    """
    session = current()
    name = full_name(session, node)
    refuse_control(session, name)
    session.engine.pause(name)

    def undo() -> None:
        state = session.engine.containers(session.connection.settings.name).get(name, "")
        if state.startswith("paused"):
            session.engine.run("unpause", name, timeout=60)
        wait_ready(session, name)

    return Fault(f"the node {name} is paused", undo)


def drain_node(node: str) -> Fault:
    """Let no new Pod onto a worker node, and ask the chapter's Pods on it to leave.

    They are evicted as `kubectl drain` does it: a disruption budget may refuse, and then the
    Pod stays. Returns once each was asked. `undo` lets Pods onto the node again.
    """
    session = current()
    name = full_name(session, node)
    refuse_control(session, name)
    _set_unschedulable(session, name, True)
    for pod in session.connection.list(POD, session.namespace):
        owners = [owner["kind"] for owner in pod["metadata"].get("ownerReferences", [])]
        if pod["spec"].get("nodeName") == name and "DaemonSet" not in owners:
            _evict(session, pod["metadata"]["name"])
    return Fault(f"the node {name} is drained", lambda: _set_unschedulable(session, name, False))


def _set_unschedulable(session: Session, node: str, on: bool) -> None:
    change = {"spec": {"unschedulable": on or None}}
    session.connection.request("PATCH", f"{NODE.path()}/{node}", change, content=MERGE)


def _evict(session: Session, pod: str) -> None:
    meta = {"name": pod, "namespace": session.namespace}
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": meta}

    def asked() -> bool:
        try:
            path = f"{POD.path(session.namespace)}/{pod}/eviction"
            session.connection.request("POST", path, body)
        except Refusal as refusal:
            # 429: the budget allows none at the moment. 404: it has gone by itself.
            if refusal.status not in (404, 429):
                raise
            return refusal.status == 404
        return True

    until(f"The eviction of {pod}", EVICTION_SECONDS, asked)


def full_name(session: Session, node: str) -> str:
    """Return a node's full name for "worker2" or the full name; raises LabError for another."""
    lab = session.connection.settings
    short = node.removeprefix(f"{lab.name}-")
    if f"{lab.name}-{short}" in nodes.names(lab):
        return f"{lab.name}-{short}"
    raise LabError(
        f"The lab has no node {node}.",
        f"Its nodes are {', '.join(nodes.names(lab))}.",
        "Name one of these.",
    )


def is_node(session: Session, name: str) -> bool:
    """Say whether `name` is a node of the lab, by its short or its full name."""
    lab = session.connection.settings
    return f"{lab.name}-{name.removeprefix(f'{lab.name}-')}" in nodes.names(lab)


def refuse_control(session: Session, node: str) -> None:
    """Raise LabError for the control plane: without it there is nothing to look at."""
    if node == nodes.names(session.connection.settings)[0]:
        raise LabError(
            f"{node} is the control plane, and stays.",
            "The API server runs there: without it neither you nor the board see anything.",
            "Take a worker: worker or worker2.",
        )


def renewed(session: Session, node: str) -> str:
    """Return when the node's kubelet last renewed its lease, as Kubernetes writes it."""
    path = f"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{node}"
    return str(session.connection.request("GET", path)["spec"]["renewTime"])


def wait_ready(session: Session, node: str) -> None:
    """Wait until the node has reported anew and is Ready, with no taint of Kubernetes' own.

    A node that was away for less than 50 s still looks Ready: only a new lease tells that
    it is back. Raises LabError when it isn't in time.
    """
    before = renewed(session, node)

    def back() -> bool:
        found = session.connection.get(NODE, node)
        taints = [taint["key"] for taint in found["spec"].get("taints", [])]
        ready = any(
            each["type"] == "Ready" and each["status"] == "True"
            for each in found["status"]["conditions"]
        )
        tainted = any(key.startswith("node.kubernetes.io/") for key in taints)
        return ready and not tainted and renewed(session, node) != before

    until(f"{node} being Ready again", BACK_SECONDS, back)
