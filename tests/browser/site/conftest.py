"""Two small notebooks for the site's tests: a chapter with its record, and one not run yet."""

from __future__ import annotations

import base64
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course.record import History, Mark, save
from course.views.figures import Picture, figure
from course.views.situations import rolling
from website.build import build

LONG = "Between two cells there is text to read. " * 40


@pytest.fixture(scope="session")
def made_notebooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the notebooks and the record."""
    folder = tmp_path_factory.mktemp("notebooks")
    (folder / "recordings").mkdir()
    record = rolling().history
    _mark(record, "chapter", 0)
    for number, part in enumerate((0, 0, 0.5, 0.5, 1.0), 1):
        _mark(record, f"In [{number}]", int(record.end * part))
    save(record, folder / "recordings" / "01-first.json")
    nbformat.write(new_notebook(cells=_first()), folder / "01-first.ipynb")
    second = [new_markdown_cell("# 2. Second\n\nIt is a draft."), new_code_cell("x", id="draft")]
    nbformat.write(new_notebook(cells=second), folder / "02-second.ipynb")
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, made_notebooks: Path) -> Path:
    """A site of two made-up chapters: one with a record, one without."""
    out = tmp_path_factory.mktemp("elsewhere") / "site"
    build(made_notebooks, out)
    return out


def _mark(record: History, name: str, index: int) -> None:
    # A mark is made when its moment has come; here the moments are chosen afterwards.
    changes = record.changes(index) or record.changes()[-1:]
    record._marks[name] = Mark(name, index, changes[0].time)


def _first() -> list[nbformat.NotebookNode]:
    return [
        new_markdown_cell("# 1. First\n\nYou see what stays.\n\nAbout 30 minutes."),
        _printed(1, "open", "chapter(1)", "Chapter 1 is open.\n"),
        _asked(2, "ask", "When is the second Pod created?", "( )",
               "together with the first", "when the first is Ready"),
        new_markdown_cell(f"## Three Pods\n\n{LONG}"),
        _printed(3, "apply", "!kubectl apply -f web.yaml",
                 "statefulset.apps/web created\n✓ In order\n    +1.0 s  web-0  ready\n"
                 "The answer: when the first is Ready. Its data may load.\n"),
        new_markdown_cell(f"## What stays\n\nThe volume stays. {LONG}\n\n> **At work.** A box.\n\n"
                          "See [the next one](02-second.ipynb)."),
        _asked(4, "several", "What does it share?", "[ ]", "its name", "its UID", "its volume"),
        new_markdown_cell(LONG),
        _printed(5, "update", "!kubectl set image statefulset/web web=web:v2",
                 "NAME                     READY   STATUS    RESTARTS   AGE\n"
                 "web-0                    1/1     Running   0          1s\n"
                 "The answer: its name, its volume. The UID is new.\n", _figure()),
        new_markdown_cell("<details><summary>What outlives a set?</summary>\n\n"
                          "Only the claim outlives the set.\n\n</details>\n\n"
                          "| one | two |\n|---|---|\n| `a` | b |\n"),
        *[new_markdown_cell(LONG) for _ in range(3)],
    ]  # fmt: skip


def _printed(
    count: int, cell: str, source: str, text: str, *more: nbformat.NotebookNode
) -> nbformat.NotebookNode:
    outputs = [new_output("stream", name="stdout", text=text), *more]
    return new_code_cell(source, id=cell, execution_count=count, outputs=outputs)


def _asked(count: int, cell: str, text: str, box: str, *options: str) -> nbformat.NotebookNode:
    plain = "\n".join([text, *(f"  {box} {option}" for option in options)])
    shown = new_output("display_data", data={"text/plain": plain})
    return new_code_cell(f'predict("{text}")', id=cell, execution_count=count, outputs=[shown])


def _figure() -> nbformat.NotebookNode:
    picture = Picture(figure(1.5)[0], "An empty figure.")
    data, metadata = picture._repr_mimebundle_()
    data["image/png"] = base64.b64encode(data["image/png"]).decode()
    return new_output("display_data", data=data, metadata=metadata)
