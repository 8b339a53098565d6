"""A learner's hands on the keyboard: what they press in a notebook, and what they then see."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from playwright.sync_api import Locator, Page, expect

CELLS = ".jp-Notebook .jp-Cell"
FORM = ".course-prediction"
# What JupyterLab paints red: an error, and what is written to stderr.
ERROR = ", ".join(
    f'.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.{kind}"]'
    for kind in ("error", "stderr")
)
CELL_SECONDS = 90.0
FORM_MS = 15_000
# More than there is to Tab through between a cell and the board.
FAR = 25
# A cell that is run again may have the same number as before. So each time that a number comes
# into its prompt is counted. It is put into the page whenever that is loaded.
COUNT_RUNS = r"""
window.learnerRuns = new WeakMap();
new MutationObserver((changes) => {
  const prompts = new Set(changes.map(({ target }) =>
    (target.closest ? target : target.parentElement)?.closest(".jp-InputPrompt")));
  for (const prompt of prompts)
    if (prompt && /^\[\d+\]:$/.test(prompt.textContent))
      window.learnerRuns.set(prompt, (window.learnerRuns.get(prompt) ?? 0) + 1);
}).observe(document, { childList: true, characterData: true, subtree: true });
"""
RUNS = f"""(place) => window.learnerRuns.get(
    document.querySelectorAll("{CELLS}")[place].querySelector(".jp-InputPrompt")) ?? 0"""
ACTIVE = f"""[...document.querySelectorAll("{CELLS}")]
    .findIndex((cell) => cell.classList.contains("jp-mod-active"))"""


class Hands:
    """Ten fingers on a page that shows one notebook."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def press_until(self, key: str, there: Locator) -> None:
        """Press a key until something has the focus; raises AssertionError if it never has."""
        for _ in range(FAR):
            self.press(key)
            if there.evaluate_all("(all) => all.includes(document.activeElement)"):
                return
        raise AssertionError(f"{key} does not lead to {there}")

    def active(self) -> int:
        """Return the place of the active cell, from 0."""
        return int(self.page.evaluate(ACTIVE))

    def cell(self, place: int) -> Locator:
        """Return the cell at a place."""
        return self.page.locator(CELLS).nth(place)

    def go_to(self, place: int) -> None:
        """Go up or down to a cell with the arrow keys."""
        while (here := self.active()) != place:
            self.press("ArrowDown" if place > here else "ArrowUp")
            self.wait_active(here + (1 if place > here else -1))

    def wait_active(self, place: int) -> None:
        """Wait until a cell is the active one."""
        self.page.wait_for_function(f"{ACTIVE} === {place}", timeout=10_000)

    def run(self, act: Callable[[], None] | None = None) -> str:
        """Run the active cell by Shift+Enter, or by `act`; return what then stands below it.

        Waits for its end. The next cell is active afterwards. Raises AssertionError if it failed.
        """
        place = self.active()
        cell = self.cell(place)
        is_code = "jp-CodeCell" in (cell.get_attribute("class") or "")
        before = self.page.evaluate(RUNS, place)
        if act:
            act()
        else:
            self.press("Shift+Enter")
        self.wait_active(place + 1)
        if not is_code:
            return ""
        self.page.wait_for_function(
            f"([place, before]) => ({RUNS})(place) > before",
            arg=[place, before],
            timeout=CELL_SECONDS * 1000,
        )
        said = self.said(place)
        assert cell.locator(ERROR).count() == 0, f"cell {place} failed: {said}"
        return said

    def said(self, place: int) -> str:
        """Return the text that stands below a cell."""
        return "\n".join(self.cell(place).locator(".jp-OutputArea").all_inner_texts())

    def write(self, text: str) -> None:
        """Make a cell above the active one and write into it; it is active then."""
        place = self.active()
        self.press("a", "Enter")
        expect(self.cell(place).locator(".cm-content")).to_be_focused()
        self.page.keyboard.type(text)

    def guess(self, options: Sequence[str]) -> None:
        """Answer the prediction above the active cell, which is the active one again then."""
        place = self.active()
        form = self.cell(place - 1).locator(FORM)
        expect(form).to_have_attribute("role", "group", timeout=FORM_MS)
        keep = form.get_by_role("button")
        self.press("Shift+Tab")
        expect(keep).to_be_focused()
        if form.get_by_role("radio").count():
            self._choose(form, options[0])
            self.press("Tab")
            expect(keep).to_be_focused()
            self.press("Enter")
        else:
            self._tick(form, options)
            self.press("Shift+Enter")
        kept = ", ".join(options) or "none of them"
        expect(form).to_contain_text(f"Kept: {kept}.", timeout=FORM_MS)
        expect(self.cell(place)).to_be_focused()

    def _choose(self, form: Locator, option: str) -> None:
        """Go from the button into the group of round buttons, and to the one that is wanted."""
        self.press("Shift+Tab", "Space")
        wanted = form.get_by_label(option, exact=True)
        if not wanted.is_checked():
            self.press_until("ArrowUp", wanted)
        expect(wanted).to_be_checked()

    def _tick(self, form: Locator, options: Sequence[str]) -> None:
        """Go from the button up through the boxes, and tick those that are wanted."""
        boxes = form.get_by_role("checkbox")
        for place in reversed(range(boxes.count())):
            self.press("Shift+Tab")
            expect(boxes.nth(place)).to_be_focused()
            if boxes.nth(place).evaluate("(box) => box.closest('label').innerText") in options:
                self.press("Space")
        for option in options:
            expect(form.get_by_label(option, exact=True)).to_be_checked()
