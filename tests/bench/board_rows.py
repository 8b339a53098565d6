"""The board's budgets, on a real cluster, with a real kernel and a real browser.

BENCH_LAB names the lab (default: one of the bench's own, which is taken away afterwards).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from lab_rows import NAME, lab
from page import FOLDER, Lesson, Told, cpu_seconds, lesson, resident_bytes
from rows import Row

from course.record.history import LIMIT, STRIDE
from lab.settings import Settings

LOAD = Path(__file__).with_name("load.py")
SETS, REPLICAS = 50, 20
RATE = 101.0  # a second: a little more than the budget speaks of
SPAN = 30.0  # seconds that frames and processor time are counted over
LEAD = 4.0  # seconds of load before that
FULL_AFTER = 300.0
GROWTH = 10.0  # per cent
Written = tuple[str, str, float]  # Pod, resourceVersion, Unix time


def board_rows() -> list[Row]:
    """Measure how fast the board draws, then what a crowd costs."""
    with _own_lab():
        with lesson() as opened:
            rows = _latency(opened)
        with lesson() as opened:
            _run("make", SETS, REPLICAS)
            rows += _crowd(opened)
    return rows


def soak_rows(minutes: float) -> list[Row]:
    """Measure what grows under the crowd's load, from when the history is full to the end."""
    if minutes * 60 < 2 * FULL_AFTER:
        raise SystemExit(f"A soak takes BENCH_SOAK_MINUTES: {2 * FULL_AFTER / 60:.0f} or more.")
    with _own_lab(), lesson() as opened:
        _run("make", SETS, REPLICAS)
        return _soak(opened, minutes * 60)


# -- latency ---------------------------------------------------------------------------


def _latency(opened: Lesson) -> list[Row]:
    """Change a set of three Pods five times a second, and see when the board shows it."""
    _run("make", 1, 3)
    opened.page.wait_for_function("document.querySelectorAll('.lb-tile').length === 3")
    opened.record()
    with _flipping(rate=5, seconds=60) as written:
        pass
    versions = {version for _, version, _ in written}
    changes = [one for one in opened.history() if one.version in versions]
    took = _until_drawn(opened, changes)
    note = f"{len(took)} changes of Pods, 5 a second, clock of 1 ms"
    return [
        Row("a change is drawn, p50", 50, _percentile(took, 50), "ms", note=note),
        Row("a change is drawn, p99", 200, _percentile(took, 99), "ms", note=note),
    ]


def _until_drawn(opened: Lesson, changes: list[Told]) -> list[float]:
    """Return for each change the milliseconds from its coming in to the frame that shows it."""
    assert len(changes) >= 200, f"only {len(changes)} changes came in"
    opened.wait_drawn(changes[-1].index)
    drawn = opened.drawn()
    indices = [index for index, _ in drawn]
    places = [bisect_left(indices, one.index) for one in changes]
    return [(drawn[place][1] - one.time) * 1000 for place, one in zip(places, changes, strict=True)]


def _percentile(values: list[float], which: int) -> float:
    return quantiles(values, n=100, method="inclusive")[which - 1]


# -- the crowd -------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """What was measured from one moment to another, both in Unix seconds."""

    began: float
    ended: float
    frames: float
    kernel: float
    server: float


def _crowd(opened: Lesson) -> list[Row]:
    _wait_for_crowd(opened)
    with _flipping(RATE, LEAD + SPAN + 2) as written:
        opened.page.wait_for_timeout(LEAD * 1000)
        span = _measured(opened)
    told = opened.history()
    inside = [one for one in told if span.began <= one.time <= span.ended]
    draws = [at for _, at in opened.drawn() if span.began <= at <= span.ended]
    took = _until_drawn(opened, [one for one in inside if one.kind == "Pod"])
    rate = len(inside) / (span.ended - span.began)
    crowd = f"{SETS * REPLICAS:,} Pods in {SETS} sets, {rate:.0f} changes/s"
    drawn = (
        f"{crowd}; {len(draws) / (span.ended - span.began):.0f} of them with changes, "
        f"drawn after {_percentile(took, 50):.0f} ms (p50), {_percentile(took, 99):.0f} ms (p99)"
    )
    server = f"{crowd}; JupyterLab's server besides: {span.server:.0%}"
    return [
        Row("crowd: changes that reach the kernel", 100, rate, "/s", at_least=True),
        Row("crowd: frames", 30, span.frames, "/s", at_least=True, note=drawn),
        Row("crowd: the kernel's share of a core", 25, span.kernel * 100, "%", note=server),
        _missing("crowd: changes that are not in the history", written, told),
    ]


