"""Exercises: judged by what happened, with hints, and never with a traceback."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from course.exercises import (
    Attempt,
    CannotTell,
    NotAttempted,
    Outcome,
    Right,
    Wrong,
    begin,
    check,
    exercise,
    hint,
    kept,
    progress,
    registry,
    solution,
    use,
)
from course.exercises import checks as module
from course.exercises import session as sessions
from course.exercises.registry import UnknownExerciseError
from course.exercises.scorebook import Scorebook
from course.exercises.settled import moving

HINTS = ("Look below the Pod.", "It is the claim.", "Delete data-web-2.")


def judge(attempt: Attempt) -> Outcome:
    if len(attempt.lives("web-2")) < 2:
        return NotAttempted("web-2 is still the same.")
    if not attempt.shows(kept("web-1")):
        return Wrong("web-1 was touched too.")
    if len(attempt.lives("data-web-2", "PersistentVolumeClaim")) < 2:
        return Wrong("web-2 was replaced, and its note is still there.")
    return Right("web-2 came back empty.")


@pytest.fixture
def task(story: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Exercise 1.2 has begun, with web-1 and web-2 up."""
    monkeypatch.setattr(registry, "_exercises", {})
    monkeypatch.setattr(module, "_mistakes", {})
    (tmp_path / "1.2.sh").write_text("kubectl delete pvc data-web-2\n")
    exercise("1.2", "Empty web-2", hints=HINTS, solution=tmp_path / "1.2.sh")(judge)
    use(story.history, lambda _: True, tmp_path / "progress.json", chapter=1)
    story.claim("data-web-2", "pv-a")
    story.up("web-1")
    story.up("web-2")
    begin("1.2")
    return story


def replace(story: Any) -> None:
    story.lose("web-2")
    story.up("web-2")


