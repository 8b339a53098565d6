"""Turns the cells of a notebook into HTML with nbconvert's own filters."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from bs4 import BeautifulSoup, Tag
from nbconvert.filters.ansi import ansi2html
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from PIL import Image

from website.chapters import Chapter
from website.predictions import Question, questions

MANIFEST = re.compile(r"\bmanifests/\d\d/[\w.-]+\.(?:yaml|py)\b")
BEGIN = re.compile(r"""\bbegin\(["'](\d+\.\d+)["']\)""")
#: A line longer than this may need to be scrolled sideways on a phone: the keyboard must reach it.
NARROW = 38
LEXERS = {".yaml": "yaml", ".py": "python", ".sh": "bash"}


@dataclass
class Shown:
    """A cell as the page's template takes it. ``mark`` names its end in the recording."""

    id: str
    kind: str
    html: str = ""
    mark: str = ""
    question: Question | None = None
    answers: str = ""
    outputs: list[str] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Rendered:
    """A chapter's cells, its figures by file name, and what was wrong with its links."""

    cells: list[Shown]
    figures: dict[str, bytes]
    complaints: list[str]


def render(chapter: Chapter, pages: dict[str, str]) -> Rendered:
    """Render a chapter. ``pages`` gives for each notebook's file name its page."""
    work = _Rendering(chapter, pages)
    return Rendered([work.cell(cell) for cell in chapter.cells], work.figures, work.complaints)


class _Rendering:
    def __init__(self, chapter: Chapter, pages: dict[str, str]) -> None:
        self.chapter = chapter
        self.pages = pages
        self.questions = questions(chapter.cells)
        self.answered = {one.answered_in: one.name for one in self.questions.values()}
        self.figures: dict[str, bytes] = {}
        self.complaints: list[str] = [
            f"The prediction “{one.text}” has no answer in the outputs."
            for one in self.questions.values()
            if one.right is None
        ]
        self.seen: set[str] = set()
        self.anchors: list[str] = []
        heads = [c for c in chapter.cells if c.cell_type == "markdown"]
        self.deeper = sum(len(re.findall(r"^# ", one.source, re.MULTILINE)) for one in heads) > 1

    def cell(self, cell: Any) -> Shown:
        if cell.cell_type == "markdown":
            return Shown(cell.id, "text", self.markdown(cell.source))
        shown = Shown(cell.id, "code", highlighted(cell.source, "ipython3"))
        if cell.get("execution_count"):
            shown.mark = f"In [{cell.execution_count}]"
        shown.question = self.questions.get(cell.id)
        shown.answers = self.answered.get(cell.id, "")
        for number, output in enumerate(cell.get("outputs", [])):
            shown.outputs += filter(None, [self.output(cell, number, output)])
        shown.files = self.files(cell.source)
        return shown

    def markdown(self, source: str) -> str:
        soup = BeautifulSoup(markdown(source), "html.parser")
        for head in soup.find_all(re.compile(r"h[1-5]")):
            is_title = head.name == "h1" and "title" not in self.seen
            self.seen.add("title")
            if self.deeper and not is_title:
                head.name = f"h{int(head.name[1]) + 1}"
            for anchor in head.select(".anchor-link"):
                anchor.decompose()
            head["id"] = self.anchor(head.get_text())
        for link in soup.select("a[href]"):
            self.link(link)
        for table in soup.select("table"):
            table.wrap(soup.new_tag("div", attrs={"class": "wide", "tabindex": "0"}))
        for code in soup.select("pre"):
            reachable(code)
        return str(soup)

    def anchor(self, text: str) -> str:
        """An id that only this heading has, as JupyterLab makes it, without what URLs escape."""
        plain = anchor(text)
        again = sum(1 for one in self.anchors if one == plain)
        self.anchors.append(plain)
        return f"{plain}-{again + 1}" if again else plain

    def link(self, link: Tag) -> None:
        """Lead to the page of a notebook; what the site does not have becomes plain text."""
        href = str(link["href"])
        name, _, part = href.partition("#")
        if href.startswith(("http://", "https://")):
            link["rel"] = "noopener"
        elif not name or name in self.pages:
            link["href"] = self.pages.get(name, "") + (f"#{anchor(unquote(part))}" if part else "")
        else:
            self.complaints.append(f"The link to {href} leads out of the site: it is left as text.")
            link.unwrap()

    def output(self, cell: Any, number: int, output: Any) -> str:
        if output.output_type == "stream":
            return _stream(output.text, output.name)
        if output.output_type == "error":
            return _stream("\n".join(output.traceback), "stderr")
        return self.data(cell, number, output)

    def data(self, cell: Any, number: int, output: Any) -> str:
        data = output.data
        plain = str(data.get("text/plain", ""))
        if cell.id in self.questions and self.questions[cell.id].text == plain.partition("\n")[0]:
            return ""
        if plain.startswith("Board("):
            return ""
        if "image/png" in data:
            about = output.get("metadata", {}).get("image/png", {})
            return self.picture(base64.b64decode(data["image/png"]), about, plain, cell.id, number)
        makers: dict[str, Callable[[str], str]] = {
            "image/svg+xml": lambda svg: f'<div class="figure">{svg}</div>',
            "text/html": lambda html: f'<div class="wide" tabindex="0">{html}</div>',
            "text/markdown": self.markdown,
        }
        for kind, make in makers.items():
            if kind in data:
                return make(data[kind])
        return _stream(plain, "result")

    def picture(self, png: bytes, about: Any, plain: str, cell: str, number: int) -> str:
        name = f"{self.chapter.name}-{hashlib.sha256(png).hexdigest()[:10]}.png"
        self.figures[name] = png
        wide, high = _pixels(png)
        shown = int(about.get("width", wide))
        alt = escape(about.get("alt") or plain or f"Figure {number + 1} of {cell}", quote=True)
        # It is loaded late: without its height the text below would jump away from the reader.
        size = f'width="{shown}" height="{round(shown * high / wide)}"'
        return f'<img class="figure" src="figures/{name}" alt="{alt}" loading="lazy" {size}>'

    def files(self, source: str) -> list[tuple[str, str]]:
        """The files that a cell names for the first time, and the solution of its exercise."""
        found = []
        for name in MANIFEST.findall(source):
            file = self.chapter.folder / name
            if name not in self.seen and file.is_file():
                self.seen.add(name)
                found.append((f"The file {name}", _file(file)))
        for number in BEGIN.findall(source):
            for file in sorted((self.chapter.folder / "solutions").glob(f"{number}.*")):
                found.append((f"One way to solve exercise {number}", _file(file)))
        return found


def _pixels(png: bytes) -> tuple[int, int]:
    # Image.open reads the header alone.
    return Image.open(io.BytesIO(png)).size


def anchor(text: str) -> str:
    """The id of a heading."""
    return re.sub(r"[^\w.-]", "", re.sub(r"\s+", "-", text.strip()))


def markdown(source: str) -> str:
    """Markdown as JupyterLab understands it, as HTML."""
    renderer = IPythonRenderer(escape=False, anchor_link_text="")
    return str(MarkdownWithMath(renderer=renderer).render(source))


def highlighted(source: str, lexer: str) -> str:
    """Code with the classes of Pygments."""
    html = str(Highlight2HTML(pygments_lexer=lexer)(source))  # type: ignore[no-untyped-call]
    return html.replace("<pre>", '<pre tabindex="0">', 1) if _is_wide(source) else html


def reachable(code: Tag) -> None:
    """Let the keyboard scroll what may be wider than the page."""
    if _is_wide(code.get_text()):
        code["tabindex"] = "0"


def _is_wide(text: str) -> bool:
    return any(len(line) > NARROW for line in text.splitlines())


def _file(file: Path) -> str:
    return highlighted(file.read_text(encoding="utf-8"), LEXERS.get(file.suffix, "text"))


def _stream(text: str, name: str) -> str:
    """What a program printed; the sentences of claims stand out from their evidence."""
    html = str(ansi2html(text.replace("\r\n", "\n").rstrip("\n")))  # type: ignore[no-untyped-call]
    shown = "\n".join(_line(line) for line in html.split("\n"))
    pre = BeautifulSoup(f'<pre class="output {name}">{shown}</pre>', "html.parser")
    reachable(pre.select("pre")[0])
    return str(pre)


def _line(line: str) -> str:
    if line.startswith("✓ "):
        return f'<b class="claim said">{line}</b>'
    is_table = "   " in line.strip()
    return line if is_table or "<span" in line else f'<span class="said">{line}</span>'
