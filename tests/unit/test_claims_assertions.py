"""Each assertion, with histories that fulfil it and histories that break it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.exercises import (
    at_least,
    at_most,
    before,
    created,
    deleted,
    eventually,
    in_order,
    kept,
    never,
    never_together,
    now,
    reached,
    ready,
    running,
    scheduled,
    set_pods,
    stays,
    terminating,
    use,
    within,
)
from course.exercises.assertions import asserted
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
