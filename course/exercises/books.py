"""Assertions and a figure about acknowledged writes, from the lines of a ledger.

The ledger's clock is the one of this machine, as the history's is.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

from course.exercises.assertions import Assertion, Finding, by_clients_times
from course.exercises.facts import Moment
from course.exercises.lines import Line
from course.exercises.session import CHAPTER, FROM_HERE, PATIENCE, current
from course.exercises.span import Span
from course.record.ledger import read

if TYPE_CHECKING:
    from course.views.figures import Picture


def acknowledged(lines: Iterable[str], first: Moment, last: Moment) -> Assertion:
    """Writes that were first tried after ``first`` were acknowledged before ``last``."""
    ledger = read(lines)

    @by_clients_times
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
    ledger = read(lines)

    @by_clients_times
    def judge(span: Span) -> Finding:
        longest = ledger.since(_began(span)).longest
        if longest is None:
            return Finding(False, because="No write was acknowledged in that time.")
        told = (
            Line("the write that waited longest was first tried", "books", time=longest.tried),
            Line(f"acknowledged after {longest.wait:.1f} s", "books", time=longest.acked),
        )
        if longest.wait > seconds:
            return Finding(False, told, f"A write waited {longest.wait:.1f} s.")
        return Finding(True, told)

    return Assertion(f"no write waits more than {seconds:g} s", judge, ())


def stood_still(lines: Iterable[str], seconds: float) -> Assertion:
    """For so many seconds since the latest question no write at all was acknowledged."""
    ledger = read(lines)

    @by_clients_times
    def judge(span: Span) -> Finding:
        times = [write.acked for write in ledger.since(_began(span)).writes]
        if len(times) < 2:
            return Finding(False, because="Fewer than two writes were acknowledged in that time.")
        begins, ends = max(pairwise(times), key=lambda pair: pair[1] - pair[0])
        told = (
            Line("the last acknowledged before the longest pause", "books", time=begins),
            Line("the first after it", "books", time=ends),
        )
        if ends - begins < seconds:
            return Finding(False, told, f"The longest pause was {ends - begins:.1f} s.")
        return Finding(True, told)

    return Assertion(f"no write is acknowledged for {seconds:g} s", judge, ())


def outage(owner: str, lines: Iterable[str]) -> Picture:
    """Draw what was acknowledged, and below it the Pods of a set, since the latest question.

    Raises NoChapterError when no chapter is open.
    """
    session = current()
    session.catch_up(PATIENCE)
    # Drawing needs matplotlib, which takes a second to load; the rest of the course does not.
    from course.views.outage import outage as draw

    span = session.span()
    return draw(session.history, owner, read(lines), began=_began(span), since=span.start)


def _began(span: Span) -> float:
    """The Unix time of the latest question: no write before it counts."""
    marks = span.history.marks
    mark = marks.get(FROM_HERE) or marks.get(CHAPTER)
    return mark.time if mark else span.base.time
