"""The table of contents of a chapter."""

from __future__ import annotations

from dataclasses import dataclass

from bs4 import BeautifulSoup

from website.cells import Shown


@dataclass(frozen=True)
class Entry:
    """One heading: its anchor, its text, and 2 or 3 for its depth."""

    anchor: str
    text: str
    depth: int


def contents(cells: list[Shown]) -> list[Entry]:
    """The headings below the title, two levels of them."""
    found = []
    for cell in cells:
        if cell.kind != "text":
            continue
        for head in BeautifulSoup(cell.html, "html.parser").select("h2, h3"):
            if anchor := head.get("id"):
                text = head.get_text(" ", strip=True)
                found.append(Entry(str(anchor), text, int(head.name[1])))
    return found
