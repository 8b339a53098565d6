"""PostgreSQL with Patroni as a system to break."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Callable
from pathlib import Path

from faults.runner import MANIFESTS, Breakage, books, first, kubectl

from course.cluster import faults
from course.cluster.faults import Fault

SETTINGS = "patronictl -c /config/patroni.yaml edit-config --force pg -s"


class Database:
    """The three Pods of chapter 5, and their books."""

    books = "pg-books"

    def __init__(self) -> None:
        def at(role: Callable[[], str], fault: Callable[[str], Fault]) -> Callable[[], Fault]:
            return lambda: fault(role())

        found = [
            Breakage("kill the primary", at(self.primary, faults.kill_container)),
            Breakage("kill a replica", at(self.replica, faults.kill_container)),
            Breakage("delete the primary", at(self.primary, delete)),
            Breakage("delete the replica in step", at(self.standby, delete)),
            Breakage("lose the primary and its volume", at(self.primary, lose_volume), alone=True),
            Breakage("take a backend's memory", at(self.primary, take_memory)),
            Breakage("fill the primary's volume", at(self.primary, fill), lives=False, alone=True),
            Breakage("freeze the primary's Patroni", at(self.primary, freeze_patroni), lives=False),
            Breakage("cut the primary off", at(self.primary, faults.cut_network)),
            Breakage("cut the replica in step off", at(self.standby, faults.cut_network)),
            Breakage(
                "cut the primary from its replicas",
                lambda: faults.cut_between(self.primary(), *self.replicas()),
                lives=False,
            ),
            Breakage("keep the API from all", lambda: faults.cut_api("pg-0", "pg-1", "pg-2")),
            Breakage("keep the API from the primary", at(self.primary, faults.cut_api)),
            Breakage("keep the API from the replica in step", at(self.standby, faults.cut_api)),
            Breakage("update to a missing image", lambda: faults.missing_image("pg"), alone=True),
            Breakage("drain a node", lambda: faults.drain_node(self.node())),
            Breakage("stop a node", lambda: faults.stop_node(self.node())),
            Breakage("pause a node", lambda: faults.pause_node(self.node())),
            Breakage("cut a node off", lambda: faults.cut_network(self.node())),
        ]
        self.breakages = {each.name: each for each in found}

    def start(self) -> None:
        """Make it anew in the open chapter's empty namespace."""
        words = [f"--from-literal={key}={secrets.token_hex(12)}" for key in USERS]
        kubectl("create", "secret", "generic", "pg", *words)
        files = [MANIFESTS / "ledger.py", MANIFESTS / "postgres_books.py"]
        kubectl("create", "configmap", "pg-books", *(f"--from-file={file}" for file in files))
        for name in ("postgres.yaml", "postgres-books.yaml"):
            kubectl("apply", "-f", str(Path(MANIFESTS, name)))
        kubectl("wait", "pod/pg-books", "--for=condition=Ready", "--timeout=120s")

    def write(self, run: str) -> None:
        """Let four clients insert rows."""
        books(self.books, "start", run, tries=2)

    def whole(self) -> bool:
        """Three are Ready, one of them the primary, and one is in step with it."""
        pods = self._pods()
        ready = [name for name, pod in pods.items() if pod["ready"]]
        return len(ready) == 3 and len(self._primaries()) == 1 and self.in_step() in ready

    def primary(self) -> str:
        """The Pod with the label of the primary."""
        return first("A primary", self._primaries)

    def replicas(self) -> list[str]:
        """The Pods without the label of the primary; one that just lost the role has none yet."""
        return [name for name, pod in self._pods().items() if pod["role"] != "primary"]

    def replica(self) -> str:
        """One of the replicas."""
        return first("A replica", self.replicas)

    def in_step(self) -> str:
        """The replica that has all that was acknowledged; "" when nobody has."""
        path = "jsonpath={.metadata.annotations.sync_standby}"
        return kubectl("get", "configmap", "pg-sync", "-o", path, check=False).stdout

    def standby(self) -> str:
        """The replica in step, once there is one."""
        return first("A replica in step", lambda: [name for name in [self.in_step()] if name])

    def set(self, setting: str) -> None:
        """Change a setting of the running cluster: `synchronous_mode=false`."""
        self.noted()
        kubectl("exec", self.primary(), "--", *SETTINGS.split(), setting)

    def noted(self) -> None:
        """Wait until the last change of the primary is noted beside the settings.

        Raises TimeoutExpired after 30 s.
        """
        subprocess.run(["sh", str(MANIFESTS / "primary-noted.sh")], check=True, timeout=30)

    def node(self) -> str:
        """The node of the primary or, when that is the control plane, of a replica."""
        pods = self._pods()
        away = [name for name, pod in pods.items() if not pod["node"].endswith("control-plane")]
        hit = self.primary() if self.primary() in away else away[0]
        return pods[hit]["node"]

    def _primaries(self) -> list[str]:
        return [name for name, pod in self._pods().items() if pod["role"] == "primary"]

    def _pods(self) -> dict[str, dict[str, str]]:
        listed = json.loads(kubectl("get", "pods", "-l", "app=pg", "-o", "json").stdout)["items"]
        return {
            pod["metadata"]["name"]: {
                "role": pod["metadata"]["labels"].get("role", ""),
                "node": pod["spec"].get("nodeName", ""),
                "ready": faults.base.is_ready(pod) and "deletionTimestamp" not in pod["metadata"],
            }
            for pod in listed
        }


PSQL = ("psql", "-h", "/tmp", "-U", "postgres", "-At", "-c")
TOO_MUCH = "SELECT length(string_agg(repeat('x', 1000000), '')) FROM generate_series(1, 900)"
USERS = ("superuser", "replication")


def delete(pod: str) -> Fault:
    """Delete a Pod; its StatefulSet makes the next one by itself."""
    kubectl("delete", "pod", pod, "--wait=false")
    return Fault(f"{pod} is deleted", lambda: None)


def take_memory(pod: str) -> Fault:
    """Let a backend take more memory than its Pod's limit; the kernel kills it."""
    kubectl("exec", pod, "--", *PSQL, TOO_MUCH, check=False)
    return Fault(f"a backend of {pod} took more memory than the limit", lambda: None)


def fill(pod: str) -> Fault:
    """Fill the volume, which starts the container anew at both ends.

    Each change of the primary begins a new file of the log, and a checkpoint takes away old ones:
    after a dozen of changes they would not fit into the small file system that the fault makes.
    """
    kubectl("exec", pod, "--", *PSQL, "CHECKPOINT")
    return faults.fill_volume(pod, "data", works=f"{' '.join(PSQL)} 'SELECT 1'")


def freeze_patroni(pod: str) -> Fault:
    """Freeze Patroni, and not the database: it can neither renew its lock nor stop writing.

    Patroni is the child of the container's first process, which the kernel lets nobody freeze.
    """
    kubectl("exec", pod, "--", "sh", "-c", "kill -STOP $(pgrep -P 1 -f patroni)")

    def undo() -> None:
        # The liveness probe may have had the container started anew meanwhile.
        kubectl("exec", pod, "--", "sh", "-c", "kill -CONT $(pgrep -P 1 -f patroni)", check=False)

    return Fault(f"Patroni of {pod} is frozen", undo)


def lose_volume(pod: str) -> Fault:
    """Delete a Pod at once, and its claim with all data."""
    kubectl("delete", "pvc", f"data-{pod}", "--wait=false")
    kubectl("delete", "pod", pod, "--grace-period=0", "--force")
    return Fault(f"{pod} has lost its volume", lambda: None)
