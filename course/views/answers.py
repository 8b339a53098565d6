"""What a board asks for: the cluster as it was at a moment, and the details of one object.

Pure functions of a history, so that a live board, a replay and a static page say the same.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from course.record import Change, History, Snapshot
from course.views.heads import event
from course.views.model import Model
from course.views.reading import Json, get

SHOWN = frozenset(
    {
        "StatefulSet",
        "Deployment",
        "Pod",
        "PersistentVolumeClaim",
        "ControllerRevision",
        "Node",
        "Event",
    }
)
KUBECTL = {"Pod": "pod", "PersistentVolumeClaim": "pvc", "StatefulSet": "statefulset"}
MOST_TICKS = 160
MOST_YAML = 60_000  # characters
# The one in C, where there is one, takes a tenth of the time.
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
#: Signs that are not seen themselves, and change how what follows is read.
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def timeline(history: History) -> Json:
    """Where the time line begins and ends, and its ticks, as Unix times and indices."""
    changes = history.changes()
    began = changes[0].time if changes else history.began
    end = changes[-1].time if changes else began
    return {
        "began": began,
        "end": end,
        "first": history.begins,
        "last": history.end - 1,
        "ticks": _ticks(changes, began, end),
    }


def _ticks(changes: tuple[Change, ...], began: float, end: float) -> list[float]:
    wide = max((end - began) / MOST_TICKS, 1e-9)
    places = {int((one.time - began) / wide): one.time for one in changes if one.kind in SHOWN}
    return list(places.values())


def at(history: History, index: int) -> Json:
    """The full model right after the change with that index, as a message."""
    index = max(history.begins - 1, min(index, history.end - 1))
    snapshot = history.snapshot(index)
    return {
        "type": "past",
        "index": snapshot.index,
        "time": snapshot.time,
        "timeline": timeline(history),
        **Model(snapshot).whole(),
    }


def at_time(history: History, time: float) -> Json:
    """The full model at a Unix time in seconds."""
    return at(history, history.index_at(time))


def step(history: History, index: int, by: int) -> Json:
    """The model at the next moment (``by`` 1) or the one before (-1) that a board shows."""
    changes, first = history.changes(), history.begins
    place = index + by
    while first <= place < first + len(changes) and changes[place - first].kind not in SHOWN:
        place += by
    return at(history, place)


def details(history: History, kind: str, name: str, index: int | None = None) -> Json:
    """An object as YAML with its events and the kubectl command that shows the same."""
    snapshot = history.snapshot(index)
    thing: Any = snapshot.objects(kind).get(name)
    gone = snapshot.gone(kind).get(name) if thing is None else None
    if gone is not None:
        thing = gone.object
    space = get(thing, "metadata", "namespace", default="")
    return {
        "type": "details",
        "kind": kind,
        "name": name,
        "found": thing is not None,
        "gone": gone.time if gone else None,
        "yaml": as_yaml(thing) if thing is not None else "",
        "events": _events(snapshot, kind, name),
        "command": f"kubectl get {KUBECTL.get(kind, kind.lower())} {name} -n {space} -o yaml",
    }


def as_yaml(thing: Json) -> str:
    """The object as kubectl would print it, cut where it would choke a page."""
    text = yaml.dump(thing, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    text = _UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04X}", text)
    return text if len(text) <= MOST_YAML else text[:MOST_YAML] + "\n# cut here: it goes on\n"


def _events(snapshot: Snapshot, kind: str, name: str) -> list[Json]:
    told = snapshot.objects("Event").values()
    found = [event(one) for one in told if name in (_about(one, "involvedObject"), _about(one))]
    return [one for one in found if one["kind"] == kind and one["about"] == name][-20:]


def _about(told: Json, field: str = "regarding") -> str:
    """The name of what an event is about; the older and the newer API have each a field for it."""
    return str(get(told, field, "name", default=""))
