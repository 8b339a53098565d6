"""`lab open` as a learner meets it: the start page, and chapter 1 or where they left off."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow
NAME = "lab-open-test"


@pytest.fixture
def lab_open(tmp_path: Path, page: Page) -> Callable[[], object]:
    """Give `lab open` on a state folder of its own, as a context with the URL that it prints.

    It looks for a kubeconfig alone, so no cluster is needed to see what opens.
    """
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "kubeconfig").write_text("")
    # A port of its own: JupyterLab's usual one may be taken between the choice and the start.
    values = os.environ | {"LAB_NAME": NAME, "LAB_STATE": str(tmp_path), "LAB_PORT": free_port()}

    @contextmanager
    def opened() -> Iterator[str]:
        running = subprocess.Popen(
            [Path(sys.executable).parent / "lab", "open"],
            env=values,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert running.stdout is not None
            line = running.stdout.readline()
            assert line.startswith("JupyterLab: "), line
            yield line.removeprefix("JupyterLab: ").strip()
        finally:
            page.goto("about:blank")  # before its kernels go, which it would complain of
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=30)

    return opened


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def photograph(page: Page, name: str) -> None:
    folder = Path(__file__).parents[2] / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")


def start_page(page: Page):
    return page.locator(".jp-MarkdownViewer")


def test_somebody_new_finds_chapter_1_open_and_the_start_page_beside_it(lab_open, page: Page):
    page.set_viewport_size({"width": 1280, "height": 800})
    with lab_open() as url:
        page.goto(url)
        chapter = page.get_by_role("heading", name="1. What a StatefulSet keeps")
        expect(chapter).to_be_visible(timeout=60_000)
        page.get_by_role("tab", name="start.md").click()
        expect(start_page(page).get_by_text("Begin here")).to_be_visible()
        photograph(page, "start-new")
        start_page(page).get_by_role("link", name="4. Scaling and updates").click()
        expect(page.get_by_role("heading", name="4. Scaling and updates")).to_be_visible()


def test_somebody_who_comes_back_is_told_where_they_left_off(lab_open, page: Page, tmp_path: Path):
    kept = {"version": 1, "exercises": {}, "guesses": {}, "opened": {"3": time.time()}}
    (tmp_path / NAME / "progress.json").write_text(json.dumps(kept))
    page.set_viewport_size({"width": 1280, "height": 800})
    with lab_open() as url:
        page.goto(url)
        expect(start_page(page).get_by_text("Go on here")).to_be_visible(timeout=60_000)
        expect(start_page(page).get_by_role("row")).to_have_count(7)
        photograph(page, "start-back")
