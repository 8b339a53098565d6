"""A learner who sits at JupyterLab: what is open before them, their hands and their eyes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from console import Console
from hands import COUNT_RUNS, Hands
from newcomer import Newcomer
from open_notebook import Notebook
from page import browser, jupyter
from playwright.sync_api import Page, expect
from sight import Sight

from lab.paths import CHECKOUT

PICTURES = CHECKOUT / "build" / "learner"
SCREEN = {"width": 1440, "height": 900}
# JupyterLab starts on two busy cores, and its kernel after it.
START_MS = 90_000


@dataclass
class Learner:
    """Everything that a learner has to do with; `address` is what `lab open` printed."""

    who: Newcomer
    page: Page
    address: str
    console: Console

    def __post_init__(self) -> None:
        self.hands = Hands(self.page)
        self.sight = Sight(self.page)

    @property
    def notebook(self) -> Notebook:
        """The notebook that the address leads to."""
        parts = urlsplit(self.address)
        file = self.who.checkout / parts.path.removeprefix("/lab/tree/")
        token = parse_qs(parts.query)["token"][0]
        return Notebook(file, self.page, f"{parts.scheme}://{parts.netloc}", token)

    def wait_ready(self) -> None:
        """Wait until the first cell has the focus, and the status bar names an idle kernel.

        Before it names one, JupyterLab drops the wish to run a cell.
        """
        expect(self.hands.cell(0)).to_be_focused(timeout=START_MS)
        bar = self.page.locator("#jp-main-statusbar")
        expect(bar).to_contain_text(re.compile(r"Python 3.* \| Idle"), timeout=START_MS)

    def photograph(self, name: str) -> None:
        """Keep what is on the screen."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"learner-{name}.png")


@contextmanager
def seated(who: Newcomer) -> Iterator[Learner]:
    """Run `lab open` for a learner, and give them a browser."""
    with jupyter(who.environment) as (_, address), browser() as page:
        page.set_viewport_size(SCREEN)
        page.add_init_script(COUNT_RUNS)
        learner = Learner(who, page, address, Console(page))
        try:
            yield learner
        finally:
            learner.photograph("end")
            print(*learner.console.complaints, sep="\n")  # shown if the test has failed
