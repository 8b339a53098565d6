"""Putting a chapter's own images into the nodes, with a display of how far it is."""

from __future__ import annotations

import contextlib
import html
import threading
import time
from collections.abc import Iterator
from typing import Any

from lab import courseimages
from lab.engine import Engine
from lab.load import load
from lab.progress import Progress, progress
from lab.settings import Settings

REDRAWN_SECONDS = 0.5


def put_into_nodes(settings: Settings, engine: Engine, number: int) -> None:
    """Build the images that only this chapter needs and load them, as far as need be.

    With everything there this takes a moment. The cell's output is the same however much
    there was to do. Raises LabError when an image can't be built or loaded.
    """
    if not any(number in recipe.chapters for recipe in courseimages.recipes()):
        return
    shown = _display(number)
    with shown.shown():
        images = courseimages.chapter_images(number, settings, shown)
        load(engine, settings, images, shown)


class InNotebook(Progress):
    """The steps in a widget, which ends as one sentence.

    A widget is redrawn without an output of the cell, so none is left that depends on how
    much there was to do.
    """

    def __init__(self, widget: Any, closing: str) -> None:
        super().__init__()
        self._widget, self._closing = widget, closing

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Redraw the widget twice a second while the body runs."""
        ended = threading.Event()

        def redraw() -> None:
            while not ended.wait(REDRAWN_SECONDS):
                self._widget.value = self.text()

        drawing = threading.Thread(target=redraw, daemon=True)
        drawing.start()
        try:
            yield
            closing = self._closing
        except BaseException:
            closing = self.text()
            raise
        finally:
            ended.set()
            drawing.join()
            self._widget.value = closing

    def text(self) -> str:
        """Return the steps as HTML, a line each."""
        lines = []
        for step in list(self.steps):
            seconds = time.monotonic() - step.started if step.seconds is None else step.seconds
            mark = "…" if step.seconds is None else ("✗" if step.failed else "✓")
            note = step.note if step.seconds is None else ""
            lines.append(html.escape(f"{mark} {seconds:5.1f} s  {step.name}  {note}"))
        return f"<pre>{chr(10).join(lines)}</pre>"


def _display(number: int) -> Progress:
    from IPython import get_ipython

    if get_ipython() is None:
        return progress()
    from IPython.display import display
    from ipywidgets import HTML

    closing = f"The images of chapter {number} are in the nodes."

    class Sentence(HTML):  # type: ignore[misc]  # untyped
        def __repr__(self) -> str:
            return closing

    widget = Sentence(value="")
    show: Any = display  # untyped
    show(widget)
    return InNotebook(widget, closing)
