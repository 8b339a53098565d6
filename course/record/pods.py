"""Reads what a learner asks of a Pod out of the object that the API gave.

Every function here bears any object: what is missing or of another type than Kubernetes
promises counts as absent. Learners make objects by hand, and the board must stand it.
"""

import re
from typing import Any, NamedTuple

Object = dict[str, Any]


class Owner(NamedTuple):
    """The controller that an object belongs to."""

    kind: str
    name: str
    uid: str


class Restart(NamedTuple):
    """A container's restarts, and how its last life ended."""

    container: str
    times: int
    reason: str
    exit_code: int | None


def part(thing: Any, *path: str) -> Any:
    """What lies at a path of keys, or None."""
    for key in path:
        if not isinstance(thing, dict):
            return None
        thing = thing.get(key)
    return thing


def text(thing: Any, *path: str) -> str:
    """The string at a path of keys, or an empty one."""
    found = part(thing, *path)
    return found if isinstance(found, str) else ""


def number(thing: Any, *path: str) -> int:
    """The whole number at a path of keys, or 0."""
    found = part(thing, *path)
    return found if isinstance(found, int) else 0


def dicts(thing: Any, *path: str) -> list[Object]:
    """The objects of the list at a path of keys, or none."""
    found = part(thing, *path)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def name(thing: Object) -> str:
    """The object's name."""
    return text(thing, "metadata", "name")


def uid(thing: Object) -> str:
    """The object's UID."""
    return text(thing, "metadata", "uid")


def label(thing: Object, key: str) -> str:
    """The value of a label, or an empty string."""
    return text(part(thing, "metadata", "labels"), key)


def service(piece: Object) -> str:
    """The Service of an EndpointSlice. The slice's own name ends in chance letters."""
    return label(piece, "kubernetes.io/service-name")


def owner(thing: Object) -> Owner | None:
    """The controller that an object belongs to, or None: it belongs to nobody."""
    for reference in dicts(thing, "metadata", "ownerReferences"):
        if reference.get("controller") is True:
            return Owner(text(reference, "kind"), text(reference, "name"), text(reference, "uid"))
    return None


def owner_set(pod: Object) -> str | None:
    """The name of the StatefulSet that a Pod belongs to, or None."""
    found = owner(pod)
    return found.name if found and found.kind == "StatefulSet" else None


def ordinal(pod: Object) -> int | None:
    """A Pod's ordinal in its StatefulSet, or None: it belongs to none.

    It is read from the name. The label `apps.kubernetes.io/pod-index` says the same, but
    anybody may change a label.
    """
    found = owner_set(pod)
    if found is None or not name(pod).startswith(f"{found}-"):
        return None
    digits = name(pod)[len(found) + 1 :]
    return int(digits) if re.fullmatch(r"0|[1-9][0-9]{0,9}", digits) else None


def revision(pod: Object) -> str:
    """The name of the revision that a Pod was made from: of a ControllerRevision or a hash."""
    return label(pod, "controller-revision-hash") or label(pod, "pod-template-hash")


def phase(thing: Object) -> str:
    """The phase of a Pod, claim or volume, as its status says."""
    return text(thing, "status", "phase")


def condition(thing: Object, kind: str) -> Object:
    """A condition of the status by its type, or an empty dict."""
    for found in dicts(thing, "status", "conditions"):
        if found.get("type") == kind:
            return found
    return {}


def holds(thing: Object, kind: str) -> bool:
    """Whether a condition of the status is True."""
    return condition(thing, kind).get("status") == "True"


def is_ready(pod: Object) -> bool:
    """Whether the Pod (or the node) is Ready."""
    return holds(pod, "Ready")


def is_scheduled(pod: Object) -> bool:
    """Whether the Pod has a node."""
    return bool(node(pod))


def is_running(pod: Object) -> bool:
    """Whether every container of the Pod runs now; the phase alone does not say that."""
    containers = dicts(pod, "spec", "containers")
    statuses = dicts(pod, "status", "containerStatuses")
    started = [one for one in statuses if part(one, "state", "running") is not None]
    return phase(pod) == "Running" and bool(containers) and len(started) >= len(containers)


def is_terminating(thing: Object) -> bool:
    """Whether its deletion was asked for, and it still exists."""
    return bool(text(thing, "metadata", "deletionTimestamp"))


def is_bound(claim: Object) -> bool:
    """Whether a claim or a volume is bound."""
    return phase(claim) == "Bound"


def node(pod: Object) -> str:
    """The name of the Pod's node, or an empty string."""
    return text(pod, "spec", "nodeName")


def address(pod: Object) -> str:
    """The Pod's IP address, or an empty string."""
    return text(pod, "status", "podIP")


def images(pod: Object) -> tuple[str, ...]:
    """The images that the Pod's containers ask for."""
    return tuple(text(one, "image") for one in dicts(pod, "spec", "containers"))


def restarts(pod: Object) -> tuple[Restart, ...]:
    """The restarts of each container, with the reason of the last one."""
    return tuple(
        Restart(
            text(one, "name"),
            number(one, "restartCount"),
            text(one, "lastState", "terminated", "reason"),
            _code(part(one, "lastState", "terminated", "exitCode")),
        )
        for one in dicts(pod, "status", "containerStatuses")
    )


def restart_count(pod: Object) -> int:
    """How often containers of this Pod were restarted, together."""
    return sum(one.times for one in restarts(pod))


def claims(pod: Object) -> dict[str, str]:
    """The names of the claims that a Pod uses, by the name of the Pod's volume."""
    found = {
        text(one, "name"): text(one, "persistentVolumeClaim", "claimName")
        for one in dicts(pod, "spec", "volumes")
    }
    return {volume: claim for volume, claim in found.items() if claim}


def volume(claim: Object) -> str:
    """The name of the volume that a claim is bound to, or an empty string."""
    return text(claim, "spec", "volumeName")


def _code(found: Any) -> int | None:
    return found if isinstance(found, int) else None
