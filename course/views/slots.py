"""One slot of a group: the place of an ordinal, with its Pod, its name and its claims."""

from __future__ import annotations

from typing import Any

from course.views import pods
from course.views.grouping import Group, Grouping
from course.views.reading import Json, clip, get, is_ready, name, whole

REVISION_LABEL = "controller-revision-hash"


def short(revision: str, owner: str) -> str:
    """A revision's short hash: ``web-67db6d8484`` of the set ``web`` is ``67db6``."""
    return revision.removeprefix(f"{owner}-")[:5]


def revision_of(pod: Json) -> str:
    """The revision that a Pod was made from, by its label; of a Deployment's Pod its template."""
    labels = get(pod, "metadata", "labels", default={})
    return str(get(labels, REVISION_LABEL) or get(labels, "pod-template-hash", default=""))


def claim(thing: Json, left: bool) -> dict[str, Any]:
    """What the board draws for a claim; ``left`` when its Pod is gone and it is still there."""
    asked = get(thing, "spec", "resources", "requests", "storage", default="")
    return {
        "name": name(thing),
        "volume": str(get(thing, "spec", "volumeName", default="")),
        "size": clip(get(thing, "status", "capacity", "storage", default=asked), 24),
        "phase": clip(get(thing, "status", "phase", default="Pending"), 24),
        "going": get(thing, "metadata", "deletionTimestamp") is not None,
        "left": left,
    }


def span(group: Group) -> range:
    """The ordinals that the set should have."""
    spec = get(group.owner, "spec", default={})
    start = whole(get(spec, "ordinals", "start"))
    replicas = 0 if group.gone or not group.owner else whole(get(spec, "replicas"), 1)
    return range(start, start + replicas)


def resolves(grouping: Grouping, group: Group, pod: Json | None) -> bool:
    """Whether DNS should know the Pod's own name now."""
    service = str(get(group.owner, "spec", "serviceName", default=""))
    governing = grouping.services.get((group.namespace, service))
    if governing is None or pod is None or get(governing, "spec", "clusterIP") != "None":
        return False
    if not _selects(governing, pod):
        return False
    early = bool(get(governing, "spec", "publishNotReadyAddresses"))
    leaving = get(pod, "metadata", "deletionTimestamp") is not None
    known = bool(get(pod, "status", "podIP"))
    return known and (early or (is_ready(pod) and not leaving))


def _selects(service: Json, pod: Json) -> bool:
    """Whether a Service finds a Pod; of one without a selector somebody else says what it finds."""
    labels = get(pod, "metadata", "labels", default={})
    selector = get(service, "spec", "selector", default={})
    return all(labels.get(label) == value for label, value in selector.items())


def slot(grouping: Grouping, group: Group, key: str) -> dict[str, Any] | None:
    """What stands at a slot; None when nothing does and nothing should."""
    pod = group.pods.get(key)
    ordinal = int(key) if group.kind == "StatefulSet" else None
    wanted = ordinal is not None and ordinal in span(group)
    claims = grouping.claims_of(group, key)
    if pod is None and not wanted and not claims:
        return None
    drawn: dict[str, Any] = {"ordinal": ordinal, "wanted": wanted}
    if pod is None:
        drawn |= {"name": f"{group.name}-{key}", "state": "empty" if wanted else "away", "uid": ""}
        drawn["word"] = "not there yet" if wanted else "no Pod"
    else:
        drawn |= pods.tile(pod, get(pod, "spec", "nodeName", default="") in grouping.lost)
        drawn |= _revision(group, pod)
    service = str(get(group.owner, "spec", "serviceName", default=""))
    if ordinal is not None and service:
        drawn["dns"] = f"{group.name}-{key}.{service}"
        drawn["resolves"] = resolves(grouping, group, pod)
    drawn["claims"] = [claim(one, left=pod is None) for one in claims]
    return drawn


def _revision(group: Group, pod: Json) -> dict[str, Any]:
    revision = revision_of(pod)
    if not revision:
        return {}
    return {"revision": clip(short(revision, group.name), 12), "colour": group.colour(revision)}
