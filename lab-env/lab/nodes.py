"""The lab's nodes as the engine sees them: started, woken, and rid of faults.

``states`` is what ``Engine.containers`` found: each node's container with its state.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from lab import connections, ready
from lab.engine import GONE, Engine
from lab.errors import LabError
from lab.kubectl import Kubectl
from lab.progress import Progress
from lab.settings import Settings
from lab.shell import CommandFailed
from lab.together import together

# What the course's faults leave on nodes; see course/cluster/faults.
FAULT_CHAIN = "LAB-FAULT"
FAULT_TAINT = "lab.statefulset/fault"
# What a learner may have declared of a lost node; it would keep all Pods away for ever.
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
CHAINS = ("FORWARD", "INPUT", "OUTPUT")
_UNLINK = "; ".join(f"iptables -w 5 -D {chain} -j {FAULT_CHAIN} || true" for chain in CHAINS)
# Removes the rules that a network fault left in a node's firewall.
RECONNECT = f"""
if iptables -w 5 -n -L {FAULT_CHAIN} >/dev/null 2>&1; then
    {_UNLINK}; iptables -w 5 -F {FAULT_CHAIN}; iptables -w 5 -X {FAULT_CHAIN}
fi
"""
# Prints the IDs of the containers, all or the one in $1, whose main process SIGSTOP holds.
# The kernel keeps a container from stopping its own main process, so a fault did it.
FROZEN = """
tasks=$(ctr -n k8s.io task ls)
echo "$tasks" | while read -r id pid _; do
    if [ "${1:-$id}" = "$id" ] && grep -qs '^State:.T' "/proc/$pid/status"; then echo "$id"; fi
done
"""
ROLES = ("control-plane", "worker", "worker2")


def names(settings: Settings) -> list[str]:
    """Return the names of the lab's nodes, the control plane first."""
    return [f"{settings.name}-{role}" for role in ROLES]


def missing(settings: Settings, states: Mapping[str, str]) -> list[str]:
    """Return the nodes that have no container, or one of which nothing is left but its name.

    podman starts none that it takes for running, and `podman stop` doesn't help.
    """
    return [name for name in names(settings) if states.get(name, GONE) == GONE]


def all_there(settings: Settings, states: Mapping[str, str]) -> bool:
    """Tell whether each node has its container, and whether there are no others."""
    return set(states) <= set(names(settings)) and not missing(settings, states)


def all_run(settings: Settings, states: Mapping[str, str]) -> bool:
    """Tell whether each node's container is there and runs."""
    return all(states.get(name) == "running" for name in names(settings))


def wake(
    settings: Settings, engine: Engine, states: Mapping[str, str], progress: Progress
) -> list[str]:
    """Start the nodes that are stopped, wake those that are paused; return their names.

    Afterwards their container runtimes answer and their kubelets have said that they live.
    """
    with progress.step("wake the nodes"):
        began = datetime.now(UTC)
        woken = revive(engine, states)
        if woken:
            ready.runtimes(engine, woken)
            ready.api_server(settings)
            ready.kubelets(settings, woken, began)
    return woken


def revive(engine: Engine, states: Mapping[str, str]) -> list[str]:
    """Start stopped nodes and unpause paused ones, without waiting; return their names."""
    paused = [name for name, state in states.items() if state == "paused"]
    stopped = [name for name, state in states.items() if state not in ("paused", "running")]
    for name in paused:
        engine.run("unpause", name)
    if stopped:
        engine.start(stopped)
        connections.forget(engine, stopped)
    return sorted(paused + stopped)


def undo_faults(settings: Settings, engine: Engine) -> None:
    """Undo what the course's faults left on the nodes.

    Their firewalls let everything through again, frozen containers go on, and Pods are allowed
    on all of them. Raises CommandFailed when something stays.
    """
    inside = {node: partial(_undo_inside, engine, node) for node in names(settings)}
    together(taints=partial(_untaint, settings), **inside)


def _undo_inside(engine: Engine, node: str) -> None:
    # One program for both: to start one in a node takes longer than what it does.
    found = engine.execute(node, "sh", "-ec", RECONNECT + FROZEN).out.split()
    for container in found:
        _let_go_on(engine, node, container)


def frozen(engine: Engine, node: str, *container: str) -> list[str]:
    """Return the IDs of the node's containers, or of the one given, that SIGSTOP holds."""
    return engine.execute(node, "sh", "-ec", FROZEN, "frozen", *container).out.split()


def unfreeze(engine: Engine, node: str, *container: str) -> None:
    """Let the node's containers, or the one given, go on if a fault froze their main process.

    Raises CommandFailed when one stays frozen.
    """
    for each in frozen(engine, node, *container):
        _let_go_on(engine, node, each)


def _let_go_on(engine: Engine, node: str, container: str) -> None:
    words = ("ctr", "-n", "k8s.io", "task", "kill", "-s", "SIGCONT", container)
    done = engine.execute(node, *words, check=False)
    # One that has ended meanwhile needs nothing any more.
    if done.code and frozen(engine, node, container):
        raise CommandFailed(words, done)


def _untaint(settings: Settings) -> None:
    kubectl = Kubectl(settings)
    for node in kubectl.json("get", "nodes")["items"]:
        name = node["metadata"]["name"]
        if node["spec"].get("unschedulable"):
            kubectl.run("uncordon", name)
        keys = {taint["key"] for taint in node["spec"].get("taints", [])}
        for key in sorted(key for key in keys if key.startswith((FAULT_TAINT, OUT_OF_SERVICE))):
            kubectl.run("taint", "node", name, f"{key}-")


def check_all_there(settings: Settings, states: Mapping[str, str]) -> None:
    """Raise LabError if the lab has lost one of its containers."""
    lost = missing(settings, states)
    if lost:
        raise LabError(
            f"The lab {settings.name} is not whole.",
            f"These containers are gone: {', '.join(lost)}.",
            "Run `lab up`: it makes the lab anew.",
        )
