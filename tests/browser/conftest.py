"""A real browser, and a stage: a page on which a real Board plays, without a kernel.

The page's widget model is small and made up; what it says and hears is the real Board's: its
messages come over a stream, its questions go back by POST. So the feed's own thread and pace
are in the picture, and the times measured are honest.
"""

from __future__ import annotations

import json
import os
import queue
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from course.views.board import Board, board
from course.views.module import CSS, ESM

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("LAB_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Board</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/board.css">
<style>body { margin: 0; padding: 12px; background: THEME-PAGE; }</style>
<body THEME><main id="board"></main>
<script type="module">
import make from "/board.js";
const listeners = new Set();
const model = {
  get: (name) => window.traits[name],
  on: (name, listener) => name === "msg:custom" && listeners.add(listener),
  send: (message) => fetch("/ask", { method: "POST", body: JSON.stringify(message) }),
};
window.traits = await (await fetch("/traits")).json();
window.drawn = [];
document.addEventListener("lab-board-drawn", (event) => window.drawn.push(event.detail), true);
const widget = make();
const el = document.getElementById("board");
const stream = new EventSource("/stream");
stream.onmessage = (event) => listeners.forEach((listener) => listener(JSON.parse(event.data)));
stream.onopen = () => {
  if (window.leave) return;
  widget.initialize({ model });
  window.leave = widget.render({ model, el });
  window.rerender = () => { el.replaceChildren(); window.leave = widget.render({ model, el }); };
};
</script>
"""


class Handler(BaseHTTPRequestHandler):
    """Serves the page of one stage: files, the Board's messages as a stream, its questions."""

    stage: Stage

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        give = {"/stream": self._stream, "/traits": self._traits}.get(self.path)
        if give:
            give()
        elif self.path == "/board.js":
            self._give(ESM.encode(), "text/javascript")
        elif self.path == "/board.css":
            self._give(CSS.read_bytes(), "text/css")
        else:
            self._page(dark=self.path == "/dark")

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._give(b"", "text/plain")
        self.stage.board._asked(self.stage.board, question, [])

    def _give(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _traits(self) -> None:
        names = ("title", "docked", "recorded", "seed")
        traits = {name: getattr(self.stage.board, name) for name in names}
        self._give(json.dumps(traits).encode(), "application/json")

    def _page(self, dark: bool) -> None:
        page = PAGE.replace("THEME-PAGE", "#111417" if dark else "#ffffff")
        theme = f'data-jp-theme-light="{"false" if dark else "true"}"'
        self._give(page.replace("THEME", theme).encode(), "text/html")

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        while (message := self.stage.out.get()) is not None:
            try:
                self.wfile.write(f"data: {message}\n\n".encode())
                self.wfile.flush()
            except OSError:
                return  # the page has gone


class Stage:
    """One Board and the page that shows it."""

    def __init__(self, shown: Board) -> None:
        self.board = shown
        self.out: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.deaf = False  # True: messages get lost on their way
        shown.send = self._send  # type: ignore[method-assign]
        shown._end()
        shown._end = shown._feed.listen(shown.send)
        self.server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("OfStage", (Handler,), {"stage": self})
        )
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def _send(self, content: Any, buffers: Any = None) -> None:
        if not self.deaf:
            self.out.put(json.dumps(content))

    def close(self) -> None:
        """End the board and the server."""
        self.board.close()
        self.out.put(None)
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, once for all tests."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails its test on any error in the board's code."""
    context = browser.new_context(viewport={"width": 760, "height": 640})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors, errors


@pytest.fixture
def staged(page: Page) -> Iterator[Callable[..., Page]]:
    """``staged(history, title, dark=False)`` opens the page with a live board on it."""
    stages: list[Stage] = []

    def open_stage(history: Any, title: str = "", dark: bool = False, wait: bool = True) -> Page:
        stage = Stage(board(history, title=title))
        stages.append(stage)
        page.stage = stage  # type: ignore[attr-defined]
        page.goto(stage.url + ("dark" if dark else ""))
        if wait:
            page.wait_for_selector(".lb-tile", timeout=15_000)
        return page

    yield open_stage
    page.close()  # before its server: what it still asks would find nobody there
    for stage in stages:
        stage.close()
