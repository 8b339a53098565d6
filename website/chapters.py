"""What the site is made from: the executed notebooks, each with its recorded history."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from course.record import History, RecordingError, read

#: A chapter's file begins with its number; 00 is JupyterLab's start page, which is no chapter.
CHAPTER = re.compile(r"(?!00)\d\d-[\w-]+\.ipynb")
MINUTES = re.compile(r"(\d+(?: to \d+)?) minutes")
UID = re.compile(r"UID ([0-9a-f]{4})…")
GOAL = re.compile(r"\*\*(?:The )?goal[.:]?\*\*[.:]?\s*", re.IGNORECASE)
TITLE = re.compile(r"#\s+(?:\d+\.\s+)?(.+)")


class SiteError(Exception):
    """The site cannot be made. The message says why, in a sentence."""


@dataclass(frozen=True)
class Chapter:
    """One notebook. ``missing`` says in a sentence what it lacks, and is empty if nothing."""

    number: int
    name: str
    title: str
    goal: str
    minutes: str
    folder: Path
    cells: list[Any] = field(repr=False)
    history: History | None = field(repr=False)
    missing: str

    @property
    def page(self) -> str:
        """The name of its page."""
        return f"{self.name}.html"


def chapters(folder: Path) -> list[Chapter]:
    """The chapters of a folder of notebooks, by number.

    Raises SiteError if there is none, or one that cannot be read.
    """
    found = [chapter(file) for file in sorted(folder.glob("*.ipynb")) if CHAPTER.match(file.name)]
    if not found:
        raise SiteError(f"There is no notebook in {folder}.")
    return found


def chapter(file: Path) -> Chapter:
    """One chapter from its notebook. Raises SiteError if it cannot be read."""
    try:
        book = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, nbformat.reader.NotJSONError) as broken:
        raise SiteError(f"{file.name} is no notebook that can be read: {broken}") from broken
    titles = [found for cell in book.cells[:1] if (found := TITLE.match(cell.source))]
    if not titles:  # a draft; its page needs one all the same
        title = nbformat.v4.new_markdown_cell(f"# {file.stem}")  # type: ignore[no-untyped-call]
        book.cells.insert(0, title)
    texts = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
    minutes = next((found[1] for text in texts[:4] if (found := MINUTES.search(text))), "")
    history, missing = _recorded(file, book.cells)
    return Chapter(
        number=int(file.name[:2]),
        name=file.stem,
        title=titles[0][1].strip() if titles else file.stem,
        goal=_goal(texts[0]),
        minutes=minutes,
        folder=file.parent,
        cells=book.cells,
        history=history,
        missing=missing,
    )


def _goal(text: str) -> str:
    """The paragraph that calls itself the goal, else the first one below the title."""
    paragraphs = [part.strip() for part in text.split("\n\n")]
    called = [GOAL.sub("", part) for part in paragraphs if GOAL.match(part)]
    return next((part for part in called + paragraphs if part and not part.startswith("#")), "")


def _recorded(file: Path, cells: list[Any]) -> tuple[History | None, str]:
    code = [cell for cell in cells if cell.cell_type == "code" and cell.source.strip()]
    if not any(cell.get("execution_count") for cell in code):
        return None, "It has not been run yet: it has neither outputs nor a recording."
    place = file.parent / "recordings" / f"{file.stem}.json"
    if not place.exists():
        return None, "It has no recording, so the board cannot be replayed beside it."
    try:
        history = read(place)
    except RecordingError as broken:
        return None, f"Its recording is not to be read. {broken}"
    known = {f"In [{cell.get('execution_count')}]" for cell in code}
    marked = {name for name in history.marks if name.startswith("In [")}
    if not marked <= known:
        return None, "Its recording is of another run: it tells of cells that are not there."
    if _told_uids(code) - _uids(history):
        return None, "Its recording is of another run: the outputs tell of UIDs that it lacks."
    return history, ""


def _told_uids(cells: list[Any]) -> set[str]:
    """The beginnings of UIDs that claims printed."""
    texts = [output.get("text", "") for cell in cells for output in cell.get("outputs", [])]
    return {uid for text in texts for uid in UID.findall(text)}


def _uids(history: History) -> set[str]:
    before = history.snapshot(history.begins - 1)
    there = [one for kind in before.kinds for one in before.objects(kind).values()]
    changed = [change.object for change in history.changes()]
    return {str(one["metadata"].get("uid", ""))[:4] for one in there + changed}
