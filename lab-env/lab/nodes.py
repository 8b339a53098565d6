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
from lab.shell import CommandFailed
from lab.together import together

# What the course's faults leave on nodes; see course/cluster/faults.
FAULT_CHAIN = "LAB-FAULT"
FAULT_TAINT = "lab.statefulset/fault"
CHAINS = ("FORWARD", "INPUT", "OUTPUT")
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


def frozen(engine: Engine, node: str, *container: str) -> list[str]:
    """Return the IDs of the node's containers, or of the one given, that SIGSTOP holds."""
    return engine.execute(node, "sh", "-ec", FROZEN, "frozen", *container).out.split()


def unfreeze(engine: Engine, node: str, *container: str) -> None:
    """Let the node's containers, or the one given, go on if a fault froze their main process.

    Raises CommandFailed when one stays frozen.
    """
    for each in frozen(engine, node, *container):
        words = ("ctr", "-n", "k8s.io", "task", "kill", "-s", "SIGCONT", each)
        done = engine.execute(node, *words, check=False)
        # One that has ended meanwhile needs nothing any more.
        if done.code and frozen(engine, node, each):
            raise CommandFailed(words, done)


def unfreeze_all(settings: Settings, engine: Engine) -> None:
    """Let the main processes that faults froze go on, on all nodes."""
    together(**{node: partial(unfreeze, engine, node) for node in names(settings)})


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
