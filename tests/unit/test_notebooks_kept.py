"""What is kept of a notebook that was executed: outputs without a place, recordings in parts."""

import importlib.util
from pathlib import Path

import nbformat
import pytest

from course.record import read, save

ROOT = Path(__file__).resolve().parents[2]
HARNESS = ROOT / "tests" / "notebooks"


@pytest.fixture(scope="module")
def execute():
    spec = importlib.util.spec_from_file_location("execute", HARNESS / "execute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_of_the_solutions_each_exercise_is_kept_from_its_beginning_to_its_check(
    execute, story, tmp_path
):
    for number in ("1.1", "1.2"):
        story.pod(f"before-{number}")
        story.history.mark(f"exercise {number}")
        story.pod(f"in-{number}")
        story.history.mark(f"In [{number[-1]}]")
    story.pod("after")
    file = tmp_path / "solutions" / "01-x.ipynb"
    file.parent.mkdir()
    checks = [nbformat.v4.new_code_cell(f'check("1.{n}")', execution_count=n) for n in (1, 2)]
    recording = save(story.history, file.with_suffix(".recording"))
    execute.keep(file, recording, nbformat.v4.new_notebook(cells=checks))
    assert not recording.exists()
    for number in ("1.1", "1.2"):
        part = read(file.parent / "recordings" / f"{number}.json.gz")
        assert [change.name for change in part.changes()] == [f"in-{number}"]
        assert f"before-{number}" in part.kept()[0].pods


def test_what_is_kept_of_a_run_has_no_widget_no_time_and_no_place(execute):
    cell = nbformat.v4.new_code_cell("board", id="0123abcd", metadata={"execution": {"x": "t"}})
    cell.outputs = [
        nbformat.v4.new_output(
            "display_data", {execute.LIVE_ONLY: {"model_id": "1"}, "text/plain": "Board(web)"}
        ),
        nbformat.v4.new_output("display_data", {execute.LIVE_ONLY: {"model_id": "2"}}),
        nbformat.v4.new_output("stream", name="stdout", text=f"{ROOT}/notebooks/manifests/x.yaml"),
    ]
    named = nbformat.v4.new_code_cell("x", id="first-look")
    made = nbformat.v4.new_notebook(cells=[cell, named], metadata={"widgets": {"state": {}}})
    execute.clean(made)
    nbformat.validate(made)
    assert "widgets" not in made.metadata
    assert "execution" not in made.cells[0].metadata
    assert [each.id for each in made.cells] == ["cell-1", "first-look"]
    assert [each.get("data", {}).get("text/plain") for each in made.cells[0].outputs] == [
        "Board(web)", None,
    ]  # fmt: skip
    assert made.cells[0].outputs[1].text == "notebooks/manifests/x.yaml"
