"""What changed between what was known of a kind and a new list of it.

After a gap in the watch nothing says what happened meanwhile, except a new list. Told
here is the least that must have happened: an object with a known name and another UID
was deleted and made again, which a plain comparison by name would call a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

Change = Literal["added", "modified", "deleted"]
Object = dict[str, Any]


def identity(thing: Mapping[str, Any]) -> str:
    """Return the object's UID, the one thing that two objects never share."""
    return str(thing["metadata"]["uid"])


def version(thing: Mapping[str, Any]) -> int:
    """Return the object's resourceVersion as the number it is."""
    return int(thing["metadata"]["resourceVersion"])


def differences(
    known: Mapping[str, Object], listed: Iterable[Object]
) -> list[tuple[Change, Object]]:
    """Return the changes that lead from `known` (by UID) to `listed`.

    Deletions come first, so that a name that was made again is free before it is taken,
    then the rest in the order in which the API server stored it.
    """
    now = {identity(thing): thing for thing in listed}
    told: list[tuple[Change, Object]] = [
        ("deleted", thing) for uid, thing in known.items() if uid not in now
    ]
    for uid, thing in sorted(now.items(), key=lambda item: version(item[1])):
        if uid not in known:
            told.append(("added", thing))
        elif version(known[uid]) < version(thing):
            told.append(("modified", thing))
    return told


def behind(
    known: Mapping[str, Object], seen: int, listed: Iterable[Mapping[str, Any]], at: int
) -> bool:
    """Say whether `known` is older than `listed`, a list made at version `at`.

    `seen` is the newest resourceVersion that the watch has delivered. A listed object
    that `known` lacks is no news when the watch is already past the list: it is gone again.
    A known object that is not listed was deleted, unless it is newer than the list.
    """
    there = {identity(thing): version(thing) for thing in listed}
    for uid, stored in there.items():
        mine = known.get(uid)
        if version(mine) < stored if mine else seen <= at:
            return True
    return any(uid not in there and version(thing) <= at for uid, thing in known.items())
