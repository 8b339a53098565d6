"""A file system put together as a tar, without ever unpacking it.

So owners, modes and hard links come out right without root's rights, and the same input gives
the same bytes.
"""

from __future__ import annotations

import copy
import fnmatch
import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

# File capabilities, for one; the other headers are written anew.
_XATTR = "SCHILY.xattr."
Content = Callable[[], IO[bytes]]


class Tree:
    """Files by their path, which has no leading slash; what is added later replaces."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[tarfile.TarInfo, Content | None]] = {}

    def add_tar(self, tar: tarfile.TarFile, below: str = "") -> None:
        """Add all of an open tar, which must stay open until `write`, below a folder."""
        for member in tar:
            path = _joined(below, member.name)
            if path:
                info = copy.copy(member)
                if member.islnk():
                    info.linkname = _joined(below, member.linkname)
                self._put(path, info, _member(tar, member) if member.isreg() else None)

    def add_folder(self, folder: Path, below: str = "", *, private: bool = False) -> None:
        """Add all below a folder of this machine, owned by root; `private`: for root alone."""
        others = 0o700 if private else 0o755
        for file in sorted(folder.rglob("*")):
            path = _joined(below, str(file.relative_to(folder)))
            if file.is_symlink():
                self.add_symlink(path, str(file.readlink()))
            elif file.is_dir():
                self.add_directory(path, others)
            elif file.is_file():
                mode = 0o755 if file.stat().st_mode & 0o100 else 0o644
                self.add_file(path, file, mode & others)

    def add_directory(self, path: str, mode: int = 0o755) -> None:
        """Add a folder."""
        info = tarfile.TarInfo()
        info.type, info.mode = tarfile.DIRTYPE, mode
        self._put(path, info)

    def add_file(self, path: str, content: bytes | str | Path, mode: int = 0o644) -> None:
        """Add a file with the content given, or with that of a file of this machine."""
        info = tarfile.TarInfo()
        info.mode = mode
        if isinstance(content, Path):
            file = content
            info.size = file.stat().st_size
            self._put(path, info, lambda: file.open("rb"))
            return
        data = content.encode() if isinstance(content, str) else content
        info.size = len(data)
        self._put(path, info, lambda: io.BytesIO(data))

    def add_symlink(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        info = tarfile.TarInfo()
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, target, 0o777
        self._put(path, info)

    def add_hard_link(self, path: str, original: str) -> None:
        """Add another name of a file that is in the tree."""
        info = copy.copy(self._entries[original][0])
        info.linkname = info.linkname if info.islnk() else original
        info.type, info.size = tarfile.LNKTYPE, 0
        self._put(path, info)

    def mirror(self, folder: str, below: str) -> None:
        """Add a folder of the tree a second time, below another: its files as hard links."""
        for path in self._under(folder):
            info, content = self._entries[path]
            if info.isreg() or info.islnk():
                self.add_hard_link(_joined(below, path), path)
            else:
                self._put(_joined(below, path), copy.copy(info), content)

    def remove(self, *patterns: str) -> None:
        """Take out what matches, with all that is below; `*` matches slashes, too.

        Raises ValueError for a pattern that matches nothing: it is a mistake or out of date.
        """
        for pattern in patterns:
            gone = [p for p in self._entries if _matches(p, pattern)]
            if not gone:
                raise ValueError(f"nothing in the tree matches {pattern}")
            for path in gone:
                del self._entries[path]

    def append(self, path: str, text: str) -> None:
        """Add text to the end of a file that is in the tree."""
        info, content = self._entries[path]
        with content() if content else io.BytesIO() as stream:
            self.add_file(path, stream.read() + text.encode(), mode=info.mode)

    def __contains__(self, path: str) -> bool:
        return path in self._entries

    def write(self, path: Path) -> None:
        """Write the tar: folders first, hard links after what they are links of."""
        with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
            for _, (info, content) in sorted(self._entries.items(), key=_order):
                if info.islnk() and info.linkname not in self._entries:
                    raise ValueError(f"{info.name} is a link of {info.linkname}, which is gone")
                if content is None:
                    tar.addfile(info)
                else:
                    with content() as stream:
                        tar.addfile(info, stream)

    def _under(self, folder: str) -> list[str]:
        return [p for p in self._entries if p == folder or p.startswith(f"{folder}/")]

    def _put(self, path: str, info: tarfile.TarInfo, content: Content | None = None) -> None:
        for parent in reversed(Path(path).parents[:-1]):
            if str(parent) not in self._entries:
                self.add_directory(str(parent))
        info.name = path
        info.mtime = 0
        info.uname = info.gname = ""
        info.pax_headers = {k: v for k, v in info.pax_headers.items() if k.startswith(_XATTR)}
        self._entries[path] = (info, content)


def _order(item: tuple[str, tuple[tarfile.TarInfo, Content | None]]) -> tuple[int, str]:
    path, (info, _) = item
    return (0 if info.isdir() else 2 if info.islnk() else 1), path


def _matches(path: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(path, pattern) or fnmatch.fnmatchcase(path, f"{pattern}/*")


def _member(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Content:
    def opened() -> IO[bytes]:
        content = tar.extractfile(member)
        if content is None:
            raise ValueError(f"{member.name} has no content")
        return content

    return opened


def _joined(below: str, path: str) -> str:
    path = path.removeprefix("./").strip("/")
    return "/".join(part for part in (below.strip("/"), path) if part not in ("", "."))
