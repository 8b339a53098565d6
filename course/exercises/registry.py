"""The exercises there are: number, title, hints, a solution and a judge for each."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.exercises.assertions import Assertion, asserted
from course.exercises.errors import CellError
from course.exercises.facts import Incarnation, Moment, Object, subject
from course.exercises.identity import kept, lives
from course.exercises.outcomes import Outcome
from course.exercises.span import Span
from course.record import Snapshot, pods
from lab.paths import CHECKOUT

#: How many chapters the course has.
CHAPTERS = range(1, 7)
#: Where the reference solutions lie.
SOLUTIONS = CHECKOUT / "notebooks" / "solutions"


@dataclass(frozen=True)
class Attempt:
    """What a judge looks at: the history since the exercise began, and the cluster now.

    ``answers`` is what the learner gave to ``check``: of any type, or None.
    """

    span: Span
    answers: object = None

    @property
    def before(self) -> Snapshot:
        """The cluster as it was when the exercise began."""
        return self.span.base

    @property
    def now(self) -> Snapshot:
        """The cluster as it is."""
        return self.span.now()

    def shows(self, thing: Assertion | Moment) -> bool:
        """Whether an assertion is true of what happened so far."""
        return asserted(thing).judge(self.span).verdict is True

    def there(self, thing: str) -> Object | None:
        """An object that exists now and is to stay, or None: it is gone or on its way out.

        ``thing`` is what claims say: `"web-0"` is a Pod, `"pvc/data-web-0"` a claim.
        """
        who = subject(thing)
        found = self.now.objects(who.kind).get(who.name)
        return None if found is None or pods.is_terminating(found) else found

    def lost(self, *things: str) -> str:
        """The name of the first that is not what it was when the exercise began; "" if all are.

        What is on its way out is lost; so is a claim that was bound and is no more, and a Pod
        that was given another image.
        """
        for thing in things:
            who, now = subject(thing), self.there(thing)
            was = self.before.objects(who.kind).get(who.name, {})
            if now is None or not self.shows(kept(thing)):
                return who.name
            freed = pods.is_bound(was) and not pods.is_bound(now)
            if freed or pods.images(was) != pods.images(now):
                return who.name
        return ""

    def lives(self, name: str, kind: str = "Pod") -> list[Incarnation]:
        """The lives under a name that lay in the exercise, oldest first."""
        known = self.before.objects(kind).get(name)
        uids = {one.uid for one in self.span.changes if one.kind == kind and one.name == name}
        if known:
            uids.add(str(known["metadata"].get("uid") or ""))
        return [life for life in lives(self.span, kind, name) if life.uid in uids]


Judge = Callable[[Attempt], Outcome]


@dataclass(frozen=True)
class Exercise:
    """A task on the real cluster. ``solution`` is a file, ``hints`` go from vague to plain."""

    number: str
    title: str
    hints: tuple[str, ...]
    solution: Path
    judge: Judge

    @property
    def chapter(self) -> int:
        """The chapter that it belongs to."""
        return int(self.number.split(".")[0])


class UnknownExerciseError(CellError):
    """There is no exercise of this number."""


_exercises: dict[str, Exercise] = {}


def exercise(
    number: str, title: str, *, hints: Sequence[str], solution: str | Path
) -> Callable[[Judge], Judge]:
    """Register the judge below as exercise ``number`` (`"1.2"`: chapter 1, the second).

    ``solution`` is a path below notebooks/solutions. Raises ValueError for a number of
    another form, and without hints.
    """
    if not re.fullmatch(r"[1-9]\.[1-9][0-9]?", number) or not hints:
        raise ValueError("An exercise has a number like 1.2, and at least one hint.")

    def register(judge: Judge) -> Judge:
        _exercises[number] = Exercise(number, title, tuple(hints), SOLUTIONS / solution, judge)
        return judge

    return register


def every() -> list[Exercise]:
    """All exercises that the chapters have registered, in order."""
    return sorted(
        _exercises.values(), key=lambda one: [int(part) for part in one.number.split(".")]
    )


def find(number: str) -> Exercise:
    """The exercise of a number. Raises UnknownExerciseError, which names those there are."""
    for one in every():
        if one.number == str(number):
            return one
    known = ", ".join(one.number for one in every()) or "none yet"
    raise UnknownExerciseError(f"There is no exercise {number}. There are: {known}.")
