"""The session that claims, predictions and checks speak of."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course.exercises.errors import NoChapterError
from course.exercises.span import Span
from course.record import History

#: The marks of a history that the exercises read and set.
CHAPTER = "chapter"
FROM_HERE = "from here"

#: How long a mark waits for the watch to be as new as the API server, in seconds.
PATIENCE = 10.0


@dataclass(frozen=True)
class Session:
    """What ``use`` was given.

    ``catch_up(seconds)`` waits until the history is as new as the API server; it returns
    False when the cluster does not answer within that time.
    """

    history: History
    catch_up: Callable[[float], bool]
    progress_file: Path
    chapter: int | None = None

    def span(self, mark: str | None = None) -> Span:
        """The history since a mark; without one, since the latest ``from_here``."""
        marks = self.history.marks
        chapter = marks.get(CHAPTER)
        start = marks.get(mark or FROM_HERE) or chapter
        zero = chapter.time if chapter else self.history.began
        return Span.of(self.history, start.index if start else 0, zero)


_sessions: list[Session] = []


def use(
    history: History,
    catch_up: Callable[[float], bool],
    progress_file: Path,
    chapter: int | None = None,
) -> None:
    """Say which history the claims and checks of this kernel speak of, and of which chapter.

    Times are told relative to the history's mark `chapter`, else to its beginning.
    """
    _sessions[:] = [Session(history, catch_up, progress_file, chapter)]


def current() -> Session:
    """The session in use. Raises NoChapterError when there is none."""
    if not _sessions:
        raise NoChapterError("No chapter is open. Run the chapter's first cell, then this one.")
    return _sessions[0]


def from_here(name: str = FROM_HERE) -> None:
    """Let claims speak of what happens from now on.

    ``predict`` does so too. A moment like `ready("web-0")` is the first one after it.
    """
    session = current()
    # Without an answer the mark may lie a moment early; the claim then tells why it waits.
    session.catch_up(PATIENCE)
    session.history.mark(name)
