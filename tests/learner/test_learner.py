"""A learner in chapter 1: from `lab open` to the last cell, on a real lab, in a real browser.

With the mouse as far as the first answer. Then the kernel is restarted, and the whole chapter is
gone through by the keyboard alone. The lab must be up; `make test` runs this as a stage. By hand:

    PYTHONPATH=tests/bench:tests/learner python -m pytest tests/learner
"""

from __future__ import annotations

import re

import by_keyboard
import by_mouse
import nbformat
import pytest
from by_keyboard import GUESSES
from learner import Learner
from playwright.sync_api import expect

from course.exercises.scorebook import Exercise, Scorebook

ADDRESS = r"http://127\.0\.0\.1:\d+/lab/tree/notebooks/01-introduction\.ipynb\?token=[0-9a-f]{48}"
# The check of exercise 1.1 is run three times; every other cell once.
RUN_AGAIN = 2


@pytest.mark.timeout(600)  # a machine that does other things as well takes twice as long
def test_a_learner_goes_through_chapter_1(learner: Learner) -> None:
    assert re.fullmatch(ADDRESS, learner.address)
    cells = nbformat.read(learner.notebook.file, as_version=4).cells
    learner.page.goto(learner.address)
    expect(learner.page.get_by_role("heading", name="1. What a StatefulSet keeps")).to_be_visible(
        timeout=60_000
    )
    learner.wait_ready()
    by_mouse.begin(learner, cells)
    by_mouse.look_at_the_board(learner)
    by_mouse.restart_the_kernel(learner)
    by_keyboard.go_through(learner, cells)
    progress_is_kept(learner)
    every_cell_ran_once(learner)
    assert not learner.console.complaints, "\n".join(learner.console.complaints)


def progress_is_kept(learner: Learner) -> None:
    """The notebook tells what was solved and guessed, and the file has it for the next time."""
    right, of = sum(one.right for one in GUESSES), sum(one.of for one in GUESSES)
    learner.page.keyboard.type("progress()")  # in the cell that JupyterLab has made at the end
    said = learner.hands.run()
    assert "1.1 solved: Let web grow to five Pods" in said, said
    assert f"{right} of {of} right" in said, said
    learner.photograph("progress")
    kept = Scorebook(learner.who.settings.progress).read()
    assert kept.exercises == {"1.1": Exercise(solved=True, tries=2, hints=1)}
    guessed = [(one.right, one.of) for one in kept.guesses.values()]
    assert sorted(guessed) == sorted((one.right, one.of) for one in GUESSES)


def every_cell_ran_once(learner: Learner) -> None:
    """The saved notebook has every cell's output of one run from top to bottom, and no error."""
    assert not learner.notebook.errors()
    cells = nbformat.read(learner.notebook.file, as_version=4).cells
    counts = [cell.execution_count for cell in cells if cell.cell_type == "code" and cell.source]
    assert counts == sorted(set(counts))
    assert (counts[0], counts[-1]) == (1, len(counts) + RUN_AGAIN)
