"""The bad manifests that are written by hand, read from the files beside this one.

A case names what is wrong, and what kubectl's answer must hold: the field, where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
MANIFESTS = Path(__file__).parents[2] / "notebooks" / "manifests"
#: Longer by one letter than any name may be.
TOO_LONG = "n" * 254
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")

Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One file that something is wrong with.

    ``stays`` is what is made of it all the same. kubectl refuses the rest, unless it is ``taken``.
    """

    what: str
    text: str
    says: tuple[str, ...]
    stays: tuple[str, ...] = ()
    taken: bool = False


def steps(path: str) -> list[str | int]:
    """A path as Kubernetes writes it, ``spec.ports[0].name``, as keys and places."""
    return [int(place) if place else key for place, key in _STEP.findall(path)]


def change(thing: Json, path: list[str | int], value: Any) -> None:
    """Give a field another value, or take it out with None; what leads there is made."""
    inside: Any = thing
    for step, following in pairwise(path):
        empty: Any = [] if isinstance(following, int) else {}
        inside = inside.setdefault(step, empty) if isinstance(inside, dict) else inside[step]
    last = path[-1]
    if value is None:
        del inside[last]
    elif isinstance(inside, list) and last == len(inside):
        inside.append(value)
    else:
        inside[last] = value


def written(thing: Json) -> str:
    """An object as the text of a manifest."""
    return yaml.safe_dump(thing, sort_keys=False, width=100)


def listed(says: str | list[str]) -> tuple[str, ...]:
    """One expectation or several."""
    return (says,) if isinstance(says, str) else tuple(says)


def base_of(name: str) -> Json:
    """The real manifest that cases are made from."""
    thing: Json = yaml.safe_load((MANIFESTS / name).read_text())
    return thing


def _changed(document: Json) -> Iterator[Case]:
    base, below = base_of(document["base"]), document.get("below", "")
    for number, one in enumerate(document["cases"]):
        thing = deepcopy(base)
        # A name of its own: what should be refused and is not must not spoil the others.
        thing["metadata"]["name"] += f"-{number}"
        for path, value in one["change"].items():
            change(thing, steps(f"{below}.{path}"), value)
        yield Case(one["what"], written(thing), listed(one["says"]))


def _whole(document: Json) -> Iterator[Case]:
    for one in document["cases"]:
        if "long" in one:
            change(one["object"], steps(one["long"]), TOO_LONG)
        text = one["text"] if "text" in one else written(one["object"])
        stays, taken = tuple(one.get("stays", ())), bool(one.get("taken"))
        yield Case(one["what"], text, listed(one["says"]), stays, taken)


def handwritten() -> list[Case]:
    """Every case of the files, in a fixed order."""
    found: list[Case] = []
    for name in ("sets", "containers", "claims", "services", "kinds", "nameless", "texts"):
        document = yaml.safe_load((HERE / f"{name}.yaml").read_text())
        made = _changed(document) if "base" in document else _whole(document)
        found += [replace(one, what=f"{name}: {one.what}") for one in made]
    return found


@dataclass(frozen=True)
class Late:
    """A set that is taken and never gets Ready, and what the board must say of it."""

    name: str
    thing: Json
    why: str


def late() -> list[Late]:
    """The cases of `late.yaml`: each a set of one Pod with a name of its own."""
    found = []
    for one in yaml.safe_load((HERE / "late.yaml").read_text())["cases"]:
        thing, name = base_of(one.get("base", "02/printed.yaml")), one["name"]
        labels = {"late": name}
        change(thing, ["metadata", "name"], name)
        change(thing, steps("spec.replicas"), 1)
        change(thing, steps("spec.selector.matchLabels"), labels)
        change(thing, steps("spec.template.metadata.labels"), labels)
        for path, value in one["change"].items():
            change(thing, steps(path), value)
        found.append(Late(name, thing, one["why"]))
    return found
