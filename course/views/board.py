"""The board: one widget that shows each ordinal with its Pod, its volume and its revision, live.

It only reads. Each board listens to the one feed of its history; the browser asks for the whole
when it comes back, so a reload or a closed laptop costs nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from course.record import History
from course.views import answers
from course.views.feed import feed_of
from course.views.module import CSS, ESM
from course.views.reading import Json

_log = logging.getLogger(__name__)


class Board(anywidget.AnyWidget):
    """A live board. Make one with ``board(history)``."""

    _esm = ESM
    _css = CSS
    title = traitlets.Unicode().tag(sync=True)
    docked = traitlets.Bool(False).tag(sync=True)
    recorded = traitlets.Bool(False).tag(sync=True)
    seed = traitlets.Dict().tag(sync=True)

    def __init__(self, history: History, title: str, docked: bool, recorded: bool) -> None:
        self._history = history
        self._feed = feed_of(history)
        super().__init__(title=title, docked=docked, recorded=recorded, seed=self._feed.whole())
        self._awake: set[str] = set()  # the front ends that show it now
        self.on_msg(self._asked)
        self._end: Callable[[], None] = self._feed.listen(self.send)

    def __repr__(self) -> str:
        return f"Board({self.title!r})" if self.title else "Board()"

    def close(self) -> None:
        """End the board: it takes no more from the feed and goes from the page."""
        self._end()
        super().close()

    def _asked(self, _widget: Any, content: Any, _buffers: Any) -> None:
        try:
            if content["type"] == "sleep":
                self._sleep(str(content["who"]))
            else:
                self.send(self._answer(content))
        except (KeyError, TypeError, ValueError) as error:
            _log.warning("The board asked for something that is not to be had: %s", error)
            self.send({"type": "sorry", "text": "The board could not get that. Go back to live."})

    def _answer(self, content: Json) -> Json:
        wanted = content["type"]
        if wanted == "at":
            return answers.at_time(self._history, float(content["time"]))
        if wanted == "step":
            return answers.step(
                self._history, int(content["index"]), 1 if content["by"] > 0 else -1
            )
        if wanted == "details":
            index = content.get("index")
            return answers.details(self._history, str(content["kind"]), str(content["name"]), index)
        if wanted == "hello":
            self._awake.add(str(content["who"]))
            self._end = self._feed.listen(self.send)
            return self._feed.whole()
        raise ValueError(f"unknown request {wanted!r}")

    def _sleep(self, who: str) -> None:
        """A front end no longer shows the board; without any, it costs nothing."""
        self._awake.discard(who)
        if not self._awake:
            self._end()


def board(history: History, docked: bool = False, title: str = "") -> Board:
    """A board on a history, live as long as the history grows.

    ``docked=True`` puts it beside the notebook in JupyterLab, where it stays while you scroll;
    elsewhere it appears below the cell. ``title`` is what stands on top, such as the namespace.
    """
    return Board(history, title, docked, recorded=False)
