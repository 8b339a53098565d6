"""The judges of 2.3 and 2.4, on right, wrong and untouched clusters."""

import pytest

from course.chapters.chapter_2_sets import made_parallel, shop_mended
from course.exercises.outcomes import NotAttempted, Right, Wrong
from course.exercises.registry import Attempt
from course.exercises.span import Span

CLAIM = "PersistentVolumeClaim"
SET = "my-statefulset"
NAMES = tuple(f"{SET}-{n}" for n in range(3))


def since_now(story):
    begun = story.history.mark("exercise")
    return lambda: Attempt(Span.of(story.history, begun.index, 0.0))


def owned(story, name, by):
    """The Pod belongs to the set with this UID."""
    owner = {"kind": "StatefulSet", "name": SET, "uid": by, "controller": True}
    story.change("Pod", name, lambda pod: pod["metadata"].update(ownerReferences=[owner]))


def new_set(story, policy="Parallel", revision="web-aaa"):
    made = story.set(SET, podManagementPolicy=policy)
    story.change("StatefulSet", SET, lambda one: one.update(status={"updateRevision": revision}))
    return made["metadata"]["uid"]


@pytest.fixture
def attempt(story):
    """The mended set of three, with its claims."""
    uid = new_set(story, "OrderedReady")
    for name in NAMES:
        story.claim(f"data-{name}", f"pvc-{name}")
        story.up(name, owner=SET, claims={"data": f"data-{name}"})
        owned(story, name, uid)
    return since_now(story)


def test_a_new_set_that_takes_the_pods_over_is_right(story, attempt):
    assert isinstance(made_parallel(attempt()), NotAttempted)
    story.gone(SET, "StatefulSet")
    assert "belong to nobody" in made_parallel(attempt()).because
    uid = new_set(story)
    assert "does not belong to the new set" in made_parallel(attempt()).because
    for name in NAMES:
        owned(story, name, uid)
    assert isinstance(made_parallel(attempt()), Right)


def test_a_set_deleted_with_its_pods_is_wrong(story, attempt):
    story.gone(SET, "StatefulSet")
    for name in NAMES:
        story.lose(name)
    uid = new_set(story)
    for name in NAMES:
        story.up(name, owner=SET, claims={"data": f"data-{name}"})
        owned(story, name, uid)
    assert made_parallel(attempt()) == Wrong("my-statefulset-0 was replaced or is gone.")


def test_a_claim_deleted_on_the_way_is_wrong(story, attempt):
    story.gone("data-my-statefulset-1", CLAIM)
    assert "data-my-statefulset-1 was replaced or is gone" in made_parallel(attempt()).because


def test_the_old_manifest_applied_again_keeps_the_old_policy(story, attempt):
    story.gone(SET, "StatefulSet")
    new_set(story, "OrderedReady")
    assert "its policy isn't Parallel" in made_parallel(attempt()).because


def test_another_template_would_replace_the_pods_in_a_moment(story, attempt):
    story.gone(SET, "StatefulSet")
    uid = new_set(story, revision="web-bbb")
    for name in NAMES:
        owned(story, name, uid)
    assert "going to replace it" in made_parallel(attempt()).because


def test_begun_without_the_set_it_says_so(story):
    assert "Begin it again" in made_parallel(since_now(story)()).because
    assert "Begin it again" in shop_mended(since_now(story)()).because


@pytest.fixture
def shop(story):
    """The shop as its manifest makes it: two Pods, and a Service that finds none."""
    story.set("shop", serviceName="store")
    service(story, {"app": "shop-svc"})
    for name in ("shop-0", "shop-1"):
        story.claim(f"data-{name}", f"pvc-{name}")
        open_shop(story, name)
    return since_now(story)


def service(story, selector, address="None"):
    story.put("Service", "shop", spec={"clusterIP": address, "selector": selector})


def open_shop(story, name):
    story.up(name, owner="shop", claims={"data": f"data-{name}"})


def found(story, hostnames=("shop-0", "shop-1")):
    """The Service finds both Pods, under these names in its DNS."""
    ends = [
        {"targetRef": {"name": f"shop-{n}"}} | ({"hostname": host} if host else {})
        for n, host in enumerate(hostnames)
    ]
    labels = {"labels": {"kubernetes.io/service-name": "shop"}}
    story.put("EndpointSlice", "shop-abcde", metadata=labels, endpoints=ends)


def selecting(story, address="None"):
    spec = {"clusterIP": address, "selector": {"app": "shop"}}
    story.change("Service", "shop", lambda one: one.update(spec=spec))


def anew(story, names="shop"):
    """The set is made anew; ``names`` is its serviceName."""
    story.gone("shop", "StatefulSet")
    story.set("shop", serviceName=names)


def test_selector_set_and_pods_mended_is_right(story, shop):
    assert isinstance(shop_mended(shop()), NotAttempted)
    selecting(story)
    anew(story)
    for name in ("shop-0", "shop-1"):
        story.lose(name)
    found(story)
    assert shop_mended(shop()) == Wrong("shop-0 is not Ready.")
    for name in ("shop-0", "shop-1"):
        open_shop(story, name)
    assert isinstance(shop_mended(shop()), Right)


def test_the_set_alone_mended_leaves_a_service_that_finds_nobody(story, shop):
    anew(story)
    assert "finds no Pod" in shop_mended(shop()).because


def test_the_selector_alone_mended_leaves_the_pods_to_another_service(story, shop):
    selecting(story)
    found(story, ("", ""))
    assert "another Service" in shop_mended(shop()).because


def test_a_set_made_anew_over_its_old_pods_leaves_the_old_name(story, shop):
    selecting(story)
    anew(story)
    found(story, ("", ""))
    assert "carries the old name" in shop_mended(shop()).because


def test_a_service_with_an_address_names_no_pods(story, shop):
    selecting(story, "10.96.0.9")
    found(story)
    assert "names no Pods" in shop_mended(shop()).because


def test_a_service_under_the_name_that_the_set_says_does_not_end_in_shop(story, shop):
    story.gone("shop", "Service")
    assert "no Service shop" in shop_mended(shop()).because


def test_a_shop_that_starts_over_without_its_data_is_wrong(story, shop):
    story.gone("data-shop-0", CLAIM)
    story.claim("data-shop-0", "pvc-new")
    assert "data-shop-0 is gone" in shop_mended(shop()).because


def test_volumes_that_are_no_claims_are_wrong(story, shop):
    selecting(story)
    anew(story)
    for name in ("shop-0", "shop-1"):
        story.lose(name)
        story.up(name, owner="shop")
    found(story)
    assert "does not use its claim" in shop_mended(shop()).because
