"""Unix time for a history: what lies between two of its times is true, whoever sets the clock."""

import time

#: A clock that is set by less than this, in seconds, counts as the same: reading it takes a moment.
UNNOTICED_SECONDS = 0.5
# It goes on while the machine sleeps. Where it isn't known (not Linux), the other one does so.
_STEADY = getattr(time, "CLOCK_BOOTTIME", None) or time.CLOCK_MONOTONIC


class Clock:
    """A clock that begins with the machine's own, and goes on by what has passed."""

    def __init__(self) -> None:
        self._began = time.time() - time.clock_gettime(_STEADY)

    def __call__(self) -> float:
        """The Unix time in seconds."""
        return self._began + time.clock_gettime(_STEADY)

    def set_by(self) -> float:
        """By how many seconds the machine's own clock was set since (back is negative); or 0."""
        found = time.time() - self()
        return found if abs(found) > UNNOTICED_SECONDS else 0.0
