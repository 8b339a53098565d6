"""The site of the course's own notebooks, in a real browser: it opens, and no link is lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, expect

from website.build import build

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(Path(__file__).parent))

from visitor import Visitor  # noqa: E402

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the course's own notebooks, within its budgets."""
    out = tmp_path_factory.mktemp("real") / "site"
    build(ROOT / "notebooks", out, ROOT / "docs")
    return out


def test_the_course_s_own_pages_open_from_disk(browser: Browser, real: Path) -> None:
    visitor = Visitor(browser, real)
    try:
        for page in sorted(real.glob("*.html")):
            opened = visitor.open(page.name)
            expect(opened.locator("h1").first).to_be_visible()
            opened.context.close()
    finally:
        assert not visitor.wrong


def test_every_link_leads_somewhere(site: Path, real: Path) -> None:
    for folder in (site, real):
        pages = {file.name: _soup(file) for file in folder.glob("*.html")}
        parts = {
            name: {str(tag["id"]) for tag in soup.select("[id]")} for name, soup in pages.items()
        }
        lost = []
        for name, soup in pages.items():
            for link in _links(soup):
                place, part = urldefrag(link)
                wanted = unquote(place) or name
                if not (folder / wanted).is_file() or (part and unquote(part) not in parts[wanted]):
                    lost.append(f"{name}: {link}")
        assert not lost


def _soup(file: Path) -> BeautifulSoup:
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


def _links(soup: BeautifulSoup) -> Iterator[str]:
    for tag in soup.select("[href], [src]"):
        link = str(tag.get("href") or tag.get("src"))
        outside = tag.name == "a" and link.startswith(("https://", "http://"))
        if not outside and not link.startswith("data:"):
            yield link
