"""Finds the predictions of a notebook, and the answer that the cluster gave to each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import Any

OPTION = re.compile(r"  (\( \)|\[ \]) (.+)")
ANSWER = "The answer: "
NONE = "none of them"


@dataclass
class Question:
    """A prediction as a page shows it; ``right`` is None until its answer was found."""

    name: str
    text: str
    options: tuple[str, ...]
    several: bool
    right: frozenset[str] | None = None
    because: str = ""
    answered_in: str = ""


def question(name: str, plain: str) -> Question | None:
    """The question in an output's plain text; None if the text is something else."""
    first, *rest = plain.rstrip().split("\n")
    found = [OPTION.fullmatch(line) for line in rest]
    matches = [one for one in found if one]
    if len(matches) < 2 or len(matches) < len(found):
        return None
    return Question(name, first, tuple(one[2] for one in matches), matches[0][1] == "[ ]")


def questions(cells: list[Any]) -> dict[str, Question]:
    """The questions of a notebook by the id of the cell that asks."""
    asked: dict[str, Question] = {}
    for cell in cells:
        for output in cell.get("outputs", []):
            plain = output.get("data", {}).get("text/plain", "")
            if found := question(cell.id, plain):
                asked[cell.id] = found
            for line in output.get("text", "").splitlines():
                if line.startswith(ANSWER):
                    _answer(asked, cell.id, line.removeprefix(ANSWER))
    return asked


def _answer(asked: dict[str, Question], cell: str, said: str) -> None:
    """Give the answer to the newest open question that it fits."""
    for one in reversed(asked.values()):
        if one.right is None and (fits := _understood(one.options, said)):
            one.right, one.because, one.answered_in = fits[0], fits[1], cell
            return


def _understood(options: tuple[str, ...], said: str) -> tuple[frozenset[str], str] | None:
    """What was said as a set of options and the sentence after it: options may hold commas."""
    best: tuple[frozenset[str], str] | None = None
    longest = -1
    for chosen in product((False, True), repeat=len(options)):
        right = [option for option, is_right in zip(options, chosen, strict=True) if is_right]
        text = (", ".join(right) or NONE) + "."
        fits = said == text or said.startswith(f"{text} ")
        if fits and len(text) > longest:
            best, longest = (frozenset(right), said[len(text) :].strip()), len(text)
    return best
