"""The difference between two versions of an object, as JSON, and back.

A difference is one of: `{"=": value}` (replaced), `{"-": [keys], "~": {key: difference}}`
(a dict), `{"#": {place: difference}}` (a list of the same length). Kubernetes has nulls
and lists that JSON Merge Patch cannot tell, so that is not used.
"""

from typing import Any

Delta = dict[str, Any]


def delta(new: Any, old: Any) -> Delta | None:
    """What turns ``old`` into ``new``, or None: they are equal."""
    if new is old:
        return None
    if isinstance(new, dict) and isinstance(old, dict):
        changed = {
            key: {"=": value} if key not in old else found
            for key, value in new.items()
            if (found := delta(value, old.get(key))) is not None or key not in old
        }
        lost = [key for key in old if key not in new]
        found = {"~": changed} if changed else {}
        return ({"-": lost} if lost else {}) | found or None
    if isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        places = {
            str(place): found
            for place, (one, other) in enumerate(zip(new, old, strict=True))
            if (found := delta(one, other)) is not None
        }
        return {"#": places} if places else None
    return None if type(new) is type(old) and new == old else {"=": new}


def applied(difference: Delta | None, old: Any) -> Any:
    """``old`` with a difference applied, sharing what stayed equal.

    Raises KeyError, IndexError, TypeError or ValueError for one that does not fit.
    """
    if difference is None:
        return old
    if "=" in difference:
        return difference["="]
    if "#" in difference:
        result = list(old)
        for place, change in difference["#"].items():
            result[int(place)] = applied(change, old[int(place)])
        return result
    lost = set(difference.get("-", ()))
    merged = {key: value for key, value in old.items() if key not in lost}
    for key, change in difference.get("~", {}).items():
        merged[key] = applied(change, old.get(key))
    return merged
