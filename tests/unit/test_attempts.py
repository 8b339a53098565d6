"""What a judge is told of objects that were to stay."""

import pytest

from course.exercises.registry import Attempt
from course.exercises.span import Span

CLAIM = "PersistentVolumeClaim"


@pytest.fixture
def attempt(story):
    """web-0 with its claim; judged is what happens after that."""
    story.set("web", 1)
    story.claim("data-web-0", "pvc-0")
    story.up("web-0")
    begun = story.history.mark("exercise")
    return lambda: Attempt(Span.of(story.history, begun.index, 0.0))


def test_what_nobody_touched_is_there_and_not_lost(attempt):
    assert attempt().there("web-0")["metadata"]["name"] == "web-0"
    assert attempt().there("pvc/data-web-0")
    assert attempt().there("web-1") is None
    assert attempt().lost("sts/web", "web-0", "pvc/data-web-0") == ""


@pytest.mark.parametrize("kind", ["Pod", CLAIM])
def test_what_is_on_its_way_out_is_lost(story, attempt, kind):
    name, thing = ("web-0", "web-0") if kind == "Pod" else ("data-web-0", "pvc/data-web-0")
    story.terminating(name, kind)
    assert attempt().there(thing) is None
    assert attempt().lost("sts/web", thing) == name


def test_the_next_of_a_name_is_there_and_the_first_is_lost(story, attempt):
    story.lose("web-0")
    story.up("web-0")
    assert attempt().there("web-0")
    assert attempt().lost("web-0") == "web-0"


def test_a_claim_that_lost_its_volume_is_lost(story, attempt):
    story.change(CLAIM, "data-web-0", lambda claim: claim["status"].update(phase="Lost"))
    assert attempt().lost("pvc/data-web-0") == "data-web-0"


def test_a_pod_with_another_image_is_lost(story, attempt):
    story.change("Pod", "web-0", lambda pod: pod["spec"]["containers"][0].update(image="other"))
    assert attempt().lost("web-0") == "web-0"


def test_what_was_not_there_when_it_began_is_lost(story, attempt):
    story.up("web-1")
    assert attempt().lost("web-0", "web-1") == "web-1"
