"""Sets that the API server takes and that never get Ready: the board says why, by name.

What they refer to is not there, or asks for more than there is. The checks bear them, too.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from course.chapters import opening
from course.chapters.opening import Chapter, chapter
from course.cluster.session import until
from course.exercises import begin, check
from course.exercises.registry import every
from course.views.model import Model
from lab.errors import LabError

sys.path.insert(0, str(Path(__file__).parents[1]))

from bad_manifests.cases import Late, late

CASES = late()
#: The kubelet and the controllers try again ever more rarely; the first try tells.
SECONDS = 60


def reasons(opened: Chapter, name: str) -> list[str]:
    """What the board says of a set, and beside its Pods."""
    groups = Model(opened.history.snapshot()).whole()["groups"]
    group = groups.get(f"StatefulSet/{opened.namespace}/{name}", {})
    return [one["text"] for one in group.get("why", [])]


@pytest.fixture(scope="module")
def board(kernel, lab, tmp_path_factory) -> Iterator[Chapter]:
    """Chapter 2 with all of the sets in it, and an exercise begun before."""
    opened = chapter(2, show=False)
    for task in every():
        begin(task.number)
    file = tmp_path_factory.mktemp("late") / "late.yaml"
    file.write_text(yaml.safe_dump_all([case.thing for case in CASES]))
    done = subprocess.run(
        ["kubectl", "apply", "-f", str(file)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("created") == len(CASES)
    yield opened
    opening._kernel.close()
    opening.reset(lab, chapter=2)  # what never gets Ready must not slow down the next test


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name[:40])
def test_the_board_names_the_cause(case: Late, board: Chapter):
    told: list[str] = []

    def named() -> bool:
        told[:] = reasons(board, case.name)
        return any(case.why in text for text in told)

    try:
        until(f"{case.name} being explained", SECONDS, named)
    except LabError as error:
        raise AssertionError(f"{error}\nThe board says: {told}") from None
    assert all(text.isprintable() and len(text) <= 600 for text in told)


@pytest.mark.parametrize("task", every(), ids=lambda task: task.number)
def test_a_check_bears_them_all(task, board: Chapter, capsys: pytest.CaptureFixture[str]):
    answers = {"shop": "<b>"} if task.number == "1.3" else None
    outcome = check(task.number, answers, wait=0)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == str(outcome).splitlines()[0]
    assert all(line.isprintable() for line in lines)
    assert "the check itself failed" not in str(outcome)
