"""The guard: the lab and the course act only on a cluster that this lab made.

A random identity stands in the state folder and in the cluster; they must agree. The address
must be this machine's own.
"""

from __future__ import annotations

import ipaddress
import os
from typing import Any
from urllib.parse import urlsplit

import yaml

from lab import ready, state
from lab.errors import LabError
from lab.kubectl import Kubectl, no_lab
from lab.settings import Settings

NAMESPACE = "kube-system"
CONFIG_MAP = "statefulset-lab"


def mark(settings: Settings, identity: str) -> None:
    """Write the lab's identity into its cluster."""
    Kubectl(settings).create(
        f"/api/v1/namespaces/{NAMESPACE}/configmaps",
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": CONFIG_MAP, "namespace": NAMESPACE},
            "data": {"identity": identity, "name": settings.name},
            "immutable": True,
        },
    )


def check(settings: Settings) -> None:
    """Raise LabError unless the kubeconfig leads to this lab's own cluster."""
    check_kubeconfig(settings)
    found = Kubectl(settings).run(
        "-n", NAMESPACE, "get", "configmap", CONFIG_MAP,
        "--ignore-not-found", "-o", "jsonpath={.data.identity}", timeout=10,
    )  # fmt: skip
    agree(settings, found.out.strip() or None)


def wait(settings: Settings, seconds: float = 60) -> None:
    """Wait for the API server, then check as ``check`` does."""
    ready.until("The API server", lambda: check(settings), seconds)


def agree(settings: Settings, in_cluster: str | None) -> None:
    """Raise LabError unless the cluster's identity is the one in the state folder."""
    record = state.read(settings)
    if record is None:
        raise no_lab(settings)
    if in_cluster != record.identity:
        held = f"holds the identity {in_cluster}" if in_cluster else "holds no lab's identity"
        raise LabError(
            "This cluster was not made by this lab, so nothing is done on it.",
            f"The cluster {held}; the state folder says {record.identity}.",
            "Run `lab down`, then `lab up`, to have a lab of your own.",
        )


def check_kubeconfig(settings: Settings) -> None:
    """Raise LabError unless the lab's kubeconfig can be read and leads to this machine."""
    server = urlsplit(_server(settings)).hostname or ""
    try:
        loopback = ipaddress.ip_address(server).is_loopback
    except ValueError:
        loopback = server == "localhost"
    if not loopback:
        raise LabError(
            f"The lab's kubeconfig leads to {server or 'nowhere'}, so it is not used.",
            "A lab's API server listens on this machine alone; someone changed the file.",
            "Run `lab down`, then `lab up`.",
        )


def _server(settings: Settings) -> str:
    file = settings.kubeconfig
    if not file.exists():
        raise no_lab(settings)
    # Root may read any file, so the permission is asked for as well.
    readable = os.access(file, os.R_OK) and file.stat().st_mode & 0o400
    try:
        text = file.read_text() if readable else ""
        content: Any = yaml.safe_load(text)
        return str(content["clusters"][0]["cluster"]["server"])
    except (OSError, yaml.YAMLError, TypeError, KeyError, IndexError, UnicodeDecodeError) as error:
        raise LabError(
            "The lab's kubeconfig can't be read.",
            f"{file} was changed, or lost its permissions.",
            "Run `lab up`: it writes the file again.",
        ) from error
