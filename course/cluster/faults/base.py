"""What all faults share: the Fault object, and finding what is to be broken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course.cluster.connection import Connection, Refusal
from course.cluster.kinds import POD, Kind
from course.cluster.session import Session
from lab.errors import LabError

Pod = dict[str, Any]
#: Until a container is back, in seconds. The kubelet waits before it starts what has crashed: 10 s,
#: twice as long each time, up to 300.
BACK_SECONDS = 330.0


class Fault:
    """Something that is broken now; `undo` puts it right, once.

    As a context manager it is undone at the end of the block, whatever happens inside.
    """

    def __init__(self, what: str, undo: Callable[[], None]) -> None:
        self.what = what
        self._undo = undo
        self.undone = False

    def undo(self) -> None:
        """Put it right and wait, within a bound, until it is. Calling it again does nothing.

        Raises LabError when it does not come right in time; then call it again, or run
        `lab reset`.
        """
        if not self.undone:
            self._undo()
            self.undone = True

    def __enter__(self) -> Fault:
        return self

    def __exit__(self, *_: object) -> None:
        self.undo()

    def __repr__(self) -> str:
        if self.undone:
            return f"Put right: {self.what}."
        return f"Broken: {self.what}. undo() puts it right, and so does `lab reset`."


def find_pod(session: Session, name: str) -> Pod:
    """Return the Pod; raises LabError with the names there are when it isn't there."""
    return find(session, POD, name)


def find(session: Session, kind: Kind, name: str) -> dict[str, Any]:
    """Return an object of the chapter; raises LabError with the names there are of its kind."""
    try:
        return session.connection.get(kind, name, session.namespace)
    except Refusal as refusal:
        if refusal.status != 404:
            raise
    there = [each["metadata"]["name"] for each in session.connection.list(kind, session.namespace)]
    raise LabError(
        f"There is no {kind.name} {name} in {session.namespace}.",
        f"The {kind.name}s there: {', '.join(sorted(there)) or 'none'}.",
        "Name one of these, or wait until yours is there.",
    )


def same(session: Session, pod: Pod) -> Pod | None:
    """Return the Pod as it is now, or None when this very Pod is gone."""
    try:
        there = session.connection.get(POD, pod["metadata"]["name"], session.namespace)
    except Refusal as refusal:
        if refusal.status == 404:
            return None
        raise
    return there if there["metadata"]["uid"] == pod["metadata"]["uid"] else None


def container_of(pod: Pod, name: str | None = None) -> Pod:
    """Return a container of the Pod's spec: the one named, or the first."""
    containers: list[Pod] = pod["spec"]["containers"]
    for container in containers:
        if name in (None, container["name"]):
            return container
    raise LabError(
        f"The Pod {pod['metadata']['name']} has no container {name}.",
        f"It has {', '.join(each['name'] for each in containers)}.",
        "Name one of these, or none for the first.",
    )


def status_of(pod: Pod, container: str) -> Pod:
    """Return the container's status; empty before the kubelet has reported one."""
    statuses: list[Pod] = pod.get("status", {}).get("containerStatuses") or []
    return next((each for each in statuses if each["name"] == container), {})


def running_id(pod: Pod, container: str) -> str:
    """Return the running container's ID in containerd; raises LabError if it isn't running."""
    status = status_of(pod, container)
    if "running" not in status.get("state", {}):
        state = next(iter(status.get("state", {})), "not made yet")
        raise LabError(
            f"The container {container} of {pod['metadata']['name']} is not running.",
            f"Its state is: {state}.",
            "Wait until it runs, then run the cell again.",
        )
    return str(status["containerID"]).split("//", 1)[1]


def is_ready(pod: Pod) -> bool:
    """Say whether the Pod's condition Ready is true."""
    conditions = pod.get("status", {}).get("conditions") or []
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def ask(connection: Connection, pod: Pod, container: Pod, path: str) -> None:
    """POST to the program in a Pod through the API server.

    Raises LabError when the program has no such switch: only the course's own web server has.
    """
    ports = container.get("ports") or [{"containerPort": 8080}]
    meta = pod["metadata"]
    to = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}:{ports[0]['containerPort']}"
    try:
        connection.request("POST", f"{to}/proxy{path}")
    except Refusal as refusal:
        raise LabError(
            f"The program in {meta['name']} can't be told to do this.",
            f"It answered {refusal.status} to POST {path}: only a running lab.local/web can.",
            "Use a Pod of the image lab.local/web, or another fault.",
        ) from None
