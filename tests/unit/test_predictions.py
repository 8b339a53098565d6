"""A guess before it happens, held against what happened."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.exercises import ClaimFailedError, answer, before, deleted, predict, ready, use
from course.exercises import predictions as module
from course.exercises.errors import CellError
from course.exercises.form import form
from course.exercises.predictions import Prediction, score
from course.exercises.scorebook import Scorebook

OPTIONS = ("its name", "its UID", "its IP address", "its volume")


@pytest.fixture
def asked(story: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Prediction:
    use(story.history, lambda _: True, tmp_path / "progress.json", chapter=1)
    prediction = predict("What stays?", OPTIONS, several=True)
    capsys.readouterr()
    return prediction


def test_without_jupyter_the_question_is_printed(
    story: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    use(story.history, lambda _: True, Path("unused"))
    predict("Which goes first?", ["web-0", "web-2"])
    assert capsys.readouterr().out == "Which goes first?\n  ( ) web-0\n  ( ) web-2\n"


def test_the_text_of_a_prediction_does_not_change_with_the_guess(asked: Prediction) -> None:
    text = repr(asked)
    asked.choose("its name")
    assert repr(asked) == text == "What stays?\n" + "\n".join(f"  [ ] {o}" for o in OPTIONS)


def test_a_guess_is_counted_option_by_option(
    asked: Prediction, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked.choose("its name", "its IP address", "its volume")
    answer(["its name", "its volume"], "Its IP address is new: nothing promised it.")
    assert capsys.readouterr().out == (
        "Your guess: 3 of 4 right. The answer: its name, its volume. "
        "Its IP address is new: nothing promised it.\n"
    )
    kept = Scorebook(tmp_path / "progress.json").read().guesses["What stays?"]
    assert (kept.chapter, kept.right, kept.of) == (1, 3, 4)


def test_no_guess_is_no_error_and_is_not_counted(
    asked: Prediction, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(["its name"])
    assert capsys.readouterr().out == "The answer: its name.\n"
    assert not Scorebook(tmp_path / "progress.json").read().guesses


def test_after_the_answer_it_is_too_late(asked: Prediction) -> None:
    answer(["its name"])
    asked.choose("its name")
    assert asked.guess is None


def test_the_history_decides_which_options_are_right(
    story: Any, asked: Prediction, capsys: pytest.CaptureFixture[str]
) -> None:
    prediction = predict("Which goes first?", ["web-0", "web-2"])
    prediction.choose("web-0")
    story.up("web-0")
    story.up("web-2")
    story.lose("web-2")
    story.lose("web-0")
    capsys.readouterr()
    answer(
        {
            "web-0": before(deleted("web-0"), deleted("web-2")),
            "web-2": before(deleted("web-2"), deleted("web-0")),
        },
        because=before(deleted("web-2"), deleted("web-0")),
    )
    first, *evidence = capsys.readouterr().out.splitlines()
    assert first == "Not web-0. The answer: web-2."
    assert [line.split()[2] for line in evidence] == ["web-2", "web-0"]


def test_a_false_reason_fails_the_cell(story: Any, asked: Prediction) -> None:
    story.up("web-0")
    with pytest.raises(ClaimFailedError):
        answer(["its name"], because=ready("web-1"), timeout=0.05)
    assert asked.right is None


def test_mistakes_of_the_text_are_told(asked: Prediction) -> None:
    with pytest.raises(ValueError, match="its nose"):
        answer(["its nose"])
    with pytest.raises(ValueError, match="two options"):
        predict("Really?", ["yes"])
    with pytest.raises(ValueError, match="none of the choices"):
        asked.choose("its nose")


def test_an_answer_without_a_question_says_what_to_run(
    story: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(story.history, lambda _: True, Path("unused"))
    monkeypatch.setattr(module, "_asked", [])
    with pytest.raises(CellError, match="cell that asks"):
        answer(["its name"])


def test_a_score_that_cannot_be_kept_does_not_fail_the_cell(
    story: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    use(story.history, lambda _: True, tmp_path / "file" / "progress.json")
    predict("Which?", ["a", "b"]).choose("a")
    answer("a")
    assert "can't be kept" in capsys.readouterr().out


@given(st.sets(st.sampled_from(OPTIONS)), st.sets(st.sampled_from(OPTIONS)))
def test_each_option_counts_whether_ticked_or_not(guess: set[str], right: set[str]) -> None:
    prediction = Prediction("?", OPTIONS, True)
    prediction.choose(*guess)
    expected = sum((option in guess) == (option in right) for option in OPTIONS)
    assert score(prediction, frozenset(right)) == (expected, 4)


def test_the_form_keeps_what_was_ticked() -> None:
    prediction = Prediction("What stays?", OPTIONS, True)
    question, *boxes, button, note, _ = form(prediction).children
    assert question.value.endswith("<strong>What stays?</strong>")
    assert [box.description for box in boxes] == list(OPTIONS)
    boxes[3].value = True
    button.click()
    assert prediction.guess == {"its volume"}
    assert note.value == "Kept: its volume."
    assert all(part.disabled for part in (*boxes, button))


@pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
def test_a_choice_that_is_told_after_the_click_is_kept(several: bool) -> None:
    prediction = Prediction("What stays?", OPTIONS, several)
    _, *boxes, button, note, _ = form(prediction).children
    if several:
        boxes[0].value = boxes[1].value = True
        button.click()
        boxes[1].value = False
    else:
        boxes[0].value = "its UID"
        button.click()
        boxes[0].value = "its name"
    assert prediction.guess == {"its name"}
    assert note.value == "Kept: its name."


def test_a_question_is_shown_as_text_whatever_it_holds() -> None:
    question, *_ = form(Prediction("Is 1 < 2 & <b>bold</b>?", OPTIONS, True)).children
    assert question.value.endswith("<strong>Is 1 &lt; 2 &amp; &lt;b&gt;bold&lt;/b&gt;?</strong>")


def test_the_form_of_one_choice_starts_with_none_and_asks_for_one() -> None:
    prediction = Prediction("Which?", ("web-0", "web-2"), False)
    _, radios, button, note, _ = form(prediction).children
    button.click()
    assert (prediction.guess, note.value) == (None, "Choose one first.")
    radios.value = "web-2"
    button.click()
    assert prediction.guess == {"web-2"}


def test_the_form_takes_no_guess_after_the_answer() -> None:
    prediction = Prediction("Which?", ("web-0", "web-2"), False)
    _, radios, button, note, _ = form(prediction).children
    prediction.right = frozenset(["web-0"])
    radios.value = "web-0"
    button.click()
    assert prediction.guess is None
    assert note.value == "The answer is known already."
