"""The rows that `make bench` prints and keeps: what, its budget, what was measured."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One measurement; `verdict` is `met` if it is on the budget's side, else `missed`."""

    name: str
    budget: float
    measured: float
    unit: str
    at_least: bool = False
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the budget holds."""
        holds = self.measured >= self.budget if self.at_least else self.measured <= self.budget
        return "met" if holds else "missed"


def table(rows: list[Row]) -> str:
    """Return the rows as text in columns."""
    lines = []
    for row in rows:
        sign = "≥" if row.at_least else "≤"
        budget = f"{sign} {row.budget:g} {row.unit}"
        measured = f"{row.measured:.3g} {row.unit}"
        lines.append(
            f"{row.verdict:7} {measured:>14} {budget:>16}  {row.name}  {row.note}".rstrip()
        )
    return "\n".join(lines)


def write(rows: list[Row], file: Path) -> None:
    """Write the rows as a JSON list."""
    file.parent.mkdir(parents=True, exist_ok=True)
    values = [asdict(row) | {"verdict": row.verdict} for row in rows]
    file.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n")
