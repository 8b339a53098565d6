"""Faults of the network: a node or a Pod that nobody reaches.

The rules stand in the chain LAB-FAULT of a node's filter table, first of all in FORWARD,
INPUT and OUTPUT, so that they also cut connections that are open. `lab reset` removes it.
"""

from __future__ import annotations

from course.cluster.faults.base import Fault, find_pod
from course.cluster.faults.nodes import full_name, is_node, refuse_control, wait_ready
from course.cluster.session import Session, current
from lab import nodes
from lab.errors import LabError

Rule = tuple[str, ...]
CHAIN = nodes.FAULT_CHAIN
TABLES = "iptables -w 5"


def cut_network(target: str) -> Fault:
    """Cut a worker node or a Pod off the network.

    A node ("worker", or its full name) loses all that goes over its network card: the
    other nodes, the API server, the other nodes' Pods. After 40 to 50 s it is NotReady.
    A Pod loses everything but its own node, whose kubelet goes on probing it.
    """
    session = current()
    if is_node(session, target):
        return _cut_node(session, full_name(session, target))
    pod = find_pod(session, target)
    address = pod.get("status", {}).get("podIP")
    if not address:
        raise LabError(
            f"{target} has no IP address yet.",
            "A Pod gets its address when its sandbox starts on a node.",
            "Wait until the Pod runs, then run the cell again.",
        )
    rules: list[Rule] = [
        ("-d", address, "-m", "addrtype", "--src-type", "LOCAL", "-j", "RETURN"),
        ("-s", address, "-m", "addrtype", "--dst-type", "LOCAL", "-j", "RETURN"),
        ("-d", address, "-j", "DROP"),
        ("-s", address, "-j", "DROP"),
    ]
    node = pod["spec"]["nodeName"]
    _add(session, node, rules)
    return Fault(f"{target} is cut off the network", lambda: _remove(session, node, rules))


def _cut_node(session: Session, node: str) -> Fault:
    refuse_control(session, node)
    rules: list[Rule] = [("-i", "eth0", "-j", "DROP"), ("-o", "eth0", "-j", "DROP")]
    _add(session, node, rules)

    def undo() -> None:
        _remove(session, node, rules)
        wait_ready(session, node)

    return Fault(f"the node {node} is cut off the network", undo)


def _add(session: Session, node: str, rules: list[Rule]) -> None:
    lines = [f"{TABLES} -n -L {CHAIN} >/dev/null 2>&1 || {TABLES} -N {CHAIN}"]
    lines += [f"{TABLES} -A {CHAIN} {' '.join(rule)}" for rule in rules]
    lines += [
        f"{TABLES} -C {hook} -j {CHAIN} 2>/dev/null || {TABLES} -I {hook} 1 -j {CHAIN}"
        for hook in nodes.CHAINS
    ]
    _script(session, node, lines)


def _remove(session: Session, node: str, rules: list[Rule]) -> None:
    # What is gone already, undone by `lab reset` or by a restart of the node, is no error.
    there = f"{TABLES} -S {CHAIN} 2>/dev/null"
    lines = [f"{there} >/dev/null || exit 0"]
    lines += [
        f"if {TABLES} -C {CHAIN} {spec} 2>/dev/null; then {TABLES} -D {CHAIN} {spec}; fi"
        for spec in (" ".join(rule) for rule in rules)
    ]
    lines += [f"if {there} | grep -q '^-A'; then exit 0; fi"]
    lines += [f"{TABLES} -D {hook} -j {CHAIN}" for hook in nodes.CHAINS]
    _script(session, node, [*lines, f"{TABLES} -X {CHAIN}"])


def _script(session: Session, node: str, lines: list[str]) -> None:
    session.engine.execute(node, "sh", "-ec", "\n".join(lines))
