"""The one layer of a course image: a root file system as a tar, put together without root."""

import contextlib
import posixpath
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from lab import closure

BUSYBOX = "/usr/bin/busybox"
# Licences are part of what may not be left out of a copy.
_LICENCES = "usr/share/doc/*/copyright"
# What a container's engine mounts over, or what mmdebstrap copies from this very machine.
_OF_THE_MACHINE = ("dev/*", "etc/hostname", "etc/resolv.conf", "etc/apt/apt.conf.d/99mmdebstrap")


# A tar header, and the file on this machine that its content comes from, if it does.
Entry = tuple[tarfile.TarInfo, Path | None]
Plan = dict[str, Entry]


@dataclass(frozen=True)
class Content:
    """What a root file system holds, later ones winning over earlier ones.

    ``base`` is a Debian system's tar, of which only ``programs`` (if any are named) are taken,
    with what they need, and nothing whose path fits a pattern of ``without``. ``folders`` maps
    paths to octal modes, ``files`` paths to programs on this machine, ``busybox`` names commands
    that become links, ``overlay`` is a folder that is copied over all.
    """

    base: Path | None = None
    programs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    folders: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    busybox: tuple[str, ...] = ()
    overlay: Path | None = None


def write(out: Path, content: Content) -> None:
    """Write the tar: the same bytes for the same content, no name twice, parents first."""
    with contextlib.ExitStack() as stack:
        tar = stack.enter_context(tarfile.open(out, "w", format=tarfile.PAX_FORMAT))
        base = stack.enter_context(tarfile.open(content.base)) if content.base else None
        plan = _own(content)
        if base is not None:
            plan = {**_of_base(base, content), **plan}
        written: set[str] = set()
        for path in plan:
            for step in (*_parents(path), path):
                if step not in written:
                    written.add(step)
                    _add(tar, step, plan.get(step) or _folder(step), base)


def _of_base(base: tarfile.TarFile, content: Content) -> Plan:
    """Return what is wanted of a Debian system: all of it, or some programs with their needs."""
    held = closure.members(base)
    wanted = set(held)
    if content.programs:
        wanted = closure.needed(base, held, content.programs)
        wanted |= {path for path in held if fnmatch(path, _LICENCES)}
        wanted |= {parent for path in wanted for parent in _parents(path)}
    left_out = (*_OF_THE_MACHINE, *content.without)
    return {
        path: (info, None)
        for path, info in held.items()
        if path in wanted and not any(fnmatch(path, each) for each in left_out)
    }


def _own(content: Content) -> Plan:
    """Return everything that doesn't come from the base."""
    found: Plan = {}
    for path, mode in sorted(content.folders.items()):
        info = _info(path, int(mode, 8))
        info.type = tarfile.DIRTYPE
        found[info.name] = (info, None)
    for command in sorted(content.busybox):
        info = _info(posixpath.join(posixpath.dirname(BUSYBOX), command), 0o777)
        info.type, info.linkname = tarfile.SYMTYPE, posixpath.basename(BUSYBOX)
        found[info.name] = (info, None)
    for path, source in sorted({**content.files, **_files(content.overlay)}.items()):
        found[_info(path, 0).name] = _copied(path, source)
    return found


def _copied(path: str, source: Path) -> Entry:
    if source.is_symlink():
        link = _info(path, 0o777)
        link.type, link.linkname = tarfile.SYMTYPE, str(source.readlink())
        return link, None
    # Only whether it is executable counts: the rest of a mode differs from checkout to checkout.
    info = _info(path, 0o755 if source.stat().st_mode & 0o100 else 0o644)
    info.size = source.stat().st_size
    return info, source


def _files(overlay: Path | None) -> dict[str, Path]:
    if overlay is None:
        return {}
    found = [path for path in overlay.rglob("*") if path.is_file() or path.is_symlink()]
    return {str(path.relative_to(overlay)): path for path in found}


def _add(out: tarfile.TarFile, path: str, entry: Entry, base: tarfile.TarFile | None) -> None:
    info, source = entry
    info.name, info.mtime, info.uname, info.gname = path, 0, "", ""
    if info.islnk():
        info.linkname = posixpath.normpath(info.linkname)
    if source is not None:
        with source.open("rb") as content:
            out.addfile(info, content)
    elif info.isreg() and base is not None:
        out.addfile(info, base.extractfile(info))
    else:
        out.addfile(info)


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _folder(path: str) -> Entry:
    info = _info(path, 0o755)
    info.type = tarfile.DIRTYPE
    return info, None


def _info(path: str, mode: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(posixpath.normpath(path).lstrip("/"))
    info.mode = mode
    return info
