"""Doing independent jobs side by side, so that the first failure ends them all."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
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
        except BaseException:  # Ctrl-C
            _end(futures.values())
            raise
        if errors := _errors(futures.values()):
            _end(futures.values())
            raise _cause(errors + _errors(futures.values()))
        return {name: future.result() for name, future in futures.items()}


def _end(futures: Collection[Future[T]]) -> None:
    for future in futures:
        future.cancel()
    shell.stop_all()
    wait(futures)
    shell.go_on()


def _errors(futures: Collection[Future[T]]) -> list[BaseException]:
    ended = [each for each in futures if each.done() and not each.cancelled()]
    return [error for each in ended if (error := each.exception()) is not None]


def _cause(errors: list[BaseException]) -> BaseException:
    # A job whose program was ended for another one's failure only says so.
    causes = [error for error in errors if not isinstance(error, shell.Stopped)]
    return (causes or errors)[0]
