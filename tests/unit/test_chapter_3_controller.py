"""The judges of a learner's controller: right, untouched, and the wrong ones that people write."""

import pytest

from course.chapters.chapter_3_controller import (
    V2,
    creates_in_order,
    keeps_the_claims,
    replaces_a_lost_pod,
    rolls_out,
    scales_down_from_the_top,
)
from course.exercises.outcomes import NotAttempted, Right, Wrong
from course.exercises.registry import Attempt
from course.exercises.span import Span

CLAIM = "PersistentVolumeClaim"
OWNER = {"kind": "ConfigMap", "name": "mini", "uid": "mini", "controller": True}


def since_now(story):
    begun = story.history.mark("exercise")
    return lambda: Attempt(Span.of(story.history, begun.index, 0.0))


def make(story, ordinal, owner=OWNER, image="web:v1", claim=""):
    name = f"mini-{ordinal}"
    story.pod(name, owner=None, claims={"data": claim} if claim else {})
    owners = [owner] if owner else []
    story.change("Pod", name, lambda pod: pod["metadata"].update(ownerReferences=owners))
    story.change("Pod", name, lambda pod: pod["spec"]["containers"][0].update(image=image))
    return name


def up(story, ordinal, **how):
    name = make(story, ordinal, **how)
    story.running(name)
    story.ready(name)


def event(story, reason, message=""):
    story.put(
        "Event",
        f"mini.{reason.lower()}.{story.now}",
        reason=reason,
        message=message,
        source={"component": "your-controller"},
    )


@pytest.fixture
def begun(story):
    return since_now(story)


@pytest.fixture
def three(story):
    """mini-0, mini-1 and mini-2 are Ready when the exercise begins."""
    for ordinal in range(3):
        up(story, ordinal)
    return since_now(story)


def test_in_order_is_right(story, begun):
    assert isinstance(creates_in_order(begun()), NotAttempted)
    up(story, 0)
    up(story, 1)
    assert creates_in_order(begun()) == Wrong("This did not happen: mini-2 created.")
    up(story, 2)
    assert isinstance(creates_in_order(begun()), Right)


def test_all_at_once_is_not_in_order(story, begun):
    names = [make(story, ordinal) for ordinal in range(3)]
    for name in names:
        story.running(name)
        story.ready(name)
    assert creates_in_order(begun()) == Wrong("mini-1 created came before mini-0 ready.")


def test_a_pod_too_many_is_told(story, begun):
    for ordinal in range(4):
        up(story, ordinal)
    assert "there is also mini-3" in creates_in_order(begun()).because


def test_a_statefulset_of_that_name_is_not_your_controller(story, begun):
    for ordinal in range(3):
        up(story, ordinal, owner=OWNER | {"kind": "StatefulSet"})
    assert "belongs to a StatefulSet" in creates_in_order(begun()).because


def test_a_pod_without_an_owner_is_told(story, begun):
    up(story, 0, owner=None)
    assert "has no owner" in creates_in_order(begun()).because


def test_what_the_function_raised_is_told_until_it_works_again(story, begun):
    event(story, "Started")
    assert isinstance(creates_in_order(begun()), NotAttempted)
    event(story, "ReconcileFailed", "Line 4 of your cell: KeyError: 'replica'")
    assert creates_in_order(begun()) == Wrong(
        "your function failed. Line 4 of your cell: KeyError: 'replica'"
    )
    event(story, "Reconciled")
    assert isinstance(creates_in_order(begun()), NotAttempted)


def test_a_lost_pod_that_comes_back_is_right(story, three):
    assert isinstance(replaces_a_lost_pod(three()), NotAttempted)
    story.lose("mini-1")
    assert replaces_a_lost_pod(three()) == Wrong("mini-1 has not come back.")
    up(story, 1)
    assert isinstance(replaces_a_lost_pod(three()), Right)


def test_whoever_counts_the_pods_is_told_what_the_api_server_said(story, three):
    story.lose("mini-1")
    event(story, "ReconcileFailed", 'pods "mini-2" already exists')
    assert "already exists" in replaces_a_lost_pod(three()).because


def test_replacing_all_that_come_after_it_is_wrong(story, three):
    for ordinal in (1, 2):
        story.lose(f"mini-{ordinal}")
        up(story, ordinal)
    assert "mini-2 was deleted as well" in replaces_a_lost_pod(three()).because


