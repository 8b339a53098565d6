"""The budgets of chapter 5: how soon the database and the queue are there, and there again."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from lab_rows import NAME, lab
from rows import Row

sys.path.insert(0, str(Path(__file__).parents[1]))

from faults.database import Database
from faults.rabbitmq import Queue
from faults.runner import WHOLE_SECONDS, Round, System, books, kubectl, play

from course.chapters import opening
from course.cluster.session import until
from course.record import ledger
from lab.settings import Settings

TRIALS = int(os.environ.get("BENCH_TRIALS", "10"))
READY_SECONDS = 30
#: The longest that no write at all may be acknowledged after a fault, in seconds.
DATABASE = {"kill the primary": 5, "cut the primary off": 25}
QUEUE = {"kill the leader": 2, "cut the leader off": 13}


def fault_rows() -> list[Row]:
    """Break both, each fault so many times; the worst trial is held against the budget."""
    os.environ["LAB_NAME"] = NAME
    lab("up")
    try:
        return _rows("the database", Database, DATABASE) + _rows("the queue", Queue, QUEUE)
    finally:
        lab("down")


def _rows(what: str, make: type[Database] | type[Queue], budgets: dict[str, int]) -> list[Row]:
    with _chapter():
        system = make()
        began = time.monotonic()
        system.start()
        until(f"{what} being whole", WHOLE_SECONDS, system.whole)
        rows = [Row(f"{what} is ready", READY_SECONDS, time.monotonic() - began, "s")]
        for fault, most in budgets.items():
            rows += _trials(what, system, fault, most)
        return rows


def _trials(what: str, system: System, fault: str, most: int) -> list[Row]:
    rounds = [Round((fault,)) for _ in range(TRIALS)]
    prefix = fault.replace(" ", "-")
    for _ in play(system, rounds, prefix):
        _replace_restarted()
    balances = [each.balance for each in rounds if each.balance]
    pauses = [pause(books(system.books, "read", f"{prefix}-{n}")) for n in range(TRIALS)]
    longest = max(balance.longest_wait for balance in balances)
    note = (
        f"worst of {TRIALS}; median {statistics.median(pauses):.1f} s; "
        f"one write waited {longest:.1f} s"
    )
    lost = sum(balance.lost for balance in balances)
    of = f"of {sum(balance.acknowledged for balance in balances):,}"
    return [
        Row(f"{what}: {fault}, no write goes through", most, max(pauses), "s", note=note),
        Row(f"{what}: {fault}, acknowledged and lost", 0, lost, "writes", note=of),
    ]


def _replace_restarted() -> None:
    """Delete the Pods that were restarted.

    The kubelet would wait longer each time before it starts the same container again.
    """
    listed = json.loads(kubectl("get", "pods", "-o", "json").stdout)["items"]
    for pod in listed:
        if any(one["restartCount"] for one in pod["status"]["containerStatuses"]):
            kubectl("delete", "pod", pod["metadata"]["name"])


def pause(lines: str) -> float:
    """The longest time, in seconds, in which no client had a write acknowledged."""
    times = [write.acked for write in ledger.read(lines.splitlines()).writes]
    return max(later - earlier for earlier, later in pairwise(times))


@contextmanager
def _chapter() -> Iterator[None]:
    opening.chapter(5, show=False)
    yield
    opening._kernel.close()
    opening.reset(Settings.from_environment(), chapter=5)
