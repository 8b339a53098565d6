"""What may happen to an object at the end, which a solution was to leave as it is."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from solved import CLAIM, SERVICE_NAME, VOLUME, Json, Solved

from course.record import Change, pods
from course.record.change import What

#: No recording has a version as new.
NEWER = 10**9

#: What happens to which objects, one after the other.
Steps = list[tuple[str, What, Json]]


def after(right: Solved, steps: Steps) -> Solved:
    """The same, and then something more happens."""
    index, time = right.base.index, right.base.time
    if right.changes:
        index, time = right.changes[-1].index, right.changes[-1].time
    more = []
    for number, (kind, what, thing) in enumerate(steps, 1):
        newer = changed(thing, "metadata", "resourceVersion", value=str(NEWER + number))
        more.append(Change(index + number, time + number, kind, what, newer))
    return replace(right, changes=(*right.changes, *more))


def changed(thing: Json, *path: Any, value: Any) -> Json:
    """A copy in which something has another value; None takes it out."""
    copy = deepcopy(thing)
    inside = copy
    for key in path[:-1]:
        inside = inside[key] if isinstance(inside, list) else inside.setdefault(key, {})
    if value is None:
        inside.pop(path[-1], None)
    else:
        inside[path[-1]] = value
    return copy


def at_the_end(right: Solved, kind: str, thing: Json) -> Iterator[tuple[str, Steps]]:
    """What may happen to an object that was to be left as it is."""
    if kind in (VOLUME, "EndpointSlice"):
        if kind == VOLUME:
            yield "gone", [(kind, "deleted", thing), *_without_volume(right, thing)]
        return
    yield "gone", [(kind, "deleted", thing)]
    if kind == "Service":
        yield "selecting nobody", selecting(right, thing, {"nobody": "has this label"})
        return
    going = changed(thing, "metadata", "deletionTimestamp", value="2026-01-01T00:00:00Z")
    yield "going", [(kind, "modified", going)]
    another = changed(thing, "metadata", "uid", value="another")
    yield "replaced", [(kind, "deleted", thing), (kind, "added", another)]
    if kind == "Pod":
        yield from _to_a_pod(thing)


def _to_a_pod(pod: Json) -> Iterator[tuple[str, Steps]]:
    conditions = [
        one | ({"status": "False"} if one["type"] == "Ready" else {})
        for one in pods.dicts(pod, "status", "conditions")
    ]
    unready = changed(pod, "status", "conditions", value=conditions)
    yield "unready", [("Pod", "modified", unready)]
    again = deepcopy(pod)
    for status in pods.dicts(again, "status", "containerStatuses"):
        status["restartCount"] += 1
    yield "restarted", [("Pod", "modified", unready), ("Pod", "modified", again)]
    orphan = changed(pod, "metadata", "ownerReferences", value=None)
    yield "orphaned", [("Pod", "modified", orphan)]
    image = changed(pod, "spec", "containers", 0, "image", value="other:v0")
    yield "another image", [("Pod", "modified", image)]


def _without_volume(right: Solved, volume: Json) -> Steps:
    """A claim whose volume is gone is lost."""
    name = pods.text(volume, "spec", "claimRef", "name")
    claim = right.now().claims.get(name)
    if claim is None or pods.volume(claim) != pods.name(volume):
        return []
    return [(CLAIM, "modified", changed(claim, "status", "phase", value="Lost"))]


def selecting(right: Solved, service: Json, selector: Any) -> Steps:
    """A Service with another selector; what it leads to follows at once."""
    steps: Steps = [("Service", "modified", changed(service, "spec", "selector", value=selector))]
    for one in right.now().objects("EndpointSlice").values():
        if pods.label(one, SERVICE_NAME) == pods.name(service):
            steps.append(("EndpointSlice", "modified", changed(one, "endpoints", value=[])))
    return steps
