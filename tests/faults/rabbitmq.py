"""RabbitMQ as a system to break: a quorum queue of three members."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from faults.runner import MANIFESTS, WHOLE_SECONDS, Breakage, books, first, kubectl

from course.cluster import faults
from course.cluster.faults import Fault
from course.cluster.session import until

QUEUE = "orders"
PODS = ("mq-0", "mq-1", "mq-2")
TOO_MUCH = "byte_size(binary:copy(<<0>>, 700000000))."


class Queue:
    """The three Pods of chapter 5, and their books."""

    books = "mq-books"

    def __init__(self) -> None:
        def at(role: Callable[[], str], fault: Callable[[str], Fault]) -> Callable[[], Fault]:
            return lambda: fault(role())

        # Who falls silent and comes back was given up by the others, and may have given up them.
        silent = partial(Breakage, by_hand=restart_partitioned)
        found = [
            Breakage("kill the leader", at(self.leader, faults.kill_container)),
            Breakage("kill a follower", at(self.follower, faults.kill_container)),
            Breakage("delete the leader", at(self.leader, delete)),
            Breakage("force-delete the leader", at(self.leader, force_delete)),
            Breakage("take the leader's memory", at(self.leader, take_memory)),
            silent("cut the leader off", at(self.leader, faults.cut_network)),
            silent("cut a follower off", at(self.follower, faults.cut_network)),
            silent("cut two off", self.cut_two, lives=False, alone=True),
            silent("cut two from each other", self.cut_followers),
            silent("freeze the leader", at(self.leader, freeze), lives=False),
            Breakage("alarm at a follower", at(self.follower, raise_alarm), lives=False),
            Breakage("fill a follower's volume", at(self.follower, fill), lives=False, alone=True),
            Breakage("take a follower's listeners away", at(self.follower, drain), alone=True),
            Breakage("update to a missing image", lambda: faults.missing_image("mq"), alone=True),
            Breakage("drain a node", lambda: faults.drain_node(self.node())),
            Breakage("stop a node", lambda: faults.stop_node(self.node())),
            silent("pause a node", lambda: faults.pause_node(self.node())),
            silent("cut a node off", lambda: faults.cut_network(self.node())),
        ]
        self.breakages = {each.name: each for each in found}

    def start(self) -> None:
        """Make it anew in the open chapter's empty namespace."""
        words = [f"--from-literal={key}={secrets.token_hex(16)}" for key in ("cookie", "password")]
        kubectl("create", "secret", "generic", "mq", *words)
        files = [MANIFESTS / "ledger.py", MANIFESTS / "rabbitmq_books.py"]
        kubectl("create", "configmap", "mq-books", *(f"--from-file={file}" for file in files))
        for name in ("rabbitmq.yaml", "rabbitmq-books.yaml"):
            kubectl("apply", "-f", str(Path(MANIFESTS, name)))
        kubectl("wait", "pod/mq-books", "--for=condition=Ready", "--timeout=120s")

    def write(self, run: str) -> None:
        """Let four clients publish, each message confirmed."""
        books(self.books, "start", run, QUEUE, tries=2)

    def whole(self) -> bool:
        """Three are Ready, are one cluster, and each has a copy of the queue, if there is one."""
        running = json.loads(_ask("cluster_status", "--formatter", "json") or "{}")
        if len(_ready()) != 3 or len(running.get("running_nodes", ())) != 3:
            return False
        return not running.get("alarms") and len(self._members("online")) in (0, 3)

    def leader(self) -> str:
        """The Pod with the leader of the queue."""
        return first("A leader of the queue", lambda: self._members("leader"))

    def follower(self) -> str:
        """A Pod with another copy of the queue."""
        leader = self.leader()
        return first("A follower", lambda: [name for name in PODS if name != leader])

    def cut_two(self) -> Fault:
        """Cut the leader and a follower off, each from all: nobody has a majority."""
        first, second = (faults.cut_network(name) for name in (self.leader(), self.follower()))

        def undo() -> None:
            first.undo()
            second.undo()

        return Fault("two of three are cut off the network", undo)

    def cut_followers(self) -> Fault:
        """Cut the two followers from each other; both reach the leader."""
        leader = self.leader()
        one, other = (name for name in PODS if name != leader)
        return faults.cut_between(one, other)

    def node(self) -> str:
        """The node of the leader or, when that is the control plane, of a follower."""
        path = "jsonpath={.spec.nodeName}"
        leader = self.leader()
        order = [leader, *(name for name in PODS if name != leader)]
        nodes = [kubectl("get", "pod", name, "-o", path).stdout for name in order]
        return next(node for node in nodes if not node.endswith("control-plane"))

    def _members(self, what: str) -> list[str]:
        """The Pods that the queue names under "leader" or "online"; none without the queue."""
        lines = [line.split("\t") for line in _ask("list_queues", "name", what).splitlines()]
        told = next((line[1] for line in lines if line[0] == QUEUE), "")
        return re.findall(r"rabbit@(mq-\d)", told)


