"""The static site in a real browser, opened from disk: what it shows, and who can use it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).parents[3]
SCREENSHOTS = ROOT / "build" / "screenshots"
FIRST, SECOND = "01-first.html", "02-second.html"
# The browser's answer is held until the test lets it go; each reach for the store is counted.
HELD_ANSWER = """
globalThis.reached = 0;
const { get } = Object.getOwnPropertyDescriptor(window, "localStorage");
const reach = () => { reached += 1; return get.call(window); };
Object.defineProperty(window, "localStorage", { get: reach });
const persisted = navigator.storage.persisted.bind(navigator.storage);
StorageManager.prototype.persisted = async () => {
  await new Promise((answered) => { globalThis.answer = answered; });
  return persisted();
};
"""
sys.path.insert(0, str(Path(__file__).parent))

from visitor import Visitor  # noqa: E402

pytestmark = pytest.mark.long


@pytest.fixture
def visit(browser: Browser, site: Path) -> Iterator[Visitor]:
    """A visitor of the made-up site."""
    visitor = Visitor(browser, site)
    yield visitor
    for context in visitor.contexts:
        context.close()
    assert not visitor.wrong


def board_at(page: Page, frame: int) -> None:
    expect(page.locator(".lab-board")).to_have_attribute("data-index", str(frame))


def read_to(page: Page, cell: str, edge: str = "bottom") -> int:
    """Scroll until a cell's edge is where the eyes are taken to be; returns the cell's frame."""
    page.evaluate(
        "([id, edge]) => scrollBy(0, document.getElementById(id).getBoundingClientRect()[edge]"
        " - innerHeight * 0.42 + (edge === 'bottom' ? 6 : -6))",
        [cell, edge],
    )
    return int(page.locator(f"#{cell}").get_attribute("data-frame") or -2)


def test_the_board_follows_the_text(visit: Visitor) -> None:
    page = visit.open(FIRST)
    board_at(page, -1)
    frame = read_to(page, "apply")
    assert frame > 5
    board_at(page, frame)
    expect(page.locator("#apply")).to_have_class(re.compile("now"))
    last = read_to(page, "update")
    assert last > frame
    board_at(page, last)
    expect(page.locator("#update")).to_have_class(re.compile("now"))
    expect(page.locator("#apply")).not_to_have_class(re.compile("now"))
    page.evaluate("scrollTo(0, 0)")
    board_at(page, -1)


def test_a_cell_can_be_played_again(visit: Visitor) -> None:
    page = visit.open(FIRST)
    apply = page.locator("#apply")
    page.evaluate(
        "window.seen = []; document.addEventListener('lab-board-drawn',"
        " (event) => window.seen.push(event.detail.index), true)"
    )
    apply.get_by_role("button", name="Replay").click()
    frame = int(apply.get_attribute("data-frame") or -2)
    page.wait_for_function(f"window.seen.at(-1) === {frame}", timeout=20_000)
    seen = [index for index in page.evaluate("window.seen") if index <= frame]
    assert len(set(seen)) > 5
    assert page.locator("#ask .replay").count() == 0  # nothing happened in that cell


def test_the_time_line_can_be_dragged_and_the_text_takes_over_again(visit: Visitor) -> None:
    page = visit.open(FIRST)
    page.get_by_label("Moment").evaluate(
        "(e) => { e.value = 700; e.dispatchEvent(new Event('input')); }"
    )
    expect(page.locator(".lab-board")).not_to_have_attribute("data-index", "-1")
    index = int(page.locator(".lab-board").get_attribute("data-index") or -2)
    page.get_by_label("One step on").click()
    board_at(page, index + 1)
    board_at(page, read_to(page, "apply"))


def test_a_prediction_is_answered_from_the_record(visit: Visitor) -> None:
    page = visit.open(FIRST)
    form = page.locator("#ask form")
    guess = form.get_by_role("button", name="That’s my guess")
    guess.click()
    expect(form.get_by_role("status")).to_have_text("Choose one first.")
    form.get_by_label("together with the first").check()
    guess.click()
    expect(form.get_by_role("status")).to_have_text("Not together with the first.")
    expect(form.locator(".answer p")).to_contain_text("when the first is Ready. Its data may load.")
    expect(page.locator("#apply .yours")).to_have_text("Not together with the first.")
    expect(form.get_by_label("when the first is Ready")).to_be_disabled()


def test_of_several_options_each_counts(visit: Visitor) -> None:
    page = visit.open(FIRST)
    form = page.locator("#several form")
    form.get_by_label("its name").check()
    form.get_by_label("its UID").check()
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).to_have_text("Your guess: 1 of 3 right.")
    right = visit.open(FIRST).locator("#several form")
    right.get_by_label("its name").check()
    right.get_by_label("its volume").check()
    right.get_by_role("button").click()
    expect(right.get_by_role("status")).to_have_text("Your guess was right: its name, its volume.")


def test_a_concept_question_opens(visit: Visitor) -> None:
    page = visit.open(FIRST)
    answer = page.get_by_text("Only the claim outlives the set.")
    expect(answer).to_be_hidden()
    page.get_by_text("What outlives a set?").click()
    expect(answer).to_be_visible()


def test_a_figure_has_its_place_before_it_is_loaded(visit: Visitor) -> None:
    page = visit.open(FIRST)
    figure = page.locator("img.figure")
    assert not figure.evaluate("(img) => img.complete")  # it is far below, and loaded late
    before = figure.evaluate("(img) => img.offsetHeight")
    figure.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('img.figure').naturalWidth > 0")
    assert figure.evaluate("(img) => img.offsetHeight") == before > 100


def test_the_search_finds_and_leads_there(visit: Visitor) -> None:
    page = visit.open("index.html")
    page.keyboard.press("/")
    page.keyboard.type("stays volume")
    found = page.locator("#found")
    expect(found).to_contain_text("1 place")
    expect(found.locator("mark")).to_have_text("stays")
    found.get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"{FIRST}#What-stays$"))
    expect(page.locator("#What-stays")).to_be_in_viewport()
    page.get_by_label("Search the chapters").fill("no such words")
    expect(page.locator("#found")).to_have_text("Nothing is found for “no such words”.")
    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_be_hidden()


def test_the_theme_is_the_system_s_or_the_one_that_was_chosen(visit: Visitor) -> None:
    def grounds(page: Page) -> list[str]:
        return [
            page.locator(one).evaluate("(e) => getComputedStyle(e).backgroundColor")
            for one in ("body", ".lab-board")
        ]

    light, dark = grounds(visit.open(FIRST)), grounds(visit.open(FIRST, dark=True))
    assert not set(light) & set(dark)
    page = visit.open(FIRST)
    button = page.get_by_role("button", name="Theme")
    button.click()
    assert grounds(page) == light
    button.click()
    expect(button).to_have_text("Theme: dark")
    assert grounds(page) == dark
    page.reload()
    page.wait_for_selector("html[data-board=ready]")
    assert grounds(page) == dark


def test_a_page_on_disk_reaches_for_its_store_once_the_browser_has_answered(visit: Visitor) -> None:
    page = visit.open(FIRST)
    button = page.get_by_role("button", name="Theme")
    for theme in ("light", "dark"):
        button.click()
        expect(button).to_have_text(f"Theme: {theme}")
    page.add_init_script(HELD_ANSWER)
    page.reload()
    page.wait_for_selector("html[data-board=ready]")
    assert page.evaluate("reached") == 0
    page.evaluate("answer()")
    expect(button).to_have_text("Theme: dark")
    assert page.evaluate("reached") > 0
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("name", ["index.html", FIRST, SECOND])
def test_a_phone_needs_no_sideways_scrolling(visit: Visitor, name: str) -> None:
    page = visit.open(name, wide=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_on_a_phone_the_board_is_folded_at_the_lower_edge(visit: Visitor) -> None:
    page = visit.open(FIRST, wide=360)
    board_at(page, read_to(page, "apply"))
    expect(page.locator(".lab-board")).to_be_hidden()
    fold = page.get_by_role("button", name="Show the board")
    expect(fold).to_contain_text("+")
    fold.click()
    expect(page.locator(".lab-board")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.screenshot(path=_screenshot("site-360.png"))
    page.get_by_role("button", name="Hide the board").click()
    expect(page.locator(".lab-board")).to_be_hidden()


def test_without_javascript_everything_reads_well(visit: Visitor) -> None:
    page = visit.open(FIRST, scripts=False)
    expect(page.locator("h1")).to_have_text("1. First")
    expect(page.locator("#apply .output")).to_contain_text("statefulset.apps/web created")
    expect(page.locator("img.figure")).to_be_visible()
    expect(page.locator("#ask legend")).to_have_text("When is the second Pod created?")
    page.get_by_text("What the cluster answered").first.click()
    expect(page.locator("#ask .answer p")).to_be_visible()
    expect(page.locator(".no-js")).to_contain_text("With JavaScript, a board")
    for dead in (".stage", ".tools", ".about-board.js-only", "#ask button"):
        expect(page.locator(dead)).to_be_hidden()
    text = page.locator("main").bounding_box()
    assert text is not None
    assert text["width"] > 600


def test_print_has_the_text_with_all_that_is_folded_and_no_board(visit: Visitor) -> None:
    page = visit.open(FIRST)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for hidden in (".top", ".stage", ".replay"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.get_by_text("Only the claim outlives the set.")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.get_by_text("Only the claim outlives the set.")).to_be_hidden()


def test_a_chapter_without_a_record_says_so(visit: Visitor) -> None:
    page = visit.open(SECOND)
    expect(page.locator(".lacks")).to_contain_text("It has not been run yet")
    assert page.locator("#board").count() == 0
    expect(visit.open("index.html").locator(".chapters")).to_contain_text("not been run yet")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", FIRST, SECOND])
def test_each_kind_of_page_is_accessible(visit: Visitor, name: str, dark: bool) -> None:
    page = visit.open(name, dark=dark)
    if name == FIRST:
        board_at(page, read_to(page, "update"))
        page.locator("#ask .answer summary").click()
    page.screenshot(path=_screenshot(f"site-{name[:2]}-{'dark' if dark else 'light'}.png"))
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def _screenshot(name: str) -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS / name
