"""Assertions about moments: what came first, in which order, how soon."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from course.exercises.errors import CellError
from course.exercises.facts import Fact, Moment, Subject
from course.exercises.lines import Line
from course.exercises.span import Span
from course.record import Change


@dataclass(frozen=True)
class Finding:
    """What an assertion found: true, false, or None while it waits for something.

    ``because`` says why it is false, or what it waits for.
    """

    verdict: bool | None
    lines: tuple[Line, ...] = ()
    because: str = ""


@dataclass(frozen=True)
class Assertion:
    """Something that a claim says of the history. ``judge`` is pure."""

    said: str
    judge: Callable[[Span], Finding]
    subjects: tuple[Subject, ...] = field(default=())

    def __str__(self) -> str:
        return self.said


def by_clients_times(judge: Callable[[Span], Finding]) -> Callable[[Span], Finding]:
    """Judge by times that clients wrote down, as long as their clock is the history's."""

    def careful(span: Span) -> Finding:
        why = span.clock_was_set()
        return Finding(False, because=f"It can't be told: {why}") if why else judge(span)

    return careful


def asserted(thing: "Assertion | Moment") -> Assertion:
    """A moment alone says that it happens; what was so before does not count.

    Raises CellError for what is neither.
    """
    if isinstance(thing, Assertion):
        return thing
    if not hasattr(thing, "said"):
        raise CellError(
            f"This can't be judged: {thing!r}.\n"
            'Give an assertion, such as kept("web-0"), or a moment, such as ready("web-0").'
        )
    return _happens(thing)


def comes_before(one: Change, other: Change) -> bool:
    """Whether a change happened before another.

    Each kind has a watch of its own, so two kinds may come in another order than they
    happened. Within a second of each other, the API server's versions decide.
    """
    if one.kind != other.kind and abs(one.time - other.time) < 1.0:
        versions = one.version, other.version
        if versions[0] is not None and versions[1] is not None and versions[0] != versions[1]:
            return versions[0] < versions[1]
    return one.index < other.index


def eventually(moment: Moment) -> Assertion:
    """It happens, or the fact was so at the start: at some time it is so."""

    def judge(span: Span) -> Finding:
        if isinstance(moment, Fact) and not moment.subject.uid:
            held = moment.holders(span.base)
            if held:
                return Finding(True, tuple(Line(f"{moment.word} from the start", n) for n in held))
        return _happens(moment).judge(span)

    return Assertion(f"{moment.said}, at some time", judge, (moment.subject,))


def _happens(moment: Moment) -> Assertion:
    def judge(span: Span) -> Finding:
        found = moment.find(span)
        if found:
            return Finding(True, (Line.of(found, moment.tell(found)),))
        if isinstance(moment, Fact) and moment.holders(span.base):
            return Finding(None, because=f"This was so before, and did not happen: {moment.said}.")
        return _waits(moment)

    return Assertion(moment.said, judge, (moment.subject,))


def now(fact: Fact) -> Assertion:
    """It is so at the end of what the history tells; waits until it is."""

    def judge(span: Span) -> Finding:
        held = fact.holders(span.now())
        if not held:
            return Finding(None, because=f"It is not so now: {fact.said}.")
        return Finding(True, tuple(Line(f"{fact.word} now", name) for name in held))

    return Assertion(f"{fact.said}, now", judge, (fact.subject,))


def before(first: Moment, second: Moment) -> Assertion:
    """The first happens before the second."""
    return in_order(first, second)


def in_order(*moments: Moment) -> Assertion:
    """All of them happen, each before the next."""
    if len(moments) < 2:
        raise ValueError("An order needs two moments.")

    def judge(span: Span) -> Finding:
        found = [moment.find(span) for moment in moments]
        lines = _lines(moments, found)
        for place in range(len(moments) - 1):
            one, other = found[place], found[place + 1]
            if one is None or other is None:
                continue
            if not comes_before(one, other):
                names = moments[place + 1].said, moments[place].said
                return Finding(False, lines, f"{names[0]} came before {names[1]}.")
        return _all_found(moments, found, lines)

    said = ", then ".join(moment.said for moment in moments)
    return Assertion(said, judge, tuple(moment.subject for moment in moments))


def within(first: Moment, second: Moment, seconds: float) -> Assertion:
    """The second happens after the first, at most so many seconds later."""

    def judge(span: Span) -> Finding:
        found = [first.find(span), second.find(span)]
        lines = _lines((first, second), found)
        one, other = found
        if one is None or other is None:
            return _all_found((first, second), found, lines)
        if not comes_before(one, other):
            return Finding(False, lines, f"{second.said} came before {first.said}.")
        took = other.time - one.time
        if took > seconds:
            return Finding(False, lines, f"It took {took:.1f} s, more than {seconds:g} s.")
        return Finding(True, lines)

    said = f"{second.said} at most {seconds:g} s after {first.said}"
    return Assertion(said, judge, (first.subject, second.subject))


def _lines(moments: Sequence[Moment], found: Sequence[Change | None]) -> tuple[Line, ...]:
    pairs = zip(moments, found, strict=True)
    return tuple(Line.of(change, moment.tell(change)) for moment, change in pairs if change)


def _all_found(
    moments: Sequence[Moment], found: Sequence[Change | None], lines: tuple[Line, ...]
) -> Finding:
    missing = [moment for moment, change in zip(moments, found, strict=True) if change is None]
    if not missing:
        return Finding(True, lines)
    waits = _waits(missing[0])
    return Finding(None, lines, waits.because)


def _waits(moment: Moment) -> Finding:
    return Finding(None, because=f"This did not happen: {moment.said}.")
