"""Measure, print the tables, write build/bench.json and docs/budgets.md.

    python tests/bench/run.py [lab] [chapters] [board] [faults] [soak]

Without a word: all of it (`make bench`). The soak runs only if BENCH_SOAK_MINUTES is set.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from board_rows import board_rows, soak_rows
from chapter_rows import chapter_rows
from fault_rows import fault_rows
from lab_rows import lab_rows
from rows import Row, document, table, write

MINUTES = float(os.environ.get("BENCH_SOAK_MINUTES", "0"))
SECTIONS: dict[str, Callable[[], list[Row]]] = {
    "lab": lab_rows,
    "chapters": chapter_rows,
    "board": board_rows,
    "faults": fault_rows,
    "soak": lambda: soak_rows(MINUTES),
}


def main(chosen: list[str]) -> int:
    """Print and keep the rows of each section as it ends; exit 1 if a budget was missed."""
    unknown = sorted(set(chosen) - set(SECTIONS))
    if unknown:
        raise SystemExit(f"There is no section {unknown[0]}. There are: {', '.join(SECTIONS)}.")
    rows: list[Row] = []
    for name in chosen or [name for name in SECTIONS if name != "soak" or MINUTES]:
        found = SECTIONS[name]()
        print(table(found), flush=True)
        rows += found
        document(write(rows, Path("build/bench.json")), Path("docs/budgets.md"))
    return 0 if all(row.verdict == "met" for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
