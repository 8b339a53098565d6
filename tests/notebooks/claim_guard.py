"""Holds the claims of a notebook to be reached, and to be false when they are turned round.

`TURN_CLAIM=7` turns the seventh claim of each notebook round before it is judged: a run that
stays green then has a claim that can't fail.
"""

import ast
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import turned

from course import exercises
from course.exercises import assertions, claims, session
from course.exercises.assertions import Assertion
from course.exercises.errors import ClaimFailedError
from course.exercises.session import Session
from course.exercises.span import Span
from course.record import save


class Kept:
    """A session that keeps the span which it gave last: the one that a claim was judged by."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.last: Span | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.session, name)

    def span(self, mark: str | None = None) -> Span:
        """The session's span."""
        self.last = self.session.span(mark)
        return self.last


class Frozen(Kept):
    """A session at which time stands still: it gives one span, and has nothing to catch up."""

    def __init__(self, session: Session, span: Span) -> None:
        super().__init__(session)
        self.last = span

    def span(self, mark: str | None = None) -> Span:
        """The one span."""
        return self.last

    def catch_up(self, seconds: float) -> bool:
        """Nothing comes any more."""
        return True


class Claims:
    """The claims that a kernel has judged. ``tell`` is given what is wrong with one."""

    def __init__(self, shell: Any, tell: Callable[[str], None]) -> None:
        self.shell = shell
        self.tell = tell
        self.turn = int(os.environ.get("TURN_CLAIM", "0"))
        self.number = self.turned = self.caught = 0
        self.reached: set[int] = set()

    def install(self) -> None:
        """Stand between the notebook and the judging of its claims."""
        self.proof = claims._proof
        claims._proof = self.judge
        makers = [made for made in vars(exercises).values() if _makes_assertions(made)]
        known = {id(made): remembered(made) for made in [assertions.asserted, *makers]}
        # Wherever one has been imported to; what is imported later gets it from there.
        for module in [one for name, one in sys.modules.items() if name.startswith("course.")]:
            for name, thing in list(vars(module).items()):
                if id(thing) in known:
                    setattr(module, name, known[id(thing)])

    def judge(
        self, session: Session, sentence: str, wanted: Sequence[Assertion], timeout: float
    ) -> list[str]:
        """Judge a claim as the course does, then each of its assertions turned round."""
        self.reached.add(self._line())
        self.number += 1
        if self.number == self.turn:
            wanted = [*turned.round_about(wanted[0])[:1], *wanted[1:]]
        kept = Kept(session)
        lines = self.proof(kept, sentence, wanted, timeout)
        for assertion in wanted:
            self._turn_round(Frozen(session, kept.last), sentence, assertion)
        return lines

    def unreached(self, source: str) -> list[int]:
        """The lines of a cell's claims that were not judged while it ran."""
        reached, self.reached = self.reached, set()
        return sorted(left_out(self.shell.transform_cell(source), reached))

    def _turn_round(self, frozen: Frozen, sentence: str, assertion: Assertion) -> None:
        opposites = turned.round_about(assertion)
        if not opposites:
            self.tell(f"“{sentence}”: turned.py does not know how to turn “{assertion}” round.")
        for opposite in opposites:
            self.turned += 1
            try:
                self.proof(frozen, sentence, [opposite], 0)
            except ClaimFailedError:
                self.caught += 1
            else:
                self.tell(f"“{sentence}” proves little, for this is true as well: {opposite}.")

    def _line(self) -> int:
        frame = sys._getframe()
        while frame and frame.f_globals is not self.shell.user_ns:
            frame = frame.f_back
        return frame.f_lineno if frame else 0


def _makes_assertions(thing: Any) -> bool:
    if not inspect.isfunction(thing):
        return False
    return inspect.signature(thing).return_annotation in (Assertion, "Assertion")


def remembered(make: Callable[..., Assertion]) -> Callable[..., Assertion]:
    """The same, with what each assertion was made of kept in it."""
    known = inspect.signature(make)

    def made(*args: Any, **kwargs: Any) -> Assertion:
        if args and isinstance(args[0], Assertion):
            return args[0]
        # What can be read only once is read twice here.
        args = tuple(list(one) if isinstance(one, Iterator) else one for one in args)
        assertion = make(*args, **kwargs)
        given = known.bind(*args, **kwargs)
        given.apply_defaults()
        object.__setattr__(assertion, "made", (make.__name__, given.arguments))
        return assertion

    made.__name__, made.__doc__ = make.__name__, make.__doc__
    return made


def left_out(source: str, reached: set[int]) -> set[int]:
    """The lines of a cell's claims that were not reached and should have been.

    Where a cell asks for a feature gate, all claims of one branch are enough.
    """
    tree = ast.parse(source)
    left = _claim_lines(tree) - reached
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "gate_on(" in ast.unparse(node.test):
            branches = [_claim_lines(*node.body), _claim_lines(*node.orelse)]
            if any(branch and branch <= reached for branch in branches):
                left -= branches[0] | branches[1]
    return left


def _claim_lines(*trees: ast.AST) -> set[int]:
    return {line for tree in trees for line in _calls(tree)}


def _calls(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            if name == "claim":
                yield node.lineno


def save_history(path: Path) -> None:
    """Save the history of the chapter that is open, if one is."""
    for one in session._sessions:
        path.parent.mkdir(parents=True, exist_ok=True)
        save(one.history, path)


def mark_cell(number: int) -> None:
    """Mark the end of a cell in the history, by the number that Jupyter shows beside it."""
    for one in session._sessions:
        one.history.mark(f"In [{number}]")
