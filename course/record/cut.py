"""A part of a history as a history of its own: small enough to be kept beside a notebook."""

from course.record.history import History
from course.record.snapshot import restored


def cut(history: History, first: int, last: int | None = None) -> History:
    """The changes from index ``first`` to ``last`` (default: the newest), and what they change.

    Indices, times and marks stay as they were; marks outside of the part are left out. So are
    the Events from before it: a namespace keeps those of earlier runs for an hour.
    """
    last = history.end - 1 if last is None else last
    first = max(first, history.begins)
    before = history.snapshot(first - 1)
    kinds = set(before.kinds) - {"Event"}
    base = restored(
        first - 1,
        before.time,
        {kind: before.objects(kind).values() for kind in kinds},
        {kind: before.gone(kind).values() for kind in kinds},
    )
    changes = [one for one in history.changes(first) if one.index <= last]
    marks = [one for one in history.marks.values() if first <= one.index <= last + 1]
    return History.restored(base, changes, marks, history.began)
