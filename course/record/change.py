"""One entry of the history: an object of the cluster came, changed or went."""

from dataclasses import dataclass
from typing import Any, Literal

What = Literal["added", "modified", "deleted"]

#: The kinds that a history takes. Secrets and ConfigMaps are left out on purpose:
#: a recording is meant to be shared.
KINDS: frozenset[str] = frozenset(
    {
        "StatefulSet",
        "Pod",
        "PersistentVolumeClaim",
        "PersistentVolume",
        "ControllerRevision",
        "Service",
        "EndpointSlice",
        "Node",
        "Event",
        "Deployment",
        "ReplicaSet",
    }
)


@dataclass(frozen=True, slots=True)
class Change:
    """What the API server told of one object.

    ``index`` counts the changes of a history from 0. ``time`` is the Unix time in
    seconds at which the watch received it; it never runs backwards within a history.
    ``object`` is the object as the API gives it (camelCase, trimmed), for a deleted one
    its last state. It is shared between versions: read it, never write to it.
    """

    index: int
    time: float
    kind: str
    what: What
    object: dict[str, Any]

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.object["metadata"]["name"])

    @property
    def uid(self) -> str:
        """The object's UID, or an empty string when it has none."""
        return uid(self.object)

    @property
    def version(self) -> int | None:
        """The object's resourceVersion as the number it is, or None."""
        return version(self.object)


def uid(thing: dict[str, Any]) -> str:
    """The object's UID, or an empty string when it has none."""
    return str(thing["metadata"].get("uid") or "")


def version(thing: dict[str, Any]) -> int | None:
    """The resourceVersion of an object as the number it is, or None: it has no such number.

    Of two states of one object, the one with the greater number is the newer.
    """
    found = thing["metadata"].get("resourceVersion")
    return int(found) if isinstance(found, str) and found.isascii() and found.isdigit() else None


@dataclass(frozen=True, slots=True)
class Mark:
    """A named moment: it lies after every change with a smaller index than ``index``."""

    name: str
    index: int
    time: float
