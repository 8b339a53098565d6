"""The exercises as the reference solutions solved them on the cluster, to be judged again."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from course.chapters import chapter_5_rabbitmq, register_exercises
from course.chapters.rabbitmq_nodes import Node
from course.exercises import checks
from course.exercises.outcomes import Outcome
from course.exercises.registry import SOLUTIONS, find
from course.exercises.session import Session
from course.record import Change, History, Mark, Snapshot, pods, read

register_exercises()

Json = dict[str, Any]
CLAIM, VOLUME = "PersistentVolumeClaim", "PersistentVolume"
SERVICE_NAME = "kubernetes.io/service-name"

#: The sets and Services that each exercise speaks of.
SPEAKS_OF = {
    "1.1": "web", "1.2": "web", "1.4": "ledger",
    "2.1": "my-statefulset|first", "2.2": "keep-keep|keep-drop|drop-keep|my-statefulset",
    "2.3": "my-statefulset", "2.4": "shop",
    "3.1": "shop", "3.2": "web", "3.3": "mini", "3.4": "mini", "3.5": "mini", "3.6": "mini",
    "3.7": "mini",
    "4.1": "store", "4.2": "store", "4.3": "web",
    "5.1": "pg", "5.2": "desk", "5.3": "shop", "5.4": "pg", "5.5": "pg",
    "5.6": "mq", "5.7": "post|post-pods",
    "6.1": "web", "6.2": "web", "6.3": "ledger",
}  # fmt: skip
#: What is judged beside the history: what the queue's nodes say of themselves, or the answers.
ONE_OF_THREE = Node("one", frozenset({"orders"}))
WITH_MESSAGES = Node("one", frozenset({"orders"}), {"orders": 42})
NODES = {
    "5.6": {"mq-0": WITH_MESSAGES, "mq-1": ONE_OF_THREE, "mq-2": ONE_OF_THREE},
    "5.7": dict.fromkeys(("post-0", "post-1", "post-2"), Node("one")),
}


@dataclass(frozen=True)
class Solved:
    """An exercise that was solved: what happened since it began, and what is judged beside it."""

    number: str
    base: Snapshot
    changes: tuple[Change, ...]
    nodes: Mapping[str, Node] = field(default_factory=dict)
    answers: Any = None

    def judged(self) -> Outcome:
        """What the exercise's check says."""
        history, task = told(self.base, self.changes), find(self.number)
        mark = Mark(f"exercise {self.number}", self.base.index + 1, self.base.time)
        history._marks[mark.name] = mark
        session = Session(history, lambda _: True, Path("nowhere"), task.chapter)
        with patch.object(chapter_5_rabbitmq, "ask", self.nodes.get):
            return checks._judged(task, session, self.answers, 0.0)

    def now(self) -> Snapshot:
        """The cluster at the end."""
        return self.base.after(self.changes)

    def speaks_of(self, kind: str, thing: Json) -> bool:
        """Whether an object is one of those that the exercise speaks of."""
        names = SPEAKS_OF.get(self.number, "nothing")
        if kind in ("StatefulSet", "Service"):
            return bool(re.fullmatch(names, pods.name(thing)))
        if kind in ("Pod", CLAIM):
            return bool(re.fullmatch(rf"(data-)?({names})-\d+", pods.name(thing)))
        if kind == VOLUME:
            claim = pods.text(thing, "spec", "claimRef", "name")
            return bool(re.fullmatch(rf"data-({names})-\d+", claim))
        service = pods.label(thing, SERVICE_NAME)
        return kind == "EndpointSlice" and bool(re.fullmatch(names, service))


def told(base: Snapshot, changes: Iterable[Change]) -> History:
    """A history that was told these changes after a moment."""
    changes = [replace(change, index=base.index + n) for n, change in enumerate(changes, 1)]
    try:
        return History.restored(base, changes, [], base.time)
    except ValueError:  # not in an order that is recorded so: the history makes the best of it
        history = History.restored(base, [], [], base.time)
    for change in changes:
        history.append(change.kind, change.what, change.object, change.time)
    return history


@cache
def solved(number: str) -> Solved:
    """The exercise of a number as its reference solution left it."""
    history = read(SOLUTIONS / "recordings" / f"{number}.json.gz")
    base, changes = history.kept()
    return Solved(number, base, changes, NODES.get(number, {}), _answers(number, base, changes))


def _answers(number: str, base: Snapshot, changes: Sequence[Change]) -> object:
    """What is given to an exercise's check: its answers, or a ledger in which nobody waited."""
    if number == "1.3":
        return runpy.run_path(str(SOLUTIONS / "1.3.py"))["fits"]
    if number == "5.5":
        times = (base.time, changes[-1].time)
        return [f"ack {n} {time:.3f} {time + 0.01:.3f}" for n, time in enumerate(times)]
    return None


def recordings() -> list[Path]:
    """The recordings of solved exercises."""
    return sorted((SOLUTIONS / "recordings").glob("*.json.gz"))
