"""The chapters' budgets: each under nbval, against what the same steps take the cluster."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from lab_rows import NAME, lab
from rows import Row

from lab.paths import CHECKOUT

#: Minutes that the five chapters may take together; chapter 5 has a budget of its own.
FIVE_MINUTES, FIFTH_MINUTES = 18, 9
TIMES = CHECKOUT / "build" / "notebooks"


def chapter_rows() -> list[Row]:
    """Run each chapter once as `make test` does. A cell that fails ends the bench."""
    os.environ["LAB_NAME"] = NAME
    books = sorted(Path("notebooks").glob("0*.ipynb"))
    lab("up")
    try:
        told = {book.stem: _run(book) for book in books}
    finally:
        lab("down")
    return [_ratio(name, **times) for name, times in told.items()] + _minutes(told)


def _run(book: Path) -> dict[str, float]:
    subprocess.run(["tests/notebooks/run.sh", book], check=True, stdout=subprocess.DEVNULL)
    times = json.loads((TIMES / f"{book.stem}.json").read_text())
    return {"seconds": times["seconds"], "steps": times["steps"]}


def _ratio(name: str, seconds: float, steps: float) -> Row:
    note = f"{seconds:.0f} s against {steps:.0f} s of commands and waits"
    return Row(f"{name} under nbval, against its steps", 1.25, seconds / steps, "×", note=note)


def _minutes(told: dict[str, dict[str, float]]) -> list[Row]:
    fifth = {name: times for name, times in told.items() if name.startswith("05")}
    total = sum(times["seconds"] for times in told.values())
    last = sum(times["seconds"] for times in fifth.values())
    return [
        Row("chapters 1, 2, 3, 4 and 6 under nbval", FIVE_MINUTES, (total - last) / 60, "min"),
        Row("chapter 5 under nbval", FIFTH_MINUTES, last / 60, "min"),
    ]
