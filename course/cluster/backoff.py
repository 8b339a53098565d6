"""How long to wait before the next try."""

from __future__ import annotations

import random


class BackOff:
    """Waits that double from `first` up to `longest` seconds, each spread by jitter.

    The jitter (50 to 100 % of the wait) keeps a dozen watches that lost the same
    server from all coming back in the same moment.
    """

    def __init__(self, first: float = 0.2, longest: float = 5.0) -> None:
        self._first = first
        self._longest = longest
        self.failures = 0

    def next(self) -> float:
        """Count one more failure and return the seconds to wait after it."""
        wait = min(self._longest, self._first * 2.0 ** min(self.failures, 30))
        self.failures += 1
        return wait * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Start over: something worked."""
        self.failures = 0
