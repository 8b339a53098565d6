"""The search's index: each section of each chapter with its words."""

from __future__ import annotations

from bs4 import BeautifulSoup
from bs4.element import PageElement, Tag

from website.cells import Shown
from website.chapters import Chapter

HEADS = ["h1", "h2", "h3", "h4"]


def sections(chapter: Chapter, cells: list[Shown]) -> list[dict[str, str]]:
    """A chapter's sections: where each is, its heading, and its text and code."""
    found = [{"at": chapter.page, "head": "", "text": ""}]
    for cell in cells:
        soup = BeautifulSoup(cell.html, "html.parser")
        if cell.kind == "code":
            found[-1]["text"] += " " + " ".join(soup.get_text().split())
            if cell.question:
                found[-1]["text"] += f" {cell.question.text}"
            continue
        for part in soup.contents:
            if isinstance(part, Tag) and part.name in HEADS:
                place = f"{chapter.page}#{part.get('id', '')}"
                found.append({"at": place, "head": part.get_text(" ", strip=True), "text": ""})
            else:
                found[-1]["text"] += f" {_words(part)}"
    title = f"{chapter.number}. {chapter.title}"
    return [
        {"chapter": title, **one, "text": one["text"].strip()}
        for one in found
        if one["head"] or one["text"].strip()
    ]


def _words(part: PageElement) -> str:
    return " ".join(part.get_text(" ").split())
