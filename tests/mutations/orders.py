"""The changes of a recording in an order that they did not come in, as a watch that stumbles tells.

An order is a list of places in the list of changes: swapped, late, doubled or lost.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise

from course.record import Change

Order = list[int]


def wrong_orders(changes: Sequence[Change], chance: random.Random) -> dict[str, Order]:
    """One order of each kind that these changes have room for, drawn by chance."""
    found = {}
    for name, turn in TURNS.items():
        order = turn(changes, chance)
        if order is not None and order != list(range(len(changes))):
            found[name] = order
    return found


def _lives(changes: Sequence[Change]) -> list[list[int]]:
    """The places of each object's changes; the next object of a name is another one."""
    lives: dict[tuple[str, str, str], list[int]] = {}
    for place, change in enumerate(changes):
        lives.setdefault((change.kind, change.name, change.uid), []).append(place)
    return list(lives.values())


def _swapped(changes: Sequence[Change], chance: random.Random, first: str) -> Order | None:
    """Two changes of one object that follow each other, the newer before the older."""
    pairs = [
        pair
        for life in _lives(changes)
        for pair in pairwise(life)
        if changes[pair[0]].what == first and changes[pair[1]].what == "modified"
    ]
    if not pairs:
        return None
    one, other = chance.choice(pairs)
    order = list(range(len(changes)))
    order[one], order[other] = other, one
    return order


def _older_after_newer(changes: Sequence[Change], chance: random.Random) -> Order | None:
    return _swapped(changes, chance, "modified")


def _changed_before_added(changes: Sequence[Change], chance: random.Random) -> Order | None:
    return _swapped(changes, chance, "added")


def _after_its_end(changes: Sequence[Change], chance: random.Random) -> Order | None:
    """A change of an object comes only when the object's deletion was told."""
    ended = [life for life in _lives(changes) if changes[life[-1]].what == "deleted" and life[1:]]
    if not ended:
        return None
    life = chance.choice(ended)
    late = chance.choice(life[:-1])
    order = [place for place in range(len(changes)) if place != late]
    order.insert(chance.randint(order.index(life[-1]) + 1, len(order)), late)
    return order


def _again(changes: Sequence[Change], chance: random.Random, what: str) -> Order | None:
    """A change is told once more, at once or later."""
    places = [place for place, change in enumerate(changes) if change.what == what]
    if not places:
        return None
    twice = chance.choice(places)
    order = list(range(len(changes)))
    order.insert(chance.randint(twice + 1, len(order)), twice)
    return order


def _lost(changes: Sequence[Change], chance: random.Random) -> Order | None:
    """A change never comes, and another of the same name follows it."""
    last = {(change.kind, change.name): place for place, change in enumerate(changes)}
    places = [p for p, c in enumerate(changes) if last[c.kind, c.name] != p and c.kind != "Event"]
    if not places:
        return None
    lost = chance.choice(places)
    return [place for place in range(len(changes)) if place != lost]


def _lost_at_the_end(changes: Sequence[Change], chance: random.Random) -> Order | None:
    """The last change of an object never comes: only a new list can tell it."""
    lives = [life for life in _lives(changes) if changes[life[-1]].kind != "Event"]
    if not lives:
        return None
    lost = chance.choice(lives)[-1]
    return [place for place in range(len(changes)) if place != lost]


def _kinds_crossed(changes: Sequence[Change], chance: random.Random) -> Order | None:
    """Each kind in its order, and the kinds in any: each has a watch of its own."""
    waiting: dict[str, Order] = {}
    for place in range(len(changes) - 1, -1, -1):
        waiting.setdefault(changes[place].kind, []).append(place)
    order = []
    while waiting:
        kind = chance.choice(sorted(waiting))
        order.append(waiting[kind].pop())
        if not waiting[kind]:
            del waiting[kind]
    return order


TURNS: dict[str, Callable[[Sequence[Change], random.Random], Order | None]] = {
    "older after newer": _older_after_newer,
    "changed before added": _changed_before_added,
    "changed after its end": _after_its_end,
    "added twice": lambda changes, chance: _again(changes, chance, "added"),
    "changed twice": lambda changes, chance: _again(changes, chance, "modified"),
    "deleted twice": lambda changes, chance: _again(changes, chance, "deleted"),
    "lost": _lost,
    "lost at the end": _lost_at_the_end,
    "kinds crossed": _kinds_crossed,
}
