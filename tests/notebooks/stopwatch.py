"""Counts the seconds of a notebook that the cluster itself takes, whoever asks it.

They are what the same steps would take with kubectl and waits: an empty namespace to work in,
the commands of the notebook, and what claims and faults wait for until it happens. Everything
else is the course's own: opening the board, judging, drawing, and what Jupyter adds to a cell.
"""

import sys
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from course.chapters import opening
from course.cluster import session
from course.exercises import claims
from course.record import History

#: Where waiting is the learner's: what `kubectl wait` would do. A check waits for its own sake.
WAITS = claims.__file__


class Stopwatch:
    """The seconds of commands and of waiting, in one kernel."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._running = False

    def install(self, shell: Any) -> None:
        """Time the commands of the shell, and the waits of claims and faults."""
        shell.system = self.timed(shell.system)
        shell.getoutput = self.timed(shell.getoutput)
        opening.reset = self.timed(opening.reset)
        waits = self.timed(History.wait)
        plain = History.wait

        @wraps(plain)
        def wait(*args: Any, **kwargs: Any) -> Any:
            return (waits if _asked_by(WAITS) else plain)(*args, **kwargs)

        History.wait = wait  # type: ignore[method-assign]
        timed = self.timed(session.until)
        for module in [one for name, one in sys.modules.items() if name.startswith("course.")]:
            if getattr(module, "until", None) is session.until and module is not session:
                module.until = timed  # type: ignore[attr-defined]
        session.until = timed

    def timed(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same, with its seconds counted; what it calls in turn is not counted twice."""

        @wraps(work)
        def run(*args: Any, **kwargs: Any) -> Any:
            if self._running:
                return work(*args, **kwargs)
            self._running, began = True, time.monotonic()
            try:
                return work(*args, **kwargs)
            finally:
                self._running = False
                self.seconds += time.monotonic() - began

        return run


def _asked_by(file: str) -> bool:
    frame = sys._getframe(2)
    while frame:
        if frame.f_code.co_filename == file:
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False
