"""Chapter 1 from its first to its last cell, without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import nbformat
from learner import Learner
from playwright.sync_api import expect

GROW = """\
!kubectl scale statefulset web --replicas=5
!kubectl wait pod/web-4 --for=create --timeout=60s
!kubectl wait pod/web-4 --for=condition=Ready --timeout=60s"""
SHRINK = "!kubectl scale statefulset web --replicas=3"


@dataclass(frozen=True)
class Guess:
    """What is chosen of a prediction, and what the notebook replies."""

    options: tuple[str, ...]
    reply: str
    right: int
    of: int


# Some right, some wrong, in the chapter's order.
GUESSES = (
    Guess(("when the first is Ready",), "was right: when the first is Ready.", 1, 1),
    Guess(("its name", "its volume"), "4 of 4 right. The answer: its name, its volume.", 4, 4),
    Guess(("the claims",), "2 of 3 right. The answer: the claims, the notes.", 2, 3),
    Guess(("none: all or nothing",), "Not none: all or nothing. The answer: one, and it", 0, 1),
    Guess(("what the old Pod left: no note",), "was right: what the old Pod left: no note.", 1, 1),
    Guess((), "Your guess: 1 of 2 right. The answer: the note.", 1, 2),
)


def go_through(learner: Learner, cells: list[nbformat.NotebookNode]) -> None:
    """Run every cell, answer every prediction before it comes true, and stop where STOPS says."""
    hands = learner.hands
    hands.go_to(0)
    left = list(GUESSES)
    for cell in cells:
        said = hands.run()
        if cell.source.startswith("predict("):
            hands.guess(left[0].options)
        elif "answer(" in cell.source and cell.cell_type == "code" and left:
            reply = left.pop(0).reply
            assert reply in said, f"{reply!r} is not in {said!r}"
        for source, stop in STOPS.items():
            if cell.source.startswith(source):
                stop(learner)
    assert not left, "the chapter has fewer predictions"


def visit_the_board(learner: Learner) -> None:
    """Go to the board and back: a tile's details, one step into the past, and live again."""
    hands, sight = learner.hands, learner.sight
    sight.expect_live()
    here = hands.active()
    hands.press("F6")
    expect(sight.tile("web-0")).to_be_focused()
    hands.press("ArrowRight", "Enter")
    expect(sight.board.locator(".lb-yaml")).to_contain_text("name: web-1")
    hands.press("Escape")
    expect(sight.tile("web-1")).to_be_focused()
    hands.press_until("Tab", sight.board.get_by_label("One step back"))
    hands.press("Enter")
    expect(sight.board).to_have_attribute("data-mode", "past")
    hands.press_until("Tab", sight.board.get_by_role("button", name="Back to live"))
    hands.press("Enter")
    sight.expect_live()
    expect(sight.board.get_by_label("Moment")).to_be_focused()
    hands.press("F6")
    expect(hands.cell(here)).to_be_focused()


def reload(learner: Learner) -> None:
    """Save and reload the page: what was said still stands there, and the board is live."""
    hands, here = learner.hands, learner.hands.active()
    learner.notebook.saved()
    learner.page.reload()
    learner.wait_ready()
    learner.sight.expect_live()
    learner.sight.expect_ready("web-0", "web-1", "web-2")
    hands.go_to(here)  # JupyterLab draws what comes into sight
    expect(hands.cell(here - 1)).to_contain_text("written by web-1")
    expect(hands.page.get_by_text("Error displaying widget")).to_have_count(0)
    learner.photograph("reloaded")


def both_themes(learner: Learner) -> None:
    """Look at the board in light and in dark, with a warning on it; it stays dark."""
    for theme in ("Light", "Dark"):
        choose(learner, theme)
        grave = learner.sight.grave(".lab-board", ".course-prediction")
        assert not grave, "\n".join(grave)
        learner.photograph(theme.lower())


def choose(learner: Learner, theme: str) -> None:
    """Choose a theme from the palette of commands."""
    hands = learner.hands
    cell = hands.cell(hands.active())
    hands.press("Control+Shift+C")
    expect(learner.page.locator(".lm-CommandPalette-input")).to_be_focused()
    learner.page.keyboard.type(f"JupyterLab {theme}")
    hands.press("Enter")
    light = str(theme == "Light").lower()
    expect(learner.page.locator("body")).to_have_attribute("data-jp-theme-light", light)
    expect(cell).to_be_focused()


def solve(learner: Learner) -> None:
    """Solve exercise 1.1, which has been found untried: half of it first, then all."""
    hands = learner.hands
    check = hands.active() - 1
    assert "Not tried yet. No Pod web-3" in hands.said(check)
    wrong = _try(learner, GROW)
    assert "Not yet: web-4 is still there, and three Pods are asked for." in wrong, wrong
    assert "Hint 1 of 3: Which field of the StatefulSet" in wrong, wrong
    learner.photograph("wrong")
    right = _try(learner, SHRINK)
    assert "Right: web-3 and web-4 came and went." in right, right
    learner.photograph("right")


def _try(learner: Learner, text: str) -> str:
    """Write a cell above the check, run both, and return what the check says."""
    hands = learner.hands
    hands.go_to(hands.active() - 1)
    hands.write(text)
    hands.run()
    return hands.run()


# How the source of a cell begins, and what is done after it.
STOPS: dict[str, Callable[[Learner], None]] = {
    'timeline("web")': visit_the_board,
    "!kubectl exec web-1 -- cat /data/note": reload,
    'claim("web-3 comes': both_themes,
    'check("1.1")': solve,
}
