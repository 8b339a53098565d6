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
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from page import browser, jupyter
from playwright.sync_api import Page

from lab.paths import CHECKOUT

FOLDER = CHECKOUT / "build" / "learner"
NOTEBOOKS = CHECKOUT / "notebooks"
MARK = "from pathlib import Path\nPath({!r}).touch()"
RUN_SECONDS = 720.0
# A kernel that has been idle for so long, with the last cell not run, has stopped at an error.
IDLE_SECONDS = 40.0
SCREEN = {"width": 1280, "height": 1500}


class Failed(Exception):
    """A cell failed, or the kernel did not get to the end. The message says which."""


@dataclass
class Chapter:
    """A chapter open in JupyterLab: its copy, its page, the server's address and its token."""

    copy: Path
    page: Page
    server: str
    token: str

    def run_all(self) -> float:
        """Run all cells and return the seconds that it took; raises Failed."""
        mark = self.copy.with_suffix(".ended")
        mark.unlink(missing_ok=True)
        self._wait_idle()
        began = time.monotonic()
        self._menu("Run", "Run All Cells")
        idle_since = None
        while not mark.exists():
            now = time.monotonic()
            idle_since = (idle_since or now) if self._idle() else None
            if now - began > RUN_SECONDS or (idle_since and now - idle_since > IDLE_SECONDS):
                raise Failed(f"{self.copy.stem}: {self._errors() or 'it did not get to the end'}")
            self.page.wait_for_timeout(250)  # between two looks
        took = time.monotonic() - began
        if errors := self._errors():
            raise Failed(f"{self.copy.stem}: {errors}")
        return took

    def choose(self, theme: str) -> None:
        """Choose JupyterLab's theme, Light or Dark; it keeps the last one for the next notebook."""
        self._menu("Settings", "Theme", f"JupyterLab {theme}")
        light = str(theme == "Light").lower()
        self.page.wait_for_selector(f"body[data-jp-theme-light={light}]", state="attached")

    def photograph(self, theme: str) -> int:
        """Photograph the notebook from top to bottom and return how many screens it has."""
        pane = ".jp-WindowedPanel-outer"
        self.page.evaluate(f"document.querySelector('{pane}').scrollTop = 0")
        count = 0
        while True:
            count += 1
            self.page.wait_for_timeout(600)  # the cells that come into sight are drawn late
            self.page.screenshot(path=FOLDER / f"{self.copy.stem}-{theme}-{count:02}.png")
            moved = self.page.evaluate(
                f"(() => {{ const pane = document.querySelector('{pane}'), was = pane.scrollTop;"
                "pane.scrollTop += pane.clientHeight - 60; return pane.scrollTop > was + 5; })()"
            )
            if not moved:
                return count

    def _menu(self, *words: str) -> None:
        self.page.locator(".lm-MenuBar-itemLabel", has_text=words[0]).first.click()
        for word in words[1:]:
            self.page.locator(".lm-Menu-itemLabel").get_by_text(word, exact=True).last.click()

    def _wait_idle(self) -> None:
        deadline = time.monotonic() + 90
        while not self._idle():
            if time.monotonic() > deadline:
                raise Failed(f"{self.copy.stem}: its kernel did not get ready within 90 s")
            self.page.wait_for_timeout(250)  # between two looks

    def _idle(self) -> bool:
        reply = self.page.request.get(f"{self.server}/api/sessions?token={self.token}")
        sessions: list[dict[str, Any]] = reply.json()
        return any(
            one["path"].endswith(self.copy.name) and one["kernel"]["execution_state"] == "idle"
            for one in sessions
        )

    def _errors(self) -> str:
        """Save, and return what went wrong in the saved notebook, or nothing."""
        before = self.copy.stat().st_mtime_ns
        self.page.keyboard.press("Control+s")
        deadline = time.monotonic() + 20
        while self.copy.stat().st_mtime_ns == before and time.monotonic() < deadline:
            self.page.wait_for_timeout(100)  # between two looks
        book = self._saved(deadline)
        return "; ".join(
            f"{cell.id}: {output.ename}: {output.evalue}"
            for cell in book.cells
            for output in cell.get("outputs", [])
            if output.output_type == "error"
        )

    def _saved(self, deadline: float) -> nbformat.NotebookNode:
        """Read the copy as soon as JupyterLab has written all of it."""
        while True:
            try:
                return nbformat.read(self.copy, as_version=4)
            except nbformat.reader.NotJSONError:
                if time.monotonic() > deadline:
                    raise
                self.page.wait_for_timeout(100)  # between two looks


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
