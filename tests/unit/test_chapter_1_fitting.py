"""The judge of exercise 1.3: each of the eight answers gets its reason."""

import runpy

import pytest

from course.chapters.chapter_1_fitting import CHOICES, COMMON, WORKLOADS, fitting
from course.exercises.outcomes import NotAttempted, Right, Wrong
from course.exercises.registry import SOLUTIONS, Attempt
from course.exercises.span import Span


@pytest.fixture
def judge(story):
    return lambda answers: fitting(Attempt(Span.of(story.history, 0, 0.0), answers))


@pytest.fixture
def answers():
    """The reference solution's."""
    return runpy.run_path(str(SOLUTIONS / "1.3.py"))["fits"]


def test_the_reference_is_right_and_tells_eight_reasons(judge, answers):
    found = judge(answers)
    assert isinstance(found, Right)
    assert found.because.count("✓") == len(WORKLOADS)


@pytest.mark.parametrize("untouched", [None, {}, dict.fromkeys(WORKLOADS, "")])
def test_the_cell_as_it_stands_is_not_tried(judge, untouched):
    assert isinstance(judge(untouched), NotAttempted)


@pytest.mark.parametrize(
    ("name", "defensible"),
    [("wiki", "StatefulSet"), ("broker", "an operator"), ("thumbnails", "Job")],
)
def test_another_answer_that_can_be_defended_is_right_too(judge, answers, name, defensible):
    assert isinstance(judge({**answers, name: defensible}), Right)


@pytest.mark.parametrize("written", [" statefulset ", "StatefulSet", "sts", "Stateful  Set"])
def test_an_answer_may_be_written_in_other_ways(judge, answers, written):
    assert isinstance(judge({**answers, "cache": written}), Right)


@pytest.mark.parametrize(
    ("name", "wrong", "why"),
    [
        ("postgres", "StatefulSet", "promotes nobody"),
        ("cache", "Deployment", "keys move"),
        ("shop", "StatefulSet", "nobody asks for that"),
        ("wiki", "Deployment", "without the pages"),
        ("log reader", "StatefulSet", "none on another"),
        ("nightly report", "Deployment", "without end"),
        ("broker", "Deployment + PVC", "the same files"),
    ],
)
def test_an_answer_that_does_not_fit_gets_its_own_reason(judge, answers, name, wrong, why):
    found = judge({**answers, name: wrong})
    assert isinstance(found, Wrong)
    assert found.because.startswith("7 of 8 fit.")
    (line,) = [one for one in found.because.splitlines() if "✗" in one]
    assert line.strip().startswith(f"✗ {name}: {wrong} does not fit")
    assert why in line


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["Deployment"], "a choice for each"),
        ("Deployment", "a choice for each"),
        ({"shops": "Deployment"}, "shops is none of the eight"),
        ({"shop": "ReplicaSet"}, "ReplicaSet is none of Deployment"),
        ({"shop": 3}, "3 is none of"),
        ({"shop": "Deployment"}, "1 of 8 fit."),
    ],
)
def test_answers_of_another_form_get_a_sentence(judge, given, said):
    assert said in judge(given).because


def test_every_choice_has_a_reason_for_every_workload():
    assert set(COMMON) == set(CHOICES)
    for one in WORKLOADS.values():
        assert set(one.fits) | set(one.refused) <= set(CHOICES)
        assert not set(one.fits) & set(one.refused)
