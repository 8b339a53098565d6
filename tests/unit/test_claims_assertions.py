"""Each assertion, with histories that fulfil it and histories that break it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.exercises import (
    Assertion,
    at_least,
    at_most,
    at_revision,
    before,
    bound,
    created,
    deleted,
    eventually,
    from_here,
    in_order,
    kept,
    never,
    never_together,
    now,
    observed,
    on_node,
    other_node,
    other_uid,
    other_volume,
    reached,
    ready,
    restarted,
    running,
    same_name,
    same_node,
    same_uid,
    same_volume,
    scheduled,
    set_pods,
    stays,
    terminating,
    timeline,
    unready,
    use,
    uses_image,
    within,
)
from course.exercises.assertions import asserted
from course.exercises.identity import lives
from course.exercises.session import current

Pods = st.lists(st.sampled_from(["web-0", "web-1", "web-2"]), min_size=1, max_size=12)


def verdict(story: Any, thing: Any, mark: str = "chapter") -> bool | None:
    use(story.history, lambda _: True, Path("unused"))
    return asserted(thing).judge(current().span(mark)).verdict


def random_story(new_story: Callable[[], Any], names: list[str]) -> Any:
    """Each name in turn comes up, or is lost when it is up."""
    story, alive = new_story(), set()
    for name in names:
        if name in alive:
            alive.remove(name)
            story.lose(name)
        else:
            alive.add(name)
            story.up(name)
    return story


def ups(names: list[str], name: str) -> list[int]:
    """The places at which a name comes up."""
    return [place for place, one in enumerate(names) if one == name][::2]


def downs(names: list[str], name: str) -> list[int]:
    """The places at which a name is lost."""
    return [place for place, one in enumerate(names) if one == name][1::2]


def alive_after(names: list[str]) -> list[set[str]]:
    alive: set[str] = set()
    result = []
    for name in names:
        alive = alive ^ {name}
        result.append(alive)
    return result


@given(Pods)
def test_a_moment_is_found_exactly_when_it_happened(
    new_story: Callable[[], Any], names: list[str]
) -> None:
    story = random_story(new_story, names)
    came, went = bool(ups(names, "web-1")), bool(downs(names, "web-1"))
    for moment in (created, scheduled, running, ready):
        assert verdict(story, moment("web-1")) is (True if came else None)
    for moment in (terminating, deleted):
        assert verdict(story, moment("web-1")) is (True if went else None)


@given(Pods)
def test_before_holds_when_the_first_came_first(
    new_story: Callable[[], Any], names: list[str]
) -> None:
    story = random_story(new_story, names)
    one, other = ups(names, "web-0")[:1], ups(names, "web-1")[:1]
    expected = one < other if one and other else None
    assert verdict(story, before(ready("web-0"), created("web-1"))) is expected
    assert verdict(story, before(created("web-0"), ready("web-1"))) is expected


@given(st.permutations(["web-0", "web-1", "web-2"]))
def test_in_order_holds_for_one_order_only(new_story: Callable[[], Any], names: list[str]) -> None:
    story = random_story(new_story, list(names))
    claim = in_order(*(ready(f"web-{ordinal}") for ordinal in range(3)))
    assert verdict(story, claim) is (list(names) == ["web-0", "web-1", "web-2"])


def test_an_order_needs_two_moments() -> None:
    with pytest.raises(ValueError, match="two"):
        in_order(ready("web-0"))


@given(st.floats(0.5, 20), st.floats(0.5, 20))
def test_within_holds_up_to_its_bound(
    new_story: Callable[[], Any], pause: float, bound_: float
) -> None:
    story = new_story()
    story.pod("web-0")
    story.tick(pause)
    story.scheduled("web-0")
    took = story.history.changes()[1].time - story.history.changes()[0].time
    assert verdict(story, within(created("web-0"), scheduled("web-0"), bound_)) is (took <= bound_)
    assert verdict(story, within(scheduled("web-0"), created("web-0"), 99)) is False


@given(Pods)
def test_never_breaks_with_the_first_time(new_story: Callable[[], Any], names: list[str]) -> None:
    story = random_story(new_story, names)
    assert verdict(story, never(ready("web-2"))) is ("web-2" not in names)


@given(Pods)
def test_never_together_breaks_when_both_are_so(
    new_story: Callable[[], Any], names: list[str]
) -> None:
    story = random_story(new_story, names)
    both = any({"web-0", "web-1"} <= alive for alive in alive_after(names))
    assert verdict(story, never_together(ready("web-0"), ready("web-1"))) is not both


@given(Pods, st.integers(0, 3))
def test_at_most_counts_those_at_one_time(
    new_story: Callable[[], Any], names: list[str], most: int
) -> None:
    story = random_story(new_story, names)
    peak = max(len(alive) for alive in alive_after(names))
    assert verdict(story, at_most(most, created(set_pods("web")))) is (peak <= most)
    assert verdict(story, reached(most + 1, ready(set_pods("web")))) is (
        True if peak > most else None
    )


@given(Pods, st.integers(0, 3))
def test_at_least_counts_from_its_start_on(
    new_story: Callable[[], Any], names: list[str], least: int
) -> None:
    story = random_story(new_story, ["web-9", *names])
    low = min(len(alive) for alive in alive_after(names)) + 1
    claim = at_least(least, created(set_pods("web")), start=ready("web-9"))
    assert verdict(story, claim) is (min(low, 1) >= least)


@given(Pods)
def test_stays_holds_from_its_start_to_its_end(
    new_story: Callable[[], Any], names: list[str]
) -> None:
    story = random_story(new_story, ["web-7", *names, "web-8"])
    if "web-0" in names:
        lost = bool(downs(names, "web-0"))
        claim = stays(ready("web-0"), start=ready("web-0"), end=created("web-8"))
        assert verdict(story, claim) is not lost
    assert verdict(story, stays(ready("web-7"), ready("web-7"))) is True
    assert verdict(story, stays(ready("web-7"), ready("web-7"), deleted("web-7"))) is None
    assert verdict(story, stays(ready("web-7"), ready("web-6"))) is None
    assert verdict(story, stays(ready("web-7"))) is False


def test_an_end_before_its_start_is_false(story: Any) -> None:
    story.up("web-0")
    assert verdict(story, stays(created("web-0"), ready("web-0"), created("web-0"))) is False


@given(Pods)
def test_now_speaks_of_the_end(new_story: Callable[[], Any], names: list[str]) -> None:
    story = random_story(new_story, names)
    alive = "web-1" in alive_after(names)[-1]
    assert verdict(story, now(ready("web-1"))) is (True if alive else None)


@given(Pods)
def test_kept_breaks_when_it_is_deleted(new_story: Callable[[], Any], names: list[str]) -> None:
    story = new_story()
    story.up("web-0")
    story.history.mark("half")
    alive = True
    for name in names:
        if name == "web-0":
            if alive:
                story.lose(name)
            else:
                story.up(name)
            alive = not alive
    assert verdict(story, kept("web-0"), "half") is ("web-0" not in names)
    assert verdict(story, kept("web-5"), "half") is False


def test_what_was_so_from_the_start_is_so_eventually(story: Any) -> None:
    story.up("web-0")
    story.history.mark("later")
    assert verdict(story, eventually(ready("web-0")), "later") is True
    assert verdict(story, ready("web-0"), "later") is None
    assert verdict(story, eventually(ready("web-1")), "later") is None
    assert verdict(story, before(ready("web-0"), deleted("web-0")), "later") is None


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
