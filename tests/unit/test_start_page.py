"""The start page: what it says to somebody new, on the way, and when something is off."""

import time
from pathlib import Path

import pytest

from course.chapters import register_exercises, start
from course.exercises.registry import every
from course.exercises.scorebook import Exercise, Guess, Page
from lab.checks.result import failed, ok, warning

register_exercises()


def shown(kept: Page, *checks) -> str:
    return start.page(start.heads(), kept, checks, "Your lab: `it`.", start.NOTEBOOKS)


def line(text: str, beginning: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(beginning))


def test_every_chapter_is_there_with_its_time_and_a_link():
    chapters = start.heads()
    assert [head.number for head in chapters] == [1, 2, 3, 4, 5, 6]
    for head in chapters:
        assert 25 <= head.minutes <= 60, head
        assert f"[{head.number}. {head.title}]({head.file.name}) | {head.minutes} minutes" in shown(
            Page()
        )


def test_a_notebook_without_a_chapter_s_title_is_refused(tmp_path: Path):
    (tmp_path / "01-none.ipynb").write_text(
        '{"cells": [{"cell_type": "markdown", "metadata": {}, "source": "# Hello", "id": "a"}],'
        ' "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    )
    with pytest.raises(ValueError, match=r"01-none\.ipynb"):
        start.heads(tmp_path)


def test_somebody_new_is_sent_to_chapter_1():
    assert line(shown(Page()), "**Begin here:**").endswith("(01-introduction.ipynb)")


def test_somebody_on_the_way_is_sent_where_they_left_off_and_told_what_is_next():
    moment = time.mktime((2026, 3, 5, 14, 7, 0, 0, 0, -1))
    kept = Page({"4.1": Exercise(solved=True)}, opened={"2": moment - 9, "4": moment})
    said = line(shown(kept), "**Go on here:**")
    assert "(04-scaling-and-updates.ipynb)" in said
    assert "14:07" in said
    assert "exercise is 4.2: *" in said


def test_a_finished_chapter_leads_to_the_next():
    solved = {one.number: Exercise(solved=True) for one in every() if one.chapter == 1}
    said = line(shown(Page(solved, opened={"1": 1.0})), "**Well done:**")
    assert "(02-usage.ipynb)" in said


def test_the_last_chapter_leads_nowhere():
    solved = {one.number: Exercise(solved=True) for one in every() if one.chapter == 6}
    assert "Next comes" not in shown(Page(solved, opened={"6": 1.0}))


def test_progress_and_guesses_stand_beside_their_chapter():
    kept = Page({"4.1": Exercise(solved=True)}, {"q": Guess(4, 2, 3)})
    assert "●○○ 1 of 3 solved | 2 of 3 right" in line(shown(kept), "| [4. ")


def test_what_the_doctor_found_is_told_with_what_to_do():
    text = shown(Page(), failed("disk", "It is full.", "Empty it."), warning("clock", "Odd.", "-"))
    assert "> - **disk**: It is full. Empty it." in text
    assert "clock" not in text


def test_where_all_is_well_the_doctor_is_silent():
    assert "doctor" not in shown(Page(), ok("disk", "10 GB free"))
