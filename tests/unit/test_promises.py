"""What a StatefulSet promises: true of what keeps it, and false of each way to break it."""

import pytest

from course.exercises import (
    comes_back,
    holds,
    in_phase,
    keeps_its_volume,
    owned_by,
    ownerless,
    rolls_from_the_top,
    starts_in_order,
    stops_from_the_top,
    waits_for,
)
from course.exercises.assertions import asserted
from course.exercises.identity import replacement
from course.exercises.span import Span

V2 = "web:v2"


@pytest.fixture
def since(story):
    """Three Pods with a claim each are up; gives the span since then."""
    for ordinal in range(3):
        story.claim(f"data-web-{ordinal}", f"pv-{ordinal}")
        up(story, ordinal)
    begun = story.history.mark("begun").index
    return lambda: Span.of(story.history, begun, 0.0)


def up(story, ordinal):
    story.up(f"web-{ordinal}", claims={"data": f"data-web-{ordinal}"})


def verdicts(promise, span):
    return [asserted(one).judge(span).verdict for one in promise]


def holds_true(promise, span):
    return all(verdict is True for verdict in verdicts(promise, span))


def whole(story):
    return Span.of(story.history, 0, 0.0)


def test_starting_in_order(story):
    for name in ("web-0", "web-1"):
        story.up(name)
    assert holds_true(starts_in_order("web", 2), whole(story))
    assert not holds_true(starts_in_order("web", 3), whole(story))


def test_starting_together_breaks_the_order(story):
    story.pod("web-0")
    story.pod("web-1")
    story.ready("web-0")
    story.ready("web-1")
    assert False in verdicts(starts_in_order("web", 2), whole(story))


def test_coming_back(story, since):
    story.lose("web-1")
    up(story, 1)
    old, new = replacement(since(), "Pod", "web-1")
    assert holds_true(comes_back(old, new), since())
    assert holds_true(keeps_its_volume(old, new), since())


def test_coming_back_without_the_claim_is_no_keeping(story, since):
    story.lose("web-1")
    story.gone("data-web-1", "PersistentVolumeClaim")
    story.claim("data-web-1", "pv-new")
    up(story, 1)
    old, new = replacement(since(), "Pod", "web-1")
    assert verdicts(keeps_its_volume(old, new), since()) == [False, False]


def test_stopping_from_the_top(story, since):
    story.lose("web-2")
    assert not holds_true(stops_from_the_top("web", 2, 1), since())
    story.lose("web-1")
    assert holds_true(stops_from_the_top("web", 2, 1), since())


def test_stopping_all_at_once_or_from_below_breaks_the_order(story, since):
    story.terminating("web-1")
    story.terminating("web-2")
    story.gone("web-2")
    story.gone("web-1")
    assert False in verdicts(stops_from_the_top("web", 2, 1), since())


def renew(story, ordinal):
    name = f"web-{ordinal}"
    story.lose(name)
    story.pod(name)
    story.change("Pod", name, lambda pod: pod["spec"]["containers"][0].update(image=V2))
    story.running(name)
    story.ready(name)


def test_rolling_from_the_top_down_to_the_partition(story, since):
    renew(story, 2)
    renew(story, 1)
    assert holds_true(rolls_from_the_top("web", 3, V2, partition=1), since())
    assert not holds_true(rolls_from_the_top("web", 3, V2, partition=0), since())
    assert False in verdicts(rolls_from_the_top("web", 3, V2, partition=2), since())


def test_rolling_from_below_breaks_the_order(story, since):
    renew(story, 1)
    renew(story, 2)
    assert False in verdicts(rolls_from_the_top("web", 3, V2, partition=1), since())


@pytest.mark.parametrize(
    ("fact", "yes", "no"),
    [
        (in_phase("x", "Failed"), {"phase": "Failed"}, {"phase": "Running"}),
        (
            holds("x", "PodScheduled", "False", "Unschedulable"),
            {
                "conditions": [
                    {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
                ]
            },
            {"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Gated"}]},
        ),
        (
            holds("x", "Ready", "Unknown"),
            {"conditions": [{"type": "Ready", "status": "Unknown"}]},
            {"conditions": [{"type": "Ready", "status": "False"}]},
        ),
        (
            waits_for("x", "CrashLoopBackOff"),
            {"containerStatuses": [{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}]},
            {"containerStatuses": [{"state": {"running": {}}}]},
        ),
        (
            waits_for("x", "CrashLoopBackOff"),
            {"initContainerStatuses": [{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}]},
            {},
        ),
    ],
)
def test_facts_of_the_status(story, fact, yes, no):
    story.put("Pod", "x", status=yes)
    assert fact.holders(story.history.snapshot()) == ["x"]
    story.change("Pod", "x", lambda pod: pod.update(status=no))
    assert fact.holders(story.history.snapshot()) == []


def test_owners(story):
    story.pod("web-0")
    story.pod("alone", owner=None)
    now = story.history.snapshot()
    assert owned_by("web-0", "StatefulSet/web").holders(now) == ["web-0"]
    assert owned_by("web-0", "ReplicaSet/web").holders(now) == []
    assert ownerless("alone").holders(now) == ["alone"]
    assert ownerless("web-0").holders(now) == []
    with pytest.raises(ValueError, match="KIND/NAME"):
        owned_by("web-0", "web")
