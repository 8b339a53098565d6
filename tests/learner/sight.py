"""What a learner sees of the board, and does with a mouse on it."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

GRAVE = ("serious", "critical")
# The board tells of nothing that is older than this, in milliseconds.
SOON = 20_000
HANDLE = 16
# A tile takes a quarter of a second from one theme's colour to the other's. In between its text
# can't be read on it, and axe would say so.
AT_REST = """(parts) => document.getAnimations().every((one) =>
    one.playState !== "running" || !one.effect.target.closest(parts))"""
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Sight:
    """The board that is docked beside the notebook."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.board = page.locator(".lb-dock .lab-board")

    def tile(self, name: str) -> Locator:
        """Return the tile of a Pod's slot."""
        return self.board.locator(f'.lb-tile[aria-label^="{name},"]:not(.lb-ghost)')

    def expect_live(self) -> None:
        """There is one board, beside the notebook, and it is live."""
        expect(self.page.locator(".lb-dock")).to_have_count(1, timeout=SOON)
        expect(self.page.locator(".lab-board")).to_have_count(1, timeout=SOON)
        expect(self.board).to_have_attribute("data-mode", "live", timeout=SOON)

    def expect_ready(self, *names: str) -> None:
        """These Pods are drawn as Ready."""
        for name in names:
            expect(self.tile(name)).to_contain_text("Ready", timeout=SOON)

    def drag_to(self, place: float) -> None:
        """Drag the time line's handle to a place between 0, the beginning, and 1, now.

        As slowly as the board follows: with what is on it, the rail moves up and down.
        """
        rail = self.board.get_by_label("Moment")
        box = rail.bounding_box()
        assert box
        middle = box["y"] + box["height"] / 2
        now = int(rail.input_value()) / 1000
        # The middle of the round handle doesn't reach the rail's ends.
        begin, wide = box["x"] + HANDLE / 2, box["width"] - HANDLE
        self.page.mouse.move(begin + wide * now, middle)
        self.page.mouse.down()
        for step in range(1, 6):
            part = now + (place - now) * step / 5
            self.page.mouse.move(begin + wide * part, middle)
            self.page.evaluate(DRAWN)
            expect(self.board).to_have_attribute(
                "data-mode", "past" if part < 0.999 else "live", timeout=SOON
            )
            expect(self.board).not_to_have_attribute("aria-busy", "true", timeout=SOON)
            handle = int(rail.input_value()) / 1000
            assert abs(handle - part) < 0.03, f"handle at {handle:.2f}, hand at {part:.2f}"
        self.page.mouse.up()

    def grave(self, *where: str) -> list[str]:
        """Return what axe finds serious or critical in these parts of the page, at rest."""
        self.page.wait_for_function(AT_REST, arg=", ".join(where))
        # JupyterLab's body is 0 pixels high and clips nothing. axe believes that it clips all of
        # the docked board, and would judge no colour of it.
        self.page.evaluate("document.body.style.overflow = 'visible'")
        found = []
        for part in where:
            told = Axe().run(self.page, context=part).response
            judged = {one["id"] for one in told["passes"] + told["violations"]}
            assert "color-contrast" in judged, f"axe saw no text in {part}"
            found += [
                f"{part}: {one['id']} ({one['impact']}): {one['help']}: "
                + "; ".join(node["html"][:200] for node in one["nodes"])
                for one in told["violations"]
                if one["impact"] in GRAVE
            ]
        self.page.evaluate("document.body.style.overflow = ''")
        return found
