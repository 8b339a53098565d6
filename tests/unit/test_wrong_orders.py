"""Recorded chapters told in a wrong order: refused, made good, or without a trace on the board."""

import random
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "mutations"))

from fates import RECORDINGS, WAYS, fates, parts  # noqa: E402
from orders import TURNS, wrong_orders  # noqa: E402

FILES = sorted(RECORDINGS.glob("*.json"))
TIMES = 4


def test_every_chapter_has_a_recording_to_turn_round():
    assert [file.name[:2] for file in FILES] == ["01", "02", "03", "04", "05", "06"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_wrong_order_never_shows_on_the_board(file: Path, record_property):
    found = list(fates(file, TIMES))
    silent = [fate for fate in found if fate.wrong]
    record_property("caught", ("orders of changes", len(found) - len(silent), len(found)))
    assert {fate.how for fate in found} == set(TURNS)
    assert {fate.way for fate in found} == set(WAYS)
    assert not silent


@pytest.mark.parametrize("file", FILES[:1], ids=lambda file: file.stem)
def test_a_wrong_order_is_one(file: Path):
    for part, _ in parts(file, TIMES):
        changes = part.changes()
        for how, order in wrong_orders(changes, random.Random(1)).items():
            assert order != sorted(set(range(len(changes)))), how
            assert set(order) <= set(range(len(changes)))
            assert len(order) >= len(changes) - 1
