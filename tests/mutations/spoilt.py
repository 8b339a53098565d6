"""Solved exercises with one thing spoilt: what is there at the end, and what was done on the way.

What is spoilt at the end is as if somebody had done one thing too many; what is spoilt on the way
is as if the solution had left a step out, done it to another Pod, or at another time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

from ends import after, at_the_end
from fields import fields
from solved import CLAIM, SERVICE_NAME, VOLUME, Json, Solved

from course.chapters.chapter_1_fitting import CHOICES
from course.chapters.rabbitmq_nodes import Node
from course.record import Change, Snapshot, pods

Spoilt = tuple[str, Solved]
TOUCHED = ("StatefulSet", "Pod", CLAIM, "Service")
KINDS = (*TOUCHED, VOLUME, "EndpointSlice")
SHORT = {
    "StatefulSet": "sts", "Pod": "pod", CLAIM: "pvc", VOLUME: "pv", "Service": "svc",
    "EndpointSlice": "slice",
}  # fmt: skip


def spoilt(right: Solved) -> Iterator[Spoilt]:
    """Each way to spoil a solved exercise, with its name."""
    for kind, thing in _subjects(right):
        for how, steps in [*at_the_end(right, kind, thing), *fields(right, kind, thing)]:
            yield f"{how} {_called(right, kind, thing)}", after(right, steps)
    yield from _on_the_way(right)
    yield from _beside(right)


def _subjects(right: Solved) -> Iterator[tuple[str, Json]]:
    """The objects at the end that the exercise speaks of."""
    now = right.now()
    for kind in KINDS:
        for thing in now.objects(kind).values():
            if right.speaks_of(kind, thing):
                yield kind, thing


def _called(right: Solved, kind: str, thing: Json) -> str:
    """A name that does not change from one recording to the next."""
    if kind == VOLUME:
        claim = pods.text(thing, "spec", "claimRef", "name")
        return f"pv/of {claim}" + ("" if pods.is_bound(thing) else " that nobody uses")
    if kind == "EndpointSlice":
        return f"slice/of {pods.label(thing, SERVICE_NAME)}"
    name = pods.name(thing)
    return f"{SHORT[kind]}/{_member(right, name) if kind == 'Pod' else name}"


def _member(right: Solved, name: str) -> str:
    """A Pod by its name; a database's by its role, which any of them may have."""
    roles = [pods.label(state.pods.get(name, {}), "role") for state in (right.base, right.now())]
    if not any(roles):
        return name
    return f"{name.rpartition('-')[0]}-{roles[0] or 'none'}-to-{roles[1] or 'none'}"


def _on_the_way(right: Solved) -> Iterator[Spoilt]:
    """Steps left out, done first of all, or done to another Pod."""
    steps = _steps(right)
    for kind, name in steps:
        called = _called(right, kind, {"metadata": {"name": name}})
        yield f"undone {called}", replace(right, changes=_without(right, kind, name))
        if kind == "Pod":
            yield f"first {called}", replace(right, changes=_moved(right, name))
    touched = {name.removeprefix("data-") for kind, name in steps if kind in ("Pod", CLAIM)}
    known = {*right.now().pods, *right.base.pods, *touched}
    others = {name for name in known if right.speaks_of("Pod", {"metadata": {"name": name}})}
    for one, other in combinations(sorted(others), 2):
        if {one, other} & touched:
            both = " ".join(sorted((_member(right, one), _member(right, other))))
            yield f"swapped {both}", _exchanged(right, one, other)


def _steps(right: Solved) -> list[tuple[str, str]]:
    """What was made, changed or deleted in the exercise; not what changed in its status alone."""
    now = right.now()
    names = {
        (change.kind, change.name)
        for change in right.changes
        if change.kind in TOUCHED and right.speaks_of(change.kind, change.object)
    }
    return [one for one in sorted(names) if _asked(right.base, *one) != _asked(now, *one)]


def _asked(state: Snapshot, kind: str, name: str) -> Any:
    thing = state.objects(kind).get(name, {})
    return pods.uid(thing), pods.part(thing, "spec"), pods.part(thing, "metadata", "labels")


def _without(right: Solved, kind: str, name: str) -> tuple[Change, ...]:
    """The changes but those of one object, and of what follows it at once."""
    follows = "EndpointSlice" if kind == "Service" else ""
    return tuple(
        change
        for change in right.changes
        if (change.kind, change.name) != (kind, name)
        and not (change.kind == follows and pods.label(change.object, SERVICE_NAME) == name)
    )


def _moved(right: Solved, name: str) -> tuple[Change, ...]:
    """All that happened to a Pod happened before all else."""
    mine = [c for c in right.changes if c.kind == "Pod" and c.name == name]
    rest = [c for c in right.changes if not (c.kind == "Pod" and c.name == name)]
    times = [c.time for c in right.changes]
    return tuple(replace(c, time=time) for c, time in zip(mine + rest, times, strict=True))


def _exchanged(right: Solved, one: str, other: str) -> Solved:
    """What happened to one Pod and its claim happened to another's."""
    text = json.dumps([c.object for c in right.changes])
    pairs = [(one, other)]
    for kind, prefix in (("Pod", ""), (CLAIM, "data-")):
        known = right.base.objects(kind)
        pairs.append(tuple(pods.uid(known.get(prefix + name, {})) for name in (one, other)))
    for here, there in pairs:
        if here and there:
            text = text.replace(here, "\0").replace(there, here).replace("\0", there)
    objects = json.loads(text)
    changes = tuple(
        replace(c, object=thing) for c, thing in zip(right.changes, objects, strict=True)
    )
    return replace(right, changes=changes)


def _beside(right: Solved) -> Iterator[Spoilt]:
    """What the queue's nodes say, and the answers in words."""
    for name, node in right.nodes.items():
        silent = {key: value for key, value in right.nodes.items() if key != name}
        yield f"silent {name}", replace(right, nodes=silent)
        apart = {**right.nodes, name: replace(node, cluster="another")}
        yield f"in another cluster {name}", replace(right, nodes=apart)
        bare = {**right.nodes, name: Node(node.cluster)}
        yield f"without queues {name}", replace(right, nodes=bare)
    if isinstance(right.answers, list):
        yield from _ledgers(right, *right.answers)
        return
    for question in right.answers or {}:
        for choice in (*CHOICES, "", "something else"):
            if choice != right.answers[question]:
                given = {**right.answers, question: choice}
                yield f"{choice or 'no answer'} for {question}", replace(right, answers=given)


def _ledgers(right: Solved, first: str, last: str) -> Iterator[Spoilt]:
    """What clients wrote down who came late, left early, waited long, or wrote nothing down."""
    tried = float(first.split()[2])
    yield "no ledger", replace(right, answers=None)
    yield "an empty ledger", replace(right, answers=[])
    yield "late clients", replace(right, answers=[last])
    yield "clients who left", replace(right, answers=[first])
    waited = f"ack 2 {tried:.3f} {tried + 60:.3f}"
    yield "a client who waited", replace(right, answers=[first, waited, last])
