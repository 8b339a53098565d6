"""What nbval lets pass fails in a test run: each guard on a notebook that breaks it."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course import exercises
from course.record import read

HARNESS = Path(__file__).parent

# A chapter without a cluster: web-0 was Ready before web-1 was created, and web-0 was replaced.
CHAPTER = """
from pathlib import Path
from course import (at_most, before, claim, created, never_together, now, other_uid, ready,
                    replaced, same_name, terminating, use)
from course.record import History
history = History()
use(history, lambda seconds: True, Path("progress.json"))
def tell(name, what="added", ready="False", uid="1", **more):
    history.append("Pod", what, {"metadata": {"name": name, "uid": uid, **more},
        "status": {"conditions": [{"type": "Ready", "status": ready}]}})
tell("web-0"); tell("web-0", "modified", "True"); tell("web-1", uid="2")
tell("web-0", "deleted"); tell("web-0", uid="3")
"""
IN_ORDER = 'claim("In order", before(ready("web-0"), created("web-1")))'
OTHER = 'old, new = replaced("web-0")\nclaim("Another", same_name(old, new), other_uid(old, new))'
UNTURNED = """
from course.exercises import Assertion
from course.exercises.assertions import Finding
claim("Mine", Assertion("mine", lambda span: Finding(True)))
"""
RAISES = {"tags": ["raises-exception"]}

#: Cells by notebook, and what the run says of it; nothing where it is to pass.
BOOKS: dict[str, tuple[list[str | tuple[str, dict]], str]] = {
    "command": (["!false"], "non-zero exit status 1"),
    "taken-command": (["x = !false"], "non-zero exit status 1"),
    "pipe": (["!false | cat"], "non-zero exit status 1"),
    "meant-to-fail": (["!false || true"], ""),
    "magic": (["%no_such_magic"], "UsageError"),
    "thread": (
        [
            "import threading\none = threading.Thread(target=lambda: 1 / 0)\none.start()",
            "one.join()",
        ],
        "A thread died",
    ),
    "late-thread": (
        ["import threading\nthreading.Timer(0.3, lambda: 1 / 0).start()\n"
         "import atexit, kernel_guard\nfinish = kernel_guard.finish\n"
         "def late(path):\n    [one.join() for one in threading.enumerate()\n"
         "     if isinstance(one, threading.Timer)]\n    return finish(path)\n"
         "kernel_guard.finish = late"],
        "A thread died",
    ),
    "log": (["import logging\nlogging.getLogger('course.x').error('gone')"], "logged: gone"),
    "tame": ([("1", RAISES)], "raised none"),
    "wild": ([("raise ValueError", RAISES)], ""),
    "skipped": (["# NBVAL_SKIP\nx = 1"], "was not run"),
    "unguarded": (["import kernel_guard\nkernel_guard._guards.clear()"], "guard did not answer"),
    "claims": ([CHAPTER, IN_ORDER, OTHER], ""),
    "unreached": ([CHAPTER, f"if not history.end:\n    {IN_ORDER}"], "claim in line 3 was not"),
    "loose-bound": ([CHAPTER, 'claim("Few", at_most(9, ready("web-0")))'], "proves little"),
    "empty-claim": (
        [CHAPTER, 'claim("Alone", never_together(ready("web-0"), terminating("web-0")))'],
        "proves little",
    ),
    "unturned": ([CHAPTER, UNTURNED], "does not know how to turn"),
}  # fmt: skip


def write(folder: Path, name: str, cells: list[str | tuple[str, dict]]) -> None:
    made = []
    for number, cell in enumerate(cells, 1):
        source, metadata = cell if isinstance(cell, tuple) else (cell, {})
        # Outputs are not the question here, where they are no error.
        quiet = source if source.startswith("# NBVAL") else f"# NBVAL_IGNORE_OUTPUT\n{source}"
        made.append(nbformat.v4.new_code_cell(quiet, execution_count=number, metadata=metadata))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=kernel), folder / f"{name}.ipynb")


def run(folder: Path, *names: str, **environment: str) -> str:
    """Run notebooks as tests/notebooks/run.sh does, and return what pytest says."""
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "--color=no",
         "-p", "stop_after_failure", "-p", "strict_cells", "-p", "no:cacheprovider",
         "--rootdir", folder, "-rA", *(folder / f"{name}.ipynb" for name in names)],
        cwd=folder, capture_output=True, text=True, timeout=280,
        env={**os.environ, "PYTHONPATH": str(HARNESS), "IPYTHONDIR": str(folder),
             "PYTHONSTARTUP": str(HARNESS / "startup.py"), "SHELL": str(HARNESS / "strict-sh"),
             **environment},
    )  # fmt: skip
    return found.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("books")


@pytest.fixture(scope="module")
def said(folder) -> str:
    for name, (cells, _) in BOOKS.items():
        write(folder, name, cells)
    return run(folder, *BOOKS)


def failures(name: str, said: str) -> list[str]:
    return [one for one in said.splitlines() if re.match(rf"(FAILED|ERROR) {name}\.ipynb", one)]


def of(name: str, said: str) -> str:
    """What a run says of one notebook: its parts of the report, and its lines of the summary."""
    parts = re.split(r"(?m)^_{3,} ?(.*?) ?_{3,}$", said)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    texts = [text for head, text in pairs if f"{name}.ipynb" in head]
    return "\n".join([*texts, *failures(name, said)])


@pytest.mark.parametrize("name", BOOKS)
def test_a_notebook_fails_for_what_nbval_would_let_pass(name, said):
    expected = BOOKS[name][1]
    assert bool(failures(name, said)) is bool(expected), said
    assert expected in of(name, said)


def test_the_share_of_refused_claims_is_told(said):
    assert "claims: 2 claims reached; turned round, 3 of 3 were refused" in said


@pytest.mark.parametrize("number", [1, 2])
def test_a_notebook_goes_red_with_any_of_its_claims_turned_round(folder, said, number):
    turned = run(folder, "claims", TURN_CLAIM=str(number))
    assert f"FAILED claims.ipynb::Cell {number}" in turned
    assert "1 failed" in turned


def test_a_failed_run_leaves_the_notebook_as_it_ran_and_its_history(folder, said):
    left = nbformat.read(folder / "build" / "failed" / "loose-bound.ipynb", as_version=4)
    assert [output.output_type for output in left.cells[1].outputs] == ["stream", "error"]
    assert len(read(folder / "build" / "failed" / "loose-bound.history.json.gz").changes()) == 5


def test_a_good_run_keeps_its_history_too(folder, said):
    assert len(read(folder / "build" / "histories" / "claims.json.gz").changes()) == 5


@pytest.fixture(scope="module")
def guard(said):
    """The guard's module; by name, for tests/notebooks is no package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(HARNESS))
        yield importlib.import_module("claim_guard")


def test_every_assertion_of_the_course_can_be_turned_round(guard):
    makers = {
        name for name in exercises.__all__ if guard._makes_assertions(getattr(exercises, name))
    }
    assert makers
    assert makers <= set(guard.turned.TURNS)


def test_claims_are_found_where_they_stand(guard):
    source = "for one in (1, 2):\n    claim(\n        'x', one)\nlab.claim('y')\nclaims('z')"
    assert guard.left_out(source, set()) == {2, 4}
    assert guard.left_out(source, {2}) == {4}


def test_of_the_two_branches_of_a_gate_one_is_enough_and_none_is_not(guard):
    source = "if gate_on('A'):\n    claim('x')\n    claim('y')\nelse:\n    claim('z')"
    assert guard.left_out(source, {2, 3}) == guard.left_out(source, {5}) == set()
    assert guard.left_out(source, {2}) == {3, 5}
    assert guard.left_out(source, set()) == {2, 3, 5}
    assert guard.left_out(source.replace("gate_on", "maybe"), {5}) == {2, 3}
    # Without claims in the other branch, nothing shows that a branch was reached at all.
    assert guard.left_out("if gate_on('A'):\n    claim('x')", set()) == {2}
