"""Results that cost time, kept by the hash of what they were made from."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

WHOLE = "whole.json"


def key(*parts: str | bytes | Path) -> str:
    """Return a short hash of texts and of files' contents.

    A folder counts with the names, modes and contents of all its files, in a fixed order.
    """
    digest = hashlib.sha256()
    for part in parts:
        for piece in _pieces(part):
            digest.update(len(piece).to_bytes(8, "big"))
            digest.update(piece)
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Cache:
    """A folder of results: ``root/kind/key``, each whole or not there."""

    root: Path

    def result(self, kind: str, key: str, make: Callable[[Path], None]) -> Path:
        """Return the folder of a result, made by ``make(folder)`` if it isn't there whole.

        A result is written beside its place and moved there when complete, so one that was cut
        off is never taken for whole. One whose files no longer have the sizes and hashes that
        they were made with is thrown away and made again. Two processes never make the same
        result at once: the second waits, then finds it.
        """
        place = self.root / kind / key
        place.parent.mkdir(parents=True, exist_ok=True)
        with _locked(place.parent / f".{key}.lock"):
            if is_whole(place):
                return place
            remove_tree(place)
            self._clear_half_made(place)
            half = Path(tempfile.mkdtemp(prefix=f".half-{key}-", dir=place.parent))
            try:
                make(half)
                (half / WHOLE).write_text(json.dumps(_signature(half)))
                half.rename(place)
            except BaseException:
                remove_tree(half)
                raise
        return place

    def has(self, kind: str, key: str) -> bool:
        """Tell whether a result is there and whole."""
        return is_whole(self.root / kind / key)

    def _clear_half_made(self, place: Path) -> None:
        for half in place.parent.glob(f".half-{place.name}-*"):
            remove_tree(half)


def is_whole(place: Path) -> bool:
    """Tell whether a result's files are those that it was made with.

    Files are compared by size and time of change; one whose time differs is hashed, so a
    result that was only copied still counts, and a big one costs no time on each start.
    """
    try:
        expected = json.loads((place / WHOLE).read_text())
        return all(_same(place / name, *facts) for name, facts in expected.items())
    except (OSError, ValueError, TypeError, AttributeError):
        return False


def remove_tree(folder: Path) -> None:
    """Delete a folder with all in it, read-only folders too (Go's modules are)."""
    if not folder.exists() and not folder.is_symlink():
        return
    for path, folders, _ in os.walk(folder):
        for name in (".", *folders):
            inner = Path(path) / name
            if not inner.is_symlink():
                inner.chmod(0o755)
    shutil.rmtree(folder)


def _signature(folder: Path) -> dict[str, tuple[int, int, str]]:
    found = {}
    for file in sorted(path for path in folder.rglob("*") if _counts(path)):
        facts = file.stat()
        found[str(file.relative_to(folder))] = (facts.st_size, facts.st_mtime_ns, file_hash(file))
    return found


def _same(file: Path, size: int, changed: int, digest: str) -> bool:
    facts = file.stat()
    return facts.st_size == size and (facts.st_mtime_ns == changed or file_hash(file) == digest)


def _counts(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def file_hash(file: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _pieces(part: str | bytes | Path) -> Iterator[bytes]:
    if isinstance(part, bytes):
        yield part
    elif isinstance(part, str):
        yield part.encode()
    elif part.is_dir():
        for file in sorted(path for path in part.rglob("*") if _counts(path)):
            if "__pycache__" not in file.parts:
                yield f"{file.relative_to(part)} {file.stat().st_mode & 0o111:o}".encode()
                yield file.read_bytes()
    else:
        yield f"{part.name} {part.stat().st_mode & 0o111:o}".encode()
        yield part.read_bytes()


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
