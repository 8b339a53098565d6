"""What a history knows by now: which objects are there, which ended, and what comes too late."""

from typing import Any

from course.record.change import KINDS, Change, What, uid, version
from course.record.snapshot import Snapshot
from course.record.trim import shared

Object = dict[str, Any]

#: So many ended objects are kept in mind; the oldest are forgotten first.
MOST_ENDED = 30_000


class Known:
    """The newest state of each object, and the version at which each ended one ended."""

    def __init__(self, base: Snapshot) -> None:
        self.live: dict[tuple[str, str], Object] = {
            (kind, name): found for kind in KINDS for name, found in base.objects(kind).items()
        }
        self._ended: dict[tuple[str, str, str], int | None] = {}
        for kind in base.kinds:
            for gone in base.gone(kind).values():
                self._end(kind, gone.object)

    def take(self, kind: str, what: What, thing: Object) -> None:
        """Keep what was told of an object last."""
        name = thing["metadata"]["name"]
        if what == "deleted":
            self.live.pop((kind, name), None)
            self._end(kind, thing)
        else:
            self.live[kind, name] = thing
            self._ended.pop((kind, name, uid(thing)), None)

    def has_ended(self, kind: str, thing: Object) -> bool:
        """Whether the end of this very object was told, and not that it came back."""
        return (kind, str(thing["metadata"]["name"]), uid(thing)) in self._ended

    def is_late(self, kind: str, thing: Object) -> bool:
        """Whether a newer state of the same object was told, or its end.

        A volume may be told as gone and come back, when another chapter's claim had it for a
        while. Its state is then newer than the one it went with.
        """
        name = str(thing["metadata"]["name"])
        there = self.live.get((kind, name))
        if there is not None and uid(there) == uid(thing):
            newest = version(there)
        else:
            newest = self._ended.get((kind, name, uid(thing)))
        here = version(thing)
        return here is not None and newest is not None and here < newest

    def misplaced(self, change: Change) -> str:
        """Why a recorded change can't come next; "" when it can."""
        there = self.live.get((change.kind, change.name))
        same = there is not None and uid(there) == change.uid
        if change.what == "deleted":
            ended = self.has_ended(change.kind, change.object) or not (same or there is None)
            return "its end was told before" if ended else ""
        if self.is_late(change.kind, change.object):
            return "a newer state of it came before"
        if change.what == "added":
            return "it is there already" if there is not None else ""
        if there is not None and same:
            news = version(there) != change.version or shared(change.object, there) is not there
            return "" if news else "it tells nothing new"
        # A part of a history leaves out the Events from before it, not their changes.
        return "" if there is None and change.kind == "Event" else "it is not there"

    def _end(self, kind: str, thing: Object) -> None:
        key = (kind, str(thing["metadata"]["name"]), uid(thing))
        self._ended.pop(key, None)
        self._ended[key] = version(thing)
        if len(self._ended) > MOST_ENDED:
            del self._ended[next(iter(self._ended))]
