"""The board's one ES module, put together from its parts in their order.

The parts are plain scripts that see each other. So there is no build step and no bundler, and
still no file that needs a table of contents.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent
_PARTS = ("elements", "wire", "tiles", "sets", "panels", "foot", "board", "dock")

#: The style sheet.
CSS = _HERE / "board.css"


def _joined(*parts: str) -> str:
    return "\n".join((_HERE / "js" / f"{part}.js").read_text(encoding="utf-8") for part in parts)


#: What anywidget loads.
ESM = _joined(*_PARTS, "widget")
#: The same for a page without a kernel: it also exports ``recording``.
STATIC_ESM = _joined(*_PARTS, "recording", "widget")
