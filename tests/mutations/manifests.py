"""What can be turned round in the chapters' manifests: the fields that the text speaks of.

A chapter that stays green with one of them changed does not show what it says.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Place = tuple[str, ...]
#: The field is taken out.
GONE = object()
#: Blank lines and comments.
_TRAILING = re.compile(r"(\n *(#.*)?)*$")
_OTHER = {
    "OrderedReady": "Parallel",
    "Parallel": "OrderedReady",
    "RollingUpdate": "OnDelete",
    "OnDelete": "RollingUpdate",
    "Retain": "Delete",
    "Delete": "Retain",
}


@dataclass(frozen=True)
class Mutation:
    """One field of one document of a manifest, and what it becomes."""

    file: Path
    document: int
    kind: str
    name: str
    path: Place
    before: Any
    after: Any

    @property
    def chapter(self) -> str:
        """The chapter's number, as its notebook's name begins with it."""
        return self.file.parent.name

    def __str__(self) -> str:
        place = ".".join(map(str, self.path))
        now = "gone" if self.after is GONE else repr(self.after)
        thing = f"{self.chapter}/{self.file.name} {self.kind} {self.name}"
        return f"{thing} {place}: {self.before!r} -> {now}"

    def apply(self, folder: Path) -> None:
        """Change the file of the same name below a folder of manifests.

        All else stays as it is written: chapters show parts of their files, and a comment that
        was lost would fail them in place of the field.
        """
        target = folder / self.chapter / self.file.name
        text = target.read_text()
        node = list(yaml.compose_all(text, Loader=yaml.SafeLoader))[self.document]
        *places, field = self.path
        for key in places:
            node = _values(node)[key]
        if field in _values(node):
            value = _values(node)[field]
            start, end, written = value.start_mark.index, _end(text, value), self._written()
        else:
            start = end = node.start_mark.index
            written = f"{field}: {self._written()}\n" + " " * node.start_mark.column
        target.write_text(text[:start] + written + text[end:])

    def _written(self) -> str:
        """What the field becomes, in YAML; null is the same as no field."""
        if self.after is GONE:
            return "null"
        return self.after if isinstance(self.after, str) else json.dumps(self.after)


def _values(node: yaml.Node) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value}


def _end(text: str, node: yaml.Node) -> int:
    """Where the value ends: YAML has a block end at the next key, past comments between."""
    start = node.start_mark.index
    return start + len(_TRAILING.sub("", text[start : node.end_mark.index]))


def mutations(folder: Path) -> list[Mutation]:
    """Everything that can be turned round in the manifests below a folder, in a fixed order."""
    found = []
    for file in sorted(folder.glob("0[1-9]/*.yaml")):
        for number, document in enumerate(yaml.safe_load_all(file.read_text())):
            if isinstance(document, dict):
                kind = str(document.get("kind"))
                name = str(document["metadata"]["name"])
                for path, before, after in TURNS.get(kind, _nothing)(document):
                    found.append(Mutation(file, number, kind, name, path, before, after))
    return found


Turn = tuple[Place, Any, Any]


def _nothing(_: dict[str, Any]) -> Iterator[Turn]:
    yield from ()


def _stateful_set(thing: dict[str, Any]) -> Iterator[Turn]:
    spec = thing["spec"]
    replicas = spec.get("replicas", 1)
    yield ("spec", "replicas"), replicas, replicas + 1
    # What a manifest leaves to Kubernetes, it does not tell.
    if "podManagementPolicy" in spec:
        policy = spec["podManagementPolicy"]
        yield ("spec", "podManagementPolicy"), policy, _OTHER[policy]
    if "type" in spec.get("updateStrategy", {}):
        kind = spec["updateStrategy"]["type"]
        yield ("spec", "updateStrategy", "type"), kind, _OTHER[kind]
    if "serviceName" in spec:
        yield ("spec", "serviceName"), spec["serviceName"], "nobody"
    for when, policy in spec.get("persistentVolumeClaimRetentionPolicy", {}).items():
        path = ("spec", "persistentVolumeClaimRetentionPolicy", when)
        yield path, policy, _OTHER[policy]
    yield from _numbers(spec, ("ordinals", "start"), ("minReadySeconds",))
    yield from _numbers(spec, ("updateStrategy", "rollingUpdate", "partition"))
    if spec.get("volumeClaimTemplates"):
        yield ("spec", "volumeClaimTemplates"), "…", GONE


def _numbers(spec: dict[str, Any], *paths: Place) -> Iterator[Turn]:
    for path in paths:
        found: Any = spec
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, int):
            yield ("spec", *path), found, found - 1 if found else found + 1


def _service(thing: dict[str, Any]) -> Iterator[Turn]:
    spec = thing["spec"]
    if spec.get("clusterIP") == "None":
        yield ("spec", "clusterIP"), "None", GONE
    if "publishNotReadyAddresses" in spec:
        yield ("spec", "publishNotReadyAddresses"), True, not spec["publishNotReadyAddresses"]
    for label, value in spec.get("selector", {}).items():
        yield ("spec", "selector", label), value, "nobody"


def _budget(thing: dict[str, Any]) -> Iterator[Turn]:
    yield from _numbers(thing["spec"], ("maxUnavailable",), ("minAvailable",))


TURNS: dict[str, Callable[[dict[str, Any]], Iterator[Turn]]] = {
    "StatefulSet": _stateful_set,
    "Service": _service,
    "PodDisruptionBudget": _budget,
}
