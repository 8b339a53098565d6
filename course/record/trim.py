"""Makes the versions of an object small: drops what nobody reads, shares what is equal."""

import sys
from typing import Any

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def trimmed(object: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - Kubernetes' own word
    """The object without managed fields and without kubectl's copy of the manifest."""
    metadata = object.get("metadata")
    if not isinstance(metadata, dict) or not metadata.get("name"):
        raise ValueError("An object of the history needs metadata with a name.")
    metadata = {key: value for key, value in metadata.items() if key != "managedFields"}
    annotations = metadata.get("annotations")
    if isinstance(annotations, dict) and LAST_APPLIED in annotations:
        kept = {key: value for key, value in annotations.items() if key != LAST_APPLIED}
        if kept:
            metadata["annotations"] = kept
        else:
            del metadata["annotations"]
    return {**object, "metadata": metadata}


def shared(new: Any, old: Any) -> Any:
    """A copy of ``new`` that uses the parts of ``old`` that are equal.

    Two versions of a Pod differ in a few lines of its status. So a version costs little
    more than what changed. The caller may go on changing ``new``: nothing of it is kept.
    """
    if new is old:
        return old
    if isinstance(new, dict):
        return _shared_dict(new, old if isinstance(old, dict) else {})
    if isinstance(new, list | tuple):
        return _shared_list(list(new), old if isinstance(old, list) else [])
    # 1 == True in Python, not in JSON: so the types are compared too.
    if type(new) is type(old) and new == old:
        return old
    return new


def _shared_dict(new: dict[Any, Any], old: dict[str, Any]) -> dict[str, Any]:
    same = len(new) == len(old)
    result: dict[str, Any] = {}
    for key, value in new.items():
        word = sys.intern(str(key))
        part = shared(value, old.get(word))
        same = same and word in old and part is old[word]
        result[word] = part
    return old if same else result


def _shared_list(new: list[Any], old: list[Any]) -> list[Any]:
    result = [
        shared(value, old[place] if place < len(old) else None) for place, value in enumerate(new)
    ]
    same = len(new) == len(old) and all(a is b for a, b in zip(result, old, strict=True))
    return old if same else result
