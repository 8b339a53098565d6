"""What a client wrote down of its requests: when, and whether it got an answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``time`` is the Unix time in seconds at which it was sent.

    ``code`` is the HTTP status, 0 when no answer came; ``pod`` the Pod that answered.
    """

    time: float
    code: int
    pod: str = ""

    @property
    def answered(self) -> bool:
        """Whether it got the answer it was sent for."""
        return 200 <= self.code < 400


def read(lines: Iterable[str]) -> tuple[Request, ...]:
    """The requests of a log with a line `TIME CODE [POD]` each, in the order of their times.

    What is no such line (a message of the program, a line cut off at the end) is passed over.
    """
    found = [request for line in lines if (request := _request(line.split()))]
    return tuple(sorted(found, key=lambda one: one.time))


def _request(words: Sequence[str]) -> Request | None:
    try:
        time, code = float(words[0]), int(words[1])
    except (ValueError, IndexError):
        return None
    if not math.isfinite(time) or time <= 0:
        return None
    return Request(time, code, words[2] if len(words) > 2 else "")


def gaps(requests: Sequence[Request]) -> list[tuple[float, float | None]]:
    """The stretches without an answer: from the first failure to the next answer, or None."""
    found: list[tuple[float, float | None]] = []
    since: float | None = None
    for one in requests:
        if not one.answered and since is None:
            since = one.time
        elif one.answered and since is not None:
            found.append((since, one.time))
            since = None
    return found if since is None else [*found, (since, None)]


def error_rates(
    requests: Sequence[Request], began: float, width: float = 1.0
) -> list[tuple[float, float]]:
    """The share of requests without an answer (0 to 1) in each ``width`` seconds.

    Pairs of the window's start, in seconds since ``began``, and the share. A window in which
    nothing was sent takes the share of the one before it.
    """
    windows: dict[int, list[bool]] = {}
    for one in requests:
        windows.setdefault(math.floor((one.time - began) / width), []).append(one.answered)
    rates: list[tuple[float, float]] = []
    for place in range(min(windows, default=0), max(windows, default=-1) + 1):
        sent = windows.get(place)
        share = sent.count(False) / len(sent) if sent else rates[-1][1]
        rates.append((place * width, share))
    return rates
