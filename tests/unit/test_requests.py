"""A client's requests: read from its lines, judged by claims, drawn as error rates."""

import pytest

from course.exercises import ready
from course.exercises.requests import not_served, served, served_again
from course.exercises.span import Span
from course.record.requests import Request, error_rates, gaps, read
from course.views.requests import error_rate

GOOD = ["1001.0 200 web-1", "1002.0 200 web-1", "1003.0 200 web-1"]
AWAY = ["1001.0 200 web-1", "1002.0 000", "1003.0 503", "1004.5 200 web-1"]
LOST = ["1001.0 200 web-1", "1002.0 000", "1003.0 000"]


def verdict(story, assertion):
    return assertion.judge(Span.of(story.history, 0, story.history.began))


def test_a_line_is_a_time_a_status_and_who_answered():
    assert read(["12.5 200 web-1", "13.5 000 "]) == (Request(12.5, 200, "web-1"), Request(13.5, 0))


@pytest.mark.parametrize(
    "line", ["", "curl: (6) Could not resolve host", "1001.2", "nan 200", "inf 0", "-3 200"]
)
def test_what_is_no_request_is_passed_over(line):
    assert read([line]) == ()


def test_requests_come_in_the_order_of_their_times():
    assert [one.time for one in read(["3 200", "1 200", "2 200"])] == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("code", "answered"), [(0, False), (200, True), (404, False), (503, False)]
)
def test_only_a_good_status_is_an_answer(code, answered):
    assert Request(1.0, code).answered is answered


def test_a_gap_goes_from_the_first_failure_to_the_next_answer():
    assert gaps(read(GOOD)) == []
    assert gaps(read(AWAY)) == [(1002.0, 1004.5)]
    assert gaps(read(LOST)) == [(1002.0, None)]


def test_an_error_rate_is_the_share_of_a_window_and_lasts_where_nothing_was_sent():
    sent = read(["10.1 200", "10.6 0", "13.0 200"])
    assert error_rates(sent, 10.0) == [(0.0, 0.5), (1.0, 0.5), (2.0, 0.5), (3.0, 0.0)]
    assert error_rates((), 10.0) == []


@pytest.mark.parametrize(
    ("lines", "all_served", "none_served", "again"),
    [(GOOD, True, False, False), (AWAY, False, False, True), (LOST, False, False, False)],
)
def test_the_assertions_tell_three_fates_apart(story, lines, all_served, none_served, again):
    assert verdict(story, served("one", lines)).verdict is all_served
    assert verdict(story, not_served("one", lines)).verdict is none_served
    assert verdict(story, served_again("one", lines)).verdict is again


def test_a_claim_can_speak_of_the_time_after_a_moment(story):
    story.up("web-1")  # Ready at 1004
    late = [*LOST, "1005.0 000", "1006.0 000"]
    assert verdict(story, not_served("kept", late)).verdict is False
    assert verdict(story, not_served("kept", late, since=ready("web-1"))).verdict is True
    assert verdict(story, not_served("kept", late, since=ready("web-2"))).verdict is None


@pytest.mark.parametrize("what", [served, not_served, served_again])
def test_without_a_request_nothing_is_claimed(story, what):
    found = verdict(story, what("one", ["curl: not found"]))
    assert found.verdict is False
    story.up("web-1")
    assert verdict(story, what("one", GOOD, since=ready("web-1"))).verdict is False


def test_the_evidence_has_the_time_of_the_first_failure(story):
    found = verdict(story, served("one", AWAY))
    assert found.lines[0].time == 1002.0
    assert "2 of 4" in found.because


def test_the_figure_says_in_words_what_it_shows():
    made = error_rate({"any": GOOD, "one": AWAY, "kept": LOST, "none": []})
    assert made.text == (
        "Requests without an answer: any: none; one: between 1.0 s and 3.5 s; "
        "kept: from 1.0 s on; none: nothing was sent."
    )
    assert made.png().startswith(b"\x89PNG")
    assert error_rate({}).text == "Requests without an answer: none."
