"""The chapter that this kernel has open: what faults and exercises act on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from course.cluster.connection import Connection, Unreachable
from lab import engine
from lab.errors import LabError

LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Session:
    """A connection, the chapter's namespace, and how to wait until all was told."""

    connection: Connection
    namespace: str
    catch_up: Callable[[float], bool] = lambda _: True

    @cached_property
    def engine(self) -> engine.Engine:
        """The container engine that runs the lab's nodes."""
        return engine.find(self.connection.settings)


_open: list[Session] = []
_at_leave: list[Callable[[], object]] = []


def enter(session: Session) -> None:
    """Make `session` the one that this kernel works in."""
    _open[:] = [session]


def at_leave(end: Callable[[], object]) -> None:
    """Have `end` called, once, when the chapter is closed: what works in it ends with it."""
    if end not in _at_leave:
        _at_leave.append(end)


def leave() -> None:
    """End what works in the chapter, and forget it; one that is closed must not be acted on."""
    _open.clear()
    while _at_leave:
        _at_leave.pop()()


def current() -> Session:
    """Return the open session; raises LabError when no chapter is open."""
    if not _open:
        raise LabError(
            "No chapter is open in this kernel.",
            "Faults and checks act on a chapter's namespace, so there must be one.",
            "Run the first cell of the notebook: chapter(1), or the number of yours.",
        )
    return _open[0]


def until(what: str, seconds: float, condition: Callable[[], bool]) -> None:
    """Wait for `condition`; raises LabError with `what` when it isn't met in time.

    An API server that does not answer for a moment counts as not met yet.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
            why = "It was looked at all the time, and stayed as it was."
        except Unreachable as error:
            why = error.why
        if time.monotonic() > deadline:
            raise LabError(
                f"{what} did not happen within {seconds:.0f} s.",
                why,
                "Look at the board, then run the cell again; `lab reset` undoes all faults.",
            )
        time.sleep(LOOK_SECONDS)  # between two looks; the condition ends the wait
