"""The lab's nodes as the engine sees them: started, woken, and rid of faults."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from lab import ready
from lab.engine import Engine
from lab.errors import LabError
from lab.kubectl import Kubectl
from lab.progress import Progress
from lab.settings import Settings
from lab.together import together

# What the course's faults leave on nodes; see course/cluster/faults.
FAULT_CHAIN = "LAB-FAULT"
FAULT_TAINT = "lab.statefulset/fault"
CHAINS = ("FORWARD", "INPUT", "OUTPUT")
ROLES = ("control-plane", "worker", "worker2")


def names(settings: Settings) -> list[str]:
    """Return the names of the lab's nodes, the control plane first."""
    return [f"{settings.name}-{role}" for role in ROLES]


def all_there(settings: Settings, engine: Engine) -> bool:
    """Tell whether each node has its container, in whatever state."""
    return set(names(settings)) == set(engine.containers(settings.name))


def all_run(settings: Settings, engine: Engine) -> bool:
    """Tell whether each node's container is there and runs."""
    states = engine.containers(settings.name)
    return all(states.get(name) == "running" for name in names(settings))


def wake(settings: Settings, engine: Engine, progress: Progress) -> list[str]:
    """Start the nodes that are stopped, wake those that are paused; return their names.

    Afterwards their container runtimes answer and their kubelets have said that they live.
    """
    with progress.step("wake the nodes"):
        began = datetime.now(UTC)
        woken = revive(settings, engine)
        if woken:
            ready.runtimes(engine, woken)
            ready.api_server(settings)
            ready.kubelets(settings, woken, began)
    return woken


def revive(settings: Settings, engine: Engine) -> list[str]:
    """Start stopped nodes and unpause paused ones, without waiting; return their names."""
    states = engine.containers(settings.name)
    paused = [name for name, state in states.items() if state == "paused"]
    stopped = [name for name, state in states.items() if state not in ("paused", "running")]
    for name in paused:
        engine.run("unpause", name)
    if stopped:
        engine.start(stopped)
    return sorted(paused + stopped)


def reconnect(settings: Settings, engine: Engine) -> None:
    """Remove the rules that a network fault left in the nodes' firewalls."""
    unlink = "; ".join(f"iptables -w 5 -D {chain} -j {FAULT_CHAIN}" for chain in CHAINS)
    script = (
        f"iptables -w 5 -n -L {FAULT_CHAIN} >/dev/null 2>&1 || exit 0; "
        f"{unlink}; iptables -w 5 -F {FAULT_CHAIN} && iptables -w 5 -X {FAULT_CHAIN}"
    )
    together(
        **{node: partial(engine.execute, node, "sh", "-c", script) for node in names(settings)}
    )


def untaint(settings: Settings) -> None:
    """Remove the taints that faults left on nodes, and allow Pods on all of them again."""
    kubectl = Kubectl(settings)
    for node in kubectl.json("get", "nodes")["items"]:
        name = node["metadata"]["name"]
        if node["spec"].get("unschedulable"):
            kubectl.run("uncordon", name)
        keys = {taint["key"] for taint in node["spec"].get("taints", [])}
        for key in sorted(key for key in keys if key.startswith(FAULT_TAINT)):
            kubectl.run("taint", "node", name, f"{key}-")


def check_all_there(settings: Settings, engine: Engine) -> None:
    """Raise LabError if the lab has lost one of its containers."""
    missing = sorted(set(names(settings)) - set(engine.containers(settings.name)))
    if missing:
        raise LabError(
            f"The lab {settings.name} is not whole.",
            f"These containers are gone: {', '.join(missing)}.",
            "Run `lab up`: it makes the lab anew.",
        )