def _wait_for_crowd(opened: Lesson) -> None:
    count = "document.querySelectorAll('.lb-tile').length"
    opened.page.wait_for_function(f"{count} === {SETS * REPLICAS}", timeout=60_000)


def _measured(opened: Lesson) -> Span:
    def used() -> tuple[float, float, float]:
        return time.time(), cpu_seconds(opened.kernel), cpu_seconds(opened.server)

    opened.record()
    began, kernel, server = used()
    opened.page.wait_for_timeout(SPAN * 1000)
    frames = opened.frames()
    ended, kernel_after, server_after = used()
    took = ended - began
    return Span(
        began, ended, frames, (kernel_after - kernel) / took, (server_after - server) / took
    )


def _missing(name: str, written: list[Written], told: list[Told]) -> Row:
    """Compare what the API server said it stored with what the history keeps, by version."""
    there = {(one.name, one.version) for one in told if one.kind == "Pod"}
    oldest = min(int(version) for _, version in there)
    wanted = {(pod, version) for pod, version, _ in written if int(version) >= oldest}
    note = f"of {len(wanted):,} that the writer made and that a history of {LIMIT:,} still keeps"
    return Row(name, 0, len(wanted - there), "changes", note=note)


# -- the soak --------------------------------------------------------------------------


def _soak(opened: Lesson, seconds: float) -> list[Row]:
    _wait_for_crowd(opened)
    opened.record()
    began = time.monotonic()
    with _flipping(RATE, seconds + 30) as written:
        _let_pass(opened, lambda: time.monotonic() - began >= FULL_AFTER)
        # It forgets when it holds a stride more than its limit, and is then as big as it gets.
        _let_pass(opened, lambda: opened.index() > LIMIT + 2 * STRIDE)
        full = time.monotonic() - began
        before = _held(opened)
        _let_pass(opened, lambda: time.monotonic() - began >= seconds)
        after = _held(opened)
        last = _measured(opened)
    note = f"from minute {full / 60:.0f} to minute {seconds / 60:.0f}"
    rows = [
        Row(
            f"soak: growth of {what}", GROWTH, (after[what] / before[what] - 1) * 100, "%",
            note=f"{before[what] / 1e6:.0f} MB to {after[what] / 1e6:.0f} MB, {note}",
        )
        for what in before
    ]  # fmt: skip
    rows.append(Row("soak: frames at the end", 30, last.frames, "/s", at_least=True))
    rows.append(Row("soak: the kernel's share of a core at the end", 25, last.kernel * 100, "%"))
    rows.append(_missing("soak: changes that are not in the history", written, opened.history()))
    return rows


def _let_pass(opened: Lesson, reached: Callable[[], bool], most: float = 3 * 3600) -> None:
    deadline = time.monotonic() + most
    while not reached():
        assert time.monotonic() < deadline, "the load never got as far"
        opened.page.wait_for_timeout(2_000)


def _held(opened: Lesson) -> dict[str, float]:
    """Return the bytes that each part holds, the most of several looks: garbage comes and goes."""
    opened.record()  # what was recorded until now is not the board's
    looks = []
    for _ in range(5):
        looks.append(
            {
                "the kernel": resident_bytes(opened.kernel),
                "the page's objects": opened.heap(),
                "JupyterLab's server": resident_bytes(opened.server),
            }
        )
        opened.page.wait_for_timeout(2_000)
    return {what: max(look[what] for look in looks) for what in looks[0]}


# -- the load --------------------------------------------------------------------------


@contextmanager
def _own_lab() -> Iterator[None]:
    os.environ["LAB_NAME"] = os.environ.get("BENCH_LAB", NAME)
    was_up = Settings.from_environment().kubeconfig.exists()
    lab("up")
    try:
        yield
    finally:
        if was_up:
            _run("clear")
            lab("reset", "6")
        else:
            lab("down")


def _run(*args: object) -> None:
    subprocess.run([sys.executable, LOAD, *map(str, args)], check=True, timeout=400)


@contextmanager
def _flipping(rate: float, seconds: float) -> Iterator[list[Written]]:
    """Change readiness for so long; what was written is in the list when the block has ended."""
    file = FOLDER / "written"
    command = [sys.executable, str(LOAD), "flip", str(rate), str(seconds), str(file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    written: list[Written] = []
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "began\n", "the writer did not begin"
        yield written
        assert process.wait(seconds + 60) == 0, "the writer failed"
        written.extend(tuple(one) for one in json.loads(file.read_text()))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
