"""Emptying a chapter's namespace, whatever was left in it."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from lab.errors import LabError
from lab.kubectl import Kubectl
from lab.ready import POLL_SECONDS
from lab.shell import CommandFailed
from lab.together import together

CHAPTER_LABEL = "lab.statefulset/chapter"
# Made by Kubernetes itself in every namespace, or only reports of what happened.
KEPT = {("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")}
KEPT_KINDS = {"events", "events.events.k8s.io", "endpoints", "leases.coordination.k8s.io"}
# Kubernetes serves its own finalizers within a second. One that is still there then waits for
# something that will not come; one of somebody else has nobody here to serve it.
FINALIZER_SECONDS = 2.0
GONE_SECONDS = 30.0


def make(kubectl: Kubectl, chapter: int) -> str:
    """Create a chapter's namespace if it isn't there, and return its name."""
    name = f"chapter-{chapter}"
    labels = {CHAPTER_LABEL: str(chapter)}
    found = phase(kubectl, name)
    if found == "Terminating":
        _wait_gone(kubectl, name)
    if found != "Active":
        metadata = {"name": name, "labels": labels}
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
        try:
            kubectl.create("/api/v1/namespaces", namespace)
        except CommandFailed:
            # Another process may have made it meanwhile, which is as good.
            if phase(kubectl, name) != "Active":
                raise
    return name


def phase(kubectl: Kubectl, name: str) -> str | None:
    """Return a namespace's phase, Active or Terminating, or None if it isn't there."""
    path = "jsonpath={.status.phase}"
    return kubectl.run("get", "namespace", name, "--ignore-not-found", "-o", path).out or None


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
            _free(kubectl, name, [item for item in new if _is_held_by_others(item)])
        elif waited > FINALIZER_SECONDS:
            _free(kubectl, name, left)
        if waited > GONE_SECONDS:
            raise LabError(
                f"The namespace {name} could not be emptied.",
                f"Still there: {', '.join(_shown(item) for item in left[:5])}.",
                "Run `lab down`, then `lab up`.",
            )
        time.sleep(POLL_SECONDS)  # between two looks; an empty list ends it


def _wait_gone(kubectl: Kubectl, name: str) -> None:
    """Wait for a namespace that someone deleted to be gone, so that it can be made again."""
    end = time.monotonic() + GONE_SECONDS
    while phase(kubectl, name) is not None:
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
    held = [_resource(item) for item in items if item["metadata"].get("finalizers")]
    words = ("-n", name, "patch", "--type=merge", "-p", patch)
    # Resources of one kind could be named in one command, but one that is gone would fail it.
    together(**{each: partial(kubectl.run, *words, each, check=False) for each in held})


def _is_held_by_others(item: dict[str, Any]) -> bool:
    """Tell whether an object has a finalizer that Kubernetes itself doesn't serve."""
    finalizers = item["metadata"].get("finalizers", [])
    return any("/" in each and "kubernetes.io/" not in each for each in finalizers)


def _resource(item: dict[str, Any]) -> str:
    group = item["apiVersion"].split("/")[0] if "/" in item["apiVersion"] else ""
    kind = f"{item['kind']}.{item['apiVersion'].split('/')[1]}.{group}" if group else item["kind"]
    return f"{kind}/{item['metadata']['name']}"


def _shown(item: dict[str, Any]) -> str:
    return f"{item['kind']} {item['metadata']['name']}"
