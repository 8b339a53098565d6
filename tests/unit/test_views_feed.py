from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from course.record import Mark, save
from course.views import answers
from course.views.board import board
from course.views.example import Made
from course.views.feed import PACE, Feed, feed_of
from course.views.figures import gantt, over_time, readiness
from course.views.replay import recording, replay, to_html
from course.views.situations import left_over, rolling, stuck


class Ear:
    """Keeps what a feed tells, and can wait for it."""

    def __init__(self) -> None:
        self.heard: list[dict] = []
        self.times: list[float] = []
        self.grown = threading.Condition()

    def __call__(self, message: dict) -> None:
        with self.grown:
            self.heard.append(message)
            self.times.append(time.monotonic())
            self.grown.notify_all()

    def wait_for(self, index: int) -> None:
        with self.grown:
            assert self.grown.wait_for(
                lambda: bool(self.heard) and self.heard[-1]["index"] >= index, 10
            )


def test_a_feed_tells_every_change_in_order_and_not_too_often() -> None:
    made, ear = rolling(), Ear()
    end = Feed(made.history).listen(ear)
    for turn in range(200):
        made.now += 0.001
        made.run("web-0", ready=bool(turn % 2))
        time.sleep(0.001)  # a busy cluster, not a wait: changes must come apart to be coalesced
    made.node("last")  # two changes told together may cancel out; this one stays
    ear.wait_for(made.history.end - 1)
    end()
    numbers = [one["number"] for one in ear.heard]
    assert numbers == list(range(1, len(numbers) + 1))
    gaps = [b - a for a, b in zip(ear.times, ear.times[1:], strict=False)]
    assert min(gaps) >= PACE * 0.9
    assert len(ear.heard) < 100


def test_a_feed_stops_its_thread_when_nobody_listens() -> None:
    made, ear = rolling(), Ear()
    feed = Feed(made.history)
    end = feed.listen(ear)
    thread = feed._thread
    assert thread
    end()
    thread.join(5)
    assert not thread.is_alive()
    again = feed.listen(ear)
    made.after(1).drop("Pod", "web-2")
    ear.wait_for(made.history.end - 1)
    again()


def test_several_boards_share_one_feed() -> None:
    made = rolling()
    assert feed_of(made.history) is feed_of(made.history)
    one, two = board(made.history), board(made.history)
    assert one._feed is two._feed
    one.close()
    two.close()


def test_a_listener_that_fails_does_not_silence_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made, ear = rolling(), Ear()
    feed = Feed(made.history)

    def broken(_: dict) -> None:
        raise OSError("the line is cut")

    ends = [feed.listen(broken), feed.listen(ear)]
    made.after(1).drop("Pod", "web-2")
    ear.wait_for(made.history.end - 1)
    for end in ends:
        end()
    assert "left out from now on" in caplog.text


def test_what_the_history_has_forgotten_is_made_good_by_the_whole() -> None:
    made = Made()
    made.history.limit = 500
    made.stateful("web", 1)
    feed, ear = Feed(made.history), Ear()
    feed._listeners.append(ear)  # no thread: it sleeps while the history runs on
    made.pod("web-0", "aaaaa")
    for turn in range(1_500):
        made.run("web-0", ready=bool(turn % 2))
    assert made.history.begins > 2
    feed.flush()
    assert [one["number"] for one in ear.heard] == [2]  # not 1: the board sees the gap and asks
    whole = feed.whole()
    assert whole["number"] == 2
    assert whole["groups"]["StatefulSet/chapter-4/web"]["slots"]["0"]["state"] == "ready"


