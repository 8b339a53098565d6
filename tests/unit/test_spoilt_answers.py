"""Each check refuses its reference answer with one thing spoilt, unless that is right as well."""

import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "mutations"))

from equivalent import EQUIVALENT, reason  # noqa: E402
from solved import recordings, solved  # noqa: E402
from spoilt import spoilt  # noqa: E402

from course.exercises.outcomes import CannotTell, Right  # noqa: E402
from course.exercises.registry import every  # noqa: E402

NUMBERS = [exercise.number for exercise in every()]


def test_each_exercise_has_the_recording_of_its_solution():
    assert {file.name.removesuffix(".json.gz") for file in recordings()} == set(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_reference_answer_is_right(number):
    assert isinstance(solved(number).judged(), Right)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_spoilt_answer_is_refused(number, record_property):
    found = {name: answer.judged() for name, answer in spoilt(solved(number))}
    wrong = {name: outcome for name, outcome in found.items() if not reason(number, name)}
    accepted = [name for name, outcome in wrong.items() if isinstance(outcome, Right)]
    record_property("caught", ("answers", len(wrong) - len(accepted), len(wrong)))
    assert len(wrong) >= 5
    assert not accepted
    # A check that gives up over an odd cluster refuses nothing.
    assert not [name for name, outcome in found.items() if isinstance(outcome, CannotTell)]
    # What is listed as right is right: another right way is accepted, too.
    others = [name for name in found if name not in wrong]
    assert not [name for name in others if not isinstance(found[name], Right)]


def test_each_reason_is_needed():
    names = {number: [name for name, _ in spoilt(solved(number))] for number in NUMBERS}
    idle = [
        (number, same.pattern)
        for same in EQUIVALENT
        for number in same.numbers.split()
        if not any(fnmatchcase(name, same.pattern) for name in names[number])
    ]
    assert not idle
