"""Breaks a system under load, again and again, and balances its books after each fault.

A system is a StatefulSet with its books: `database.py`, `queue.py`. The plan of a run comes from
its seed alone, so a run that found something can be had again.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from course.cluster.faults import Fault
from course.cluster.session import until
from lab.errors import LabError
from lab.together import together

MANIFESTS = Path(__file__).parents[2] / "notebooks" / "manifests" / "05"
# The kubelet alone may wait 300 s before it starts again what has crashed often.
WHOLE_SECONDS = 360.0
ALONE_SECONDS = 60.0


@dataclass(frozen=True)
class Breakage:
    """A fault by name.

    ``lives`` says whether writes go through again while it lasts, ``alone`` that it overlaps with
    no other: it waits for members that the other one may have taken away, leaves nobody whom the
    other one could look for, or leaves the choice of what is kept to a human. ``by_hand`` is what
    a person does where the system does not get whole by itself afterwards; it returns what that
    was. After all other faults it must get whole by itself.
    """

    name: str
    make: Callable[[], Fault]
    lives: bool = True
    alone: bool = False
    by_hand: Callable[[], str] | None = None


@dataclass(frozen=True)
class Balance:
    """What the books say after a fault; the longest wait is in seconds."""

    acknowledged: int
    lost: int
    twice: int
    longest_wait: float


class System(Protocol):
    """What is broken and counted."""

    books: str
    breakages: Mapping[str, Breakage]

    def start(self) -> None:
        """Make it anew, and wait until it is whole."""

    def write(self, run: str) -> None:
        """Let the clients write, under a name that was never used."""

    def whole(self) -> bool:
        """Say whether all members are there and take part."""


@dataclass
class Round:
    """One fault, or two that overlap, and what came of it."""

    faults: tuple[str, ...]
    balance: Balance | None = field(default=None)
    by_hand: str = ""

    def __str__(self) -> str:
        found = self.balance
        if found is None:
            return " + ".join(self.faults)
        return (
            f"{' + '.join(self.faults):40} {found.acknowledged:6,} acknowledged  "
            f"{found.lost:4} lost  {found.twice:3} twice  {found.longest_wait:5.1f} s  "
            f"{self.by_hand}"
        ).rstrip()


def plan(
    breakages: Mapping[str, Breakage], count: int, seed: int, overlapping: float = 0.3
) -> list[Round]:
    """Return so many rounds by chance: each fault comes before any comes a second time."""
    chance = random.Random(seed)
    rounds: list[Round] = []
    left: list[str] = []
    while len(rounds) < count:
        left = left or chance.sample(sorted(breakages), len(breakages))
        faults = [left.pop()]
        both = left and not any(breakages[name].alone for name in (faults[0], left[-1]))
        if both and chance.random() < overlapping:
            faults.append(left.pop())
        rounds.append(Round(tuple(faults)))
    return rounds


def play(system: System, rounds: Sequence[Round], prefix: str) -> Iterator[Round]:
    """Break the system round by round; yields each with its balance."""
    for number, each in enumerate(rounds):
        until("The system being whole before a fault", WHOLE_SECONDS, system.whole)
        run = f"{prefix}-{number}"
        system.write(run)
        books(system.books, "more", run, "100")
        breakages = [system.breakages[name] for name in each.faults]
        with broken(breakages):
            if len(breakages) == 1 and breakages[0].lives:
                books(system.books, "more", run, "100")
            else:
                books(system.books, "fails", run, check=False)
        books(system.books, "more", run, "100", tries=3)
        each.by_hand = mended(system, breakages)
        each.balance = balance(system.books, run)
        yield each


@contextmanager
def broken(breakages: Sequence[Breakage]) -> Iterator[None]:
    """Break all of it, and put it right side by side.

    A container that was killed may be Ready only after another fault's end.
    """
    faults: list[Fault] = []
    try:
        for breakage in breakages:
            faults.append(breakage.make())
        yield
    finally:
        together(**{f"{number}. {fault.what}": fault.undo for number, fault in enumerate(faults)})


@contextmanager
def whole_at_both_ends(system: System) -> Iterator[System]:
    """A system that is whole before something is done to it, and gets whole again after it."""
    until("The system being whole before a test", WHOLE_SECONDS, system.whole)
    yield system
    until("The system being whole after a test", WHOLE_SECONDS, system.whole)


def first(what: str, look: Callable[[], list[str]]) -> str:
    """Return the first Pod that is found and answers: a fault may have taken it for a while.

    What is known of a Pod on a machine that stands still may be old, and nothing can be done to it.
    """
    found: list[str] = []

    def there() -> bool:
        found[:] = [name for name in look() if answers(name)]
        return bool(found)

    until(what, WHOLE_SECONDS, there)
    return found[0]


def scale(name: str, replicas: int) -> None:
    """Have a StatefulSet scaled, without waiting."""
    kubectl("scale", "statefulset", name, f"--replicas={replicas}")


def logs(pod: str) -> str:
    """The last lines that a Pod's container said."""
    return kubectl("logs", pod, "--tail=50", check=False).stdout


def gone(pod: str) -> bool:
    """Say whether there is no Pod of this name."""
    return kubectl("get", "pod", pod, check=False).returncode != 0


def answers(pod: str) -> bool:
    """Say whether something can be run in a Pod."""
    try:
        return kubectl("exec", pod, "--", "true", check=False, seconds=10).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def balance(pod: str, run: str) -> Balance:
    """Stop the clients of a run and read their balance. Fails when there is none."""
    said = books(pod, "balance", run, check=False)
    found = {
        word: re.search(rf"^{word}\s+([\d,.]+)", said, re.MULTILINE | re.IGNORECASE)
        for word in ("acknowledged", "lost", "twice", "longest wait")
    }
    assert all(found.values()), f"The books gave no balance:\n{said}"
    numbers = {word: match[1].replace(",", "") for word, match in found.items() if match}
    return Balance(
        int(numbers["acknowledged"]),
        int(numbers["lost"]),
        int(numbers["twice"]),
        float(numbers["longest wait"]),
    )


def mended(system: System, breakages: Sequence[Breakage]) -> str:
    """Wait until the system is whole again; returns what had to be done by hand for it."""
    hands = [breakage.by_hand for breakage in breakages if breakage.by_hand]
    done = ""
    if hands:
        try:
            until("The system being whole by itself", ALONE_SECONDS, system.whole)
        except LabError:
            done = hands[0]()
    until("The system being whole after a fault", WHOLE_SECONDS, system.whole)
    return done


def books(pod: str, *words: str, check: bool = True, tries: int = 1) -> str:
    """Run a command of the books in their Pod; returns what it said."""
    for _ in range(tries):
        said = kubectl("exec", pod, "--", "books", *words, check=False)
        if said.returncode == 0:
            return said.stdout
    assert not check, f"books {' '.join(words)}: {said.stdout}{said.stderr}"
    return said.stdout


def kubectl(
    *words: str, check: bool = True, seconds: float = 180, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run kubectl in the open chapter's namespace; it reads what is ``given``.

    Fails with what it said.
    """
    done = subprocess.run(
        ["kubectl", *words],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        input=given,
    )
    assert done.returncode == 0 or not check, f"kubectl {' '.join(words)}: {done.stderr}"
    return done
