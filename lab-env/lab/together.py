"""Doing independent jobs side by side, so that the first failure ends them all."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from lab import shell

T = TypeVar("T")


def together(**jobs: Callable[[], T]) -> dict[str, T]:
    """Run the jobs in threads and return their results by name.

    The first error is raised, after the programs of the other jobs were ended: what a failed
    command leaves running would be in the way of the next one.
    """
    with ThreadPoolExecutor(max_workers=max(1, len(jobs))) as pool:
        futures = {name: pool.submit(job) for name, job in jobs.items()}
        try:
            wait(futures.values(), return_when=FIRST_EXCEPTION)
            error = next(
                (f.exception() for f in futures.values() if f.done() and f.exception()), None
            )
            if error is not None:
                raise error
        except BaseException:
            for future in futures.values():
                future.cancel()
            shell.stop_all()
            wait(futures.values())
            shell.go_on()
            raise
    return {name: future.result() for name, future in futures.items()}
