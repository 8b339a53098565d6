"""The keys of a prediction's form: what ipywidgets' own parts leave out for a keyboard."""

from pathlib import Path

import anywidget
import traitlets

_ESM = Path(__file__).with_name("keys.js").read_text(encoding="utf-8")


class Keys(anywidget.AnyWidget):
    """Shows nothing. Arrows choose, Enter and Shift+Enter keep the guess, Escape leaves the form.

    Once ``kept`` is true, the next cell gets the focus.
    """

    _esm = _ESM
    question = traitlets.Unicode().tag(sync=True)
    kept = traitlets.Bool(False).tag(sync=True)
