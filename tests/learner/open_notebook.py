"""A notebook that is open in JupyterLab, in a browser."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Page

KERNEL_SECONDS = 90.0
SAVE_SECONDS = 20.0


class Failed(Exception):
    """A cell failed, or the kernel did not get to the end. The message says which."""


@dataclass
class Notebook:
    """A notebook: its file, the page that shows it, the server's address and its token."""

    file: Path
    page: Page
    server: str
    token: str

    def menu(self, *words: str) -> None:
        """Click through a menu, word by word."""
        self.page.locator(".lm-MenuBar-itemLabel", has_text=words[0]).first.click()
        for word in words[1:]:
            self.page.locator(".lm-Menu-itemLabel").get_by_text(word, exact=True).last.click()

    def choose(self, theme: str) -> None:
        """Choose JupyterLab's theme, Light or Dark; it keeps the last one for the next notebook."""
        self.menu("Settings", "Theme", f"JupyterLab {theme}")
        light = str(theme == "Light").lower()
        self.page.wait_for_selector(f"body[data-jp-theme-light={light}]", state="attached")

    def idle(self) -> bool:
        """Whether the kernel is there and has nothing to do."""
        reply = self.page.request.get(f"{self.server}/api/sessions?token={self.token}")
        sessions: list[dict[str, Any]] = reply.json()
        return any(
            one["path"].endswith(self.file.name) and one["kernel"]["execution_state"] == "idle"
            for one in sessions
        )

    def wait_idle(self) -> None:
        """Wait for the kernel to have nothing to do; raises Failed."""
        deadline = time.monotonic() + KERNEL_SECONDS
        while not self.idle():
            if time.monotonic() > deadline:
                raise Failed(f"{self.file.stem}: its kernel did not get ready within 90 s")
            self.page.wait_for_timeout(250)  # between two looks

    def saved(self) -> nbformat.NotebookNode:
        """Save, and return what JupyterLab has written; raises Failed if it doesn't write."""
        before = self.file.stat().st_mtime_ns
        self.page.keyboard.press("Control+s")
        deadline = time.monotonic() + SAVE_SECONDS
        while self.file.stat().st_mtime_ns == before:
            if time.monotonic() > deadline:
                raise Failed(f"{self.file.stem}: JupyterLab did not save it within 20 s")
            self.page.wait_for_timeout(100)  # between two looks
        return self._read(deadline)

    def errors(self) -> str:
        """Save, and return what went wrong in the saved notebook, or nothing."""
        return "; ".join(
            f"{cell.id}: {output.ename}: {output.evalue}"
            for cell in self.saved().cells
            for output in cell.get("outputs", [])
            if output.output_type == "error"
        )

    def _read(self, deadline: float) -> nbformat.NotebookNode:
        """Read the file as soon as JupyterLab has written all of it."""
        while True:
            try:
                return nbformat.read(self.file, as_version=4)
            except nbformat.reader.NotJSONError:
                if time.monotonic() > deadline:
                    raise
                self.page.wait_for_timeout(100)  # between two looks
