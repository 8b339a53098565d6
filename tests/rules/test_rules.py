"""What holds for every committed notebook. nbval passes silently over most of it."""

import ast
import atexit
import json
import re
import tempfile
from collections.abc import Iterator

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell

# Folders of the machine that a notebook was run on.
LOCAL_PATH = re.compile(r"(?:/root|/home/[\w.-]+|/Users/[\w.-]+|/work)/|/tmp/(?:ipykernel|scratch)")
LATEST = re.compile(r"[\w/.-]+:latest\b")
# What IPython's transformer turns magics into, and where their name stands.
MAGIC_CALLS = {"run_line_magic", "run_cell_magic"}


def code_cells(book: nbformat.NotebookNode) -> Iterator[nbformat.NotebookNode]:
    return (cell for cell in book.cells if cell.cell_type == "code" and cell.source.strip())


def test_a_notebook_is_valid_and_asks_for_the_kernel_python3(book):
    nbformat.validate(book)
    assert book.metadata.kernelspec.name == "python3"


def test_every_code_cell_was_run_in_order(book):
    counts = [cell.execution_count for cell in code_cells(book)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_cell_is_committed_with_an_error(book):
    errors = [
        f"{output.ename}: {output.evalue}"
        for cell in code_cells(book)
        for output in cell.outputs
        if output.output_type == "error"
    ]
    assert not errors


def test_no_output_tells_where_the_notebook_was_run(book):
    found = [
        match[0] for cell in code_cells(book) for match in LOCAL_PATH.finditer(cell_text(cell))
    ]
    assert not found


def test_no_image_is_tagged_latest(book, root):
    found = [match[0] for cell in book.cells for match in LATEST.finditer(cell_text(cell))]
    assert not found


def test_every_magic_exists(book, shell):
    unknown = [
        name
        for cell in code_cells(book)
        for kind, name in magics(cell.source)
        if name not in shell.magics_manager.magics[kind]
    ]
    assert not unknown


def test_no_cell_keeps_the_state_of_a_widget_or_the_time_it_took(book):
    assert "widgets" not in book.metadata
    assert not [cell.id for cell in book.cells if "execution" in cell.metadata]


def test_no_manifest_names_an_image_latest_or_none_at_all(root):
    for file in sorted(root.glob("notebooks/**/*.yaml")):
        text = file.read_text()
        assert not LATEST.search(text), file.name
        for image in re.findall(r"^\s*(?:- )?image: *(\S+)", text, re.MULTILINE):
            assert ":" in image.rsplit("/", 1)[-1] or "@" in image, f"{file.name}: {image}"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%time x = 1", [("line", "time")]),
        ("x = %no_such 1", [("line", "no_such")]),
        ("%%no_such\nbody", [("cell", "no_such")]),
        ("!ls\nx = 1", []),
        ("print('%time')", []),
    ],
)
def test_the_rule_for_magics_finds_them(source, expected):
    assert list(magics(source)) == expected


@pytest.fixture(scope="module")
def shell() -> Iterator[InteractiveShell]:
    with tempfile.TemporaryDirectory() as folder:
        made = InteractiveShell(ipython_dir=folder)
        made.history_manager.enabled = False
        # What a kernel has on top of a plain shell.
        made.extension_manager.load_extension("autoreload")
        yield made
        # At Python's exit it would write to the folder, which is gone by then.
        atexit.unregister(made.atexit_operations)


def magics(source: str) -> Iterator[tuple[str, str]]:
    """Yield the magics of a cell as (line or cell, name)."""
    tree = ast.parse(TransformerManager().transform_cell(source), mode="exec")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = node.func.attr
            if called in MAGIC_CALLS and isinstance(node.args[0], ast.Constant):
                yield called.split("_")[1], str(node.args[0].value)


def cell_text(cell: nbformat.NotebookNode) -> str:
    return cell.source + "\n" + json.dumps(cell.get("outputs", []))
