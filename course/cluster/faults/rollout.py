"""A fault of a rollout: an image that nobody has."""

from __future__ import annotations

from typing import Any

from course.cluster.faults.base import Fault, find, is_ready
from course.cluster.kinds import POD, SET
from course.cluster.session import Session, current, until

MISSING = "lab.local/missing:v0"
NOTICED_SECONDS = 30.0
BACK_SECONDS = 90.0


def missing_image(statefulset: str) -> Fault:
    """Give a StatefulSet's template an image that doesn't exist; its update then gets stuck.

    Returns once a Pod waits for the image. `undo` gives the old image back and deletes the
    Pods that still wait: with OrderedReady, a StatefulSet does not replace them itself.
    """
    session = current()
    found = find(session, SET, statefulset)
    containers = found["spec"]["template"]["spec"]["containers"]
    name, image = containers[0]["name"], containers[0]["image"]
    _set_image(session, statefulset, name, MISSING)
    if found["spec"].get("replicas", 1) and found["spec"]["updateStrategy"]["type"] != "OnDelete":
        until(
            f"A Pod of {statefulset} waiting for its image",
            NOTICED_SECONDS,
            lambda: bool(_waiting(session, found)),
        )

    def undo() -> None:
        _set_image(session, statefulset, name, image)
        until(f"{statefulset} being whole", BACK_SECONDS, lambda: _whole(session, found))

    return Fault(f"{statefulset} is to run the image {MISSING}, which nobody has", undo)


def _whole(session: Session, found: dict[str, Any]) -> bool:
    for pod in _waiting(session, found):
        session.connection.delete(POD, pod["metadata"]["name"], session.namespace)
    pods = _pods(session, found)
    right = [pod for pod in pods if is_ready(pod) and not _has_missing(pod)]
    return len(right) == len(pods) == int(found["spec"].get("replicas", 1))


def _set_image(session: Session, name: str, container: str, image: str) -> None:
    change = {"spec": {"template": {"spec": {"containers": [{"name": container, "image": image}]}}}}
    session.connection.request(
        "PATCH",
        f"{SET.path(session.namespace)}/{name}",
        change,
        # A strategic merge patch changes one container of the list, by its name.
        content="application/strategic-merge-patch+json",
    )


def _waiting(session: Session, found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the set's Pods that have the missing image and are not on their way out."""
    return [
        pod
        for pod in _pods(session, found)
        if _has_missing(pod) and "deletionTimestamp" not in pod["metadata"]
    ]


def _has_missing(pod: dict[str, Any]) -> bool:
    return any(each["image"] == MISSING for each in pod["spec"]["containers"])


def _pods(session: Session, found: dict[str, Any]) -> list[dict[str, Any]]:
    uid = found["metadata"]["uid"]
    return [
        pod
        for pod in session.connection.list(POD, session.namespace)
        if any(owner["uid"] == uid for owner in pod["metadata"].get("ownerReferences", []))
    ]
