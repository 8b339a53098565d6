"""Waiting until the lab really works: its nodes, its DNS, its storage."""

from __future__ import annotations

import secrets
import shlex
import time
from collections.abc import Callable
from datetime import datetime

from lab.engine import Engine
from lab.errors import LabError
from lab.kubectl import Kubectl
from lab.settings import Settings
from lab.shell import CommandFailed, CommandTimedOut

POLL_SECONDS = 0.2
DNS_NAME = "kubernetes.default.svc.cluster.local"
STORAGE_CLASS = "standard"


def until(what: str, works: Callable[[], str | None], seconds: float) -> None:
    """Ask ``works`` until it returns None; what it returns before that says what is missing.

    Raises LabError with the last thing missing after ``seconds``.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            missing = works()
        except (CommandFailed, CommandTimedOut) as error:
            missing = error.why
        if missing is None:
            return
        if time.monotonic() > end:
            raise _not_ready(what, seconds, missing)
        time.sleep(POLL_SECONDS)  # between two questions; the condition decides


def _not_ready(what: str, seconds: float, missing: str) -> LabError:
    return LabError(
        f"{what} did not get ready within {seconds:.0f} s.",
        missing,
        "Run `lab doctor`; if it shows nothing in red, run `lab down`, then `lab up`.",
    )


def api_server(settings: Settings, seconds: float = 60) -> None:
    """Wait until the API server says that it is ready."""

    def works() -> str | None:
        Kubectl(settings).run("get", "--raw", "/readyz", timeout=5)
        return None

    until("The API server", works, seconds)


def runtimes(engine: Engine, names: list[str], seconds: float = 60) -> None:
    """Wait until the container runtimes of these nodes answer."""

    def works() -> str | None:
        for name in names:
            engine.execute(name, "ctr", "version", timeout=5)
        return None

    until("The nodes' container runtimes", works, seconds)


def kubelets(settings: Settings, names: list[str], since: datetime, seconds: float = 90) -> None:
    """Wait until these nodes' kubelets have renewed their leases since then.

    The API server goes on calling a node ready for some 40 s after it was stopped, so right
    after a start only a new sign of life counts.
    """

    def works() -> str | None:
        leases = Kubectl(settings).json("-n", "kube-node-lease", "get", "leases", timeout=10)
        alive = {
            lease["metadata"]["name"]
            for lease in leases["items"]
            if datetime.fromisoformat(lease["spec"]["renewTime"]) > since
        }
        silent = sorted(set(names) - alive)
        return f"No sign of life yet: {', '.join(silent)}." if silent else None

    until("The nodes' kubelets", works, seconds)


def nodes(settings: Settings, names: list[str], seconds: float = 90) -> str:
    """Wait until each of these nodes says that it is ready; return the first one's Kubernetes.

    The version is that of its kubelet, such as v1.37.2.
    """
    versions: dict[str, str] = {}

    def works() -> str | None:
        found = Kubectl(settings).json("get", "nodes", timeout=10)["items"]
        for node in found:
            versions[node["metadata"]["name"]] = node["status"]["nodeInfo"]["kubeletVersion"]
        ready = {
            node["metadata"]["name"]
            for node in found
            for each in node["status"].get("conditions", [])
            if each["type"] == "Ready" and each["status"] == "True"
        }
        waiting = sorted(set(names) - ready)
        return f"Not ready: {', '.join(waiting)}." if waiting else None

    until("The nodes", works, seconds)
    return versions[names[0]]


def dns(settings: Settings, engine: Engine, names: list[str], seconds: float = 90) -> None:
    """Wait until the cluster's DNS answers a question that is asked from each of these nodes."""
    address = Kubectl(settings).run(
        "-n", "kube-system", "get", "service", "kube-dns", "-o", "jsonpath={.spec.clusterIP}"
    )
    # The node itself asks again and again: a program started there for each question would take
    # from the cluster the very seconds that it needs to get ready.
    ask = shlex.quote(_ask_dns(address.out.strip(), DNS_NAME))
    script = (
        f'end=$((SECONDS + {seconds:.0f})); until [ "$(timeout 2 bash -c {ask})" = answered ]; '
        f"do [ $SECONDS -lt $end ] || exit 1; sleep {POLL_SECONDS}; done"
    )
    for node in names:
        asked = engine.execute(node, "bash", "-c", script, timeout=seconds + 10, check=False)
        if asked.code:
            raise _not_ready("The cluster's DNS", seconds, f"CoreDNS does not answer {node}.")


def _ask_dns(address: str, name: str) -> str:
    """Return a bash script that asks for a name over TCP, and says whether it was answered.

    A node image holds no dig. The question is RFC 1035's: a header with one question and
    recursion desired, the name in length-prefixed labels, type A, class IN.
    """
    labels = b"".join(bytes([len(each)]) + each.encode() for each in name.split("."))
    question = (
        b"\x5a\x5a\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + labels + b"\x00\x00\x01\x00\x01"
    )
    message = len(question).to_bytes(2, "big") + question
    escaped = "".join(f"\\x{byte:02x}" for byte in message)
    # Bytes 5 and 6 of the answer are the flags: the last four bits are 0 if there is no error.
    return (
        f"exec 3<>/dev/tcp/{address}/53 && printf '{escaped}' >&3 "
        "&& head -c 10 <&3 | od -An -v -tx1 | tr -d ' \\n' "
        "| grep -q '^....5a5a8[0-9a-f].00001000[1-9a-f]' && echo answered"
    )


def storage(settings: Settings, node: str, seconds: float = 60) -> None:
    """Wait until the StorageClass gives a volume to a claim on a node, and takes it back.

    The claim names its node as the scheduler would do for a Pod, so no Pod is needed.
    """
    kubectl = Kubectl(settings)
    namespace = f"lab-check-{secrets.token_hex(3)}"
    kubectl.create(
        "/api/v1/namespaces",
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
    )
    kubectl.create(
        f"/api/v1/namespaces/{namespace}/persistentvolumeclaims",
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {
                "name": "check",
                "namespace": namespace,
                "annotations": {"volume.kubernetes.io/selected-node": node},
            },
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": STORAGE_CLASS,
                "resources": {"requests": {"storage": "1Mi"}},
            },
        },
    )

    def works() -> str | None:
        bound = ("--for=jsonpath={.status.phase}=Bound", "--timeout=8s")
        kubectl.run("-n", namespace, "wait", "pvc/check", *bound, timeout=10)
        return None

    try:
        until(f"The StorageClass {STORAGE_CLASS}", works, seconds)
    finally:
        kubectl.run("delete", "namespace", namespace, "--wait=false", check=False)
