"""Choosing, in the tar of a whole system, some programs and all that they need to run."""

import posixpath
import tarfile
from collections.abc import Iterable, Mapping

from lab import elf
from lab.errors import LabError

_MOST_LINKS = 40  # as Linux allows on the way to a file


def members(tar: tarfile.TarFile) -> dict[str, tarfile.TarInfo]:
    """Return a tar's members by path without a leading `./`; the root folder is left out."""
    named = {posixpath.normpath(info.name).lstrip("/"): info for info in tar}
    named.pop(".", None)
    return named


def needed(
    tar: tarfile.TarFile, held: Mapping[str, tarfile.TarInfo], programs: Iterable[str]
) -> set[str]:
    """Return the paths of the programs, their loaders, libraries and the links that lead there.

    Raises LabError when the tar lacks one of them.
    """
    libraries = {posixpath.basename(path): path for path in sorted(held) if _is_library(path)}
    kept = {path for path in held if "/" not in path and held[path].issym()}
    waiting = [(program, "context.json") for program in programs]
    while waiting:
        path, wanted_by = waiting.pop()
        way = _way(held, path)
        if way is None:
            raise LabError(
                f"{path}, which {wanted_by} needs, is in none of the packages.",
                "The image would hold a program that can't run.",
                "Add the Debian package that holds it to context.json.",
            )
        if way[-1] not in kept:
            waiting += [(libraries.get(name, name), way[-1]) for name in _wants(tar, held[way[-1]])]
        kept.update(way)
    return kept


def _is_library(path: str) -> bool:
    return path.startswith("usr/lib") and ".so" in posixpath.basename(path)


def _way(held: Mapping[str, tarfile.TarInfo], path: str) -> list[str] | None:
    """Follow symbolic links to a file: the links on the way and the file, or None."""
    way: list[str] = []
    left, here = path.strip("/").split("/"), ""
    while left:
        step = posixpath.normpath(posixpath.join(here, left.pop(0)))
        info = held.get(step)
        if info is None or len(way) > _MOST_LINKS:
            return None
        if info.issym():
            way.append(step)
            target = posixpath.normpath(posixpath.join("/", here, info.linkname))
            left, here = target.strip("/").split("/") + left, ""
        elif info.islnk():
            left, here = posixpath.normpath(info.linkname).split("/") + left, ""
            way.append(step)
        else:
            here = step
    return [*way, here] if held[here].isreg() else None


def _wants(tar: tarfile.TarFile, info: tarfile.TarInfo) -> list[str]:
    content = tar.extractfile(info)
    if content is None:
        return []
    found = elf.needs(content.read())
    return [*found.libraries, *([found.loader] if found.loader else [])]
