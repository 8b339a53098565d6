"""Writes the site: a page a chapter, the first page, and what they share."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from course.exercises.session import CHAPTER
from course.views.module import CSS, STATIC_ESM
from course.views.reading import Json
from course.views.replay import recording
from website.cells import Rendered, markdown, render
from website.chapters import Chapter, SiteError, chapters
from website.contents import Entry, contents
from website.search import sections

HERE = Path(__file__).parent
#: The most that a page may weigh with all that it loads, in bytes; the search's index comes later.
FIRST_PAGE = 500_000
CHAPTER_PAGE = 2_000_000
SHARED = ("site.css", "code.css", "site.js")
PICTURES = (
    "rolling-update-light.webp",
    "rolling-update-dark.webp",
    "board-light.png",
    "board-dark.png",
)
OF_CHAPTERS = ("board.css", "board.js", "follow.js")


@dataclass(frozen=True)
class Page:
    """A page that was written: its weight with all that it loads, and what to complain of."""

    name: str
    weight: int
    complaints: tuple[str, ...]


def build(notebooks: Path, out: Path, pictures: Path | None = None) -> list[Page]:
    """Make the site of a folder of notebooks; what stood at ``out`` is replaced at the end.

    ``pictures`` is the folder with the first page's pictures. Raises SiteError for notebooks that
    cannot be read, and for a page that weighs too much; `out` is then left as it was.
    """
    found = chapters(notebooks)
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        pages = _Site(found, draft, pictures).write()
        for page in pages:
            most = FIRST_PAGE if page.name == "index.html" else CHAPTER_PAGE
            if page.weight > most:
                raise SiteError(
                    f"{page.name} weighs {page.weight:,} bytes with what it loads; "
                    f"{most:,} are allowed."
                )
        draft.chmod(0o755)
        shutil.rmtree(out, ignore_errors=True)
        draft.replace(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return pages


class _Site:
    def __init__(self, found: list[Chapter], out: Path, pictures: Path | None) -> None:
        self.chapters = found
        self.out = out
        self.pictures = pictures
        self.pages = {f"{one.name}.ipynb": one.page for one in found}
        self.templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters["html"] = Markup

    def write(self) -> list[Page]:
        self.assets()
        index: list[dict[str, str]] = []
        pages = []
        entries = []
        for place, chapter in enumerate(self.chapters):
            rendered = render(chapter, self.pages)
            index += sections(chapter, rendered.cells)
            headings = contents(rendered.cells)
            entries.append((chapter, rendered))
            pages.append(self.chapter(place, rendered, headings))
        script = f"globalThis.labSearch({_json(index)});"
        self.put("assets/search.js", script)
        return [self.first(entries), *pages]

    def assets(self) -> None:
        for name in (*SHARED, "follow.js"):
            self.put(f"assets/{name}", (HERE / "assets" / name).read_text(encoding="utf-8"))
        self.put("assets/board.css", CSS.read_text(encoding="utf-8"))
        # From disk no page may import a module, so the module comes as a text.
        self.put("assets/board.js", f"globalThis.labBoard = {_json(STATIC_ESM)};")

    def put(self, name: str, content: str | bytes) -> None:
        file = self.out / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def fill(self, name: str, template: str, **values: Any) -> None:
        page = self.templates.get_template(template)
        self.put(name, page.render(chapters=self.chapters, **values))

    def chapter(self, place: int, rendered: Rendered, headings: list[Entry]) -> Page:
        chapter = self.chapters[place]
        data = f"data/{chapter.name}.js"
        record = _record(chapter)
        if record:
            self.put(data, f"globalThis.labRecording = {_json(record)};")
        for name, picture in rendered.figures.items():
            self.put(f"figures/{name}", picture)
        self.fill(
            chapter.page,
            "chapter.html",
            chapter=chapter,
            cells=rendered.cells,
            headings=headings,
            marks=record.get("marks", {}),
            data=data if record else "",
            before=self.chapters[place - 1] if place else None,
            after=self.chapters[place + 1] if place + 1 < len(self.chapters) else None,
        )
        loaded = [chapter.page, *(f"assets/{name}" for name in (*SHARED, *OF_CHAPTERS))]
        loaded += [data] if record else []
        loaded += [f"figures/{name}" for name in rendered.figures]
        complaints = [*filter(None, [chapter.missing]), *rendered.complaints]
        return Page(chapter.page, self.weight(loaded), tuple(complaints))

    def first(self, entries: list[tuple[Chapter, Rendered]]) -> Page:
        loaded = ["index.html", *(f"assets/{name}" for name in SHARED)]
        heaviest = 0
        if self.pictures:
            for name in PICTURES:
                self.put(f"figures/{name}", (self.pictures / name).read_bytes())
            # A browser loads one of them: the theme and the wish for stillness decide which.
            heaviest = max(self.weight([f"figures/{name}"]) for name in PICTURES)
        rows = [(one, markdown(one.goal), _counts(rendered)) for one, rendered in entries]
        self.fill("index.html", "index.html", rows=rows, moves=bool(self.pictures))
        return Page("index.html", self.weight(loaded) + heaviest, ())

    def weight(self, names: list[str]) -> int:
        return sum((self.out / name).stat().st_size for name in names)


def _record(chapter: Chapter) -> Json:
    if chapter.history is None:
        return {}
    return recording(chapter.history, f"chapter-{chapter.number}", since=CHAPTER)


def _counts(rendered: Rendered) -> str:
    claims = sum("".join(cell.outputs).count('class="claim ') for cell in rendered.cells)
    asked = sum(cell.question is not None for cell in rendered.cells)
    return f"{asked} predictions, {claims} claims held against the cluster" if claims else ""


def _json(value: Any) -> str:
    """JSON that may stand in a script of a page."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
