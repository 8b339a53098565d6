"""The figure of what a StatefulSet's Pods did since the learner was last asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from course.exercises.session import PATIENCE, current

if TYPE_CHECKING:
    from course.views.figures import Picture


def timeline(owner: str) -> Picture:
    """Draw the Pods of a set by ordinal over time, since the latest ``from_here`` or ``predict``.

    Raises NoChapterError when no chapter is open.
    """
    session = current()
    session.catch_up(PATIENCE)
    # Drawing needs matplotlib, which takes a second to load; the rest of the course does not.
    from course.views.figures import gantt

    return gantt(session.history, owner, since=session.span().start)