def test_one_that_came_back_and_is_not_ready_is_not_yet_right(story, three):
    story.lose("mini-1")
    make(story, 1)
    assert replaces_a_lost_pod(three()) == Wrong("This did not happen: mini-1 ready.")


@pytest.mark.parametrize("judge", [replaces_a_lost_pod, scales_down_from_the_top, rolls_out])
def test_without_three_pods_there_is_nothing_to_begin_with(story, begun, judge):
    up(story, 0)
    found = judge(begun())
    assert isinstance(found, NotAttempted)
    assert "solve 3.3" in found.because


def test_from_the_top_is_right(story, three):
    assert isinstance(scales_down_from_the_top(three()), NotAttempted)
    story.lose("mini-2")
    assert isinstance(scales_down_from_the_top(three()), Wrong)
    story.lose("mini-1")
    assert isinstance(scales_down_from_the_top(three()), Right)


def test_both_at_once_is_not_one_after_the_other(story, three):
    story.terminating("mini-2")
    story.terminating("mini-1")
    story.gone("mini-2")
    story.gone("mini-1")
    assert "came before" in scales_down_from_the_top(three()).because


def test_from_the_bottom_is_wrong(story, three):
    story.lose("mini-0")
    assert "lowest ordinal is the one that stays" in scales_down_from_the_top(three()).because


def test_a_loop_that_creates_again_what_it_deleted_is_told(story, three):
    story.lose("mini-2")
    up(story, 2)
    story.lose("mini-2")
    assert "mini-2 was created anew" in scales_down_from_the_top(three()).because


def test_deleting_by_force_shows_no_end(story, three):
    story.gone("mini-2")
    story.gone("mini-1")
    assert scales_down_from_the_top(three()) == Wrong("This did not happen: mini-1 terminating.")


def with_claims(story, claims=True):
    for ordinal in range(3):
        name = f"data-mini-{ordinal}"
        if claims:
            story.claim(name, f"pv-{name}-{story.now}")
        up(story, ordinal, claim=name)


def lose_all(story):
    for ordinal in range(3):
        story.lose(f"mini-{ordinal}")


def test_new_pods_with_the_old_claims_are_right(story, three):
    assert isinstance(keeps_the_claims(three()), NotAttempted)
    lose_all(story)
    with_claims(story)
    assert "Now take mini away" in keeps_the_claims(three()).because
    lose_all(story)
    assert "mini-0 is not there and Ready" in keeps_the_claims(three()).because
    with_claims(story, claims=False)
    assert isinstance(keeps_the_claims(three()), Right)


def test_claims_that_go_with_the_set_are_not_kept(story, begun):
    with_claims(story)
    lose_all(story)
    for ordinal in range(3):
        story.gone(f"data-mini-{ordinal}", CLAIM)
    with_claims(story)
    assert "data-mini-0 was deleted" in keeps_the_claims(begun()).because


def test_a_claim_with_an_owner_is_told_before_it_is_lost(story, begun):
    with_claims(story)
    own = {"ownerReferences": [OWNER]}
    story.change(CLAIM, "data-mini-1", lambda claim: claim["metadata"].update(own))
    assert "data-mini-1 has an owner" in keeps_the_claims(begun()).because


def test_one_claim_for_all_is_not_one_each(story, begun):
    story.claim("data-mini-0", "pv-0")
    for ordinal in range(3):
        up(story, ordinal, claim="data-mini-0")
    assert keeps_the_claims(begun()) == Wrong("mini-1 does not use a claim data-mini-1.")


def renew(story, ordinal, image=V2):
    story.lose(f"mini-{ordinal}")
    up(story, ordinal, image=image)


def test_from_the_top_down_to_the_partition_is_right(story, three):
    assert isinstance(rolls_out(three()), NotAttempted)
    renew(story, 2)
    assert isinstance(rolls_out(three()), Wrong)
    renew(story, 1)
    assert isinstance(rolls_out(three()), Right)


def test_below_the_partition_nothing_is_to_go(story, three):
    for ordinal in (2, 1, 0):
        renew(story, ordinal)
    assert "below the partition" in rolls_out(three()).because


def test_from_below_is_the_wrong_order(story, three):
    renew(story, 1)
    renew(story, 2)
    assert "came before" in rolls_out(three()).because


def test_new_pods_with_the_old_image_are_told(story, three):
    renew(story, 2, image="web:v1")
    assert rolls_out(three()) == Wrong(f"This did not happen: mini-2 with image {V2}.")
