"""The fields that a solution set: each as it was before, and as something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ends import Steps, changed, selecting
from solved import CLAIM, VOLUME, Json, Solved

from course.record import pods

#: The exercise whose solution writes a whole manifest.
WRITTEN = "2.1"


def fields(right: Solved, kind: str, thing: Json) -> Iterator[tuple[str, Steps]]:
    """The object with one field that was set in the exercise as it was before, and as neither."""
    if kind in (VOLUME, CLAIM, "EndpointSlice"):
        return  # others fill them in, and nobody may change them
    before = _before(right, kind, thing)
    places = [("metadata", "labels")] if kind == "Pod" else [("spec",), ("metadata", "labels")]
    for start in places:
        old, new = pods.part(before, *start) or {}, pods.part(thing, *start) or {}
        for path in _leaves(old, new):
            place = ".".join(map(str, (*start, *path)))
            for how, value in (("taken back", _at(old, path)), ("another", _other(_at(new, path)))):
                worse = changed(thing, *start, *path, value=value)
                steps: Steps = [(kind, "modified", worse)]
                if kind == "Service" and place.startswith("spec.selector"):
                    steps = selecting(right, thing, pods.part(worse, "spec", "selector"))
                yield f"{place} {how} of", steps
                if kind == "StatefulSet" and start == ("spec",):
                    yield f"{place} {how} just now of", [(kind, "modified", _unseen(worse))]


def _unseen(owner: Json) -> Json:
    """The API server has counted the change of a set, and its controller has not seen it yet."""
    return changed(owner, "metadata", "generation", value=owner["metadata"]["generation"] + 1)


def _before(right: Solved, kind: str, thing: Json) -> Json:
    """The object of that name as the exercise found it, or as it was first made in it."""
    found = right.base.objects(kind).get(pods.name(thing))
    if found is not None:
        return found
    made = [c for c in right.changes if c.kind == kind and c.name == pods.name(thing)]
    # What a solution writes itself, it writes at once.
    return {} if right.number == WRITTEN and len(made) == 1 else made[0].object


def _leaves(old: Any, new: Any) -> Iterator[tuple[Any, ...]]:
    """The paths to what two values differ in, as deep as both go."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key):
                yield from ((key, *rest) for rest in _leaves(old.get(key), new.get(key)))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, pair in enumerate(zip(old, new, strict=True)):
            yield from ((place, *rest) for rest in (_leaves(*pair) if pair[0] != pair[1] else ()))
    else:
        yield ()


def _at(thing: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        if not isinstance(thing, dict | list) or (isinstance(thing, dict) and key not in thing):
            return None
        thing = thing[key]
    return thing


def _other(value: Any) -> Any:
    """Something else of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return f"other-{value}"
    if isinstance(value, list):
        return [_other(one) for one in value]
    if isinstance(value, dict):
        return {key: _other(one) for key, one in value.items()}
    return "other"