def _ask(*words: str) -> str:
    """What rabbitmqctl says at the first node that answers; "" when none does."""
    return next(filter(None, (_ask_one(name, *words) for name in PODS)), "")


def _ask_one(name: str, *words: str) -> str:
    command = ("exec", name, "--", "rabbitmqctl", "-q", "-t", "8", *words)
    try:
        done = kubectl(*command, check=False, seconds=20)
    except subprocess.TimeoutExpired:
        return ""  # its machine stands still
    return done.stdout if done.returncode == 0 else ""


def restart_partitioned() -> str:
    """Delete the Pod of each node that sees less than half of the others.

    A node stops when it is in the minority (`pause_minority`), unless it sees the others again at
    the same moment, as after it stood still. Then both sides have noted a partition, and that
    stays until one is started anew (RabbitMQ's guide on partitions, on suspend and resume).
    """
    alone = []
    for name in PODS:
        status = json.loads(_ask_one(name, "cluster_status", "--formatter", "json") or "{}")
        if status.get("partitions") and len(status["running_nodes"]) <= len(PODS) // 2:
            kubectl("delete", "pod", name)
            alone.append(name)
    return f"a partition stayed: {' and '.join(alone)} restarted by hand"


def _ready() -> list[str]:
    listed = json.loads(kubectl("get", "pods", "-l", "app=mq", "-o", "json").stdout)["items"]
    return [
        pod["metadata"]["name"]
        for pod in listed
        if faults.base.is_ready(pod) and "deletionTimestamp" not in pod["metadata"]
    ]


def delete(pod: str) -> Fault:
    """Delete a Pod; its StatefulSet makes the next one by itself."""
    kubectl("delete", "pod", pod, "--wait=false")
    return Fault(f"{pod} is deleted", lambda: None)


def force_delete(pod: str) -> Fault:
    """Delete a Pod without waiting until its node says that it is gone."""
    kubectl("delete", "pod", pod, "--grace-period=0", "--force")
    return Fault(f"{pod} is deleted by force", lambda: None)


def take_memory(pod: str) -> Fault:
    """Let RabbitMQ take more memory than its Pod's limit; the kernel kills it."""
    kubectl("exec", pod, "--", "rabbitmqctl", "-q", "eval", TOO_MUCH, check=False)

    def undo() -> None:
        until(f"{pod} being Ready", WHOLE_SECONDS, lambda: pod in _ready())

    return Fault(f"{pod} took more memory than its limit", undo)


def freeze(pod: str) -> Fault:
    """Freeze Erlang's virtual machine: the container's first process is a shell that waits for it.

    The peers find it out by the ticks that they miss.
    """
    kubectl("exec", pod, "--", "pkill", "-STOP", "beam.smp")

    def undo() -> None:
        # The liveness probe may have had the container started anew meanwhile.
        kubectl("exec", pod, "--", "pkill", "-CONT", "beam.smp", check=False)

    return Fault(f"RabbitMQ of {pod} is frozen", undo)


def fill(pod: str) -> Fault:
    """Fill the volume, which starts the container anew at both ends."""
    return faults.fill_volume(pod, "data")


def drain(pod: str) -> Fault:
    """Let a node close its ports: its readiness probe fails, and it goes on in the cluster."""
    kubectl("exec", pod, "--", "rabbitmq-upgrade", "drain")

    def undo() -> None:
        kubectl("exec", pod, "--", "rabbitmq-upgrade", "revive")

    return Fault(f"{pod} takes no clients", undo)


def raise_alarm(pod: str) -> Fault:
    """Let a node want more free disk than there is: no publisher may go on."""
    kubectl("exec", pod, "--", "rabbitmqctl", "-q", "set_disk_free_limit", "9000GB")

    def undo() -> None:
        kubectl("exec", pod, "--", "rabbitmqctl", "-q", "set_disk_free_limit", "200MB")

    return Fault(f"{pod} has a disk alarm", undo)
