"""Assertions and a figure about acknowledged writes, from the lines of a ledger.

The ledger's clock is the one of this machine, as the history's is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from course.exercises.assertions import Assertion, Finding
from course.exercises.facts import Moment
from course.exercises.lines import Line
from course.exercises.session import PATIENCE, current
from course.exercises.span import Span
from course.record.ledger import Ledger, Write, read

if TYPE_CHECKING:
    from course.views.figures import Picture


def acknowledged(lines: Iterable[str], first: Moment, last: Moment) -> Assertion:
    """Writes that were first tried after ``first`` were acknowledged before ``last``."""
    ledger = read(lines)

    def judge(span: Span) -> Finding:
        one, other = first.find(span), last.find(span)
        if one is None or other is None:
            missing = first if one is None else last
            return Finding(None, because=f"This did not happen: {missing.said}.")
        done = [w for w in ledger.writes if one.time <= w.tried and w.acked < other.time]
        ends = Line.of(one, first.tell(one)), Line.of(other, last.tell(other))
        if not done:
            return Finding(False, ends, "No write was acknowledged between these two moments.")
        told = Line(f"the first of {len(done):,} writes acknowledged", "books", time=done[0].acked)
        return Finding(True, (ends[0], told, ends[1]))

    said = f"writes are acknowledged after {first.said} and before {last.said}"
    return Assertion(said, judge, (first.subject, last.subject))


def waited_at_most(lines: Iterable[str], seconds: float) -> Assertion:
    """Each write since the latest question was acknowledged within so many seconds."""

    def wrong(longest: Write) -> str:
        too_long = longest.wait > seconds
        return f"A write waited {longest.wait:.1f} s, more than {seconds:g} s." if too_long else ""

    return _longest(f"no write waits more than {seconds:g} s", read(lines), wrong)


def waited_at_least(lines: Iterable[str], seconds: float) -> Assertion:
    """Some write since the latest question waited so many seconds for its acknowledgement."""

    def wrong(longest: Write) -> str:
        too_short = longest.wait < seconds
        return f"No write waited {seconds:g} s, the longest {longest.wait:.1f} s." * too_short

    return _longest(f"a write waits {seconds:g} s", read(lines), wrong)


def outage(owner: str, lines: Iterable[str]) -> Picture:
    """Draw what was acknowledged, and below it the Pods of a set, since the latest question.

    Raises NoChapterError when no chapter is open.
    """
    session = current()
    session.catch_up(PATIENCE)
    # Drawing needs matplotlib, which takes a second to load; the rest of the course does not.
    from course.views.outage import outage as draw

    return draw(session.history, owner, read(lines), since=session.span().start)


def _longest(said: str, ledger: Ledger, wrong: Callable[[Write], str]) -> Assertion:
    """``wrong`` says what is wrong with the write that waited longest, or nothing."""

    def judge(span: Span) -> Finding:
        began = span.changes[0].time if span.changes else span.base.time
        part = ledger.since(began)
        longest = part.longest
        if longest is None:
            return Finding(False, because="No write was acknowledged in that time.")
        lines = (
            Line("the write that waited longest was first tried", "books", time=longest.tried),
            Line(f"it was acknowledged after {longest.wait:.1f} s", "books", time=longest.acked),
        )
        because = wrong(longest)
        return Finding(not because, lines, because)

    return Assertion(said, judge, ())
