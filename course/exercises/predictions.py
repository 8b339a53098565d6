"""Predictions: the learner says what will happen; the cluster answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from course.exercises.assertions import Assertion, asserted
from course.exercises.claims import evidence, judged
from course.exercises.errors import CellError
from course.exercises.facts import Moment
from course.exercises.scorebook import Guess, Page, Scorebook
from course.exercises.session import Session, current, from_here

#: How long an answer waits for what its options speak of, in seconds.
BOUND = 20.0


@dataclass(eq=False)
class Prediction:
    """A question with its options. ``guess`` is None until the learner has chosen."""

    question: str
    options: tuple[str, ...]
    several: bool
    guess: frozenset[str] | None = None
    right: frozenset[str] | None = field(default=None, repr=False)

    def choose(self, *options: str) -> None:
        """Make the guess, as the form's button does. After the answer it is too late.

        Raises ValueError for what is no option, or for several where one is asked for.
        """
        if not set(options) <= set(self.options) or (not self.several and len(options) != 1):
            raise ValueError("That is none of the choices that the question gives.")
        if self.right is None:
            self.guess = frozenset(options)

    def __repr__(self) -> str:
        mark = "[ ]" if self.several else "( )"
        return "\n".join([self.question, *(f"  {mark} {option}" for option in self.options)])

    def _ipython_display_(self) -> None:
        """Nothing: ``predict`` has shown the form already."""


_asked: list[Prediction] = []


def predict(question: str, options: Sequence[str], several: bool = False) -> Prediction:
    """Ask what will happen, before it happens; leaving it open is fine.

    Claims below speak of what happens from here on. Raises ValueError with fewer than two
    options.
    """
    if len(set(options)) < 2 or len(set(options)) < len(options):
        raise ValueError("A prediction needs at least two options, each another.")
    from_here()
    asked = Prediction(question, tuple(options), several)
    _asked[:] = [asked]
    # The form needs Jupyter; the rest of this file does not.
    from course.exercises.form import show

    show(asked)
    return asked


def answer(
    right: "str | Sequence[str] | Mapping[str, Assertion | Moment]",
    because: "str | Assertion | Moment" = "",
    prediction: Prediction | None = None,
    timeout: float = BOUND,
) -> None:
    """Hold the latest prediction against what happened.

    ``right`` names the right options; or it gives each option an assertion, and the
    history decides. ``because`` is a sentence, or an assertion whose evidence is printed.
    Raises CellError when nothing was asked, ValueError for what is no option, and
    ClaimFailedError when ``because`` is false.
    """
    session = current()
    asked = prediction or (_asked[0] if _asked else None)
    if asked is None:
        raise CellError("There is no prediction to answer. Run the cell that asks, then this one.")
    named = _named(session, asked, right, timeout)
    if not named <= set(asked.options):
        raise ValueError(f"No options of the question: {sorted(named - set(asked.options))}.")
    reason = because if isinstance(because, str) else ""
    lines = [] if isinstance(because, str) else evidence(session, asserted(because), timeout)
    asked.right = named
    print("\n".join([f"{_verdict(asked, named)} {reason}".rstrip(), *lines]))
    _keep(session, asked, named)


def score(asked: Prediction, right: frozenset[str]) -> tuple[int, int]:
    """How many of how many are right: of several, each option counts, ticked or not."""
    guess = asked.guess or frozenset()
    if asked.several:
        wrong = guess.symmetric_difference(right)
        return len(asked.options) - len(wrong), len(asked.options)
    return int(bool(guess & right)), 1


def _verdict(asked: Prediction, right: frozenset[str]) -> str:
    named = ", ".join(option for option in asked.options if option in right) or "none of them"
    if asked.guess is None:
        return f"The answer: {named}."
    good, of = score(asked, right)
    if asked.several:
        return f"Your guess: {good} of {of} right. The answer: {named}."
    chosen = ", ".join(asked.guess)
    return f"Your guess was right: {chosen}." if good else f"Not {chosen}. The answer: {named}."


def _named(
    session: Session,
    asked: Prediction,
    right: "str | Sequence[str] | Mapping[str, Assertion | Moment]",
    timeout: float,
) -> frozenset[str]:
    if isinstance(right, str):
        return frozenset([right])
    if not isinstance(right, Mapping):
        return frozenset(right)
    wanted = {option: asserted(thing) for option, thing in right.items()}
    # It is enough to know one answer where there is only one; else each must be known.
    found = judged(
        session,
        list(wanted.values()),
        timeout,
        f"The answer to: {asked.question}",
        enough=lambda verdicts: None not in verdicts or (not asked.several and True in verdicts),
    )[1]
    return frozenset(
        option for option, finding in zip(wanted, found, strict=True) if finding.verdict
    )


def _keep(session: Session, asked: Prediction, right: frozenset[str]) -> None:
    if asked.guess is None:
        return
    good, of = score(asked, right)

    def write(page: Page) -> None:
        page.guesses[asked.question] = Guess(session.chapter, good, of)

    Scorebook(session.progress_file).keep(write)
