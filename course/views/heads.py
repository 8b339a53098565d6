"""The lines around the slots: a group's head with its revisions, the nodes, the events."""

from __future__ import annotations

from course.views import reading, slots
from course.views.grouping import Group
from course.views.reading import Json, clip, get, whole

MOST_SLOTS = 300  # a set of 30,000 replicas is a slip; the board says how many it leaves out


def head(group: Group) -> Json:
    """The line above a group: names, counts, revisions and the update's rules."""
    owner = group.owner
    spec = get(owner, "spec", default={})
    wanted = whole(get(spec, "replicas"), 1) if owner and not group.gone else 0
    drawn: Json = {
        "key": group.key,
        "kind": group.kind,
        "namespace": group.namespace,
        "name": group.name,
        "uid": reading.uid(owner),
        "gone": group.gone,
        "going": get(owner, "metadata", "deletionTimestamp") is not None,
        "desired": wanted if owner else len(group.pods),
        "ready": sum(reading.is_ready(pod) for pod in group.pods.values()),
        "current": len(group.pods),
    }
    if group.kind == "StatefulSet":
        strategy = get(spec, "updateStrategy", default={})
        rolling = get(strategy, "rollingUpdate", default={})
        drawn |= {
            "start": slots.span(group).start,
            "service": str(get(spec, "serviceName", default="")),
            "policy": str(get(spec, "podManagementPolicy", default="OrderedReady")),
            "strategy": str(get(strategy, "type", default="RollingUpdate")),
            "partition": whole(get(rolling, "partition")),
            "updated": _updated(group),
            "revisions": revisions(group),
            "hidden": max(0, wanted - MOST_SLOTS),
        }
    return drawn


def _updated(group: Group) -> int:
    update = get(group.owner, "status", "updateRevision", default="")
    return sum(slots.revision_of(pod) == update != "" for pod in group.pods.values())


def revisions(group: Group) -> list[Json]:
    """The revisions in use, oldest first: colour, short hash, number, image and role."""
    status = get(group.owner, "status", default={})
    current, update = (
        get(status, "currentRevision", default=""),
        get(status, "updateRevision", default=""),
    )
    used = {slots.revision_of(pod) for pod in group.pods.values()} | {current, update}
    shown = []
    for revision in sorted((one for one in used if one), key=group.colour):
        thing = group.revisions.get(revision, {})
        roles = [
            word
            for word, named in (("current", current), ("update", update))
            if named == revision and not group.gone
        ]
        shown.append(
            {
                "name": revision,
                "short": clip(slots.short(revision, group.name), 12),
                "colour": group.colour(revision),
                "number": whole(get(thing, "revision")),
                "image": _image(thing),
                "role": " and ".join(roles) or "earlier",
            }
        )
    return shown


def _image(revision: Json) -> str:
    found = get(revision, "data", "spec", "template", "spec", "containers", default=[])
    return clip(str(get(found[0], "image", default="")).rsplit("/", 1)[-1], 40) if found else ""


def node(thing: Json, count: int) -> Json:
    """A node of the strip: its state in a word, since when, and how many Pods it has."""
    name, state = reading.name(thing), reading.condition(thing, "Ready")
    ready = get(state, "status") == "True"
    closed = bool(get(thing, "spec", "unschedulable"))
    return {
        "name": name,
        "ready": ready,
        "word": ("Ready" if ready else "Not ready") + (", cordoned" if closed else ""),
        "since": None if ready else reading.seconds(get(state, "lastTransitionTime")),
        "pods": count,
        "taints": [
            clip(get(one, "key", default=""), 60)
            for one in get(thing, "spec", "taints", default=[])
        ],
    }


def event(thing: Json) -> Json:
    """An event as the board tells it."""
    about = get(thing, "involvedObject", default={}) or get(thing, "regarding", default={})
    stamps = (get(thing, one) for one in ("lastTimestamp", "eventTime", "firstTimestamp"))
    told = next((one for one in map(reading.seconds, stamps) if one is not None), None)
    made = reading.seconds(get(thing, "metadata", "creationTimestamp"))
    return {
        "id": reading.name(thing),
        "time": told if told is not None else made,
        "kind": clip(get(about, "kind", default=""), 40),
        "about": clip(get(about, "name", default=""), 253),
        "reason": clip(get(thing, "reason", default=""), 60),
        "text": clip(get(thing, "message", default="") or get(thing, "note", default="")),
        "warning": get(thing, "type") == "Warning",
        "count": whole(get(thing, "count"), 1),
    }
