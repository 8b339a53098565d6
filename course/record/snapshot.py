"""The cluster as it was at one moment: a pure fold of changes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from course.record.change import Change

#: Kubernetes makes Events without end. A snapshot holds the newest of them.
MOST_EVENTS = 1_000
#: So many deleted objects of a kind stay in sight; the oldest are forgotten first.
MOST_GONE = 1_000

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gone:
    """An object that was deleted: its last state, and when (Unix time in seconds)."""

    object: Object
    time: float


@dataclass(slots=True)
class _Kind:
    """The objects of one kind. Only a ``Folding`` writes to it."""

    live: dict[str, Object] = field(default_factory=dict)
    gone: dict[str, Gone] = field(default_factory=dict)

    def copy(self) -> "_Kind":
        return _Kind(dict(self.live), dict(self.gone))


_NOTHING = _Kind()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every object as it was right after change ``index`` (-1: before the first)."""

    index: int = -1
    time: float = 0.0
    kinds: Mapping[str, _Kind] = field(default_factory=dict)

    def objects(self, kind: str) -> Mapping[str, Object]:
        """The objects of a kind that exist, by name."""
        return MappingProxyType(self.kinds.get(kind, _NOTHING).live)

    def gone(self, kind: str) -> Mapping[str, Gone]:
        """The deleted objects of a kind by name: the latest of each name.

        A name that exists again is still in it, with the state of the one before.
        Events are not kept: they are deleted by age, which tells nothing.
        """
        return MappingProxyType(self.kinds.get(kind, _NOTHING).gone)

    @property
    def pods(self) -> Mapping[str, Object]:
        """The Pods by name."""
        return self.objects("Pod")

    @property
    def sets(self) -> Mapping[str, Object]:
        """The StatefulSets by name."""
        return self.objects("StatefulSet")

    @property
    def claims(self) -> Mapping[str, Object]:
        """The PersistentVolumeClaims by name."""
        return self.objects("PersistentVolumeClaim")

    @property
    def volumes(self) -> Mapping[str, Object]:
        """The PersistentVolumes by name."""
        return self.objects("PersistentVolume")

    @property
    def nodes(self) -> Mapping[str, Object]:
        """The Nodes by name."""
        return self.objects("Node")

    @property
    def events(self) -> Mapping[str, Object]:
        """The newest Events by name, oldest first."""
        return self.objects("Event")

    def after(self, changes: Iterable[Change]) -> "Snapshot":
        """The snapshot that follows when these changes happen to this one."""
        folding = Folding(self)
        for change in changes:
            folding.take(change)
        return folding.snapshot()


class Folding:
    """A fold in progress: takes changes one by one, readable in between without a copy.

    It never writes to the snapshot it began with: a kind is copied at its first change.
    """

    def __init__(self, base: Snapshot) -> None:
        self.index = base.index
        self.time = base.time
        self._kinds: dict[str, _Kind] = dict(base.kinds)
        self._own: set[str] = set()

    def objects(self, kind: str) -> Mapping[str, Object]:
        """The objects of a kind that exist now, by name; valid until the next change."""
        return self._kinds.get(kind, _NOTHING).live

    def gone(self, kind: str) -> Mapping[str, Gone]:
        """The deleted objects of a kind by name; valid until the next change."""
        return self._kinds.get(kind, _NOTHING).gone

    def take(self, change: Change) -> None:
        """Let one change happen."""
        state = self._writable(change.kind)
        self.index, self.time = change.index, change.time
        if change.what != "deleted":
            if change.kind == "Event":
                # One that is counted up is news again: the newest stand last.
                state.live.pop(change.name, None)
            state.live[change.name] = change.object
            if change.kind == "Event":
                _forget_oldest(state.live, MOST_EVENTS)
            return
        state.live.pop(change.name, None)
        if change.kind != "Event":
            # Taken out first, so that the order is that of the deletions.
            state.gone.pop(change.name, None)
            state.gone[change.name] = Gone(change.object, change.time)
            _forget_oldest(state.gone, MOST_GONE)

    def snapshot(self) -> Snapshot:
        """The state so far, which later changes leave alone."""
        self._own.clear()
        return Snapshot(self.index, self.time, dict(self._kinds))

    def _writable(self, kind: str) -> _Kind:
        if kind not in self._own:
            self._own.add(kind)
            self._kinds[kind] = self._kinds.get(kind, _NOTHING).copy()
        return self._kinds[kind]


def _forget_oldest(things: dict[str, Any], most: int) -> None:
    if len(things) > most:
        del things[next(iter(things))]


def replay(base: Snapshot, changes: Iterable[Change]) -> Iterator[tuple[Change, Folding]]:
    """Each change with the state right after it. The state is valid until the next step."""
    folding = Folding(base)
    for change in changes:
        folding.take(change)
        yield change, folding


def restored(
    index: int,
    time: float,
    live: Mapping[str, Iterable[Object]],
    gone: Mapping[str, Iterable[Gone]],
) -> Snapshot:
    """The snapshot that holds these objects of each kind; both mappings have the same keys."""
    kinds = {
        kind: _Kind(
            {one["metadata"]["name"]: one for one in live[kind]},
            {one.object["metadata"]["name"]: one for one in gone[kind]},
        )
        for kind in live
    }
    return Snapshot(index, time, kinds)
