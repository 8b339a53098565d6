"""What a StatefulSet promises of its Pods, as assertions on any set of the same names.

They look at names, UIDs and times alone, not at who made the Pods. So the claims of the text on
the real controller and the checks on a learner's own are the same ones.
"""

from collections.abc import Iterator
from itertools import pairwise

from course.exercises.assertions import Assertion, before, in_order
from course.exercises.facts import (
    Incarnation,
    Moment,
    created,
    deleted,
    ready,
    terminating,
    uses_image,
)
from course.exercises.identity import kept, other_uid, same_name, same_volume

Promise = tuple[Assertion | Moment, ...]


def starts_in_order(name: str, count: int, first: int = 0) -> Promise:
    """Each Pod is created when the one below it is Ready; ``count`` Pods from ``first`` on."""
    pods = [f"{name}-{ordinal}" for ordinal in range(first, first + count)]
    turns = [before(ready(one), created(other)) for one, other in pairwise(pods)]
    return (*turns, ready(pods[-1]))


def comes_back(old: Incarnation, new: Incarnation) -> Promise:
    """The new Pod has the old one's name, is another Pod, and came when the old one was gone."""
    return (
        same_name(old, new),
        other_uid(old, new),
        before(deleted(old), created(new)),
        ready(new),
    )


def stops_from_the_top(name: str, above: int, down_to: int) -> Promise:
    """The Pods ``above`` to ``down_to`` go, the highest first, each when the one above is gone."""
    pods = [f"{name}-{ordinal}" for ordinal in range(above, down_to - 1, -1)]
    turns = [before(deleted(one), terminating(other)) for one, other in pairwise(pods)]
    return (*turns, deleted(pods[-1]))


def keeps_its_volume(old: Incarnation, new: Incarnation, volume: str = "data") -> Promise:
    """The new Pod under a name has the claim, and so the volume, of the old one."""
    return (same_volume(old, new, volume), kept(f"pvc/{volume}-{new.name}"))


def rolls_from_the_top(name: str, count: int, image: str, partition: int = 0) -> Promise:
    """Pods get the new image one by one from the top; those below ``partition`` are left alone.

    A Pod goes only when the one above it is back, with the new image and Ready.
    """
    top = range(count - 1, partition - 1, -1)
    steps = [step for ordinal in top for step in _renewed(f"{name}-{ordinal}", image)]
    return (in_order(*steps), *(kept(f"{name}-{ordinal}") for ordinal in range(partition)))


def _renewed(pod: str, image: str) -> Iterator[Moment]:
    yield terminating(pod)
    yield uses_image(pod, image)
    yield ready(pod)
