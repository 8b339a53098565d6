"""Each exercise is whole: hints, a solution, and cells in its chapter and in the solutions."""

import json
from pathlib import Path

import pytest

from course.chapters import register_exercises
from course.exercises.registry import Exercise, every

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

register_exercises()


def code(folder: Path, chapter: int) -> str:
    (file,) = folder.glob(f"0{chapter}-*.ipynb")
    cells = json.loads(file.read_text())["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


@pytest.mark.parametrize("exercise", every(), ids=lambda one: one.number)
def test_an_exercise_is_whole(exercise: Exercise):
    assert exercise.solution.is_file()
    assert len(exercise.hints) >= 3
    for folder in (NOTEBOOKS, NOTEBOOKS / "solutions"):
        text = code(folder, exercise.chapter)
        for word in ("begin", "check"):
            assert f'{word}("{exercise.number}"' in text, f"{folder.name} has no {word}"
