"""Imports go one way: notebooks, then the course, then the lab."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NETWORK = {"kubernetes", "urllib3", "requests", "http", "socket", "ssl", "urllib.request"}
JUPYTER = {"IPython", "ipykernel", "ipywidgets", "anywidget", "traitlets", "jupyter_client"}

# A folder, and what nothing in it may import.
RULES = {
    "lab-env/lab": {"course"},
    "course/record": {*NETWORK, *JUPYTER, "lab", "course.cluster", "course.views",
                      "course.exercises", "course.chapters"},
    "course/views": {*NETWORK, "course.cluster", "course.chapters"},
    "course/cluster": {*JUPYTER, "course.views", "course.exercises", "course.chapters"},
    "course": {"website"},
    "website": {*NETWORK, *JUPYTER, "lab", "course.cluster", "course.chapters"},
}  # fmt: skip


def imported(file: Path) -> Iterator[str]:
    """Every module that a file names in an import, also inside a function."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(module: str, folders: set[str]) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in folders)


def wrong(folder: Path, forbidden: set[str]) -> list[str]:
    return [
        f"{file.relative_to(folder)}: {module}"
        for file in sorted(folder.rglob("*.py"))
        for module in imported(file)
        if within(module, forbidden)
    ]


@pytest.mark.parametrize("folder", RULES)
def test_a_folder_imports_nothing_that_it_should_not_know(folder):
    assert list((ROOT / folder).rglob("*.py")), "the rule is about a folder that isn't there"
    assert not wrong(ROOT / folder, RULES[folder])


def test_notebooks_know_the_course_and_not_the_lab():
    for book in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        for cell in json.loads(book.read_text())["cells"]:
            lines = "".join(cell["source"]).splitlines() if cell["cell_type"] == "code" else []
            found = [line for line in lines if line.startswith(("from lab", "import lab"))]
            assert not found, book.name


def test_the_rule_finds_an_import_that_goes_the_wrong_way(tmp_path):
    (tmp_path / "one.py").write_text("def f():\n    from course.cluster import session\n")
    (tmp_path / "two.py").write_text("import coursework\nfrom lab import course\n")
    assert wrong(tmp_path, {"course"}) == [
        "one.py: course.cluster",
        "one.py: course.cluster.session",
    ]