def test_nothing_done_is_not_wrong(task: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("1.2") == NotAttempted("web-2 is still the same.")
    assert "Hint" not in capsys.readouterr().out


def test_a_wrong_solution_gets_a_reason_and_the_first_hint(
    task: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    replace(task)
    capsys.readouterr()
    assert isinstance(check("1.2"), Wrong)
    assert capsys.readouterr().out.splitlines()[:2] == [
        "Not yet: web-2 was replaced, and its note is still there.",
        "Hint 1 of 3: Look below the Pod.",
    ]


@pytest.mark.parametrize("claim_first", [True, False])
def test_every_right_way_is_accepted(task: Any, tmp_path: Path, claim_first: bool) -> None:
    kinds = [("data-web-2", "PersistentVolumeClaim"), ("web-2", "Pod")]
    for name, kind in kinds if claim_first else reversed(kinds):
        task.terminating(name, kind)
        task.gone(name, kind)
    task.claim("data-web-2", "pv-b")
    task.up("web-2")
    assert check("1.2") == Right("web-2 came back empty.")
    assert Scorebook(tmp_path / "progress.json").read().exercises["1.2"].solved


def test_what_happened_before_the_beginning_does_not_count(task: Any) -> None:
    replace(task)
    begin("1.2")
    assert isinstance(check("1.2"), NotAttempted)


def test_the_same_mistake_gets_the_same_hint_and_another_the_next(
    task: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    replace(task)
    check("1.2")
    check("1.2")
    assert "Hint 2" not in capsys.readouterr().out
    task.lose("web-1")
    task.up("web-1")
    check("1.2")
    assert "Hint 2 of 3: It is the claim." in capsys.readouterr().out


def test_hints_are_graded_and_end_with_the_solution(
    task: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    for _ in range(4):
        hint("1.2")
    lines = capsys.readouterr().out.splitlines()
    assert lines[::2] == [
        "Hint 1 of 3: Look below the Pod.",
        "Hint 2 of 3: It is the claim.",
        "Hint 3 of 3: Delete data-web-2.",
        "Hint 3 of 3: Delete data-web-2.",
    ]
    assert lines[-1] == 'That was the last. solution("1.2") shows one way.'
    solution("1.2")
    assert capsys.readouterr().out == "kubectl delete pvc data-web-2\n"


def test_a_check_waits_for_the_cluster_to_come_to_rest(task: Any) -> None:
    for name, kind in [("data-web-2", "PersistentVolumeClaim"), ("web-2", "Pod")]:
        task.terminating(name, kind)
    task.gone("data-web-2", "PersistentVolumeClaim")
    task.gone("web-2")
    task.pod("web-2")

    def finish() -> None:
        task.claim("data-web-2", "pv-b")

    writer = threading.Timer(0.1, finish)
    writer.start()
    began = time.monotonic()
    assert isinstance(check("1.2", wait=20), Right)
    assert time.monotonic() - began < 10
    writer.join()


def test_a_wrong_solution_that_still_moves_is_told_so_after_the_bound(task: Any) -> None:
    task.lose("web-2")
    task.pod("web-2")
    outcome = check("1.2", wait=0.1)
    assert isinstance(outcome, Wrong)
    assert outcome.because.endswith("The cluster still moves: web-2 is not Ready.")


def test_a_gone_cluster_can_not_be_told(
    task: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    use(task.history, lambda _: False, tmp_path / "progress.json")
    outcome = check("1.2")
    assert isinstance(outcome, CannotTell)
    assert "lab status" in capsys.readouterr().out


def test_a_mistake_in_a_judge_is_the_courses_and_no_traceback(task: Any) -> None:
    def broken(attempt: Attempt) -> Outcome:
        raise KeyError("spec")

    exercise("1.3", "Broken", hints=HINTS, solution="none.sh")(broken)
    outcome = check("1.3")
    assert isinstance(outcome, CannotTell)
    assert "KeyError" in outcome.because


def test_an_unknown_exercise_names_those_there_are(task: Any) -> None:
    assert "There are: 1.2" in check("9.9").because
    with pytest.raises(UnknownExerciseError, match=r"There are: 1\.2"):
        hint("9.9")


def test_without_a_chapter_a_check_says_what_to_run(
    task: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "_sessions", [])
    assert "first cell" in check("1.2").because


def test_a_progress_that_cannot_be_kept_does_not_stop_the_check(
    task: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    use(task.history, lambda _: True, tmp_path / "file" / "progress.json")
    replace(task)
    assert isinstance(check("1.2"), Wrong)
    shown = capsys.readouterr().out
    assert "can't be kept" in shown
    assert "Hint 1 of 3" in shown


def test_a_missing_solution_is_told(task: Any, capsys: pytest.CaptureFixture[str]) -> None:
    exercise("1.4", "Unsolved", hints=HINTS, solution="none.sh")(judge)
    solution("1.4")
    assert "missing from the checkout" in capsys.readouterr().out


@pytest.mark.parametrize("number", ["1", "1.0", "0.1", "a.b", "1.2.3"])
def test_a_number_of_another_form_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match=r"1\.2"):
        exercise(number, "?", hints=HINTS, solution="x")


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        (lambda story: story.up("web-0"), None),
        (lambda story: story.pod("web-0"), "web-0 is not Ready"),
        (lambda story: (story.up("web-0"), story.terminating("web-0")), "web-0 is terminating"),
        (lambda story: story.set("web", replicas=2), "web has 0 of 2 Pods"),
        (lambda story: story.set("web", replicas=0), None),
        (
            lambda story: story.put("StatefulSet", "web", metadata={"generation": 2}),
            "web is not up to date",
        ),
    ],
)
def test_the_cluster_is_at_rest_when_it_is_as_asked(
    story: Any, happens: Callable[[Any], None], expected: str | None
) -> None:
    happens(story)
    assert moving(story.history.snapshot()) == expected


def test_the_overview_shows_every_chapter_as_text_and_as_a_table(task: Any) -> None:
    exercise("2.1", "<b>Hostile</b>", hints=HINTS, solution="x")(judge)
    replace(task)
    check("1.2")
    overview = progress()
    text, html = repr(overview), overview._repr_html_()
    assert "Chapter 1  0 of 1 solved" in text
    assert "1.2  tried" in text
    assert "Chapter 6  no exercises" in text
    assert "<caption>" in html
    assert html.count('scope="row"') == 6
    assert "<b>" not in html


def test_a_reset_empties_the_overview(task: Any, capsys: pytest.CaptureFixture[str]) -> None:
    replace(task)
    check("1.2")
    progress.reset()
    assert "1.2  open" in repr(progress())


def test_between_two_steps_of_a_controller_it_waits_for_the_next(task: Any, tmp_path: Path) -> None:
    steps: list[Callable[[], Any]] = [
        lambda: replace(task),
        lambda: task.gone("data-web-2", "PersistentVolumeClaim"),
        lambda: task.claim("data-web-2", "pv-b"),
    ]

    def catch_up(_: float) -> bool:
        if steps:
            steps.pop(0)()
        return True

    use(task.history, catch_up, tmp_path / "progress.json", chapter=1)
    assert check("1.2") == Right("web-2 came back empty.")


def test_what_was_not_tried_is_told_soon_also_where_nothing_comes_to_rest(
    task: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "UNTRIED", 0.1)
    task.ready("web-1", False)
    began = time.monotonic()
    assert isinstance(check("1.2", wait=10), NotAttempted)
    assert time.monotonic() - began < 5


def test_a_pod_that_takes_long_to_go_is_waited_for(
    task: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "UNTRIED", 0.1)
    task.terminating("web-2")

    def end() -> None:
        task.claim("data-web-2", "pv-b")
        replace(task)

    task.gone("data-web-2", "PersistentVolumeClaim")
    threading.Timer(1.0, end).start()
    assert check("1.2", wait=10) == Right("web-2 came back empty.")


def test_a_pod_that_was_going_before_the_exercise_began_is_not_waited_for(
    task: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "UNTRIED", 0.1)
    task.terminating("web-1")
    begin("1.2")
    began = time.monotonic()
    assert isinstance(check("1.2", wait=10), NotAttempted)
    assert time.monotonic() - began < 5


def test_an_exercise_that_asks_for_judgement_gets_the_answers_and_waits_for_nothing(
    task: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fits(attempt: Attempt) -> Outcome:
        return Right() if attempt.answers == {"shop": "Deployment"} else Wrong("not that.")

    exercise("1.3", "Which fits", hints=HINTS, solution="1.3.py")(fits)
    task.ready("web-1", False)
    began = time.monotonic()
    assert check("1.3", {"shop": "StatefulSet"}) == Wrong("not that.")
    assert isinstance(check("1.3", {"shop": "Deployment"}), Right)
    assert time.monotonic() - began < 5


def test_a_right_answer_is_not_believed_before_the_controller_has_seen_the_last_change(
    task: Any, tmp_path: Path
) -> None:
    def fulfil() -> None:
        replace(task)
        task.gone("data-web-2", "PersistentVolumeClaim")
        task.claim("data-web-2", "pv-b")

    fulfil()
    task.set("web", 2)
    changed = {"generation": 2}
    task.change("StatefulSet", "web", lambda one: one["metadata"].update(changed))
    outcome = check("1.2", wait=0.1)
    assert isinstance(outcome, Wrong)
    assert "web is not up to date" in outcome.because
    seen = {"observedGeneration": 2}
    task.change("StatefulSet", "web", lambda one: one.update(status=seen))
    assert check("1.2", wait=0.1) == Right("web-2 came back empty.")
