"""The rows of the bench: their verdict, and what is kept of an earlier run."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "bench"))

from rows import Row, document, table, write  # noqa: E402

QUICK = Row("lab up", 2, 1.4, "s", day="2026-11-20")
SLOW = Row("lab up", 2, 2.5, "s", day="2026-11-27")
FRAMES = Row("frames", 30, 48.5, "a second", at_least=True, note="1,000 Pods", day="2026-11-27")


def test_a_budget_is_met_on_its_own_side():
    assert (QUICK.verdict, SLOW.verdict, FRAMES.verdict) == ("met", "missed", "met")
    assert Row("frames", 30, 29.9, "a second", at_least=True).verdict == "missed"


def test_a_section_measured_again_replaces_its_own_rows_alone(tmp_path):
    file = tmp_path / "build" / "bench.json"
    write([QUICK, FRAMES], file)
    assert write([SLOW], file) == [FRAMES, SLOW]
    assert write([], file) == [FRAMES, SLOW]


def test_the_tables_say_what_was_missed_and_when(tmp_path):
    file = tmp_path / "budgets.md"
    document([SLOW, FRAMES], file)
    assert (
        "| met | 48.5 a second | ≥ 30 a second | frames; 1,000 Pods | 2026-11-27 |"
        in file.read_text()
    )
    assert "| missed | 2.5 s | ≤ 2 s | lab up | 2026-11-27 |" in file.read_text()
    assert table([SLOW]).startswith("missed")


def test_a_page_keeps_the_rows_of_an_earlier_run_of_which_nothing_else_is_left(tmp_path):
    file = tmp_path / "budgets.md"
    document([QUICK, FRAMES], file)
    document([SLOW], file)
    rows = [line for line in file.read_text().splitlines() if line.startswith("| m")]
    assert [row.split(" | ")[1] for row in rows] == ["48.5 a second", "2.5 s"]
