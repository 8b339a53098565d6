"""The judges of chapter 1's exercises, on right, wrong and untouched clusters."""

import pytest

from course.chapters.chapter_1 import emptied, grown_and_shrunk
from course.exercises.outcomes import NotAttempted, Right, Wrong
from course.exercises.registry import Attempt
from course.exercises.span import Span

CLAIM = "PersistentVolumeClaim"


@pytest.fixture
def attempt(story):
    """A set of three with its claims; judged is what happens after that."""
    story.set()
    for name in ("web-0", "web-1", "web-2"):
        add(story, name)
    begun = story.history.mark("exercise")
    return lambda: Attempt(Span.of(story.history, begun.index, 0.0))


def add(story, name, volume=None):
    if f"data-{name}" not in story.history.snapshot().claims:
        story.claim(f"data-{name}", volume or f"pvc-{name}")
    story.up(name, claims={"data": f"data-{name}"})


def test_growing_to_five_and_shrinking_to_three_is_right(story, attempt):
    assert isinstance(grown_and_shrunk(attempt()), NotAttempted)
    add(story, "web-3")
    add(story, "web-4")
    assert "still there" in grown_and_shrunk(attempt()).because
    story.lose("web-4")
    story.lose("web-3")
    assert isinstance(grown_and_shrunk(attempt()), Right)


def test_one_that_was_never_ready_is_not_enough(story, attempt):
    add(story, "web-3")
    story.claim("data-web-4", "pvc-4")
    story.pod("web-4", claims={"data": "data-web-4"})
    for name in ("web-4", "web-3"):
        story.lose(name)
    assert grown_and_shrunk(attempt()) == Wrong("web-4 has not been Ready.")


def test_deleting_the_new_claims_is_wrong(story, attempt):
    for name in ("web-3", "web-4"):
        add(story, name)
        story.lose(name)
    story.gone("data-web-3", CLAIM)
    assert "data-web-3 is gone" in grown_and_shrunk(attempt()).because


def test_making_the_set_anew_is_wrong_since_the_others_were_replaced(story, attempt):
    story.lose("web-0")
    add(story, "web-0")
    add(story, "web-3")
    add(story, "web-4")
    assert "web-0 was replaced" in grown_and_shrunk(attempt()).because


@pytest.mark.parametrize("first", ["claim", "pod"])
def test_a_new_pod_with_a_new_claim_is_right_in_either_order(story, attempt, first):
    assert isinstance(emptied(attempt()), NotAttempted)
    if first == "claim":
        story.terminating("data-web-2", CLAIM)
        assert "still uses it" in emptied(attempt()).because
        story.lose("web-2")
        story.gone("data-web-2", CLAIM)
    else:
        story.lose("web-2")
        story.gone("data-web-2", CLAIM)
    assert isinstance(emptied(attempt()), Wrong)
    add(story, "web-2", "pvc-new")
    assert isinstance(emptied(attempt()), Right)


def test_replacing_the_pod_alone_keeps_the_note(story, attempt):
    story.lose("web-2")
    add(story, "web-2")
    assert emptied(attempt()) == Wrong("web-2 was replaced, and its note is still there.")


def test_the_old_volume_under_a_new_claim_is_wrong(story, attempt):
    story.lose("web-2")
    story.gone("data-web-2", CLAIM)
    add(story, "web-2", "pvc-web-2")
    assert "old volume" in emptied(attempt()).because


def test_whoever_replaces_a_neighbour_too_is_told(story, attempt):
    for name in ("web-1", "web-2"):
        story.lose(name)
        story.gone(f"data-{name}", CLAIM)
        add(story, name, f"pvc-new-{name}")
    assert "web-1 was replaced" in emptied(attempt()).because


def test_an_exercise_begun_without_the_set_says_so(story):
    begun = story.history.mark("exercise")
    attempt = Attempt(Span.of(story.history, begun.index, 0.0))
    assert "no StatefulSet web" in grown_and_shrunk(attempt).because
    assert "Begin it again" in emptied(attempt).because
