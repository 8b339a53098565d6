"""Saves a history to one small file, and reads it back."""

import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course.record.change import KINDS, Change, Mark
from course.record.delta import applied, delta
from course.record.history import History
from course.record.snapshot import Gone, Snapshot, restored

FORMAT = "statefulset-lab/history"
VERSION = 1
#: A recording larger than this, unpacked, is refused (bytes).
LARGEST = 256 * 1024 * 1024


class RecordingError(ValueError):
    """A file is no recording that this version can read. The message says why."""


def save(history: History, path: Path) -> Path:
    """Write a history to a file, packed when its name ends in `.gz`; replaces it at once.

    Raises OSError when the folder cannot be written to.
    """
    content = json.dumps(packed(history), separators=(",", ":")).encode()
    if path.suffix == ".gz":
        # Without a time in it, the same history gives the same file.
        content = gzip.compress(content, mtime=0)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)
    return path


def read(path: Path) -> History:
    """The history of a file, packed or not.

    Raises RecordingError for a file that is damaged, foreign or of a newer version, and
    OSError for one that cannot be read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(2)
            file.seek(0)
            with gzip.open(file) if start == b"\x1f\x8b" else file as content:
                raw = content.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise RecordingError(f"{path.name} is larger than a recording can be.")
        document = json.loads(raw)
    except (EOFError, gzip.BadGzipFile, zlib.error, ValueError, RecursionError) as broken:
        if isinstance(broken, RecordingError):
            raise
        raise RecordingError(f"{path.name} is damaged: it cannot be unpacked.") from broken
    try:
        return unpacked(document)
    except RecordingError as foreign:
        raise RecordingError(f"{path.name}: {foreign}") from foreign


def packed(history: History) -> dict[str, Any]:
    """The history as a document of plain JSON: first versions whole, then differences."""
    base, changes = history.kept()
    last: dict[tuple[str, str], Any] = {
        (kind, name): found for kind in KINDS for name, found in base.objects(kind).items()
    }
    rows = []
    for change in changes:
        key = (change.kind, change.name)
        since = change.time - history.began
        rows.append(
            [
                round(since, 3),
                change.kind,
                change.what,
                change.name,
                delta(change.object, last.get(key)),
            ]
        )
        last[key] = change.object
    return {
        "format": FORMAT,
        "version": VERSION,
        "began": history.began,
        "begins": base.index + 1,
        "ends": history.end,
        "base": _packed_base(base),
        "marks": [[mark.name, mark.index, mark.time] for mark in history.marks.values()],
        "changes": rows,
    }


def unpacked(document: Any) -> History:
    """The history of a document that ``packed`` made.

    Raises RecordingError for anything else.
    """
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise RecordingError("This is not a recording of the lab.")
    if document.get("version") != VERSION:
        raise RecordingError(
            f"This recording has format version {document.get('version')!r}; "
            f"this course reads version {VERSION}."
        )
    try:
        began = float(document["began"])
        base = _unpacked_base(document["base"], int(document["begins"]) - 1, began)
        marks = [Mark(str(name), int(at), float(time)) for name, at, time in document["marks"]]
        changes = list(_unpacked_changes(document["changes"], base, began))
        # Recordings of an older course don't say it.
        if base.index + 1 + len(changes) != document.get("ends", base.index + 1 + len(changes)):
            raise RecordingError("The recording is damaged: changes are missing, or too many.")
        return History.restored(base, changes, marks, began)
    except RecordingError:
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as broken:
        raise RecordingError("The recording is damaged: its parts do not fit.") from broken


def _unpacked_changes(rows: Any, base: Snapshot, began: float) -> Iterator[Change]:
    last: dict[tuple[str, str], Any] = {
        (kind, name): found for kind in KINDS for name, found in base.objects(kind).items()
    }
    for place, (since, kind, what, name, difference) in enumerate(rows):
        if kind not in KINDS or what not in ("added", "modified", "deleted"):
            raise RecordingError(f"It tells of {kind!r}, {what!r}, which no history holds.")
        found = applied(difference, last.get((kind, name)))
        if found["metadata"]["name"] != name:
            raise RecordingError(f"The parts of {kind} {name!r} do not fit.")
        last[kind, name] = found
        yield Change(base.index + 1 + place, began + float(since), kind, what, found)


def _packed_base(base: Snapshot) -> dict[str, Any]:
    return {
        kind: {
            "live": list(base.objects(kind).values()),
            "gone": [[gone.time, gone.object] for gone in base.gone(kind).values()],
        }
        for kind in sorted(base.kinds)
    }


def _unpacked_base(document: Any, index: int, began: float) -> Snapshot:
    if not set(document) <= KINDS:
        raise RecordingError("It tells of kinds that no history holds.")
    return restored(
        index,
        began,
        {kind: parts["live"] for kind, parts in document.items()},
        {
            kind: [Gone(found, float(time)) for time, found in parts["gone"]]
            for kind, parts in document.items()
        },
    )
