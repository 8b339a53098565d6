"""Bad manifests that are too large to be written out."""

from __future__ import annotations

import json

from bad_manifests.cases import Case, base_of, written

MEGABYTE = 1_000_000


def huge() -> list[Case]:
    """A megabyte in each of the places that a learner may put it, and what unfolds into more."""
    return [
        Case("huge: a megabyte of labels", _with_labels(), ("metadata.annotations: Too long",)),
        Case("huge: a megabyte in one label", _with_label("n" * MEGABYTE), ("metadata.labels",)),
        Case("huge: a megabyte of annotation", _annotated(), ("metadata.annotations",)),
        Case("huge: a megabyte for a name", _named("n" * MEGABYTE), ("name",)),
        Case("huge: five megabytes of data", _filled(5), ("too large",)),
        Case("huge: ten thousand lists in each other", _nested(10_000), ("exceeded max depth",)),
        Case("huge: a bomb of nine aliases", _bomb(9, 9), ("excessive aliasing",)),
        Case("huge: a bomb of one alias a hundred thousand times", _wide_bomb(), ("aliasing",)),
        Case("huge: an alias that holds itself", _loop(), ("contains itself",)),
    ]


def _with_labels() -> str:
    labels = {f"label-{number}": "n" * 50 for number in range(MEGABYTE // 66)}
    claim = base_of("02/lonely.yaml")
    claim["metadata"]["labels"] = labels
    return written(claim)


def _with_label(value: str) -> str:
    claim = base_of("02/lonely.yaml")
    claim["metadata"]["labels"] = {"a": value}
    return json.dumps(claim)


def _annotated() -> str:
    claim = base_of("02/lonely.yaml")
    claim["metadata"]["annotations"] = {"a": "n" * MEGABYTE}
    return json.dumps(claim)


def _named(name: str) -> str:
    claim = base_of("02/lonely.yaml")
    claim["metadata"]["name"] = name
    return json.dumps(claim)


def _filled(megabytes: int) -> str:
    data = {f"k{number}": "n" * MEGABYTE for number in range(megabytes)}
    return json.dumps(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}
    )


def _nested(deep: int) -> str:
    return (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {'[' * deep}{']' * deep}\n"
    )


def _bomb(levels: int, times: int) -> str:
    lines = ["apiVersion: v1", "kind: ConfigMap", "metadata: {name: a}", "data:"]
    lines.append("  a0: &a0 [boom, boom, boom]")
    for level in range(1, levels):
        again = ", ".join([f"*a{level - 1}"] * times)
        lines.append(f"  a{level}: &a{level} [{again}]")
    return "\n".join(lines) + "\n"


def _wide_bomb() -> str:
    again = ", ".join(["*a"] * 100_000)
    words = ", ".join(["boom"] * 100)
    return (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
        f"data:\n  a: &a [{words}]\n  b: [{again}]\n"
    )


def _loop() -> str:
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: &a {a: *a}\n"
