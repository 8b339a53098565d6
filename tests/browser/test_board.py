"""The board in a real browser: what it shows, how it moves, and who can use it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from course.views.example import Made
from course.views.replay import to_html
from course.views.situations import SITUATIONS, left_over, rolling, stuck

Staged = Callable[..., Page]
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
HOSTILE = "<img src=x onerror=\"document.body.dataset.owned='yes'\"><b>bold</b>"


def tile(page: Page, name: str):
    return page.locator(f'.lb-tile[aria-label^="{name},"]:not(.lb-ghost)')


def rest(page: Page) -> None:
    """Wait until nothing moves any more."""
    page.wait_for_function("document.getAnimations().every((one) => one.playState !== 'running')")


@pytest.mark.long
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_each_situation_is_drawn_and_is_accessible(
    staged: Staged, situation: str, dark: bool
) -> None:
    made = SITUATIONS[situation]()
    page = staged(made.history, made.namespace, dark=dark)
    rest(page)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    name = f"{situation}-{'dark' if dark else 'light'}.png"
    page.locator(".lab-board").screenshot(path=SCREENSHOTS / name)
    found = Axe().run(page, context=".lab-board")
    assert found.violations_count == 0, found.generate_report()


def test_a_waiting_slot_says_what_it_waits_for(staged: Staged) -> None:
    page = staged(SITUATIONS["creating"]().history)
    expect(page.locator(".lb-why p")).to_have_text(
        ["web-2 waits for web-1 to be Ready: readiness probe answers 503."]
    )
    expect(page.locator(".lb-why code").first).to_contain_text("kubectl get pod web-1")


def test_a_running_pod_that_is_not_ready_looks_different(staged: Staged) -> None:
    page = staged(SITUATIONS["creating"]().history)
    looks = [
        tile(page, name).evaluate("(e) => getComputedStyle(e).borderTopColor")
        for name in ("web-0", "web-1")
    ]
    shapes = [
        tile(page, name).locator(".lb-glyph .fill").get_attribute("d")
        for name in ("web-0", "web-1")
    ]
    assert looks[0] != looks[1]
    assert shapes[0] != shapes[1]
    expect(tile(page, "web-1")).to_contain_text("Not ready")


def test_a_change_is_drawn_and_a_slot_keeps_its_place(staged: Staged) -> None:
    made = rolling()
    page = staged(made.history)
    expect(tile(page, "web-2")).to_contain_text("Terminating")
    made.after(1).drop("Pod", "web-2")
    expect(tile(page, "web-2")).to_contain_text("not there yet")
    made.after(0.2).grow("web-2", "7c9b2d5f8", "worker", "10.244.1.30", "web:v2")
    expect(tile(page, "web-2")).to_contain_text("Ready")
    ordinals = page.locator(".lb-ordinal").all_text_contents()
    assert ordinals == ["0", "1", "2", "3"]
    expect(page.locator(".lb-partition")).to_contain_text("partition 2")


def test_a_claim_whose_pod_is_gone_stays_and_is_marked(staged: Staged) -> None:
    page = staged(left_over().history)
    expect(page.locator('.lb-disk[data-left="true"] .lb-mono')).to_have_text(
        ["data-web-3", "data-web-4"]
    )
    expect(page.locator(".lb-left", has_text="left over")).to_have_count(2)


def test_the_keyboard_alone_reaches_everything(staged: Staged) -> None:
    page = staged(stuck().history)
    page.locator("body").press("Tab")
    expect(tile(page, "web-0")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(tile(page, "web-2")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(tile(page, "web-2")).to_be_focused()
    page.keyboard.press("Home")
    expect(tile(page, "web-0")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    details = page.locator(".lb-details")
    expect(details).to_contain_text("kubectl get pod web-2")
    expect(details.locator(".lb-yaml")).to_contain_text("name: web-2")
    expect(details.locator(".lb-events")).to_contain_text("Back-off pulling image")
    page.keyboard.press("Escape")
    expect(details).to_be_hidden()
    expect(tile(page, "web-2")).to_be_focused()


def test_a_tab_stop_is_one_tile_only(staged: Staged) -> None:
    page = staged(stuck().history)
    assert page.locator('.lb-tile[tabindex="0"]').count() == 1
    page.locator(".lb-tile").nth(1).click()
    assert page.locator('.lb-tile[tabindex="0"]').count() == 1


def test_the_time_line_goes_back_on_and_to_live(staged: Staged) -> None:
    made = rolling()
    page = staged(made.history)
    board = page.locator(".lab-board")
    moment = page.get_by_label("Moment")
    moment.evaluate("(e) => { e.value = 300; e.dispatchEvent(new Event('input')); }")
    expect(board).to_have_attribute("data-mode", "past")
    expect(page.locator(".lb-status")).to_contain_text("at +")
    expect(page.locator(".lb-chip")).to_have_count(1)
    index = int(board.get_attribute("data-index") or -1)
    page.get_by_label("One step on").click()
    expect(board).not_to_have_attribute("data-index", str(index))
    assert int(board.get_attribute("data-index") or -1) > index
    made.after(1).drop("Pod", "web-2")  # what happens meanwhile must not disturb the past
    page.get_by_role("button", name="Back to live").click()
    expect(board).to_have_attribute("data-mode", "live")
    expect(tile(page, "web-2")).to_contain_text("not there yet")


def test_play_walks_through_the_record(staged: Staged) -> None:
    page = staged(left_over().history)
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".lab-board")).to_have_attribute("data-mode", "past")
    expect(page.locator(".lb-tile")).to_have_count(5, timeout=15_000)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_hostile_strings_stay_text(staged: Staged) -> None:
    made = Made(HOSTILE)
    made.node("worker")
    made.node(HOSTILE, "Unknown")
    made.stateful("web", 2)
    made.revision("web", 1, HOSTILE, HOSTILE)
    made.status("web", HOSTILE, HOSTILE)
    made.pod("web-0", HOSTILE, "worker", labels={"role": HOSTILE, "n": "9" * 30})
    made.claim("data-web-0", HOSTILE)
    made.trouble("web-0", "ErrImagePull", HOSTILE)
    made.say("Pod", "web-0", HOSTILE, HOSTILE * 50, warning=True)
    page = staged(made.history, HOSTILE)
    tile(page, "web-0").click()
    expect(page.locator(".lb-yaml")).to_contain_text("onerror")
    assert page.locator(".lab-board img, .lab-board main b b").count() == 0
    assert page.evaluate("document.body.dataset.owned") is None
    expect(page.locator(".lb-why").first).to_contain_text("<b>bold</b>")


def test_a_phone_needs_no_sideways_scrolling(staged: Staged, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    made = rolling()
    staged(made.history, made.namespace)
    rest(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.locator(".lab-board").screenshot(path=SCREENSHOTS / "rolling-360.png")
    assert wide <= 360
    hidden = page.evaluate(
        "[...document.querySelectorAll('.lb-tile, .lb-why, .lb-time button, .lb-node')]"
        ".filter((e) => e.getBoundingClientRect().right > 360 && !e.hidden).length"
    )
    assert hidden == 0


def test_a_long_reason_breaks_between_its_words(staged: Staged, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    made = stuck()
    made.after(1).trouble("web-2", "CreateContainerConfigError", "web:v3")
    staged(made.history, made.namespace)
    word = tile(page, "web-2").locator(".lb-word")
    expect(word).to_have_text("CreateContainerConfigError")
    lines = word.evaluate(
        """(word) => [...word.childNodes].filter((one) => one.data).map((one) => {
            const range = document.createRange();
            range.selectNode(one);
            return range.getClientRects().length;
        })"""
    )
    assert lines == [1, 1, 1, 1]
    assert word.evaluate("(word) => word.offsetHeight > 30")  # it doesn't fit on one


def test_nothing_moves_for_those_who_asked_for_stillness(staged: Staged, page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    made = rolling()
    staged(made.history)
    made.after(1).drop("Pod", "web-2")
    expect(tile(page, "web-2")).to_contain_text("not there yet")
    made.grow("web-2", "7c9b2d5f8", "worker", "10.244.1.30")
    expect(tile(page, "web-2")).to_contain_text("Ready")
    assert page.locator(".lb-ghost, .lb-came, .lb-turned").count() == 0
    assert page.evaluate("document.getAnimations().length") == 0


def test_a_pod_that_goes_fades_out_of_its_slot(staged: Staged) -> None:
    made = rolling()
    page = staged(made.history)
    page.evaluate(
        "window.ghosts = 0; new MutationObserver((all) => { for (const { addedNodes } of all)"
        " for (const n of addedNodes) window.ghosts += n.className?.includes?.('lb-ghost') ? 1 : 0;"
        " }).observe(document.querySelector('.lab-board'), { childList: true, subtree: true })"
    )
    made.after(1).drop("Pod", "web-2")
    page.wait_for_function("window.ghosts === 1")
    page.wait_for_function("document.querySelectorAll('.lb-ghost').length === 0")


def test_a_board_that_missed_messages_asks_for_the_whole(staged: Staged) -> None:
    made = rolling()
    page = staged(made.history)
    stage = page.stage  # type: ignore[attr-defined]
    stage.deaf = True
    made.after(1).drop("Pod", "web-2")
    stage.board._feed.flush()
    stage.deaf = False
    made.after(1).node("worker3")
    expect(tile(page, "web-2")).to_contain_text("not there yet")


def test_a_board_nobody_looks_at_sleeps_and_wakes_whole(staged: Staged) -> None:
    made = rolling()
    page = staged(made.history)
    feed = page.stage.board._feed  # type: ignore[attr-defined]
    with page.expect_response("**/ask"):
        page.evaluate("window.leave()")
    expect_soon(page, lambda: not feed._listeners)
    made.after(1).drop("Pod", "web-2")
    page.evaluate("window.rerender()")
    expect(tile(page, "web-2")).to_contain_text("not there yet")
    assert len(feed._listeners) == 1


def test_a_command_is_copied_as_it_stands(staged: Staged, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    staged(stuck().history)
    page.get_by_role("button", name="Copy: kubectl delete pod web-2").click()
    expect(page.locator(".lb-copy").first).to_have_text("copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "kubectl delete pod web-2 -n chapter-4"


def test_a_static_page_replays_its_record_without_a_kernel(page: Page, tmp_path: Path) -> None:
    page.goto(to_html(left_over().history, tmp_path / "page.html", "chapter-4").as_uri())
    board = page.locator(".lab-board")
    expect(board).to_have_attribute("data-mode", "recorded")
    expect(page.locator(".lb-left", has_text="left over")).to_have_count(2)
    last = int(board.get_attribute("data-index") or -1)
    for step in range(1, 4):
        page.get_by_label("One step back").click()
        expect(board).to_have_attribute("data-index", str(last - step))
    tile(page, "web-0").click()
    expect(page.locator(".lb-yaml")).to_contain_text("name: web-0")
    moment = page.get_by_label("Moment")
    moment.evaluate("(e) => { e.value = 0; e.dispatchEvent(new Event('input')); }")
    expect(page.locator(".lb-tile")).to_have_count(0)


def expect_soon(page: Page, true: Callable[[], bool]) -> None:
    for _ in range(200):
        if true():
            return
        page.wait_for_timeout(25)
    assert true()
