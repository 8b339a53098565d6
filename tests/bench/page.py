"""JupyterLab as a learner has it, in a real browser, with chapter 6 open and its board docked."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from playwright.sync_api import Page, expect, sync_playwright

from lab.paths import CHECKOUT

LAB = Path(sys.executable).parent / "lab"
CHROMIUM = os.environ.get("LAB_CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
FOLDER = CHECKOUT / "build" / "bench"
TICKS = os.sysconf("SC_CLK_TCK")

OPEN = """
import json, os
from pathlib import Path
from course import chapter
opened = chapter(6)
Path("opened").write_text(str(os.getpid()))
"""
TELL = """
whole = opened.watch.catch_up(60)
changes = [
    (one.index, one.time, one.kind, one.name, one.object["metadata"]["resourceVersion"])
    for one in opened.history.changes()
]
Path("told.part").write_text(json.dumps({"whole": whole, "changes": changes}))
os.replace("told.part", "told")
"""
# The next frame begins after the one with the change was handed over for painting: so this
# says no time too early. The clock counts whole milliseconds; one more is the bound.
RECORD = """
window.benchDrawn = []; window.benchFrames = 0; window.benchBegan = performance.now();
if (!window.benchRecords) {
  window.benchRecords = true;
  document.addEventListener("lab-board-drawn", ({ detail }) => requestAnimationFrame(() => {
    window.benchDrawn.push([detail.index, Date.now() + 1]);
    if (window.benchDrawn.length > 20000) window.benchDrawn.length = 0;  // the soak keeps none
  }), true);
  (function frame() { window.benchFrames++; requestAnimationFrame(frame); })();
}
"""


@dataclass(frozen=True)
class Told:
    """One change in the kernel's history; `time` is when it came in, in Unix seconds."""

    index: int
    time: float
    kind: str
    name: str
    version: str


@dataclass
class Lesson:
    """A notebook in the browser. The kernel and the server are known by their process IDs."""

    page: Page
    kernel: int
    server: int

    def record(self) -> None:
        """Count frames and what the board draws, from now on."""
        self.page.evaluate(RECORD)

    def frames(self) -> float:
        """Return the frames a second since `record`."""
        return float(self.page.evaluate("benchFrames / (performance.now() - benchBegan) * 1000"))

    def drawn(self) -> list[tuple[int, float]]:
        """Return what was drawn since `record`: up to which change, and when, in Unix seconds."""
        return [(index, ms / 1000) for index, ms in self.page.evaluate("benchDrawn")]

    def index(self) -> int:
        """Return the index of the newest change that stands on the board."""
        return int(self.page.locator(".lab-board").get_attribute("data-index") or -1)

    def wait_drawn(self, index: int, timeout: float = 30) -> None:
        """Wait until the board has drawn the change with that index, since `record`."""
        self.page.wait_for_function(f"benchDrawn.at(-1)?.[0] >= {index}", timeout=timeout * 1000)

    def heap(self) -> float:
        """Return the bytes of the page's live JavaScript objects."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("HeapProfiler.collectGarbage")
        used = float(session.send("Runtime.getHeapUsage")["usedSize"])
        session.detach()
        return used

    def history(self) -> list[Told]:
        """Let the kernel write down all changes that it keeps, once the watch has caught up."""
        file = FOLDER / "told"
        file.unlink(missing_ok=True)
        run_cell(self.page, 1, file)
        told: dict[str, Any] = json.loads(file.read_text())
        assert told["whole"], "the watch did not catch up"
        return [Told(*one) for one in told["changes"]]


@contextmanager
def lesson() -> Iterator[Lesson]:
    """Open JupyterLab by `lab open`, and in it a notebook that opens chapter 6."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in (OPEN, TELL)])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, FOLDER / "board.ipynb")
    try:
        with jupyter() as (process, address), browser() as page:
            parts = urlsplit(address)
            place = f"http://{parts.netloc}/lab/tree/build/bench/board.ipynb"
            page.goto(f"{place}?{parts.query}&reset")
            page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=90_000)
            run_cell(page, 0, FOLDER / "opened")
            expect(page.locator(".lb-dock .lab-board")).to_have_count(1, timeout=30_000)
            yield Lesson(page, int((FOLDER / "opened").read_text()), _children(process.pid)[0])
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


def run_cell(page: Page, number: int, makes: Path, timeout: float = 120) -> None:
    """Run a cell and wait for the file that it makes.

    JupyterLab drops the wish while its kernel is not there yet: then it is asked again.
    """
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.text_content() or ""
    deadline = time.monotonic() + timeout
    while not makes.exists():
        if time.monotonic() > deadline:
            said = " ".join(page.locator(".jp-OutputArea").all_text_contents())[:2000]
            raise TimeoutError(f"cell {number} did not end within {timeout:.0f} s: {said}")
        if prompt.text_content() == before:
            cell.locator(".cm-content").click()
            page.keyboard.press("Control+Enter")
            _changes(page, cell, before, makes)
        page.wait_for_timeout(100)  # between two looks; the file ends it


def _changes(page: Page, cell: Any, before: str, makes: Path) -> None:
    try:
        expect(cell.locator(".jp-InputPrompt")).not_to_have_text(before, timeout=4_000)
    except AssertionError:
        if makes.exists():
            return  # it ran, too fast to be seen running


@contextmanager
def jupyter(
    environment: Mapping[str, str] | None = None,
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `lab open`, in our environment or another; gives its process and the address."""
    process = subprocess.Popen(
        [LAB, "open"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    assert process.stdout is not None
    try:
        line = next(line for line in process.stdout if "http://127.0.0.1" in line)
        yield process, line[line.index("http://") :].split()[0]
    finally:
        below = _below(process.pid)
        process.terminate()
        process.wait(30)
        _wait_gone(below)


@contextmanager
def browser() -> Iterator[Page]:
    """Open a page in Chromium, without a window."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        try:
            yield page
        finally:
            chromium.close()


def _wait_gone(pids: list[int], seconds: float = 15) -> None:
    """Wait for the server and its kernel to end; one that stays is ended, and told.

    It is no reason to lose what was measured.
    """
    deadline = time.monotonic() + seconds
    while left := [pid for pid in pids if _runs(pid)]:
        if time.monotonic() > deadline:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            print(f"`lab open` left processes behind: {left}. They were ended.", file=sys.stderr)
            return
        time.sleep(0.1)  # between two looks


def _runs(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"  # one that has ended, but nobody asked how


def _children(pid: int) -> list[int]:
    text = "".join(file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(child) for child in text.split()]


def _below(pid: int) -> list[int]:
    return [each for child in _children(pid) for each in (child, *_below(child))]


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_bytes(pid: int) -> float:
    """Return the memory that a process holds in RAM."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1]) * 1024
    raise ProcessLookupError(f"process {pid} has no memory: it has ended")
