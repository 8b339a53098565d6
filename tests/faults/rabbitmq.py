"""RabbitMQ as a system to break: a quorum queue of three members."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path

from faults.runner import MANIFESTS, WHOLE_SECONDS, Breakage, books, kubectl

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

        found = [
            Breakage("kill the leader", at(self.leader, faults.kill_container)),
            Breakage("kill a follower", at(self.follower, faults.kill_container)),
            Breakage("delete the leader", at(self.leader, delete)),
            Breakage("force-delete the leader", at(self.leader, force_delete)),
            Breakage("take the leader's memory", at(self.leader, take_memory)),
            Breakage("cut the leader off", at(self.leader, faults.cut_network)),
            Breakage("cut a follower off", at(self.follower, faults.cut_network)),
            Breakage("cut two off", self.cut_two, lives=False),
            Breakage("alarm at a follower", at(self.follower, raise_alarm), lives=False),
            Breakage("update to a missing image", lambda: faults.missing_image("mq")),
            Breakage("drain a follower's node", self.drain),
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
        return self._members("leader")[0]

    def follower(self) -> str:
        """A Pod with another copy of the queue."""
        leader = self.leader()
        return next(name for name in self._members("online") if name != leader)

    def cut_two(self) -> Fault:
        """Cut the leader and a follower off, each from all: nobody has a majority."""
        first, second = (faults.cut_network(name) for name in (self.leader(), self.follower()))

        def undo() -> None:
            first.undo()
            second.undo()

        return Fault("two of three are cut off the network", undo)

    def drain(self) -> Fault:
        """Drain the worker of a follower."""
        leader = self.leader()
        path = "jsonpath={.spec.nodeName}"
        nodes = [kubectl("get", "pod", name, "-o", path).stdout for name in PODS if name != leader]
        return faults.drain_node(next(node for node in nodes if not node.endswith("control-plane")))

    def _members(self, what: str) -> list[str]:
        """The Pods that the queue names under "leader" or "online"; none without the queue."""
        lines = [line.split("\t") for line in _ask("list_queues", "name", what).splitlines()]
        told = next((line[1] for line in lines if line[0] == QUEUE), "")
        return re.findall(r"rabbit@(mq-\d)", told)


def _ask(*words: str) -> str:
    """What rabbitmqctl says at the first node that answers; "" when none does."""
    for name in PODS:
        done = kubectl("exec", name, "--", "rabbitmqctl", "-q", "-t", "8", *words, check=False)
        if done.returncode == 0:
            return done.stdout
    return ""


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


def raise_alarm(pod: str) -> Fault:
    """Let a node want more free disk than there is: no publisher may go on."""
    kubectl("exec", pod, "--", "rabbitmqctl", "-q", "set_disk_free_limit", "9000GB")

    def undo() -> None:
        kubectl("exec", pod, "--", "rabbitmqctl", "-q", "set_disk_free_limit", "200MB")

    return Fault(f"{pod} has a disk alarm", undo)
