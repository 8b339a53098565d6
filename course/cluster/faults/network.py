"""Faults of the network: a node or a Pod that nobody reaches, or that misses one other.

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
API = "6443"
"""The port of the API server on the control plane."""
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
    node, address = _place(session, target)
    rules: list[Rule] = [
        # On the control plane the API server is local too, and is not to be reached.
        ("-s", address, "-p", "tcp", "--dport", API, "-j", "DROP"),
        ("-d", address, "-p", "tcp", "--sport", API, "-j", "DROP"),
        ("-d", address, "-m", "addrtype", "--src-type", "LOCAL", "-j", "RETURN"),
        ("-s", address, "-m", "addrtype", "--dst-type", "LOCAL", "-j", "RETURN"),
        ("-d", address, "-j", "DROP"),
        ("-s", address, "-j", "DROP"),
    ]
    _add(session, node, rules)
    return Fault(f"{target} is cut off the network", lambda: _remove(session, node, rules))


def cut_between(one: str, *others: str) -> Fault:
    """Cut a Pod off some other Pods. All else, the API server too, reaches them as before."""
    session = current()
    if not others or one in others:
        raise LabError(
            "A cut lies between two Pods.",
            f"It was asked for between {one} and {', '.join(others) or 'none'}.",
            "Name a Pod, then one or more others.",
        )
    node, here = _place(session, one)
    # Every packet between the two goes through the first one's node.
    rules: list[Rule] = []
    for _, there in [_place(session, other) for other in others]:
        rules += [("-s", here, "-d", there, "-j", "DROP"), ("-s", there, "-d", here, "-j", "DROP")]
    _add(session, node, rules)
    what = f"{one} and {' and '.join(others)} don't reach each other"
    return Fault(what, lambda: _remove(session, node, rules))


def cut_api(*pods: str) -> Fault:
    """Keep some Pods from the API server. Everything else reaches them, and they it."""
    session = current()
    if not pods:
        raise LabError(
            "No Pod was named.",
            "The API server is kept from the Pods that are named, and from no others.",
            "Name at least one Pod.",
        )
    rules: dict[str, list[Rule]] = {}
    for node, address in [_place(session, pod) for pod in pods]:
        # The Service's address is the API server's own one by the time that a packet is filtered.
        rules.setdefault(node, []).append(
            ("-s", address, "-p", "tcp", "--dport", API, "-j", "DROP")
        )
    for node, added in rules.items():
        _add(session, node, added)

    def undo() -> None:
        for node, added in rules.items():
            _remove(session, node, added)

    return Fault(f"the API server does not answer {' and '.join(pods)}", undo)


def _place(session: Session, name: str) -> tuple[str, str]:
    """Return a Pod's node and address; raises LabError when it has none yet."""
    pod = find_pod(session, name)
    address = pod.get("status", {}).get("podIP")
    if not address:
        raise LabError(
            f"{name} has no IP address yet.",
            "A Pod gets its address when its sandbox starts on a node.",
            "Wait until the Pod runs, then run the cell again.",
        )
    return str(pod["spec"]["nodeName"]), str(address)


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
