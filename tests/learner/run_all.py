"""Run chapters in JupyterLab with *Run All Cells*, twice in one kernel, and photograph them.

    PYTHONPATH=tests/bench python tests/learner/run_all.py NOTEBOOK...

`make look` calls it for all chapters. The lab must be up. Each notebook is run as a copy below
build/learner, so that the committed one stays as it is. The pictures stand beside the copy:
`NAME-light-03.png` is the third screen from the top after the first run, `dark` those after the
second. Exits with 1 if a cell failed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
from open_notebook import Failed, Notebook
from page import browser, jupyter

from lab.paths import CHECKOUT

FOLDER = CHECKOUT / "build" / "learner"
NOTEBOOKS = CHECKOUT / "notebooks"
MARK = "from pathlib import Path\nPath({!r}).touch()"
RUN_SECONDS = 720.0
# A kernel that has been idle for so long, with the last cell not run, has stopped at an error.
# While a chapter's first cell loads images, it says nothing for up to 45 s.
IDLE_SECONDS = 90.0
SCREEN = {"width": 1280, "height": 1500}


class Chapter(Notebook):
    """A chapter's copy that is run and photographed."""

    def run_all(self) -> float:
        """Run all cells and return the seconds that it took; raises Failed."""
        mark = self.file.with_suffix(".ended")
        mark.unlink(missing_ok=True)
        self.wait_idle()
        began = time.monotonic()
        self.menu("Run", "Run All Cells")
        idle_since = None
        while not mark.exists():
            now = time.monotonic()
            idle_since = (idle_since or now) if self.idle() else None
            if now - began > RUN_SECONDS or (idle_since and now - idle_since > IDLE_SECONDS):
                raise Failed(f"{self.file.stem}: {self.errors() or 'it did not get to the end'}")
            self.page.wait_for_timeout(250)  # between two looks
        took = time.monotonic() - began
        if errors := self.errors():
            raise Failed(f"{self.file.stem}: {errors}")
        return took

    def photograph(self, theme: str) -> int:
        """Photograph the notebook from top to bottom and return how many screens it has."""
        pane = ".jp-WindowedPanel-outer"
        self.page.evaluate(f"document.querySelector('{pane}').scrollTop = 0")
        count = 0
        while True:
            count += 1
            self.page.wait_for_timeout(600)  # the cells that come into sight are drawn late
            self.page.screenshot(path=FOLDER / f"{self.file.stem}-{theme}-{count:02}.png")
            moved = self.page.evaluate(
                f"(() => {{ const pane = document.querySelector('{pane}'), was = pane.scrollTop;"
                "pane.scrollTop += pane.clientHeight - 60; return pane.scrollTop > was + 5; })()"
            )
            if not moved:
                return count


def prepare(file: Path) -> Path:
    """Copy a notebook without its outputs, with a last cell that says that it got there."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob(f"{file.stem}*"):
        old.unlink()
    for beside in ("manifests", "solutions"):
        if not (FOLDER / beside).exists():
            (FOLDER / beside).symlink_to(NOTEBOOKS / beside)
    book = nbformat.read(file, as_version=4)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    book.cells.append(nbformat.v4.new_code_cell(MARK.format(f"{file.stem}.ended")))
    copy = FOLDER / file.name
    nbformat.write(book, copy)
    return copy


def look_at(file: Path) -> None:
    """Run one chapter twice and photograph it in both themes; raises Failed."""
    copy = prepare(file)
    with jupyter() as (_, address), browser() as page:
        page.set_viewport_size(SCREEN)
        parts = urlsplit(address)
        place = f"http://{parts.netloc}/lab/tree/{copy.relative_to(CHECKOUT)}"
        page.goto(f"{place}?{parts.query}&reset")
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=90_000)
        page.keyboard.press("Control+b")  # no list of files, as `lab open` begins
        chapter = Chapter(copy, page, f"http://{parts.netloc}", parts.query.partition("token=")[2])
        try:
            first = chapter.run_all()
            chapter.choose("Light")
            screens = chapter.photograph("light")
            second = chapter.run_all()
            chapter.choose("Dark")
            chapter.photograph("dark")
        except Failed:
            page.screenshot(path=FOLDER / f"{copy.stem}-failed.png")
            raise
    print(f"{copy.stem}: {first:.0f} s, again {second:.0f} s, {screens} screens", flush=True)


def main(files: list[Path]) -> int:
    """Look at each notebook; say which failed."""
    failed = []
    for file in files:
        try:
            look_at(file)
        except Failed as why:
            failed.append(str(why))
            print(why, file=sys.stderr, flush=True)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main([Path(one) for one in sys.argv[1:]]))
