"""The board and the checks bear whatever stands in an object: a field gone, or of another kind.

Learners make objects by hand, and Kubernetes leaves out what is empty. Each recorded chapter is
gone on with by objects of its own in which one field, drawn by chance, was damaged.
"""

import json
import random
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from course.chapters import register_exercises
from course.exercises.outcomes import Outcome
from course.exercises.registry import Attempt, Exercise, every
from course.exercises.span import Span
from course.record import History, read
from course.views.model import Model
from lab.errors import LabError

sys.path.insert(0, str(Path(__file__).parents[1]))

from bad_manifests.damaged import places

RECORDINGS = sorted((Path(__file__).parents[2] / "notebooks" / "recordings").glob("*.json"))
TIMES = 150
GONE = object()
MARKUP = "<img src=x onerror=alert(1)>"
#: What nobody expects there, and the API server may let through somewhere.
VALUES = (
    GONE,
    None,
    "",
    MARKUP,
    "x" * 300,
    "\u202e\x00",
    -1,
    2**63,
    True,
    [],
    [None],
    {},
    {"": []},
)

register_exercises()


def damaged(thing: dict[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    """A copy in which one thing is gone or is another."""
    copy = deepcopy(thing)
    inside: Any = copy
    for key in path[:-1]:
        inside = inside[key]
    if value is GONE:
        del inside[path[-1]]
    else:
        inside[path[-1]] = deepcopy(value)
    return copy


def has_a_name(thing: dict[str, Any]) -> bool:
    """What the API server gives always has one; the history takes nothing else."""
    metadata = thing.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return isinstance(name, str) and bool(name)


def spoil(history: History, chance: random.Random) -> tuple[str, str]:
    """Go on with an object of the history, one field of which is damaged; says which."""
    known = history.changes()
    while True:
        change = chance.choice(known)
        path, _ = chance.choice(list(places(change.object)))
        # As the newest state: an older one is no news to a history.
        version = ("metadata", "resourceVersion")
        newest = damaged(change.object, version, str(10**9 + history.end))
        worse = damaged(newest, path, chance.choice(VALUES))
        if has_a_name(worse):
            history.append(change.kind, "modified", worse)
            return change.kind, ".".join(map(str, path))


def judged(task: Exercise, attempt: Attempt) -> Outcome | None:
    """What the judge says; None of one that asks the programs in Pods, of which none runs here."""
    try:
        return task.judge(attempt)
    except LabError as error:
        if "No chapter is open" in error.what:
            return None
        raise


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: file.stem)
def test_no_damaged_object_stops_the_board_or_a_check(file: Path):
    history, chance = read(file), random.Random(file.stem)
    model = Model(history.snapshot())
    tasks = [task for task in every() if task.chapter == int(file.stem[:2])]
    assert len(tasks) >= 3
    started = history.end
    for _ in range(TIMES):
        seen = history.end
        where = spoil(history, chance)
        try:
            json.dumps(model.apply(history.changes(seen)))
            attempt = Attempt(Span.of(history, started, 0.0))
            outcomes = [one for task in tasks if (one := judged(task, attempt))]
        except Exception as error:
            error.add_note(f"The damaged field: {where}")
            raise
        assert all(isinstance(one, Outcome) and str(one) for one in outcomes)
    assert history.end - started >= TIMES * 0.9  # the damage was news
    json.dumps(Model(history.snapshot()).whole())
