"""Bad manifests made of the chapters' own, by damage to one field at a time.

Which fields are damaged is drawn by a fixed seed, so that every run sends the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import islice
from typing import Any

import yaml
from bad_manifests.cases import MANIFESTS, Case, Json, change, written

SEED = 7
#: How many are drawn of each kind of damage.
EACH = 18

Path = tuple[str | int, ...]
#: Maps whose keys are the author's own: of a value in them the answer names the map alone.
FREE = {
    "annotations",
    "data",
    "labels",
    "limits",
    "matchLabels",
    "nodeSelector",
    "parameters",
    "requests",
    "stringData",
}
#: The refusal of a quantity names no field, see `nameless.yaml`.
QUANTITIES = {"limits", "requests"}
#: Of the whole cluster: a slip of this test would outlive the chapter.
CLUSTER_WIDE = {
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterTrustBundle",
    "Namespace",
    "StorageClass",
    "VolumeAttributesClass",
}
NOT_BELOW_ZERO = {
    "containerPort",
    "failureThreshold",
    "fsGroup",
    "initialDelaySeconds",
    "maxReplicas",
    "minReadySeconds",
    "minReplicas",
    "partition",
    "periodSeconds",
    "replicas",
    "runAsGroup",
    "runAsUser",
    "start",
    "timeoutSeconds",
}
CHOSEN = {"imagePullPolicy", "podManagementPolicy", "restartPolicy", "whenDeleted", "whenScaled"}


def places(thing: Any, before: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every field of an object, with its path and its value."""
    parts: Any = ()
    if isinstance(thing, dict):
        parts = thing.items()
    elif isinstance(thing, list):
        parts = enumerate(thing)
    for step, part in parts:
        yield (*before, step), part
        yield from places(part, (*before, step))


def told(path: Path) -> str:
    """A path as Kubernetes writes it."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def field(path: Path) -> str:
    """The name of a field that an answer can speak of: not a place, and not a free key."""
    named = [step for step in path if isinstance(step, str)]
    for place, step in enumerate(named[:-1]):
        if step in FREE or (step == "selector" and "matchLabels" not in named):
            return named[place]
    return named[-1]


def _head(path: Path) -> bool:
    """What kubectl itself goes by, before it asks the server: `kinds.yaml` and `sets.yaml`."""
    return path in (("apiVersion",), ("kind",), ("metadata",), ("metadata", "name"))


def _misspelt(thing: Json, path: Path, _: Any) -> tuple[Json, str] | None:
    word = path[-1]
    if _head(path) or not isinstance(word, str) or field(path) != word:
        return None
    copy = deepcopy(thing)
    inside: Any = copy
    for step in path[:-1]:
        inside = inside[step]
    inside[f"{word}x"] = inside.pop(word)
    return copy, f'unknown field "{told(path)}x"'


def _of_another_type(thing: Json, path: Path, value: Any) -> tuple[Json, str] | None:
    if _head(path) or QUANTITIES & set(path):
        return None
    return _with(thing, path, "text" if isinstance(value, list | dict) else [value]), field(path)


def _below_zero(thing: Json, path: Path, value: Any) -> tuple[Json, str] | None:
    if path[-1] not in NOT_BELOW_ZERO or not isinstance(value, int):
        return None
    return _with(thing, path, -1), told(path)


def _not_to_choose_from(thing: Json, path: Path, _: Any) -> tuple[Json, str] | None:
    if path[-1] not in CHOSEN and path[-2:-1] != ("accessModes",):
        return None
    known = path[:-1] if isinstance(path[-1], int) else path
    return _with(thing, path, "Nonsense"), str(known[-1])


def _no_name(thing: Json, path: Path, _: Any) -> tuple[Json, str] | None:
    if path[-1] != "name" or not {"containers", "initContainers", "volumes"} & set(path[-3:]):
        return None
    # Not the place: the server counts the claims' templates among a set's volumes.
    return _with(thing, path, "<b>No Name</b>"), '.name: Invalid value: "<b>No Name</b>"'


def _with(thing: Json, path: Path, value: Any) -> Json:
    copy = deepcopy(thing)
    change(copy, list(path), value)
    return copy


Damage = Callable[[Json, Path, Any], tuple[Json, str] | None]
DAMAGES: dict[str, Damage] = {
    "misspelt": _misspelt,
    "of another type": _of_another_type,
    "below zero": _below_zero,
    "not to choose from": _not_to_choose_from,
    "no name": _no_name,
}


def documents() -> Iterator[tuple[str, Json]]:
    """The objects of the chapters' manifests that live in a namespace, each with its place.

    One that several chapters use is told once.
    """
    known: list[Json] = []
    for file in sorted(MANIFESTS.glob("0[1-9]/*.yaml")):
        for number, thing in enumerate(yaml.safe_load_all(file.read_text())):
            if isinstance(thing, dict) and thing["kind"] not in CLUSTER_WIDE and thing not in known:
                known.append(thing)
                yield f"{file.parent.name}/{file.name} {number}", thing


def damaged() -> list[Case]:
    """So many of each kind of damage, drawn from all that there could be."""
    every = [
        (where, thing, path, value) for where, thing in documents() for path, value in places(thing)
    ]
    random.Random(SEED).shuffle(every)
    return [case for what in DAMAGES for case in islice(_of_kind(what, every), EACH)]


def _of_kind(what: str, every: list[tuple[str, Json, Path, Any]]) -> Iterator[Case]:
    for number, (where, thing, path, value) in enumerate(every):
        if made := DAMAGES[what](thing, path, value):
            made[0]["metadata"]["name"] += f"-{number}"
            yield Case(f"{where}: {told(path)} {what}", written(made[0]), (made[1],))
