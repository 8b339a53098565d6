"""The archive that carries a lab to a machine without a network: how it is written and read.

A tar with `manifest.json` first, then the results of the cache that `lab up` needs, then the
Python packages under `wheels/`. It belongs to one version of the course and one architecture.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from lab import archive, paths
from lab.cache import WHOLE, Cache, file_hash, key
from lab.errors import LabError

MANIFEST = "manifest.json"
WHEELS = "wheels"
FORMAT = 1
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What an archive holds: sizes and SHA-256 of files by their path in it.

    ``course`` is a hash of the sources that it was made from; ``entries`` are results of the
    cache, as `kind/key`.
    """

    format: int
    course: str
    architecture: str
    entries: Sequence[str]
    files: Mapping[str, tuple[int, str]]


def course() -> str:
    """A hash of all sources that decide what a lab is made of."""
    return key(paths.NODE_IMAGE, paths.IMAGES, paths.KIND, Path(__file__).parent)


def write(out: Path, cache: Cache, entries: Sequence[str], wheels: Path) -> None:
    """Write an archive; ``wheels`` is a folder of Python packages. Nothing half written stays."""
    held = {f"{entry}/{path.name}": path for entry in entries for path in _files(cache, entry)}
    held |= {f"{WHEELS}/{path.name}": path for path in sorted(wheels.iterdir())}
    files = {name: (path.stat().st_size, file_hash(path)) for name, path in held.items()}
    manifest = Manifest(FORMAT, course(), archive.architecture(), list(entries), files)
    half = out.with_name(f".half-{out.name}")
    try:
        with tarfile.open(half, "w") as tar:
            _add_text(tar, half.with_suffix(".json"), json.dumps(asdict(manifest)))
            for name, path in held.items():
                tar.add(path, name)
        half.replace(out)
    finally:
        half.unlink(missing_ok=True)


def read(file: Path, cache: Cache) -> None:
    """Put an archive's results into the cache; those that it holds already stay as they are.

    Raises LabError, before anything is written, for what is no archive of this course and this
    machine, and for a disk too full; and for a file that was altered, which is then left out.
    """
    try:
        with tarfile.open(file, "r:") as tar:
            manifest = _manifest(tar, file)
            _check(manifest, file, cache)
            if missing := set(manifest.files) - set(tar.getnames()):
                raise _damaged(file, f"It lacks {len(missing)} files, {min(missing)} for one.")
            for entry in manifest.entries:
                _take(tar, manifest, entry, cache)
    except FileNotFoundError:
        raise LabError(
            f"There is no file {file}.", "Nothing was found under this name.", "Check the path."
        ) from None
    except (tarfile.TarError, EOFError, KeyError) as error:
        raise _damaged(file, f"Reading it failed: {error or type(error).__name__}.") from None


def _manifest(tar: tarfile.TarFile, file: Path) -> Manifest:
    first = tar.next()
    stream = tar.extractfile(first) if first and first.name == MANIFEST else None
    try:
        told: dict[str, Any] = json.loads(stream.read()) if stream else {}
        return Manifest(**told)
    except (ValueError, TypeError):
        raise LabError(
            f"{file} is no archive of a lab.",
            f"It does not begin with {MANIFEST}, as `lab export` writes it.",
            "Make one with `lab export FILE` on a machine where the lab works.",
        ) from None


def _check(manifest: Manifest, file: Path, cache: Cache) -> None:
    mine = archive.architecture()
    if manifest.architecture != mine:
        raise LabError(
            f"{file} was made for another kind of machine.",
            f"It is for {manifest.architecture}, and this machine is {mine}.",
            f"Export one on a machine that is {mine}, too.",
        )
    if manifest.format != FORMAT or manifest.course != course():
        raise LabError(
            f"{file} was made from another version of the course.",
            "What it holds would not be used, and all of it be built anew.",
            "Use the checkout that it was exported from, or export again from this one.",
        )
    cache.root.mkdir(parents=True, exist_ok=True)
    needed = sum(size for size, _ in manifest.files.values())
    free = shutil.disk_usage(cache.root).free
    if free < needed:
        raise LabError(
            "There is too little room on the disk.",
            f"{file} holds {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free "
            f"at {cache.root}.",
            "Free some space, then run the same command again.",
        )


def _take(tar: tarfile.TarFile, manifest: Manifest, entry: str, cache: Cache) -> None:
    """Extract one result, file by file; the cache keeps it only if all of it is right."""
    kind, name = entry.split("/")

    def make(folder: Path) -> None:
        for path, (size, digest) in manifest.files.items():
            if Path(path).parent == Path(entry):
                _extract(tar, path, size, digest, folder / Path(path).name)

    cache.result(kind, name, make)


def _extract(tar: tarfile.TarFile, path: str, size: int, digest: str, out: Path) -> None:
    member = tar.getmember(path)
    stream = tar.extractfile(member)
    if stream is None or member.size != size:
        raise _damaged(Path(str(tar.name)), f"{path} has not the size that it should have.")
    with out.open("wb") as file:
        if _copy(stream, file) != digest:
            raise _damaged(Path(str(tar.name)), f"The content of {path} was altered.")
    out.chmod(member.mode & 0o755)


def _copy(source: IO[bytes], out: IO[bytes]) -> str:
    """Copy a stream; return its SHA-256."""
    found = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        found.update(chunk)
        out.write(chunk)
    return found.hexdigest()


def _damaged(file: Path, why: str) -> LabError:
    return LabError(
        f"{file} is cut short or was altered.",
        why,
        "Copy it again from where it came, or make it again with `lab export FILE`.",
    )


def _files(cache: Cache, entry: str) -> list[Path]:
    """The files of a result, all of which lie in one folder; not the cache's own note."""
    return sorted(path for path in (cache.root / entry).iterdir() if path.name != WHOLE)


def _add_text(tar: tarfile.TarFile, scratch: Path, text: str) -> None:
    scratch.write_text(text)
    try:
        tar.add(scratch, MANIFEST)
    finally:
        scratch.unlink()
