"""Assertions about a stretch of time: what stays so, what never is, how many at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from course.exercises.assertions import Assertion, Finding, comes_before
from course.exercises.facts import Fact, Holding, Moment, Subject
from course.exercises.lines import Line
from course.exercises.span import Span
from course.record import Change


@dataclass(frozen=True)
class Reached:
    """The moment at which a fact is so of ``count`` objects at once."""

    count: int
    fact: Fact

    @property
    def subject(self) -> Subject:
        """What it speaks of."""
        return self.fact.subject

    @property
    def word(self) -> str:
        """What becomes so: `3 ready`."""
        return f"{self.fact.word}: {self.count} at once"

    @property
    def said(self) -> str:
        """The moment in words."""
        return f"{self.fact.said}: {self.count} at once"

    def tell(self, _: Change) -> str:
        """What the evidence says."""
        return self.word

    def find(self, span: Span) -> Change | None:
        """The change that made it so many; they were fewer just before."""
        holding = Holding(self.fact, span.base)
        for change in span.changes:
            had = len(holding.names)
            holding.take(change)
            if had < self.count <= len(holding.names):
                return change
        return None


def reached(count: int, fact: Fact) -> Reached:
    """The moment at which a fact is so of so many: `reached(3, ready(set_pods("web")))`."""
    return Reached(count, fact)


def stays(fact: Fact, start: Moment | None = None, end: Moment | None = None) -> Assertion:
    """A fact is so all the time, of at least one of those it speaks of."""
    return _always(
        f"{fact.said}, all the time",
        (fact,),
        lambda held: None if held[0] else f"It was not so: {fact.said}.",
        start=start,
        end=end,
        summary="all the time",
    )


def never(fact: Fact, start: Moment | None = None, end: Moment | None = None) -> Assertion:
    """A fact is not so at any time."""
    return _always(
        f"{fact.said}, never",
        (fact,),
        lambda held: f"It was so: {held[0][0]} {fact.word}." if held[0] else None,
        start=start,
        end=end,
        summary="never",
    )


def never_together(
    one: Fact, other: Fact, start: Moment | None = None, end: Moment | None = None
) -> Assertion:
    """Two facts are never so at the same time."""
    return _always(
        f"{one.said} and {other.said}, never together",
        (one, other),
        lambda held: (
            f"Both were so: {held[0][0]} {one.word}, {held[1][0]} {other.word}."
            if held[0] and held[1]
            else None
        ),
        start=start,
        end=end,
        summary="never together",
    )


def at_most(
    count: int, fact: Fact, start: Moment | None = None, end: Moment | None = None
) -> Assertion:
    """A fact is so of at most so many at once, at any time."""
    return _always(
        f"{fact.said}: at most {count} at once",
        (fact,),
        lambda held: (
            f"It was so of {len(held[0])}: {', '.join(held[0])}." if len(held[0]) > count else None
        ),
        start=start,
        end=end,
        summary=f"never more than {count}",
    )


def at_least(
    count: int, fact: Fact, start: Moment | None = None, end: Moment | None = None
) -> Assertion:
    """A fact is so of at least so many, all the time."""
    return _always(
        f"{fact.said}: at least {count}",
        (fact,),
        lambda held: f"It was so of {len(held[0])} only." if len(held[0]) < count else None,
        start=start,
        end=end,
        summary=f"never fewer than {count}",
    )


def _always(
    said: str,
    facts: tuple[Fact, ...],
    broken: Callable[[list[list[str]]], str | None],
    *,
    start: Moment | None,
    end: Moment | None,
    summary: str,
) -> Assertion:
    """``broken`` says what is wrong with the holders of each fact at one time, or None."""

    def judge(span: Span) -> Finding:
        first = start.find(span) if start else None
        if start and first is None:
            return Finding(None, because=f"This did not happen: {start.said}.")
        last = end.find(span) if end else None
        if first and last and not comes_before(first, last):
            return Finding(False, because=f"{last.name} came before the time that it speaks of.")
        for change, held in _stretch(span, facts, first, last):
            wrong = broken(held)
            if wrong:
                lines = (Line.of(change, "the first time"),) if change else ()
                return Finding(False, lines, wrong if change else f"From the start: {wrong}")
        if end and last is None:
            return Finding(None, because=f"This did not happen: {end.said}.")
        return Finding(True, (_period(span, first, last, facts, summary),))

    return Assertion(said, judge, tuple(fact.subject for fact in facts))


def _stretch(
    span: Span, facts: tuple[Fact, ...], first: Change | None, last: Change | None
) -> Iterator[tuple[Change | None, list[list[str]]]]:
    """The holders of each fact from the first change (or the start) until before the last."""
    if first is not None and first.index < span.start:
        span = Span.of(span.history, first.index, span.zero)
    holdings = [Holding(fact, span.base) for fact in facts]
    if first is None:
        yield None, [list(holding.names) for holding in holdings]
    for change in span.changes:
        if last is not None and change.index >= last.index:
            return
        for holding in holdings:
            holding.take(change)
        if first is None or change.index >= first.index:
            yield change, [list(holding.names) for holding in holdings]


def _period(
    span: Span, first: Change | None, last: Change | None, facts: tuple[Fact, ...], summary: str
) -> Line:
    begins = first.time if first else None
    ends = last.time if last else (span.changes[-1].time if span.changes else None)
    start = span.relative(begins) if begins is not None else "the start"
    end = span.relative(ends) if ends is not None else "now"
    what = " and ".join(fact.word for fact in facts)
    return Line(f"{what}: {summary}, from {start} to {end}", str(facts[0].subject))
