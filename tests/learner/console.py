"""What the browser's console complains of while a page is open."""

from __future__ import annotations

import re

from playwright.sync_api import ConsoleMessage, Page

# What JupyterLab itself says on a good day, each with its reason.
ALLOWED: tuple[tuple[str, str], ...] = ()


class Console:
    """Listens to a page from when it is made; `complaints` has what should not have been said."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._said(f"{error}\n{error.stack}"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            place = message.location
            self._said(f"{message.text} ({place.get('url')}:{place.get('lineNumber')})")

    def _said(self, text: str) -> None:
        if not any(re.search(pattern, text) for pattern, _ in ALLOWED):
            self.complaints.append(text)
