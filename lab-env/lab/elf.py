"""Which shared libraries a program needs, read from the file itself.

`ldd` would run the program's own loader; these programs lie in a tar of another system.
"""

import struct
from dataclasses import dataclass

_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
_NEEDED, _STRING_TABLE = 1, 5
_HEADER = struct.Struct("<16xHHIQQQIHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_TAG = struct.Struct("<qQ")


@dataclass(frozen=True)
class Needs:
    """The loader's path (none for a static program) and the libraries' names."""

    loader: str | None
    libraries: tuple[str, ...]


def needs(data: bytes) -> Needs:
    """Read a 64-bit little-endian ELF file; anything else (a script) needs nothing."""
    if data[:6] != b"\x7fELF\x02\x01":
        return Needs(None, ())
    segments = _segments(data)
    loader = next(
        (_text(data, offset) for kind, offset, *_ in segments if kind == _INTERPRETER), None
    )
    tags = _tags(data, segments)
    table = next((_place(segments, value) for tag, value in tags if tag == _STRING_TABLE), 0)
    names = tuple(_text(data, table + value) for tag, value in tags if tag == _NEEDED)
    return Needs(loader, names)


def _segments(data: bytes) -> list[tuple[int, int, int, int]]:
    """Each program header as (kind, offset in the file, address, size in the file)."""
    header = _HEADER.unpack_from(data)
    first, size, count = header[4], header[8], header[9]
    found = []
    for at in range(count):
        kind, _, offset, address, _, length, _, _ = _SEGMENT.unpack_from(data, first + at * size)
        found.append((kind, offset, address, length))
    return found


def _tags(data: bytes, segments: list[tuple[int, int, int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for kind, offset, _, length in segments:
        if kind == _DYNAMIC:
            found += _TAG.iter_unpack(data[offset : offset + length - length % _TAG.size])
    return found


def _place(segments: list[tuple[int, int, int, int]], address: int) -> int:
    """Where in the file an address of the running program is."""
    for kind, offset, start, length in segments:
        if kind == _LOAD and start <= address < start + length:
            return offset + address - start
    return 0


def _text(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode()
