"""The board in the real JupyterLab: docked beside a notebook, live, and gone with it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow
TOKEN = "board-test"
CELLS = [
    "from course.views.board import board\nfrom course.views.situations import rolling\n"
    "made = rolling()\nboard(made.history, docked=True, title='chapter-4')",
    "import time\nmade.now = time.time()\nmade.drop('Pod', 'web-2')\n"
    "made.grow('web-2', '7c9b2d5f8', 'worker', '10.244.1.30', 'web:v2')",
    "from course.exercises.form import form\n"
    "from course.exercises.predictions import Prediction\n"
    "long = 'An answer that is longer than what is left beside the board. ' * 3\n"
    "asked = Prediction('Which?', (f'One. {long}', f'Two. {long}'), False)\n"
    "form(asked)",
    "print('guessed:', *sorted(asked.guess))",
    *["'text to scroll past\\n' * 40"] * 6,
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return reply.status == 200
    except (urllib.error.URLError, OSError):
        return False


def shut_down(url: str) -> bool:
    """Ask JupyterLab to end; False while it cannot, because a kernel is just being restarted."""
    request = urllib.request.Request(
        f"{url}/api/shutdown", b"", {"Authorization": f"token {TOKEN}"}
    )
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except urllib.error.HTTPError as refused:
        if refused.code != 500:
            raise
        return False
    return True


def stop(server: subprocess.Popen[bytes], url: str) -> None:
    """End JupyterLab by its own request, so that its kernels end too; by force if it hangs."""
    deadline = time.monotonic() + 20
    try:
        while not shut_down(url):
            assert time.monotonic() < deadline, "JupyterLab did not end within 20 s"
            time.sleep(0.25)
        server.wait(20)
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(10)


@pytest.fixture
def jupyterlab(tmp_path: Path) -> Iterator[str]:
    """JupyterLab on loopback with a token and folders of its own; gives its address."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in CELLS])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, tmp_path / "docked.ipynb")
    port = free_port()
    home = {
        name: str(tmp_path / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "HOME")
    }
    for folder in home.values():
        Path(folder).mkdir()
    # No question about news stands in front of the notebook.
    settings = Path(home["JUPYTER_CONFIG_DIR"]) / "lab/user-settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--ip=127.0.0.1", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.root_dir={tmp_path}"]
    url = f"http://127.0.0.1:{port}"
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            command,
            env=os.environ | home,
            cwd=tmp_path,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + 90
            while not answers(f"{url}/api/status?token={TOKEN}"):
                assert server.poll() is None, (tmp_path / "log").read_text()[-2000:]
                assert time.monotonic() < deadline, "JupyterLab did not answer within 90 s"
                time.sleep(0.25)
            yield url
        finally:
            stop(server, url)


def run_cell(page: Page, number: int) -> None:
    """Run a cell; again, if JupyterLab dropped the wish because its kernel was not there yet."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        cell.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        try:
            expect(cell.locator(".jp-InputPrompt")).not_to_have_text("[ ]:", timeout=4_000)
            return
        except AssertionError:
            continue
    pytest.fail(f"cell {number} did not run within 90 s")


def options_stand_below_each_other(page: Page) -> None:
    """Run the cell with a prediction: each option has its lines, and its button at the first."""
    run_cell(page, 2)
    page.wait_for_function(
        """() => {
            const where = ".course-prediction .widget-radio-box label";
            const all = [...document.querySelectorAll(where)];
            const [one, two] = all.map((label) => label.getBoundingClientRect());
            const button = all[0]?.querySelector("input").getBoundingClientRect();
            return two && one.height > 30 && one.bottom <= two.top + 1
                && Math.abs(button.top + button.height / 2 - one.top - 9) < 4;
        }""",
        timeout=20_000,
    )


def the_last_choice_is_kept(page: Page) -> None:
    """Choose, choose again, and click on the button, all before the kernel can answer."""
    page.locator(".course-prediction").evaluate(
        """(form) => {
            const [one, two] = form.querySelectorAll("input[type=radio]");
            for (const part of [two, one, form.querySelector("button")]) part.click();
        }"""
    )
    expect(page.locator(".course-prediction")).to_contain_text("Kept: One.", timeout=20_000)
    run_cell(page, 3)
    guessed = page.locator(".jp-Notebook .jp-CodeCell").nth(3).locator(".jp-OutputArea-output")
    expect(guessed).to_contain_text("guessed: One.", timeout=20_000)


def test_the_board_stands_docked_beside_the_notebook(jupyterlab: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{jupyterlab}/lab/tree/docked.ipynb?token={TOKEN}&reset")
    first = page.locator(".jp-Notebook .jp-CodeCell").first
    first.wait_for(timeout=90_000)
    run_cell(page, 0)
    dock = page.locator(".lb-dock")
    expect(dock).to_be_visible(timeout=20_000)
    expect(dock.locator(".lb-tile")).to_have_count(4, timeout=20_000)
    expect(dock.locator('[data-state="terminating"]')).to_have_count(1)

    # It covers no text: the notebook ends where the board begins.
    book, board = page.locator(".jp-Notebook").bounding_box(), dock.bounding_box()
    assert book
    assert board
    assert book["x"] + book["width"] <= board["x"] + 1

    screenshots = Path(__file__).parents[2] / "build" / "screenshots"
    screenshots.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=screenshots / "jupyterlab.png")

    # It is live, and in the same place after scrolling to the end.
    page.evaluate(
        "window.drawn = []; document.addEventListener('lab-board-drawn',"
        " (event) => window.drawn.push(event.detail), true)"
    )
    run_cell(page, 1)
    expect(dock.locator('[data-state="ready"]')).to_have_count(4, timeout=20_000)
    page.locator(".jp-WindowedPanel-outer").evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    assert dock.bounding_box() == board

    page.locator(".jp-WindowedPanel-outer").evaluate("(e) => e.scrollTo(0, 0)")
    options_stand_below_each_other(page)
    page.screenshot(path=screenshots / "jupyterlab-prediction.png")
    the_last_choice_is_kept(page)

    # Its width can be changed with the keyboard; the notebook follows.
    dock.locator(".lb-grip").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        f"document.querySelector('.lb-dock').getBoundingClientRect().x < {board['x']}"
    )
    # Details come from the kernel.
    dock.locator(".lb-tile").first.click()
    expect(dock.locator(".lb-yaml")).to_contain_text("name: web-0", timeout=20_000)
    # It can be put back below its cell; then the notebook has the whole width again.
    page.keyboard.press("Escape")
    dock.get_by_role("button", name="Show below the cell").click()
    expect(dock).to_have_count(0)
    expect(page.locator(".jp-OutputArea .lab-board")).to_have_count(1)
    main = page.locator("#main").bounding_box()
    assert main
    assert main["width"] == 1280
    assert page.evaluate("window.drawn.filter((one) => one.received).length") > 0

    # A kernel that was restarted is told; nothing on the board pretends to be live.
    page.locator('[data-jp-item-name="restart"]').click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(page.locator(".lb-status")).to_have_text("stopped: run the cell again", timeout=30_000)
