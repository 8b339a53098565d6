"""`make bench`: measure, print the tables, write build/bench.json."""

from __future__ import annotations

import sys
from pathlib import Path

from lab_rows import lab_rows
from rows import table, write


def main() -> int:
    """Print and keep all rows; exit 1 if a budget was missed."""
    rows = lab_rows()
    print(table(rows))
    write(rows, Path("build/bench.json"))
    return 0 if all(row.verdict == "met" for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
