"""How each assertion turns round: what must not be true where the assertion is.

Not its mere negation, which could not be true: an order backwards, a bound that is tighter,
the same instead of another.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from course.exercises import always, assertions, books, identity, requests
from course.exercises.assertions import Assertion, Finding
from course.exercises.facts import Fact, Moment, deleted

Arguments = dict[str, Any]


def round_about(assertion: Assertion) -> list[Assertion]:
    """The opposites of an assertion; none, when it is not known how to turn it round."""
    name, arguments = getattr(assertion, "made", ("", {}))
    turn = TURNS.get(name)
    return turn(**arguments) if turn else []


def _in_order(moments: tuple[Moment, ...]) -> list[Assertion]:
    """Each two neighbours the other way round."""
    return [assertions.before(second, first) for first, second in pairwise(moments)]


def _within(first: Moment, second: Moment, seconds: float) -> list[Assertion]:
    return [assertions.within(second, first, seconds), assertions.within(first, second, 0)]


def _never_together(one: Fact, other: Fact, **stretch: Any) -> list[Assertion]:
    """Two of which one never was so are never together: that proves nothing."""
    return [always.never(one, **stretch), always.never(other, **stretch)]


def _at_most(count: int, fact: Fact, **stretch: Any) -> list[Assertion]:
    """One fewer; of none at all, all the time."""
    return [always.at_most(count - 1, fact, **stretch) if count else always.stays(fact, **stretch)]


def _did_not(moment: Moment) -> Assertion:
    def judge(span: Any) -> Finding:
        found = moment.find(span)
        return Finding(found is None, because=f"It happened: {moment.said}.")

    return Assertion(f"{moment.said}: it did not happen", judge, (moment.subject,))


def _not(fact: Fact) -> Fact:
    return replace(
        fact, word=f"not {fact.word}", test=lambda found, alive: not fact.test(found, alive)
    )


def _now(fact: Fact) -> list[Assertion]:
    """Of others it is not so: then it matters which are meant."""
    return [assertions.now(_not(fact))]


def _happens(thing: Moment) -> list[Assertion]:
    return [_did_not(thing)]


def _eventually(moment: Moment) -> list[Assertion]:
    return [always.never(moment)] if isinstance(moment, Fact) else [_did_not(moment)]


def _other_name(old: Any, new: Any) -> list[Assertion]:
    read: identity.Read = lambda _, change: change.name  # noqa: E731
    return [identity._compared("name", old, new, read, same=False)]


TURNS: dict[str, Callable[..., list[Assertion]]] = {
    "asserted": _happens,
    "eventually": _eventually,
    "now": _now,
    "before": lambda first, second: [assertions.before(second, first)],
    "in_order": _in_order,
    "within": _within,
    "stays": lambda **made: [always.never(**made)],
    "never": lambda **made: [always.stays(**made)],
    "never_together": _never_together,
    "at_most": _at_most,
    "at_least": lambda count, fact, **stretch: [always.at_least(count + 1, fact, **stretch)],
    "kept": lambda thing: [assertions.asserted(deleted(thing))],
    "same_name": _other_name,
    "same_uid": lambda **made: [identity.other_uid(**made)],
    "other_uid": lambda **made: [identity.same_uid(**made)],
    "same_node": lambda **made: [identity.other_node(**made)],
    "other_node": lambda **made: [identity.same_node(**made)],
    "same_address": lambda **made: [identity.other_address(**made)],
    "other_address": lambda **made: [identity.same_address(**made)],
    "same_volume": lambda **made: [identity.other_volume(**made)],
    "acknowledged": lambda lines, first, last: [books.acknowledged(lines, last, first)],
    "waited_at_most": lambda lines, seconds: [books.waited_at_most(lines, 0)],
    "stood_still": lambda lines, seconds: [books.waited_at_most(lines, seconds)],
    "served": lambda **made: [requests.not_served(**made)],
    "not_served": lambda **made: [requests.served(**made)],
    "served_again": lambda **made: [requests.served(**made), requests.not_served(**made)],
    "other_volume": lambda **made: [identity.same_volume(**made)],
}