def test_a_feed_that_fails_says_that_it_has_stopped(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, heard = rolling(), threading.Event()
    feed = Feed(made.history)

    def broken(_: object) -> dict:
        raise ValueError("an object nobody foresaw")

    monkeypatch.setattr(feed._model, "apply", broken)
    feed.listen(lambda message: heard.set() if message["type"] == "stopped" else None)
    made.after(1).drop("Pod", "web-2")
    assert heard.wait(10)
    assert "has failed and has stopped" in caplog.text


def test_a_boards_name_is_stable() -> None:
    made = rolling()
    shown = board(made.history, title="chapter-4")
    assert repr(shown) == "Board('chapter-4')"
    shown.close()


def test_a_board_answers_and_says_sorry_to_nonsense() -> None:
    made = rolling()
    shown, said = board(made.history), []
    shown.send = said.append
    ask = ({"type": "at", "time": made.now - 20}, {"type": "nonsense"}, {"type": "at"}, "text")
    for question in ask:
        shown._asked(shown, question, [])
    assert [one["type"] for one in said] == ["past", "sorry", "sorry", "sorry"]
    shown.close()


def test_stepping_skips_what_the_board_does_not_show() -> None:
    made = rolling()
    index = made.history.end - 1
    made.put("EndpointSlice", "web-x")
    made.after(1).drop("Pod", "web-2")
    assert answers.step(made.history, index, 1)["index"] == index + 2
    assert answers.step(made.history, index + 2, -1)["index"] == index
    assert answers.step(made.history, 0, -1)["index"] == -1


def test_details_tell_the_object_as_it_is_and_the_command() -> None:
    made = stuck()
    found = answers.details(made.history, "Pod", "web-2")
    assert "name: web-2" in found["yaml"]
    assert found["command"] == "kubectl get pod web-2 -n chapter-4 -o yaml"
    assert [one["reason"] for one in found["events"]][-1] == "BackOff"
    assert answers.details(made.history, "Pod", "nobody")["found"] is False


def test_details_of_a_deleted_pod_say_when() -> None:
    made = left_over()
    found = answers.details(made.history, "Pod", "web-4")
    assert found["found"]
    assert found["gone"]


def test_a_saved_record_can_be_replayed(tmp_path: Path) -> None:
    made = left_over()
    shown = replay(save(made.history, tmp_path / "record.json.gz"), "chapter-4")
    assert shown.recorded
    assert shown.seed["groups"] == feed_of(made.history).whole()["groups"]
    shown.close()


def test_a_page_carries_its_record_and_hostile_strings_as_data(tmp_path: Path) -> None:
    made = stuck()
    hostile = "</script><script>alert(1)</script>"
    made.say("Pod", "web-2", "Failed", hostile)
    page = to_html(made.history, tmp_path / "page.html", hostile).read_text(encoding="utf-8")
    assert hostile not in page
    assert page.count("</script>") == 1
    carried = recording(made.history)
    newest = carried["told"][carried["frames"][-1]["events"][-1]]
    assert len(carried["frames"]) > 10
    assert json.dumps(newest["text"]) == json.dumps(hostile)


def test_a_page_s_record_begins_at_a_mark_and_says_where_each_mark_is() -> None:
    made = left_over()
    whole = recording(made.history)
    middle = made.history.changes()[len(made.history.changes()) // 2]
    made.history._marks["chapter"] = Mark("chapter", middle.index, middle.time)
    made.history.mark("the end")
    part = recording(made.history, since="chapter")
    assert part["marks"] == {"chapter": -1, "the end": len(part["frames"]) - 1}
    assert 0 < len(part["frames"]) < len(whole["frames"])
    assert part["timeline"]["began"] == part["first"]["time"] == middle.time
    assert slots(part) == slots(whole)  # both end with the same


def slots(carried: dict) -> dict:
    """What the last moment shows, slot by slot."""
    shown: dict = {}
    for moment in [carried["first"], *carried["frames"]]:
        for key, group in moment.get("groups", {}).items():
            shown.setdefault(key, {}).update((group or {}).get("slots", {}))
    return {key: {k: v for k, v in group.items() if v} for key, group in shown.items()}


def test_figures_say_in_words_what_they_show() -> None:
    made = rolling()
    told = gantt(made.history, "web")
    assert "web-3 created at 10.9 s, Ready at 14.2 s, deleted at 36.2 s" in told.text
    bundle, metadata = told._repr_mimebundle_()
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert bundle["text/plain"] == told.text == metadata["image/png"]["alt"]
    assert readiness(made.history, "web").text == "Pods Ready over time: web from 0 to 4, lowest 0."
    assert over_time({}, "answers").text == "answers over time: nothing."


def test_figures_begin_where_they_are_told_to() -> None:
    made = rolling()
    since = next(
        change.index for change in made.history.changes() if change.name == "web-7c9b2d5f8"
    )
    assert "web-0 created at 0.0 s, Ready at 0.0 s" in gantt(made.history, "web", since).text
