"""The beginning of chapter 1, with a mouse, until the kernel is restarted."""

from __future__ import annotations

import nbformat
from learner import Learner
from playwright.sync_api import expect

ANSWERED = "Not together with the first. The answer: when the first is Ready."
STOPPED = "stopped: run the cell again"


def begin(learner: Learner, cells: list[nbformat.NotebookNode]) -> None:
    """Run cell after cell, guess wrongly, and come to the first answer."""
    hands = learner.hands
    run = learner.page.locator('[data-jp-item-name="run"]')
    for place, cell in enumerate(cells):
        said = hands.run(run.click)
        if cell.source.startswith("predict("):
            form = hands.cell(place).locator(".course-prediction")
            form.get_by_label("together with the first").click()
            form.get_by_role("button", name="That's my guess").click()
            expect(form).to_contain_text("Kept: together with the first.")
            # So that the next click on "run" makes it happen, and doesn't ask again.
            hands.wait_active(place + 1)
            learner.photograph("guess")
        elif "answer(" in cell.source:
            assert ANSWERED in said, said
            return
    raise AssertionError("The chapter has no answer.")


def look_at_the_board(learner: Learner) -> None:
    """Open a tile, drag the time line back, to the beginning, on, and to live again."""
    sight = learner.sight
    sight.expect_live()
    sight.expect_ready("web-0", "web-1", "web-2")
    sight.tile("web-1").click()
    expect(sight.board.locator(".lb-yaml")).to_contain_text("name: web-1")
    learner.photograph("details")
    sight.board.get_by_role("button", name="Close the details").click()
    tiles = sight.board.locator(".lb-tile:not(.lb-ghost)")
    sight.drag_to(0.8)
    expect(sight.board).to_have_attribute("data-mode", "past")
    sight.drag_to(0)
    expect(sight.board).to_have_attribute("data-mode", "past")
    expect(tiles).to_have_count(0)
    sight.drag_to(0.6)
    expect(sight.tile("web-0")).to_be_visible()
    expect(sight.board).to_have_attribute("data-mode", "past")
    learner.photograph("past")
    sight.drag_to(1)
    sight.expect_live()
    sight.expect_ready("web-0", "web-1", "web-2")


def restart_the_kernel(learner: Learner) -> None:
    """Restart the kernel from the menu: the board says that it has stopped, and what to do."""
    learner.notebook.menu("Kernel", "Restart Kernel…")
    learner.page.get_by_role("button", name="Confirm Kernel Restart").click()
    expect(learner.sight.board.locator(".lb-status")).to_have_text(STOPPED, timeout=30_000)
    learner.photograph("restarted")
