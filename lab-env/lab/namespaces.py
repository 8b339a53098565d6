"""Emptying a chapter's namespace, whatever was left in it."""

from __future__ import annotations

import json
import time
from typing import Any

from lab.errors import LabError
from lab.kubectl import Kubectl
from lab.ready import POLL_SECONDS

CHAPTER_LABEL = "lab.statefulset/chapter"
# Made by Kubernetes itself in every namespace, or only reports of what happened.
KEPT = {("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")}
KEPT_KINDS = {"events", "events.events.k8s.io", "endpoints", "leases.coordination.k8s.io"}
# Objects go within a second; one that stays longer is held by a finalizer that nobody serves.
FINALIZER_SECONDS = 2.0
GONE_SECONDS = 30.0


def make(kubectl: Kubectl, chapter: int) -> str:
    """Create a chapter's namespace if it isn't there, and return its name."""
    name = f"chapter-{chapter}"
    labels = {CHAPTER_LABEL: str(chapter)}
    metadata = {"name": name, "labels": labels}
    kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    return name


def of_chapters(kubectl: Kubectl) -> list[str]:
    """Return the names of all chapters' namespaces."""
    items = kubectl.json("get", "namespaces", "-l", CHAPTER_LABEL)["items"]
    return sorted(item["metadata"]["name"] for item in items)


def empty(kubectl: Kubectl, name: str) -> None:
    """Delete all that a namespace holds, forcing what does not go by itself.

    Deleting the namespace would take longer: Kubernetes then waits for each Pod's grace.
    Raises LabError if something stays for half a minute.
    """
    kinds = _kinds(kubectl)
    started = time.monotonic()
    asked: set[str] = set()
    while left := _left(kubectl, name, kinds):
        waited = time.monotonic() - started
        new = [item for item in left if item["metadata"]["uid"] not in asked]
        if new:
            _delete(kubectl, name, new)
            asked |= {item["metadata"]["uid"] for item in new}
        elif waited > FINALIZER_SECONDS:
            _free(kubectl, name, left)
        if waited > GONE_SECONDS:
            raise LabError(
                f"The namespace {name} could not be emptied.",
                f"Still there: {', '.join(_shown(item) for item in left[:5])}.",
                "Run `lab down`, then `lab up`.",
            )
        time.sleep(POLL_SECONDS)  # between two looks; an empty list ends it


def wait_gone_if_terminating(kubectl: Kubectl, name: str) -> None:
    """Wait for a namespace that someone deleted to be gone, so that it can be made again."""
    end = time.monotonic() + GONE_SECONDS
    while True:
        found = kubectl.run("get", "namespace", name, "--ignore-not-found", "-o", "json").out
        if not found.strip() or json.loads(found)["status"].get("phase") != "Terminating":
            return
        if time.monotonic() > end:
            raise LabError(
                f"The namespace {name} stays in deletion.",
                f"Kubernetes has not finished deleting it within {GONE_SECONDS:.0f} s.",
                f"Run `kubectl get namespace {name} -o yaml`: its conditions say what holds it.",
            )
        time.sleep(POLL_SECONDS)  # between two looks


def _kinds(kubectl: Kubectl) -> str:
    shown = kubectl.run("api-resources", "--namespaced", "--verbs=list,delete", "-o", "name").out
    return ",".join(kind for kind in shown.split() if kind not in KEPT_KINDS)


def _left(kubectl: Kubectl, name: str, kinds: str) -> list[dict[str, Any]]:
    items = kubectl.json("-n", name, "get", kinds)["items"]
    return [item for item in items if (item["kind"], item["metadata"]["name"]) not in KEPT]


def _delete(kubectl: Kubectl, name: str, items: list[dict[str, Any]]) -> None:
    # Owners first: a controller that is still there would make its Pods anew.
    ordered = sorted(items, key=lambda item: bool(item["metadata"].get("ownerReferences")))
    kubectl.run(
        "-n", name, "delete", "--force", "--grace-period=0", "--wait=false",
        "--ignore-not-found", *map(_resource, ordered), check=False,
    )  # fmt: skip


def _free(kubectl: Kubectl, name: str, items: list[dict[str, Any]]) -> None:
    patch = '{"metadata":{"finalizers":null}}'
    for item in items:
        if item["metadata"].get("finalizers"):
            kubectl.run(
                "-n", name, "patch", _resource(item), "--type=merge", "-p", patch, check=False
            )


def _resource(item: dict[str, Any]) -> str:
    group = item["apiVersion"].split("/")[0] if "/" in item["apiVersion"] else ""
    kind = f"{item['kind']}.{item['apiVersion'].split('/')[1]}.{group}" if group else item["kind"]
    return f"{kind}/{item['metadata']['name']}"


def _shown(item: dict[str, Any]) -> str:
    return f"{item['kind']} {item['metadata']['name']}"
