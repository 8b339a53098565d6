"""The history's clock: it goes on when the machine's own is set."""

import time

import pytest

from course.exercises import ready, within
from course.exercises.assertions import asserted
from course.exercises.books import acknowledged, stood_still, waited_at_most
from course.exercises.requests import served
from course.exercises.span import Span
from course.record import History
from course.record.clock import Clock

HOUR = 3600.0


@pytest.fixture
def set_by(monkeypatch):
    """Set the clock that every program of the machine goes by."""
    real = time.time

    def change(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: real() + seconds)

    return change


def test_it_begins_with_the_machine_s_own():
    assert Clock()() == pytest.approx(time.time(), abs=0.1)
    assert Clock().set_by() == 0.0


@pytest.mark.parametrize("seconds", [HOUR, -HOUR, 2.0])
def test_a_clock_that_is_set_is_told_and_changes_no_duration(set_by, seconds):
    clock = Clock()
    before = clock()
    set_by(seconds)
    assert clock() - before == pytest.approx(0.0, abs=0.1)
    assert clock.set_by() == pytest.approx(seconds, abs=0.1)


def test_what_a_history_is_told_in_an_hour_that_never_was_takes_no_time(set_by):
    history = History()
    metadata = {"name": "web-0", "uid": "u", "resourceVersion": "1"}
    history.append("Pod", "added", {"metadata": metadata})
    set_by(-HOUR)
    history.append("Pod", "deleted", {"metadata": metadata | {"resourceVersion": "2"}})
    first, last = history.changes()
    assert 0 <= last.time - first.time < 1
    assert history.clock_set_by == pytest.approx(-HOUR, abs=0.1)


def test_a_history_that_is_given_a_clock_takes_it_as_it_is(story, set_by):
    set_by(HOUR)
    assert story.history.clock_set_by == 0.0


@pytest.mark.parametrize(
    "thing",
    [
        served("client", ["1001.0 200 web-1"]),
        waited_at_most([], 5),
        stood_still([], 5),
        acknowledged([], ready("web-0"), ready("web-1")),
    ],
    ids=str,
)
def test_times_of_clients_are_not_compared_with_the_history_s_once_the_clock_was_set(set_by, thing):
    history = History()
    set_by(-HOUR)
    found = thing.judge(Span.of(history, 0, history.began))
    assert found.verdict is False
    assert "this machine's clock was set back by 3,600 s" in found.because
    assert "first cell" in found.because


def test_a_claim_of_the_cluster_alone_is_judged_as_ever(set_by):
    history = History()
    set_by(HOUR)
    thing = asserted(within(ready("web-0"), ready("web-1"), 5))
    assert thing.judge(Span.of(history, 0, history.began)).verdict is None
