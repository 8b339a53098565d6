"""Claims about lives, restarts, facts and sets: true of what was so, false of anything else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.exercises import (
    Assertion,
    at_revision,
    before,
    bound,
    created,
    deleted,
    from_here,
    never,
    now,
    observed,
    on_node,
    other_node,
    other_uid,
    other_volume,
    reached,
    ready,
    restarted,
    same_name,
    same_node,
    same_uid,
    same_volume,
    set_pods,
    stays,
    timeline,
    unready,
    use,
    uses_image,
)
from course.exercises.assertions import asserted
from course.exercises.identity import lives
from course.exercises.session import current


def verdict(story: Any, thing: Any, mark: str = "chapter") -> bool | None:
    use(story.history, lambda _: True, Path("unused"))
    return asserted(thing).judge(current().span(mark)).verdict


def replaced_story(new_story: Callable[[], Any], *, node: str, volume: str) -> tuple[Any, ...]:
    story = new_story()
    claims = {"data": "data-web-1"}
    story.claim("data-web-1", "pv-a")
    story.up("web-1", claims=claims)
    story.terminating("web-1")
    if volume != "pv-a":
        story.gone("data-web-1", "PersistentVolumeClaim")
    story.gone("web-1")
    if volume != "pv-a":
        story.claim("data-web-1", volume)
    story.pod("web-1", claims=claims)
    story.scheduled("web-1", node)
    use(story.history, lambda _: True, Path("unused"))
    return story, *lives(current().span(), "Pod", "web-1")


@given(st.sampled_from(["worker", "worker2"]), st.sampled_from(["pv-a", "pv-b"]))
def test_two_lives_are_compared_by_what_they_really_had(
    new_story: Callable[[], Any], node: str, volume: str
) -> None:
    story, old, new = replaced_story(new_story, node=node, volume=volume)
    assert verdict(story, same_name(old, new)) is True
    assert verdict(story, other_uid(old, new)) is True
    assert verdict(story, same_uid(old, new)) is False
    assert verdict(story, same_uid(old, old)) is True
    assert verdict(story, other_uid(new, new)) is False
    assert verdict(story, same_node(old, new)) is (node == "worker")
    assert verdict(story, other_node(old, new)) is (node != "worker")
    assert verdict(story, same_volume(old, new, "data")) is (volume == "pv-a")
    assert verdict(story, other_volume(old, new, "data")) is (volume != "pv-a")
    assert verdict(story, same_volume(old, new, "missing")) is None
    assert verdict(story, before(deleted(old), created(new))) is True
    assert verdict(story, before(created(new), deleted(old))) is False


def test_a_life_without_a_node_yet_is_waited_for(story: Any) -> None:
    story.up("web-1")
    story.lose("web-1")
    story.pod("web-1")
    use(story.history, lambda _: True, Path("unused"))
    old, new = lives(current().span(), "Pod", "web-1")
    assert verdict(story, same_node(old, new)) is None
    story.scheduled("web-1")
    assert verdict(story, same_node(old, new)) is True


def test_a_restart_is_a_new_container_in_the_same_pod(story: Any) -> None:
    story.up("web-1")
    assert verdict(story, restarted("web-1")) is None
    story.restarted("web-1", "OOMKilled")
    assert verdict(story, restarted("web-1")) is True
    assert verdict(story, restarted("web-1", reason="OOMKilled")) is True
    assert verdict(story, restarted("web-1", "web")) is True
    assert verdict(story, restarted("web-1", "other")) is None
    assert verdict(story, restarted("web-1", reason="Error")) is None


def test_a_new_pod_is_no_restart(story: Any) -> None:
    story.up("web-1")
    story.lose("web-1")
    story.up("web-1")
    assert verdict(story, restarted("web-1")) is None


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (on_node("web-0", "worker"), True),
        (on_node("web-0", "worker2"), None),
        (at_revision("web-0", "web-aaa"), True),
        (at_revision("web-0", "web-bbb"), None),
        (uses_image("web-0", "web:v1"), True),
        (uses_image("web-0", "web:v2"), None),
        (bound("data-web-0"), True),
        (bound("data-web-1"), None),
        (created("pvc/data-web-1"), True),
        (created("sts/web"), True),
        (created("sts/other"), None),
        (ready(set_pods("web")), True),
        (ready(set_pods("we")), None),
    ],
)
def test_a_fact_speaks_of_one_thing_only(
    story: Any, thing: Assertion, expected: bool | None
) -> None:
    story.set("web")
    story.claim("data-web-0", "pv-a")
    story.claim("data-web-1")
    story.up("web-0")
    assert verdict(story, thing) is expected


def test_unready_means_there_and_not_ready(story: Any) -> None:
    assert verdict(story, never(unready("web-0"))) is True
    story.up("web-0")
    story.history.mark("up")
    assert verdict(story, never(unready("web-0")), "up") is True
    story.ready("web-0", False)
    assert verdict(story, never(unready("web-0")), "up") is False


def test_a_set_is_observed_when_its_controller_has_acted_on_the_latest_spec(story: Any) -> None:
    def wants(generation: int) -> Callable[[Any], Any]:
        return lambda one: one["metadata"].update(generation=generation)

    def sees(generation: int) -> Callable[[Any], Any]:
        return lambda one: one.update(status={"observedGeneration": generation})

    story.set()
    assert verdict(story, now(observed("web"))) is None
    for change, seen in ((wants(1), None), (sees(1), True), (wants(2), None), (sees(2), True)):
        story.change("StatefulSet", "web", change)
        assert verdict(story, now(observed("web"))) is seen


def test_a_timeline_begins_where_the_learner_was_asked(story: Any) -> None:
    story.up("web-0")
    story.up("other-0", owner="other")
    use(story.history, lambda _: True, Path("unused"))
    assert "web-0 created at 0.0 s, Ready at 3.0 s" in timeline("web").text
    assert "other-0" not in timeline("web").text
    from_here()
    story.up("web-1")
    assert "web-1 created at 0.0 s, Ready at 3.0 s" in timeline("web").text


def test_two_watches_are_put_in_order_by_the_versions_of_the_api_server(story: Any) -> None:
    def thing(name: str, version: str) -> dict[str, Any]:
        return {"metadata": {"name": name, "uid": name, "resourceVersion": version}}

    story.history.append("Pod", "added", thing("web-0", "12"), 1_000.2)
    story.history.append("PersistentVolumeClaim", "added", thing("data", "9"), 1_000.3)
    story.history.append("Node", "added", thing("worker", "3"), 1_009.0)
    assert verdict(story, before(created("pvc/data"), created("web-0"))) is True
    assert verdict(story, before(created("web-0"), created("node/worker"))) is True


def test_a_kind_that_is_not_known_is_told() -> None:
    with pytest.raises(ValueError, match="secret/web"):
        created("secret/web")


def test_what_is_so_and_stays_so_does_not_become_so_again(story: Any) -> None:
    for name in ("web-0", "web-1"):
        story.up(name)
    story.history.mark("later")
    story.restarted("web-0")
    assert verdict(story, before(ready("web-0"), created("web-2")), "later") is None
    assert asserted(ready("web-0")).said
    use(story.history, lambda _: True, Path("unused"))
    span = current().span("later")
    assert ready("web-0").find(span) is None
    assert reached(2, ready(set_pods("web"))).find(span) is None
    story.ready("web-0", False)
    story.ready("web-0")
    again = story.history.changes()[-1]
    span = current().span("later")
    assert ready("web-0").find(span) == again
    assert reached(2, ready(set_pods("web"))).find(span) == again


def test_a_stretch_ends_just_before_its_end(story: Any) -> None:
    story.up("web-0")
    story.lose("web-0")
    story.pod("web-5")
    claim = stays(ready("web-0"), start=ready("web-0"), end=deleted("web-0"))
    assert verdict(story, claim) is True
    assert verdict(story, stays(ready("web-0"), ready("web-0"), created("web-5"))) is False


def test_a_new_pod_that_was_restarted_before_it_was_seen_is_no_restart(story: Any) -> None:
    story.up("web-1")
    status = {"containerStatuses": [{"name": "web", "restartCount": 2}]}
    story.put("Pod", "web-1", status=status)
    assert verdict(story, restarted("web-1")) is None


def test_one_life_is_found_also_before_the_start_of_the_claim(new_story: Any) -> None:
    story, old, new = replaced_story(new_story, node="worker", volume="pv-a")
    story.history.mark("later")
    assert verdict(story, before(deleted(old), created(new)), "later") is True
    assert verdict(story, before(deleted("web-1"), created("web-1")), "later") is None
