"""A board on what was recorded: in a notebook, or as a page that needs nothing but a browser."""

from __future__ import annotations

import json
from bisect import bisect_left
from itertools import groupby
from pathlib import Path

from course.record import Change, History, read
from course.views import answers
from course.views.board import Board
from course.views.model import Model
from course.views.module import CSS, STATIC_ESM
from course.views.reading import Json

MOST_FRAMES = 2_000  # a page must open quickly; of a longer record moments are drawn together
DETAILED = ("Pod", "PersistentVolumeClaim", "StatefulSet")


def replay(record: History | Path | str, title: str = "") -> Board:
    """A board on a saved record, to be dragged and stepped through.

    Raises RecordingError for a file that is no recording, OSError for one that is not to be read.
    """
    history = record if isinstance(record, History) else read(Path(record))
    return Board(history, title, docked=False, recorded=True)


def to_html(history: History, path: Path, title: str = "", lang: str = "en") -> Path:
    """Write a static page with the record in it: it needs no kernel and no network."""
    data = json.dumps(recording(history, title)).replace("<", "\\u003c")
    page = _PAGE.replace("__LANG__", lang).replace("/*CSS*/", CSS.read_text(encoding="utf-8"))
    page = page.replace("__SOURCE__", json.dumps(STATIC_ESM).replace("<", "\\u003c"))
    path.write_text(page.replace("__DATA__", data), encoding="utf-8")
    return path


def recording(history: History, title: str = "", since: str = "") -> Json:
    """What the page carries: the first moment whole, then each moment's difference.

    ``since`` names the mark to begin at; without it, or where there is none, it is the oldest
    change. ``marks`` gives the history's named moments as the number of the frame shown then;
    -1 is the first moment. ``told`` holds each event once; the moments name them by number.
    """
    mark = history.marks.get(since)
    begins, began = (mark.index, mark.time) if mark else (history.begins, history.began)
    model = Model(history.snapshot(begins - 1))
    # An event tells its time in whole seconds.
    told = _Told(int(began) if mark else 0)
    first = told.numbered({**model.whole(), "time": began})
    frames, ends = [], []
    for together in _moments(history.changes(begins)):
        altered = model.apply(together)
        if altered:
            frames.append(told.numbered({"time": together[-1].time, **altered}))
            ends.append(together[-1].index)
    return {
        "title": title,
        "first": first,
        "frames": frames,
        "told": told.events,
        "timeline": {**_line(history, began), "first": 0, "last": len(frames) - 1},
        "marks": {one.name: bisect_left(ends, one.index) - 1 for one in history.marks.values()},
        "details": _details(history),
    }


class _Told:
    """The events of a record since a time, each of them once: most stay long in sight."""

    def __init__(self, since: int) -> None:
        self.since = since
        self.events: list[Json] = []
        self._known: dict[str, int] = {}

    def numbered(self, moment: Json) -> Json:
        """The moment with numbers in place of its events."""
        if "events" in moment:
            newer = [one for one in moment["events"] if (one["time"] or self.since) >= self.since]
            moment["events"] = [self._number(event) for event in newer]
        return moment

    def _number(self, event: Json) -> int:
        key = json.dumps(event, sort_keys=True)
        if key not in self._known:
            self._known[key] = len(self.events)
            self.events.append(event)
        return self._known[key]


def _line(history: History, began: float) -> Json:
    line = answers.timeline(history)
    start = max(began, line["began"])
    return {**line, "began": start, "ticks": [tick for tick in line["ticks"] if tick >= start]}


def _moments(changes: tuple[Change, ...]) -> list[list[Change]]:
    """The changes one by one; in a long record so many at once that they fit."""
    at_once = 1 + len(changes) // MOST_FRAMES
    numbered = groupby(enumerate(changes), key=lambda pair: pair[0] // at_once)
    return [[change for _, change in part] for _, part in numbered]


def _details(history: History) -> Json:
    """Each object's last state, for the page's details."""
    snapshot = history.snapshot()
    names = (
        (kind, name)
        for kind in DETAILED
        for name in [*snapshot.objects(kind), *snapshot.gone(kind)]
    )
    return {f"{kind}/{name}": answers.details(history, kind, name) for kind, name in names}


_PAGE = """<!doctype html>
<html lang="__LANG__">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Board</title>
<style>
body { margin: 0; padding: 12px; background: #fff; }
@media (prefers-color-scheme: dark) { body { background: #111417; } }
/*CSS*/
</style>
<main id="board"></main>
<script type="module">
const source = __SOURCE__;
const data = __DATA__;
const module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
const model = module.recording(data);
const widget = module.default();
widget.initialize({ model });
widget.render({ model, el: document.getElementById("board") });
</script>
</html>
"""
