"""Claims on Events: what a controller said of an object."""

import pytest

from course.exercises import warned
from course.exercises.assertions import asserted, before
from course.exercises.span import Span


@pytest.fixture
def told(story):
    """A set, and an Event about it as the API server gives it."""
    found = story.set()
    about = {"kind": "StatefulSet", "name": "web", "uid": found["metadata"]["uid"]}
    story.put(
        "Event",
        "web.18b0f3a2c4d5e6f7",
        involvedObject=about,
        reason="FailedCreate",
        message="create Claim failed: forbidden: exceeded quota: narrow",
    )
    return story


def judged(story, thing):
    return asserted(thing).judge(Span.of(story.history, 0, 1_000.0))


def test_an_event_is_evidence_under_the_name_of_what_it_is_about(told):
    found = judged(told, warned("sts/web", "FailedCreate", "exceeded quota"))
    assert found.verdict is True
    assert found.lines[0].name == "web"
    assert found.lines[0].uid == told.history.snapshot().sets["web"]["metadata"]["uid"]


@pytest.mark.parametrize(
    ("thing", "reason", "words"),
    [
        ("sts/db", "FailedCreate", ""),
        ("pod/web", "FailedCreate", ""),
        ("sts/web", "FailedDelete", ""),
        ("sts/web", "FailedCreate", "no node"),
    ],
)
def test_an_event_of_another_object_kind_reason_or_message_is_none(told, thing, reason, words):
    assert judged(told, warned(thing, reason, words)).verdict is None


def test_an_event_has_its_place_among_other_moments(told):
    told.up("web-0")
    late = before(warned("sts/web", "FailedCreate"), warned("sts/web", "SuccessfulCreate"))
    assert judged(told, late).verdict is None
