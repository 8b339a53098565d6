"""PostgreSQL with Patroni as a system to break."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path

from faults.runner import MANIFESTS, Breakage, books, kubectl

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
            Breakage("delete the replica in step", at(self.in_step, delete)),
            Breakage("lose the primary and its volume", at(self.primary, lose_volume)),
            Breakage("cut the primary off", at(self.primary, faults.cut_network)),
            Breakage("cut the replica in step off", at(self.in_step, faults.cut_network)),
            Breakage(
                "cut the primary from its replicas",
                lambda: faults.cut_between(self.primary(), *self.replicas()),
                lives=False,
            ),
            Breakage("keep the API from all", lambda: faults.cut_api("pg-0", "pg-1", "pg-2")),
            Breakage("keep the API from the primary", at(self.primary, faults.cut_api)),
            Breakage("drain the primary's node", self.drain),
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
        primaries = [name for name, pod in pods.items() if pod["role"] == "primary"]
        return len(ready) == 3 and len(primaries) == 1 and self.in_step() in ready

    def primary(self) -> str:
        """The Pod with the label of the primary."""
        return next(name for name, pod in self._pods().items() if pod["role"] == "primary")

    def replicas(self) -> list[str]:
        """The Pods with the label of a replica."""
        return [name for name, pod in self._pods().items() if pod["role"] == "replica"]

    def replica(self) -> str:
        """One of the replicas."""
        return self.replicas()[0]

    def in_step(self) -> str:
        """The replica that has all that was acknowledged; "" when nobody has."""
        path = "jsonpath={.metadata.annotations.sync_standby}"
        return kubectl("get", "configmap", "pg-sync", "-o", path, check=False).stdout

    def set(self, setting: str) -> None:
        """Change a setting of the running cluster: `synchronous_mode=false`."""
        kubectl("exec", self.primary(), "--", *SETTINGS.split(), setting)

    def drain(self) -> Fault:
        """Drain the node of the primary, or, on the control plane, of a replica."""
        pods = self._pods()
        away = [name for name, pod in pods.items() if not pod["node"].endswith("control-plane")]
        hit = self.primary() if self.primary() in away else away[0]
        return faults.drain_node(pods[hit]["node"])

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


USERS = ("superuser", "replication")


def delete(pod: str) -> Fault:
    """Delete a Pod; its StatefulSet makes the next one by itself."""
    kubectl("delete", "pod", pod, "--wait=false")
    return Fault(f"{pod} is deleted", lambda: None)


def lose_volume(pod: str) -> Fault:
    """Delete a Pod at once, and its claim with all data."""
    kubectl("delete", "pvc", f"data-{pod}", "--wait=false")
    kubectl("delete", "pod", pod, "--grace-period=0", "--force")
    return Fault(f"{pod} has lost its volume", lambda: None)
