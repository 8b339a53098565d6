"""The README's moving picture: the board in a rolling update that was recorded.

    python -m website.picture

`make picture` calls it. It replays docs/rolling-update.json, a part of chapter 4's recording, in
Chromium, and writes docs/rolling-update-light.webp and -dark.webp.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from course.record import read
from course.views.module import CSS, STATIC_ESM
from course.views.replay import recording

DOCS = Path(__file__).resolve().parents[1] / "docs"
RECORD = DOCS / "rolling-update.json"
WIDE = 760
#: Shown for at least and at most so long, in milliseconds; the last moment longer.
SHORTEST, LONGEST, LAST = 140, 900, 3_000
# What is beside the set (a Pod that asks it, nodes, events) would only unsettle a small picture.
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Board</title>
<style>%(css)s
body { margin: 0; background: %(ground)s; }
.lb-set:not(:first-child), .lab-board :is(.lb-nodes, .lb-events), .lb-reasons { display: none; }
.lab-board { border-radius: 0; border: 0; } .lab-board .lb-tile { min-height: 118px; }
</style>
<body data-jp-theme-light="%(light)s"><main id="board"></main>
<script type="module">
const text = %(source)s;
const { mount } = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
window.board = mount(%(data)s, document.getElementById("board"));
</script>"""


@contextmanager
def stage(browser: Browser, dark: bool) -> Iterator[Page]:
    """A page with the board on the record; ``show`` moves it."""
    data = recording(read(RECORD), "a rolling update")
    text = PAGE % {
        "css": CSS.read_text(encoding="utf-8"),
        "ground": "#171b1f" if dark else "#fafbfc",
        "light": "false" if dark else "true",
        "source": json.dumps(STATIC_ESM).replace("<", "\\u003c"),
        "data": json.dumps(data).replace("<", "\\u003c"),
    }
    context = browser.new_context(
        viewport={"width": WIDE, "height": 424}, device_scale_factor=1.25, reduced_motion="reduce"
    )
    try:
        page = context.new_page()
        page.set_content(text)
        # Until the script has run, `board` is the element of that name.
        page.wait_for_function("'seek' in window.board")
        yield page
    finally:
        context.close()


def show(page: Page, frame: int) -> Image.Image:
    """The board at a frame of the record."""
    page.evaluate("(index) => board.seek({ type: 'step', index, by: 0 })", frame)
    page.wait_for_selector(f'.lab-board[data-index="{frame}"][data-mode="past"]')
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def last(page: Page) -> int:
    """The number of the record's last frame."""
    return int(page.evaluate("board.line.last"))


def moving(browser: Browser, dark: bool, out: Path) -> None:
    """Write the picture: what looks alike is one moment, and its time is the record's."""
    times = [frame["time"] for frame in recording(read(RECORD))["frames"]]
    images: list[Image.Image] = []
    began: list[float] = []
    with stage(browser, dark) as page:
        for number in range(last(page) + 1):
            image = show(page, number)
            if not images or images[-1].tobytes() != image.tobytes():
                images.append(image)
                began.append(times[number])
    spans = [1000 * (after - one) for one, after in pairwise(began)]
    durations = [int(min(LONGEST, max(SHORTEST, span))) for span in spans]
    images[0].save(
        out, save_all=True, append_images=images[1:], duration=[*durations, LAST], loop=0,
        quality=60, method=4, minimize_size=True,
    )  # fmt: skip


def main() -> None:
    """Write both pictures."""
    chromium = os.environ.get("LAB_CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for theme in ("light", "dark"):
            out = DOCS / f"rolling-update-{theme}.webp"
            moving(browser, theme == "dark", out)
            print(f"{out.stat().st_size / 1000:8.0f} kB  {out.name}")
        browser.close()


if __name__ == "__main__":
    main()
