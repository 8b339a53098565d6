"""Container image archives in pure Python: what `docker save` writes and every engine loads.

An archive is a tar with `manifest.json`, a configuration for each image and the layers, named
by their sha256. Same input, same bytes: times are 0 and nothing depends on the machine's clock.
"""

import contextlib
import hashlib
import io
import json
import os
import platform
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from lab.errors import LabError

MANIFEST = "manifest.json"
_EPOCH = "1970-01-01T00:00:00Z"
# As image configurations name them; a machine not listed here keeps its own name.
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def architecture() -> str:
    """This machine's architecture as images and Go name it, e.g. `amd64`."""
    machine = platform.machine()
    return _ARCHITECTURES.get(machine, machine)


def layer(path: Path, folder: Path) -> None:
    """Write the tar of a folder to `path`: sorted, times 0, owned by root, hard links kept."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for member in [folder, *_below(folder)]:
            name = str(member.relative_to(folder))
            tar.add(member, "./" if name == "." else name, recursive=False, filter=_nobodys)


def write(
    path: Path,
    reference: str | Sequence[str],
    layer_tar: Path,
    config: Mapping[str, Any],
) -> None:
    """Write an archive with one image of one layer, under one name or several.

    `config` is the container's part of the image configuration (Entrypoint, Cmd, Env, User, …).
    `layer_tar` is an uncompressed tar.
    """
    digest = _digest(layer_tar)
    image = {
        "architecture": architecture(),
        "os": "linux",
        "created": _EPOCH,
        "config": dict(config),
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        "history": [{"created": _EPOCH, "created_by": "lab"}],
    }
    data = json.dumps(image, sort_keys=True).encode()
    config_name = f"{hashlib.sha256(data).hexdigest()}.json"
    references = [reference] if isinstance(reference, str) else list(reference)
    entry = {"Config": config_name, "RepoTags": references, "Layers": [f"{digest}.tar"]}
    with tarfile.open(path, "w") as tar:
        _add(tar, config_name, io.BytesIO(data), len(data))
        with layer_tar.open("rb") as content:
            _add(tar, f"{digest}.tar", content, layer_tar.stat().st_size)
        _add_manifest(tar, [entry])


def merge(path: Path, archives: Iterable[Path]) -> None:
    """Write one archive with the images of all `archives`, for one import; shared layers once.

    Raises LabError when one of them is no image archive.
    """
    entries: list[dict[str, Any]] = []
    written: set[str] = set()
    with tarfile.open(path, "w") as out:
        for archive in archives:
            with _opened(archive) as source:
                for entry in _manifest(source, archive):
                    entries.append(entry)
                    for name in (entry["Config"], *entry["Layers"]):
                        if name not in written:
                            written.add(name)
                            _copy(source, archive, name, out)
        _add_manifest(out, entries)


@dataclass(frozen=True)
class Saved:
    """The first image of an archive: its container's configuration, its layers by digest."""

    config: Mapping[str, Any]
    layers: Mapping[str, tarfile.TarFile]


@contextlib.contextmanager
def opened(archive: Path) -> Iterator[Saved]:
    """Open an archive's first image for reading. Raises LabError when it is no archive."""
    with contextlib.ExitStack() as stack:
        source = stack.enter_context(_opened(archive))
        entry = _manifest(source, archive)[0]
        config = json.load(stack.enter_context(_blob(source, archive, entry["Config"])))
        layers = {}
        for name in entry["Layers"]:
            content = stack.enter_context(_blob(source, archive, name))
            digest = name.rpartition("/")[2].removesuffix(".tar")
            layers[digest] = stack.enter_context(tarfile.open(fileobj=content))
        yield Saved(config.get("config", {}), layers)


def references(archive: Path) -> list[str]:
    """The names of the images in an archive. Raises LabError when it is no image archive."""
    with _opened(archive) as source:
        return [name for entry in _manifest(source, archive) for name in entry["RepoTags"] or []]


def _below(folder: Path) -> list[Path]:
    """Everything below a folder, in an order that doesn't depend on the file system."""
    found = []
    for top, folders, files in os.walk(folder):
        found += [Path(top, name) for name in (*folders, *files)]
    return sorted(found)


def _nobodys(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Take out of a tar header what differs from machine to machine."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mtime = 0
    return info


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size = size
    tar.addfile(info, content)


def _add_manifest(tar: tarfile.TarFile, entries: list[dict[str, Any]]) -> None:
    data = json.dumps(entries, sort_keys=True).encode()
    _add(tar, MANIFEST, io.BytesIO(data), len(data))


def _opened(archive: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(archive)
    except (OSError, tarfile.TarError) as error:
        raise _no_archive(archive, str(error)) from error


def _manifest(source: tarfile.TarFile, archive: Path) -> list[dict[str, Any]]:
    try:
        content = source.extractfile(MANIFEST)
        entries = json.load(content) if content else None
    except (KeyError, ValueError, tarfile.TarError) as error:
        raise _no_archive(archive, str(error)) from error
    if not isinstance(entries, list):
        raise _no_archive(archive, f"{MANIFEST} is not a list")
    return entries


def _copy(source: tarfile.TarFile, archive: Path, name: str, out: tarfile.TarFile) -> None:
    """Copy one blob; a symbolic link (as podman writes for a shared layer) becomes its file."""
    with _blob(source, archive, name) as content:
        size = content.seek(0, os.SEEK_END)
        content.seek(0)
        _add(out, name, content, size)


def _blob(source: tarfile.TarFile, archive: Path, name: str) -> IO[bytes]:
    try:
        content = source.extractfile(name)
    except KeyError as error:
        raise _no_archive(archive, f"{name} is missing") from error
    if content is None:
        raise _no_archive(archive, f"{name} is not a file")
    return content


def _no_archive(archive: Path, detail: str) -> LabError:
    return LabError(
        f"{archive} can't be read as an archive of container images.",
        f"{detail}.",
        "Make it with `docker save` or `podman save --format docker-archive`.",
    )
