"""The view model: a snapshot, or change after change, made into the JSON that the board draws.

``Model.whole()`` is everything; ``Model.apply()`` gives only what a change altered. Both have
one form, so the board has one way to take them in::

    {"groups": {key: {"head": {…}, "slots": {key: {…} | None}, "why": […]} | None},
     "nodes": […], "loose": […], "events": […]}
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from course.record.change import Change
from course.record.snapshot import Snapshot
from course.views import slots
from course.views.grouping import EVENTS, LOOSE, NODES, Group, Grouping, Touch
from course.views.heads import MOST_SLOTS, event, head, node
from course.views.reading import Json, get, whole
from course.views.why import why

EVENTS_SHOWN = 20
_ORDER = ("Node", "Service", "Deployment", "StatefulSet", "ControllerRevision")
_THEN = ("PersistentVolumeClaim", "Pod", "Event")


def _age(thing: Json) -> tuple[str, int]:
    created = str(get(thing, "metadata", "creationTimestamp", default=""))
    return created, whole(get(thing, "revision"))


class Model:
    """The board's view of one moment, brought forward by changes. Not thread-safe."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self.grouping = Grouping()
        self._index = -1 if snapshot is None else snapshot.index
        self._heads: dict[str, Json] = {}
        self._slots: dict[str, dict[str, Json]] = {}
        self._whys: dict[str, list[Json]] = {}
        self._nodes: list[Json] = []
        self._loose: list[Json] = []
        self._events: list[Json] = []
        if snapshot is not None:
            self._begin(snapshot)

    def apply(self, changes: Iterable[Change]) -> Json:
        """Take changes in; returns what they altered, an empty dict when nothing in sight.

        Raises ValueError for a change that is not the next one: what the board would show then
        has never been so.
        """
        touched: set[Touch] = set()
        for change in changes:
            if change.index != self._index + 1:
                raise ValueError(f"Change {change.index} came where {self._index + 1} was due.")
            self._index = change.index
            touched |= self.grouping.apply(change.kind, change.object, change.what == "deleted")
        return self._redraw(touched)

    def whole(self) -> Json:
        """Everything, in the form of ``apply``."""
        return {
            "groups": {
                key: {"head": head, "slots": dict(self._slots[key]), "why": self._whys[key]}
                for key, head in self._heads.items()
            },
            "nodes": list(self._nodes),
            "loose": list(self._loose),
            "events": list(self._events),
        }

    def _begin(self, snapshot: Snapshot) -> None:
        touched: set[Touch] = set()
        for kind in ("StatefulSet", "Node"):
            for gone in snapshot.gone(kind).values():
                touched |= self.grouping.apply(kind, gone.object, True)
        for kind in _ORDER + _THEN:
            things = list(snapshot.objects(kind).values())
            if kind == "ControllerRevision":  # a revision that is gone keeps its colour
                things += [one.object for one in snapshot.gone(kind).values()]
                things.sort(key=_age)
            for thing in things:
                touched |= self.grouping.apply(kind, thing, False)
        self._redraw(touched)

    def _redraw(self, touched: set[Touch]) -> Json:
        altered: Json = {}
        wanted: dict[str, set[str]] = {}
        for key, slot in touched:
            if key in self.grouping.groups:
                wanted.setdefault(key, set()).update([] if slot is None else [slot])
        groups = {key: self._redraw_group(key, keys) for key, keys in wanted.items()}
        groups = {key: part for key, part in groups.items() if part != {}}
        if groups:
            altered["groups"] = groups
        if NODES in touched:
            self._alter(altered, "nodes", self._nodes, self._draw_nodes())
        if LOOSE in touched:
            claims = self.grouping.loose_claims()
            self._alter(altered, "loose", self._loose, [slots.claim(one, True) for one in claims])
        if EVENTS in touched:
            newest = [event(one) for one in list(self.grouping.events.values())[-EVENTS_SHOWN:]]
            self._alter(altered, "events", self._events, newest)
        return altered

    @staticmethod
    def _alter(altered: Json, part: str, old: list[Json], new: list[Json]) -> None:
        if new != old:
            old[:] = new
            altered[part] = list(new)

    def _redraw_group(self, key: str, wanted: set[str]) -> Json | None:
        group = self.grouping.groups[key]
        drawn = self._slots.setdefault(key, {})
        new_head = head(group)
        if _shape(new_head) != _shape(self._heads.get(key, {})):
            wanted = set(drawn) | slot_keys(self.grouping, group)  # each slot may look otherwise
        fresh = {one: slots.slot(self.grouping, group, one) for one in wanted}
        altered = {one: slot for one, slot in fresh.items() if slot != drawn.get(one)}
        for one, slot in altered.items():
            if slot is None:
                drawn.pop(one, None)
            elif one in drawn or len(drawn) < MOST_SLOTS:
                drawn[one] = slot
        altered = {one: slot for one, slot in altered.items() if slot is None or one in drawn}
        # Of Pods on their own nothing is left to show when the last of them is gone.
        if not drawn and (group.gone or not group.owner):
            return self._drop(key)
        reasons = why(self.grouping, group, drawn)
        part: Json = {"slots": altered} if altered else {}
        if new_head != self._heads.get(key):
            self._heads[key] = part["head"] = new_head
        if reasons != self._whys.get(key):
            self._whys[key] = part["why"] = reasons
        return part

    def _drop(self, key: str) -> Json | None:
        known = self._heads.pop(key, None)
        self._slots.pop(key, None)
        self._whys.pop(key, None)
        return None if known is not None else {}

    def _draw_nodes(self) -> list[Json]:
        on = self.grouping.on_node
        return [node(one, on[name]) for name, one in self.grouping.nodes.items()]


def _shape(drawn: Json) -> tuple[Any, ...]:
    return tuple(drawn.get(one) for one in ("start", "desired", "service", "gone", "uid"))


def slot_keys(grouping: Grouping, group: Group) -> set[str]:
    """The slots that a group has now: wanted ordinals, and what has a Pod or a claim."""
    if group.kind != "StatefulSet":
        return set(group.pods)
    wanted = {str(one) for one in slots.span(group)[:MOST_SLOTS]}
    kept = {str(one) for one in grouping.ordinals_with_claims(group)}
    return wanted | kept | set(group.pods)
