"""Small ways to read Kubernetes objects as plain dicts without tripping over what is missing."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from course.record.text import plain

Json = dict[str, Any]

_ORDINAL = re.compile(r"^(?P<set>.+)-(?P<ordinal>\d{1,9})$", re.DOTALL)


def get(thing: Any, *path: str, default: Any = None) -> Any:
    """The value under ``path`` in nested dicts, or ``default`` when any step is missing.

    A string, list or dict as ``default`` also stands in for a value of another type: learners
    make objects by hand, and the board must bear any of them.
    """
    for step in path:
        if not isinstance(thing, dict):
            return default
        thing = thing.get(step)
    if isinstance(default, (str, list, dict)) and not isinstance(thing, type(default)):
        return default
    return default if thing is None else thing


def name(thing: Json) -> str:
    """``metadata.name``."""
    return str(get(thing, "metadata", "name", default=""))


def namespace(thing: Json) -> str:
    """``metadata.namespace``; empty for what has none."""
    return str(get(thing, "metadata", "namespace", default=""))


def uid(thing: Json) -> str:
    """``metadata.uid``."""
    return str(get(thing, "metadata", "uid", default=""))


def identity(thing: Json) -> tuple[str, str]:
    """Namespace and name: what tells two objects of one kind apart at one moment."""
    return namespace(thing), name(thing)


def put_last(things: dict[tuple[str, str], Json], thing: Json, most: int) -> None:
    """Put an object last, in place of an older state of it; so many are kept at most."""
    key = identity(thing)
    things.pop(key, None)
    things[key] = thing
    if len(things) > most:
        del things[next(iter(things))]


def whole(value: Any, default: int = 0) -> int:
    """``value`` if it is a whole number, else ``default``."""
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def split_ordinal(text: str) -> tuple[str, int] | None:
    """``web-2`` as ``("web", 2)``; None when the name does not end in an ordinal."""
    found = _ORDINAL.match(text)
    return (found["set"], int(found["ordinal"])) if found else None


def controller(thing: Json) -> Json:
    """The owner reference that controls the object; an empty dict when nothing does."""
    for owner in get(thing, "metadata", "ownerReferences", default=[]):
        if get(owner, "controller"):
            return dict(owner)
    return {}


def condition(thing: Json, kind: str) -> Json:
    """The status condition of that type; an empty dict when it is not there."""
    for one in get(thing, "status", "conditions", default=[]):
        if get(one, "type") == kind:
            return dict(one)
    return {}


def is_ready(thing: Json) -> bool:
    """Whether the condition ``Ready`` is True (Pods and nodes have it)."""
    return bool(get(condition(thing, "Ready"), "status") == "True")


def seconds(stamp: Any) -> float | None:
    """A timestamp of the API as seconds since 1970; None when it is missing or malformed."""
    if not isinstance(stamp, str):
        return None
    try:
        return datetime.fromisoformat(stamp).timestamp()
    except ValueError:
        return None


def clip(text: Any, most: int = 300) -> str:
    """``text`` as one plain line of ``most`` characters: no hostile field can fill the board."""
    return plain(str(text), most)
