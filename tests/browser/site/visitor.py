"""Somebody who opens pages of the site from disk."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Request


class Visitor:
    """Opens pages from disk, and fails its test on errors and on requests to other hosts."""

    def __init__(self, browser: Browser, site: Path) -> None:
        self.browser, self.site = browser, site
        self.contexts: list[BrowserContext] = []
        self.wrong: list[str] = []

    def open(self, name: str, wide: int = 1440, dark: bool = False, scripts: bool = True) -> Page:
        context = self.browser.new_context(
            viewport={"width": wide, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("requestfailed", self._failed)
        page.on("request", lambda asked: self._asked(asked.url))
        page.goto((self.site / name).as_uri())
        if scripts and page.locator("#board").count():
            page.wait_for_selector("html[data-board=ready]", timeout=20_000)
        return page

    def _failed(self, asked: Request) -> None:
        if asked.resource_type not in ("xhr", "fetch"):  # axe's own, which a page on disk refuses
            self.wrong.append(f"failed: {asked.url}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.site.as_uri(), "blob:", "data:")):
            self.wrong.append(f"asked for {url}")
