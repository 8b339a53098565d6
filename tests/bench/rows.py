"""The rows that `make bench` prints and keeps: what, its budget, what was measured, and when."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path

HEAD = """# What was measured

`make bench` writes this table: each budget with what was measured, on 2 cores.
A section that is measured alone replaces its own rows.

| | measured | budget | what | |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Row:
    """One measurement; `verdict` is `met` if it is on the budget's side, else `missed`."""

    name: str
    budget: float
    measured: float
    unit: str
    at_least: bool = False
    note: str = ""
    day: str = field(default_factory=lambda: datetime.now(UTC).date().isoformat())

    @property
    def verdict(self) -> str:
        """Whether the budget holds."""
        holds = self.measured >= self.budget if self.at_least else self.measured <= self.budget
        return "met" if holds else "missed"

    @property
    def sizes(self) -> tuple[str, str]:
        """What was measured and the budget, with their unit."""
        sign = "≥" if self.at_least else "≤"
        return f"{self.measured:.3g} {self.unit}", f"{sign} {self.budget:g} {self.unit}"


def table(rows: list[Row]) -> str:
    """Return the rows as text in columns."""
    lines = []
    for row in rows:
        measured, budget = row.sizes
        lines.append(
            f"{row.verdict:7} {measured:>14} {budget:>16}  {row.name}  {row.note}".rstrip()
        )
    return "\n".join(lines)


def write(rows: list[Row], file: Path) -> list[Row]:
    """Write the rows as a JSON list; return them with those of the file that are not among them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    names = {row.name for row in rows}
    kept = [row for row in _read(file) if row.name not in names] + rows
    values = [asdict(row) | {"verdict": row.verdict} for row in kept]
    file.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n")
    return kept


def document(rows: list[Row], file: Path) -> None:
    """Write the rows into a page of the docs, which keeps those that are not among them."""
    lines = _documented(file) | {row.name: _line(row) for row in rows}
    file.write_text(HEAD + "".join(f"{lines[name]}\n" for name in sorted(lines)))


def _line(row: Row) -> str:
    measured, budget = row.sizes
    note = f"{row.name}; {row.note}" if row.note else row.name
    return f"| {row.verdict} | {measured} | {budget} | {note} | {row.day} |"


def _documented(file: Path) -> dict[str, str]:
    """Return the lines of the page's table, each by the name of its row."""
    text = file.read_text() if file.exists() else ""
    lines = [line for line in text.splitlines() if line.startswith(("| met |", "| missed |"))]
    return {line.split(" | ")[3].partition("; ")[0]: line for line in lines}


def _read(file: Path) -> list[Row]:
    if not file.exists():
        return []
    known = {each.name for each in fields(Row)}
    return [
        Row(**{name: value for name, value in one.items() if name in known})
        for one in json.loads(file.read_text())
    ]
