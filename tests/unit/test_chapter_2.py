"""The judges of 2.1 and 2.2, on right, wrong and untouched clusters."""

import pytest

from course.chapters.chapter_2 import leads_to_the_first, only_the_unused
from course.exercises.outcomes import NotAttempted, Right, Wrong
from course.exercises.registry import Attempt
from course.exercises.span import Span

CLAIM = "PersistentVolumeClaim"
NAMES = ("my-statefulset-0", "my-statefulset-1", "my-statefulset-2")
BY_NAME = {"statefulset.kubernetes.io/pod-name": "my-statefulset-0"}
BY_INDEX = {"apps.kubernetes.io/pod-index": "0"}


@pytest.fixture
def attempt(story):
    """The article's set of three; judged is what happens after that."""
    story.set("my-statefulset", template={"metadata": {"labels": {"app": "my-app"}}})
    for name in NAMES:
        story.up(name, owner="my-statefulset")
    return since_now(story)


def since_now(story):
    begun = story.history.mark("exercise")
    return lambda: Attempt(Span.of(story.history, begun.index, 0.0))


def first(story, selector=None, leads_to=NAMES[:1], address="10.96.0.7", port=8080):
    spec = {"clusterIP": address, "selector": selector, "ports": [{"port": port}]}
    story.put("Service", "first", spec=spec)
    story.put(
        "EndpointSlice",
        "first-abcde",
        metadata={"labels": {"kubernetes.io/service-name": "first"}},
        endpoints=[{"targetRef": {"name": name}} for name in leads_to],
    )


@pytest.mark.parametrize("selector", [BY_NAME, BY_INDEX | {"app": "my-app"}])
def test_a_service_by_the_labels_that_the_controller_writes_is_right(story, attempt, selector):
    assert isinstance(leads_to_the_first(attempt()), NotAttempted)
    first(story, selector)
    assert isinstance(leads_to_the_first(attempt()), Right)


@pytest.mark.parametrize(
    ("how", "because"),
    [
        ({"address": "None"}, "headless"),
        ({"port": 80}, "port 8080"),
        ({"leads_to": ()}, "finds no Pod"),
        ({"leads_to": NAMES}, "my-statefulset-0, my-statefulset-1, my-statefulset-2"),
        ({"leads_to": NAMES[1:2]}, "leads to my-statefulset-1"),
        ({"selector": {"role": "first"}}, "by the label role"),
        ({"selector": {}}, "no selector"),
        ({"selector": BY_INDEX}, "every other set"),
    ],
)
def test_a_service_that_leads_elsewhere_now_or_tomorrow_is_wrong(story, attempt, how, because):
    first(story, **{"selector": BY_NAME} | how)
    outcome = leads_to_the_first(attempt())
    assert isinstance(outcome, Wrong)
    assert because in outcome.because


def test_whoever_replaces_a_pod_for_it_is_told(story, attempt):
    first(story, BY_NAME)
    story.lose(NAMES[1])
    story.up(NAMES[1], owner="my-statefulset")
    assert "my-statefulset-1 was replaced" in leads_to_the_first(attempt()).because


def says(story, name, unused):
    story.claim(name, f"pvc-{name}")
    condition = {"type": "Unused", "status": "True" if unused else "False"}
    story.change(CLAIM, name, lambda one: one["status"].update(conditions=[condition]))


@pytest.fixture
def claims(story):
    """Two claims that nobody uses, one in use, and one without a volume."""
    says(story, "data-keep-keep-0", unused=True)
    says(story, "data-keep-keep-1", unused=True)
    says(story, "data-web-0", unused=False)
    story.claim("lonely")
    return since_now(story)


def test_the_unused_gone_and_the_rest_there_is_right(story, claims):
    assert isinstance(only_the_unused(claims()), NotAttempted)
    story.gone("data-keep-keep-0", CLAIM)
    assert "data-keep-keep-1: still there" in only_the_unused(claims()).because
    story.gone("data-keep-keep-1", CLAIM)
    assert isinstance(only_the_unused(claims()), Right)


def test_a_claim_without_a_volume_was_to_stay(story, claims):
    for name in ("data-keep-keep-0", "data-keep-keep-1", "lonely"):
        story.gone(name, CLAIM)
    assert "lonely is gone too" in only_the_unused(claims()).because


def test_a_claim_in_use_was_to_stay_even_if_it_lives_on_for_a_while(story, claims):
    story.terminating("data-web-0", CLAIM)
    assert "as soon as its Pod is" in only_the_unused(claims()).because
    story.gone("data-web-0", CLAIM)
    assert "data-web-0 is gone too" in only_the_unused(claims()).because


def test_a_claim_that_was_on_its_way_out_is_held_against_nobody(story, claims):
    story.claim("data-drop-drop-0", "pvc-marked")
    story.terminating("data-drop-drop-0", CLAIM)
    story.claim("data-drop-drop-1", "pvc-orphan")
    gone = [{"kind": "StatefulSet", "name": "drop-drop", "uid": "a set that is gone"}]
    story.change(
        CLAIM, "data-drop-drop-1", lambda one: one["metadata"].update(ownerReferences=gone)
    )
    attempt = since_now(story)
    for name in ("data-drop-drop-0", "data-drop-drop-1", "data-keep-keep-0", "data-keep-keep-1"):
        story.gone(name, CLAIM)
    assert isinstance(only_the_unused(attempt()), Right)


def test_begun_too_early_it_says_so(story):
    attempt = since_now(story)
    assert "no unused claim" in only_the_unused(attempt()).because
