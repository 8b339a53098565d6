"""The judges of chapter 3's exercises on Pods, on right, wrong and untouched clusters."""

import pytest

from course.chapters.chapter_3 import half_way, mended
from course.exercises.outcomes import NotAttempted, Right, Wrong
from course.exercises.registry import Attempt
from course.exercises.span import Span

PROBED = {
    "spec": {
        "containers": [{"name": "web", "readinessProbe": {"httpGet": {"path": "/ready"}}}],
        "volumes": [{"name": "page", "configMap": {"name": "shop-page"}}],
    }
}


def since_now(story):
    begun = story.history.mark("exercise")
    return lambda: Attempt(Span.of(story.history, begun.index, 0.0))


@pytest.fixture
def shop(story):
    """The broken shop: shop-0 has a node and waits for its volume."""
    story.set("shop", replicas=2, template=PROBED)
    story.pod("shop-0", owner="shop")
    story.scheduled("shop-0")
    container(story, "shop-0", waiting={"reason": "ContainerCreating"})
    return since_now(story)


def container(story, name, restarts=0, **state):
    status = [{"name": "web", "restartCount": restarts, "state": state}]
    story.change("Pod", name, lambda pod: pod["status"].update(containerStatuses=status))


def test_the_shop_as_it_was_is_not_tried(story, shop):
    found = mended(shop())
    assert isinstance(found, NotAttempted)
    assert "waits for a volume" in found.because


def test_both_ready_is_right_whether_the_pod_was_replaced_or_waited(story, shop):
    story.running("shop-0")
    story.ready("shop-0")
    assert mended(shop()) == Wrong("There is no shop-1.")
    story.up("shop-1", owner="shop")
    assert isinstance(mended(shop()), Right)
    story.lose("shop-0")
    story.up("shop-0", owner="shop")
    assert isinstance(mended(shop()), Right)


def test_the_missing_map_alone_leads_to_a_container_that_ends(story, shop):
    container(story, "shop-0", restarts=1, waiting={"reason": "CrashLoopBackOff"})
    assert "Its log says why" in mended(shop()).because


def test_without_a_new_start_the_program_runs_and_is_not_ready(story, shop):
    story.running("shop-0")
    story.ready("shop-0", False)
    assert "its readiness probe gets no good answer" in mended(shop()).because


def test_a_key_that_was_taken_away_is_told(story, shop):
    story.lose("shop-0")
    story.pod("shop-0", owner="shop")
    story.scheduled("shop-0")
    container(story, "shop-0", waiting={"reason": "CreateContainerConfigError"})
    assert "isn't there" in mended(shop()).because


def test_a_pod_that_was_deleted_and_waits_again_is_wrong_and_not_untouched(story, shop):
    story.lose("shop-0")
    story.pod("shop-0", owner="shop")
    assert mended(shop()) == Wrong("shop-0 has no node yet.")
    story.scheduled("shop-0")
    assert mended(shop()) == Wrong("shop-0 has a node and waits for a volume.")
    story.terminating("shop-0")
    assert mended(shop()) == Wrong("shop-0 is on its way out.")


@pytest.mark.parametrize("part", ["containers", "volumes"])
def test_taking_the_question_away_is_no_mending(story, shop, part):
    for name in ("shop-0", "shop-1"):
        if name == "shop-0":
            story.lose(name)
        story.up(name, owner="shop")
    less = {"spec": PROBED["spec"] | {part: [{"name": "web"}] if part == "containers" else []}}
    story.change("StatefulSet", "shop", lambda shop: shop["spec"].update(template=less))
    assert "no longer asks" in mended(shop()).because


def test_fewer_pods_or_no_set_is_no_mending(story, shop):
    story.change("StatefulSet", "shop", lambda shop: shop["spec"].update(replicas=1))
    assert mended(shop()) == Wrong("the shop is to have two Pods.")
    story.gone("shop", "StatefulSet")
    assert "no StatefulSet shop" in mended(shop()).because


@pytest.fixture
def web(story):
    """A set of three at one revision, all Ready."""
    story.set()
    for ordinal in range(3):
        story.up(f"web-{ordinal}")
    status(story, "web-a", "web-a", updated=3)
    return since_now(story)


def status(story, current, update, updated, ready=3):
    fields = {
        "currentRevision": current,
        "updateRevision": update,
        "updatedReplicas": updated,
        "readyReplicas": ready,
    }
    story.change("StatefulSet", "web", lambda web: web.update(status=fields))


def renew(story, name):
    story.lose(name)
    story.up(name, revision="web-b")


def test_one_pod_of_the_new_revision_is_half_way(story, web):
    assert isinstance(half_way(web()), NotAttempted)
    renew(story, "web-2")
    status(story, "web-a", "web-b", updated=1)
    assert isinstance(half_way(web()), Right)


def test_without_a_partition_it_goes_all_the_way(story, web):
    for name in ("web-2", "web-1", "web-0"):
        renew(story, name)
    status(story, "web-b", "web-b", updated=3)
    assert "all the way" in half_way(web()).because


def test_a_partition_of_one_renews_two(story, web):
    for name in ("web-2", "web-1"):
        renew(story, name)
    status(story, "web-a", "web-b", updated=2)
    assert half_way(web()) == Wrong("updatedReplicas is 2.")


def test_an_image_that_nobody_has_is_no_stage(story, web):
    renew(story, "web-2")
    story.ready("web-2", False)
    status(story, "web-a", "web-b", updated=1, ready=2)
    assert "only 2 of three" in half_way(web()).because


def test_the_wrong_pod_renewed_by_hand_is_told(story, web):
    renew(story, "web-0")
    status(story, "web-a", "web-b", updated=1)
    assert half_way(web()) == Wrong("web-0 was replaced too. Only web-2 was to be.")


def test_another_number_of_pods_or_no_set_is_told(story, web):
    story.change("StatefulSet", "web", lambda web: web["spec"].update(replicas=1))
    assert half_way(web()) == Wrong("web is to have three Pods.")
    story.gone("web", "StatefulSet")
    assert "no StatefulSet web" in half_way(web()).because
