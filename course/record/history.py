"""The truth of a session: every change of the cluster, in order, with its time."""

import logging
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any, TypeVar

from course.record.change import KINDS, Change, Mark, What, uid
from course.record.clock import Clock
from course.record.known import Known
from course.record.snapshot import Snapshot
from course.record.trim import shared, trimmed

T = TypeVar("T")
Subscriber = Callable[[Change], None]

#: So many changes are kept; older ones are folded into the snapshot that the history begins with.
LIMIT = 30_000
#: A snapshot is kept every so many changes, so that going back is fast.
STRIDE = 500

_log = logging.getLogger(__name__)


class History:
    """An append-only list of changes that many threads may write to and read from.

    What it gives out never changes. ``limit`` bounds the memory: at 1.4 to 2.3 kB a change
    (more where many Pods differ) a full history takes 40 to 70 MB.
    """

    def __init__(self, *, limit: int = LIMIT, clock: Callable[[], float] | None = None) -> None:
        if limit < STRIDE:
            raise ValueError(f"A history keeps at least {STRIDE} changes.")
        self.limit = limit
        self.clock = clock or Clock()
        self.began = self.clock()
        self._changes: list[Change] = []
        self._first = 0
        self._checkpoints: list[Snapshot] = [Snapshot()]
        self._latest = self._checkpoints[0]
        self._known = Known(self._latest)
        self._marks: dict[str, Mark] = {}
        self._subscribers: list[Subscriber] = []
        self._grown = threading.Condition(threading.RLock())

    @classmethod
    def restored(
        cls, base: Snapshot, changes: Iterable[Change], marks: Iterable[Mark], began: float
    ) -> "History":
        """A history as it was recorded: its changes are taken as they are.

        Raises ValueError for changes that no history holds in this order.
        """
        history = cls()
        history.began = began
        history._checkpoints = [base]
        history._latest = base
        history._first = base.index + 1
        history._known = Known(base)
        for change in changes:
            wrong = history._misplaced(change)
            if wrong:
                raise ValueError(f"Change {change.index}, {change.kind} {change.name}: {wrong}.")
            history._add(change.kind, change.what, change.object, change.time)
        history._marks = {mark.name: mark for mark in marks}
        if any(mark.index > history.end for mark in history._marks.values()):
            raise ValueError(f"It ends with change {history.end - 1}, before its last mark.")
        return history

    # -- writing ---------------------------------------------------------------------

    def append(
        self,
        kind: str,
        what: What,
        object: dict[str, Any],  # noqa: A002 - Kubernetes' own word
        time: float | None = None,
    ) -> tuple[Change, ...]:
        """Take in what the watch told; ``time`` is Unix time in seconds (default: now).

        Returns the changes that it made. None, when nothing is new: a re-list tells much
        that is known, and what comes after a newer state of the same object is late. Two,
        when an object comes under the name of one with another UID: the old one is told as
        deleted first. Raises ValueError for a kind that is not recorded, and for an object
        without a name.
        """
        if kind not in KINDS:
            raise ValueError(f"{kind} is not a kind that the history takes.")
        object = trimmed(object)  # noqa: A001
        with self._grown:
            known = self._known.live.get((kind, str(object["metadata"]["name"])))
            # A copy: the caller may go on changing what it gave.
            object = shared(object, known)  # noqa: A001
            told = self._told(kind, what, object, self.clock() if time is None else time)
            if told:
                self._grown.notify_all()
            listeners = tuple(self._subscribers)
        for change in told:
            self._tell(listeners, change)
        return told

    def mark(self, name: str, time: float | None = None) -> Mark:
        """Give this moment a name; a name given again moves to the newer moment."""
        with self._grown:
            mark = Mark(name, self.end, self.clock() if time is None else time)
            self._marks[name] = mark
            return mark

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call ``callback(change)`` after each change; returns what ends it.

        It is called in the thread that appended, without a lock. Changes of two kinds may
        come to it in another order than their index. One that raises is told in the log
        and not called again: the history goes on.
        """
        with self._grown:
            self._subscribers.append(callback)
        return lambda: self.unsubscribe(callback)

    def unsubscribe(self, callback: Subscriber) -> None:
        """End a subscription; one that has ended already is no error."""
        with self._grown:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

    # -- reading ---------------------------------------------------------------------

    @property
    def begins(self) -> int:
        """The index of the oldest change still kept one by one (0 unless it is full)."""
        return self._first

    @property
    def end(self) -> int:
        """The index that the next change will get: how many there ever were."""
        return self._first + len(self._changes)

    def kept(self) -> tuple[Snapshot, tuple[Change, ...]]:
        """The cluster as it was before ``begins``, and every change since, at one moment."""
        with self._grown:
            return self._checkpoints[0], tuple(self._changes)

    @property
    def clock_set_by(self) -> float:
        """Seconds by which the machine's clock was set since the history began; 0 if it was not.

        The history's own times go on regardless. Those that others wrote down may differ by it.
        """
        return self.clock.set_by() if isinstance(self.clock, Clock) else 0.0

    @property
    def marks(self) -> dict[str, Mark]:
        """The named moments."""
        with self._grown:
            return dict(self._marks)

    def changes(self, since: int = 0) -> tuple[Change, ...]:
        """The changes with an index of ``since`` or more, oldest first."""
        with self._grown:
            return tuple(self._changes[max(0, since - self._first) :])

    def versions(self, kind: str, name: str) -> tuple[Change, ...]:
        """Every kept change of one name, over all objects that bore it."""
        return tuple(
            change for change in self.changes() if change.kind == kind and change.name == name
        )

    def index_at(self, time: float) -> int:
        """The index of the last change at or before a Unix time; begins - 1 when none is."""
        with self._grown:
            place = bisect_right(self._changes, time, key=lambda change: change.time)
            return self._first + place - 1

    def snapshot(self, at: int | None = None, *, time: float | None = None) -> Snapshot:
        """The cluster right after the change with index ``at``, or at a Unix ``time``.

        Without either: now. Before ``begins`` there is only the snapshot that the history
        begins with.
        """
        with self._grown:
            if time is not None:
                at = self.index_at(time)
            newest = self.end - 1
            at = newest if at is None else max(self._first - 1, min(at, newest))
            near = self._nearest(at)
            if near.index == at:
                return near
            found = near.after(self._changes[near.index + 1 - self._first : at + 1 - self._first])
            if at == newest:
                self._latest = found
            return found

    def wait(self, until: "int | Callable[[History], T]", timeout: float) -> "T | bool":
        """Wait until it is true, at most ``timeout`` seconds; returns what ``until`` gave last.

        ``until`` is asked at once, and again after each change; a number waits for the
        change with that index. It never sleeps past a change, and can be interrupted.
        """
        deadline = monotonic() + timeout
        while True:
            with self._grown:
                seen = self.end
            found = seen > until if isinstance(until, int) else until(self)
            left = deadline - monotonic()
            if found or left <= 0:
                return found
            with self._grown:
                if self.end == seen:
                    self._grown.wait(left)

    # -- inside ----------------------------------------------------------------------

    def _told(
        self, kind: str, what: What, fresh: dict[str, Any], time: float
    ) -> tuple[Change, ...]:
        known = self._known.live.get((kind, str(fresh["metadata"]["name"])))
        same = known is not None and uid(known) == uid(fresh)
        if what == "deleted":
            # The deletion of one that another has already followed was told with it.
            told = known is not None or self._known.has_ended(kind, fresh)
            return (self._add(kind, "deleted", fresh, time),) if same or not told else ()
        if self._known.is_late(kind, fresh):
            return ()
        if known is None:
            return (self._add(kind, "added", fresh, time),)
        if not same:
            return (
                self._add(kind, "deleted", known, time),
                self._add(kind, "added", fresh, time),
            )
        return () if fresh is known else (self._add(kind, "modified", fresh, time),)

    def _misplaced(self, change: Change) -> str:
        """Why a recorded change can't come next; "" when it can."""
        if change.index != self.end:
            return f"change {self.end} was due"
        if self._changes and change.time < self._changes[-1].time:
            return "it is older than the one before"
        return self._known.misplaced(change)

    def _add(self, kind: str, what: What, object: dict[str, Any], time: float) -> Change:  # noqa: A002
        # Threads take the time before it is their turn: that must not bring disorder.
        last = self._changes[-1].time if self._changes else self._checkpoints[0].time
        change = Change(self.end, max(time, last), kind, what, object)
        self._changes.append(change)
        self._known.take(kind, what, object)
        if self.end % STRIDE == 0:
            self._checkpoints.append(self.snapshot())
            self._forget()
        return change

    def _forget(self) -> None:
        while len(self._changes) > self.limit and len(self._checkpoints) > 1:
            self._checkpoints.pop(0)
            first = self._checkpoints[0].index + 1
            del self._changes[: first - self._first]
            self._first = first

    def _nearest(self, at: int) -> Snapshot:
        if self._latest.index <= at and self._latest.index + STRIDE > at:
            return self._latest
        place = bisect_right(self._checkpoints, at, key=lambda snapshot: snapshot.index)
        return self._checkpoints[max(0, place - 1)]

    def _tell(self, listeners: tuple[Subscriber, ...], change: Change) -> None:
        for listener in listeners:
            try:
                listener(change)
            except Exception:  # noqa: BLE001 - a broken board must not end the watch that feeds the others
                _log.exception("A subscriber of the history failed and is not called again.")
                self.unsubscribe(listener)
