"""The part of a history that a claim is judged by: it never changes while it is judged."""

from dataclasses import dataclass

from course.record import Change, History, Snapshot


@dataclass(frozen=True)
class Span:
    """The changes from ``start`` on, with the cluster as it was just before them.

    ``zero`` is the Unix time in seconds that times are told relative to.
    """

    history: History
    start: int
    zero: float
    base: Snapshot
    changes: tuple[Change, ...]

    @classmethod
    def of(cls, history: History, start: int, zero: float) -> "Span":
        """The span of a history from an index until now."""
        base = history.snapshot(start - 1)
        return cls(history, start, zero, base, history.changes(base.index + 1))

    @property
    def end(self) -> int:
        """The index behind the span's last change."""
        return self.changes[-1].index + 1 if self.changes else self.base.index + 1

    def whole(self) -> "Span":
        """The same with everything before it that the history still has."""
        base, changes = self.history.kept()
        kept = tuple(change for change in changes if change.index < self.end)
        return Span(self.history, base.index + 1, self.zero, base, kept)

    def now(self) -> Snapshot:
        """The cluster at the end of the span."""
        return self.history.snapshot(self.end - 1)

    def clock_was_set(self) -> str:
        """Why times of clients can't be compared with the history's; "" when they can."""
        by = self.history.clock_set_by
        if not by:
            return ""
        return (
            f"this machine's clock was set {'forward' if by > 0 else 'back'} by {abs(by):,.0f} s "
            "since the chapter was opened, and the clients go by it. Run the chapter's first cell "
            "again, and then what you had done."
        )

    def relative(self, time: float) -> str:
        """A Unix time as learners read it: `+41.2 s`."""
        return f"{time - self.zero:+.1f} s"
