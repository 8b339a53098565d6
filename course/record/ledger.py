"""What the books of a database or a queue tell: which writes were acknowledged, and when.

The writer notes a line for each: `ack ID FIRST_TRY ACKED` or `err CLIENT TIME REASON`, with
Unix times in seconds. A write is tried, under the same ID, until it is acknowledged.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Write:
    """One acknowledged write: when it was first tried, and when it was acknowledged."""

    name: str
    tried: float
    acked: float

    @property
    def wait(self) -> float:
        """How long its client waited, in seconds."""
        return self.acked - self.tried


@dataclass(frozen=True)
class Ledger:
    """The acknowledged writes and the times of failed tries, each in the order of time."""

    writes: tuple[Write, ...]
    errors: tuple[float, ...]

    def since(self, time: float) -> Ledger:
        """The same without what was acknowledged, or failed, before a Unix time."""
        return Ledger(
            tuple(write for write in self.writes if write.acked >= time),
            tuple(error for error in self.errors if error >= time),
        )

    @property
    def longest(self) -> Write | None:
        """The write that waited longest for its acknowledgement."""
        return max(self.writes, key=lambda write: write.wait, default=None)


def read(lines: Iterable[str]) -> Ledger:
    """The ledger of these lines. What is no such line, or is cut off, is passed over."""
    writes, errors = [], []
    for words in (line.split() for line in lines):
        if words[:1] == ["ack"] and len(words) == 4:
            tried, acked = _time(words[2]), _time(words[3])
            if tried and acked:
                writes.append(Write(words[1], tried, acked))
        elif words[:1] == ["err"] and len(words) >= 3:
            failed = _time(words[2])
            errors += [failed] if failed else []
    return Ledger(tuple(sorted(writes, key=lambda write: write.acked)), tuple(sorted(errors)))


def rates(
    writes: Sequence[Write], began: float, ended: float, width: float = 0.5
) -> list[tuple[float, float]]:
    """Acknowledged writes a second, in windows of ``width`` seconds from ``began`` on.

    Each pair is a window's start, in seconds since ``began``, and its rate.
    """
    # What was acknowledged at the very end counts, too.
    count = max(0, math.floor((ended - began) / width) + 1)
    found = [0] * count
    for write in writes:
        place = math.floor((write.acked - began) / width)
        if 0 <= place < count:
            found[place] += 1
    return [(place * width, number / width) for place, number in enumerate(found)]


def _time(word: str) -> float:
    """A Unix time, or 0.0 for what is none."""
    try:
        time = float(word)
    except ValueError:
        return 0.0
    return time if math.isfinite(time) and time > 0 else 0.0
