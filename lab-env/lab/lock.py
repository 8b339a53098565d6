"""One command at a time changes a lab."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lab.errors import LabError
from lab.progress import Progress

# A cold `lab up` takes at most ten minutes; a second one waits for it a little longer.
WAIT_SECONDS = 900.0
# A holder writes its name right after it has taken the lock.
NAME_SECONDS = 1.0


@contextlib.contextmanager
def held(
    file: Path, command: str, progress: Progress, wait: float = WAIT_SECONDS
) -> Iterator[None]:
    """Hold a lab's lock while the body runs; wait for whoever holds it now.

    The kernel gives the lock back when its holder dies, so a killed command leaves none behind.
    Raises LabError after ``wait`` seconds, naming the holder.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as stream:
        if not _taken(stream):
            progress.tell(f"Waiting: {_named(stream)} is at work on this lab.")
            _wait_for(stream, wait)
        stream.seek(0)
        stream.truncate()
        json.dump({"pid": os.getpid(), "command": command}, stream)
        stream.flush()
        yield


def _taken(stream: IO[str]) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for(stream: IO[str], wait: float) -> None:
    end = time.monotonic() + wait
    while not _taken(stream):
        if time.monotonic() > end:
            raise LabError(
                "The lab is in use.",
                f"{_named(stream)} has held its lock for {wait:.0f} s.",
                "Wait until that command is done, or end it, then run this one again.",
            )
        time.sleep(0.1)  # flock has no time limit of its own


def _named(stream: IO[str]) -> str:
    """Say who holds the lock; one that has only just taken it is given the time to say so."""
    end = time.monotonic() + NAME_SECONDS
    while (holder := _holder(stream)) is None and time.monotonic() < end:
        time.sleep(0.01)  # between two looks; the name ends the wait
    return holder or "another command"


def _holder(stream: IO[str]) -> str | None:
    stream.seek(0)
    try:
        facts = json.load(stream)
        return f"`lab {facts['command']}` (process {facts['pid']})"
    except (ValueError, KeyError, TypeError):
        return None
