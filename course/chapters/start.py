"""The start page: the chapters with their time, what is done, and where the learner left off.

    python -m course.chapters.start FILE

writes the page of the lab that the environment names into FILE, as Markdown, and prints what
JupyterLab should open: FILE, or chapter 1 for somebody who has never opened a chapter.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from course.chapters import register_exercises
from course.exercises.overview import Row, rows
from course.exercises.scorebook import Page, Scorebook
from lab import checks, state
from lab.checks import Check
from lab.paths import CHECKOUT
from lab.settings import Settings

NOTEBOOKS = CHECKOUT / "notebooks"
DONE, OPEN = "●", "○"

HOW = """## How it works

- Press **Shift + Enter** to run a cell and go on to the next. *Run All* works as well.
- A chapter's first code cell opens the **board** beside the text: the Pods of your cluster, live.
- Say what you think will happen before you make it happen. A wrong guess costs nothing.
- Nothing can break for good: `lab reset` in a terminal undoes all that a chapter did.
"""


@dataclass(frozen=True)
class Head:
    """What the top of a chapter's notebook says of it; ``minutes`` is 0 if it says none."""

    number: int
    title: str
    minutes: int
    file: Path


def heads(folder: Path = NOTEBOOKS) -> list[Head]:
    """Read the heads of the chapters in a folder, in their order.

    Raises ValueError if a notebook's first cell has no title with the chapter's number.
    """
    return [_head(file) for file in sorted(folder.glob("0[1-9]-*.ipynb"))]


def _head(file: Path) -> Head:
    text = nbformat.read(file, as_version=4).cells[0].source  # type: ignore[no-untyped-call]
    title = re.match(r"# (\d+)\. (.+)", text)
    if not title:
        raise ValueError(f"{file.name} doesn't begin with a title like `# 1. Introduction`.")
    minutes = re.search(r"about (\d+) minutes", text)
    return Head(int(title[1]), title[2], int(minutes[1]) if minutes else 0, file)


def page(
    chapters: Sequence[Head], kept: Page, found: Sequence[Check], lab: str, beside: Path
) -> str:
    """Return the page as Markdown; its links are relative to the folder ``beside``.

    ``lab`` is the line about the cluster; ``found`` are the checks of `lab doctor`.
    """
    done = {row.chapter: row for row in rows(kept)}
    links = {
        head.number: f"[{head.number}. {head.title}]({os.path.relpath(head.file, beside)})"
        for head in chapters
    }
    table = "\n".join(_line(links[head.number], head, done[head.number]) for head in chapters)
    return "\n".join(
        [
            "# StatefulSets, on a real cluster\n",
            _onward(kept, links, done) + "\n",
            *_off(found),
            "| chapter | time | exercises solved | guesses |",
            "|:--|:--|:--|:--|",
            f"{table}\n",
            HOW,
            lab,
            "",
        ]
    )


def _line(link: str, head: Head, row: Row) -> str:
    minutes = f"{head.minutes} minutes" if head.minutes else ""
    marks = DONE * row.solved + OPEN * (len(row.exercises) - row.solved)
    return f"| {link} | {minutes} | {marks} {row.done} | {row.guesses} |"


def _onward(kept: Page, links: dict[int, str], done: dict[int, Row]) -> str:
    """The sentence that says where to go on."""
    number = kept.last_opened
    if number not in links:
        return f"**Begin here:** {links[min(links)]}"
    when = time.strftime("%A, %d %B, %H:%M", time.localtime(kept.opened[str(number)]))
    left = [one for one, state in done[number].exercises if state != "solved"]
    if left:
        task = f"Its next exercise is {left[0].number}: *{left[0].title}*"
        return f"**Go on here:** {links[number]}. You opened it last on {when}. {task}"
    after = links.get(number + 1)
    where = f" Next comes {after}." if after else ""
    return f"**Well done:** every exercise of {links[number]} is solved.{where}"


def _off(found: Sequence[Check]) -> list[str]:
    """What `lab doctor` shows in red, each with what to do; nothing if all is well."""
    bad = [check for check in found if check.status == "failed"]
    if not bad:
        return []
    lines = [f"> - **{check.name}**: {check.cause} {check.do}" for check in bad]
    return ["> **Something on this machine is off.** `lab doctor` says:\n>", *lines, ""]


def _lab_line(settings: Settings) -> str:
    record = state.read(settings)
    version = f", Kubernetes {record.kubernetes}" if record and record.kubernetes else ""
    return f"Your lab: `{settings.name}`{version}. Ask for it at any time: `lab status`."


def main(file: Path) -> None:
    """Write the page, and print the path that JupyterLab should open."""
    settings = Settings.from_environment()
    register_exercises()
    kept = Scorebook(settings.progress).read()
    chapters = heads()
    found = checks.everything(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page(chapters, kept, found, _lab_line(settings), file.parent))
    first = kept.last_opened is None
    print((chapters[0].file if first else file).relative_to(CHECKOUT))


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
