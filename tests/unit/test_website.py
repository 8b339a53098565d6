"""What the static site makes of notebooks: predictions, recordings, links, budgets."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course.record import save
from course.views.situations import rolling
from website import build as building
from website.__main__ import main
from website.build import build
from website.cells import render
from website.chapters import SiteError, chapter, chapters
from website.predictions import question, questions
from website.search import sections

ASKS = "Which goes, and why?\n  {0} web-0\n  {0} web-0, then web-1\n  {0} a, b. And c"


def printed(count: int, text: str, source: str = "x", **more: object) -> nbformat.NotebookNode:
    output = new_output("stream", name="stdout", text=text)
    return new_code_cell(source, outputs=[output], execution_count=count, **more)


def asking(count: int, text: str, cell: str) -> nbformat.NotebookNode:
    shown = new_output("display_data", data={"text/plain": text})
    return new_code_cell("predict(…)", outputs=[shown], execution_count=count, id=cell)


def write(folder: Path, name: str, *cells: nbformat.NotebookNode) -> Path:
    file = folder / name
    nbformat.write(new_notebook(cells=list(cells)), file)
    return file


TITLE = new_markdown_cell("# 1. What it keeps\n\nIt *keeps* things.\n\nAbout 30 minutes.")


@pytest.mark.parametrize(
    ("said", "right", "because"),
    [
        ("web-0. It is the lowest.", {"web-0"}, "It is the lowest."),
        ("web-0, then web-1.", {"web-0, then web-1"}, ""),
        ("web-0, a, b. And c. So.", {"web-0", "a, b. And c"}, "So."),
        ("none of them. Nothing goes.", set(), "Nothing goes."),
    ],
)
def test_an_answer_is_understood_though_options_hold_commas(said, right, because):
    cells = [asking(1, ASKS.format("[ ]"), "asks"), printed(2, f"✓ so\nThe answer: {said}\n")]
    (asked,) = questions(cells).values()
    assert (asked.right, asked.because) == (right, because)
    assert asked.several
    assert asked.answered_in == cells[1].id


def test_an_answer_belongs_to_the_newest_question_that_it_fits():
    first, second = ASKS.format("( )"), "Another?\n  ( ) yes\n  ( ) no"
    answers = printed(3, "The answer: yes.\nThe answer: web-0.\n")
    found = questions([asking(1, first, "one"), asking(2, second, "two"), answers])
    assert found["one"].right == {"web-0"}
    assert found["two"].right == {"yes"}
    assert not found["two"].several


def test_what_is_no_question_is_left_alone():
    assert question("x", "NAME  READY\nweb-0  1/1") is None
    assert question("x", "Only one?\n  ( ) yes") is None


def test_a_question_without_an_answer_is_complained_of(tmp_path):
    one = chapter(write(tmp_path, "01-x.ipynb", TITLE, asking(1, ASKS.format("( )"), "asks")))
    assert any("has no answer" in said for said in render(one, {}).complaints)


def test_a_chapter_tells_its_title_its_goal_and_its_time(tmp_path):
    one = chapter(write(tmp_path, "01-x.ipynb", TITLE))
    assert (one.number, one.title, one.minutes) == (1, "What it keeps", "30")
    assert one.goal == "It *keeps* things."
    told = new_markdown_cell("# 1. What it keeps\n\nMost programs.\n\n**Goal.** You can say it.")
    assert chapter(write(tmp_path, "02-x.ipynb", told)).goal == "You can say it."


def test_a_draft_without_a_title_gets_its_file_s_name(tmp_path):
    one = chapter(write(tmp_path, "01-draft.ipynb", new_code_cell("x")))
    assert one.title == "01-draft"
    assert ">01-draft</h1>" in render(one, {}).cells[0].html


def test_each_heading_has_an_anchor_of_its_own_that_links_find(tmp_path):
    text = '## A "no" lasts\n\n## Twice\n\n## Twice\n\n[to](#A-"no"-lasts)'
    one = chapter(write(tmp_path, "01-x.ipynb", TITLE, new_markdown_cell(text)))
    html = render(one, {}).cells[1].html
    for part in ('id="A-no-lasts"', 'id="Twice"', 'id="Twice-2"', 'href="#A-no-lasts"'):
        assert part in html


def test_any_number_of_chapters_is_taken_and_the_start_page_is_none(tmp_path):
    for name in ("00-start", "01-a", "02-b", "17-c"):
        write(tmp_path, f"{name}.ipynb", TITLE)
    assert [one.name for one in chapters(tmp_path)] == ["01-a", "02-b", "17-c"]


def test_no_notebook_and_a_broken_one_are_refused(tmp_path):
    with pytest.raises(SiteError, match="There is no notebook"):
        chapters(tmp_path)
    (tmp_path / "01-x.ipynb").write_text("{")
    with pytest.raises(SiteError, match="is no notebook that can be read"):
        chapters(tmp_path)


def recorded(folder: Path, *names: str) -> Path:
    made = rolling().history
    for name in names:
        made.mark(name)
    (folder / "recordings").mkdir()
    return save(made, folder / "recordings" / "01-x.json")


def test_each_thing_that_a_chapter_lacks_has_its_sentence(tmp_path):
    file = write(tmp_path, "01-x.ipynb", TITLE, new_code_cell("x"))
    assert "not been run yet" in chapter(file).missing
    write(tmp_path, "01-x.ipynb", TITLE, printed(1, "x"))
    assert "no recording" in chapter(file).missing
    recording = recorded(tmp_path, "In [1]")
    assert chapter(file).missing == ""
    assert chapter(file).history is not None
    recording.write_text(recording.read_text().replace('"version":1', '"version":7'))
    assert "format version 7" in chapter(file).missing


def test_a_recording_of_another_run_is_not_taken_for_this_one(tmp_path):
    file = write(tmp_path, "01-x.ipynb", TITLE, printed(1, "x"))
    recorded(tmp_path, "In [1]", "In [2]")
    assert "cells that are not there" in chapter(file).missing
    write(tmp_path, "01-x.ipynb", TITLE, printed(1, "x"), printed(2, "web-0  UID 0bad…  ready"))
    assert "UIDs that it lacks" in chapter(file).missing
    assert chapter(file).history is None


def test_links_lead_to_pages_and_what_the_site_lacks_becomes_text(tmp_path):
    text = "[on](02-y.ipynb#there) [out](../README.md) [docs](https://kubernetes.io/)"
    one = chapter(write(tmp_path, "01-x.ipynb", TITLE, new_markdown_cell(text)))
    rendered = render(one, {"02-y.ipynb": "02-y.html"})
    html = rendered.cells[1].html
    assert '<a href="02-y.html#there">on</a> out <a href="https://kubernetes.io/"' in html
    assert rendered.complaints == [
        "The link to ../README.md leads out of the site: it is left as text."
    ]


def test_what_programs_printed_is_text(tmp_path):
    one = chapter(write(tmp_path, "01-x.ipynb", TITLE, printed(1, "<script>alert(1)</script>\n")))
    (output,) = render(one, {}).cells[1].outputs
    assert "<script>" not in output
    assert "&lt;script&gt;" in output


def test_a_manifest_is_shown_where_it_is_first_named_and_a_solution_with_its_exercise(tmp_path):
    (tmp_path / "manifests" / "01").mkdir(parents=True)
    (tmp_path / "manifests" / "01" / "web.yaml").write_text("kind: Service\n")
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "1.1.sh").write_text("kubectl scale\n")
    apply = "!kubectl apply -f manifests/01/web.yaml"
    cells = [printed(1, "x", apply), printed(2, "x", apply), printed(3, "x", 'begin("1.1")')]
    one = chapter(write(tmp_path, "01-x.ipynb", TITLE, *cells))
    shown = [[name for name, _ in cell.files] for cell in render(one, {}).cells[1:]]
    assert shown == [["The file manifests/01/web.yaml"], [], ["One way to solve exercise 1.1"]]


def test_the_search_knows_sections_with_text_code_and_questions(tmp_path):
    text = new_markdown_cell("## Its `name`\n\nIt stays.")
    cells = [TITLE, text, printed(1, "x", "!kubectl get pods"), asking(2, ASKS.format("( )"), "q")]
    one = chapter(write(tmp_path, "01-x.ipynb", *cells))
    found = sections(one, render(one, {}).cells)
    assert [part["head"] for part in found] == ["1. What it keeps", "Its name"]
    assert found[1]["at"] == "01-x.html#Its-name"
    for words in ("It stays.", "kubectl get pods", "Which goes, and why?"):
        assert words in found[1]["text"]


def test_a_page_over_its_budget_is_refused_and_the_old_site_stays(tmp_path, monkeypatch):
    write(tmp_path, "01-x.ipynb", TITLE)
    out = tmp_path / "site"
    build(tmp_path, out)
    (out / "old").touch()
    monkeypatch.setattr(building, "CHAPTER_PAGE", 1_000)
    with pytest.raises(SiteError, match=r"01-x.html weighs .* 1,000 are allowed"):
        build(tmp_path, out)
    assert (out / "old").exists()
    assert not list(tmp_path.glob(".site.*"))


def test_the_command_tells_what_lacks_and_can_be_made_to_fail_for_it(tmp_path, capsys):
    write(tmp_path, "01-x.ipynb", TITLE, printed(1, "x"))
    arguments = ["--notebooks", str(tmp_path), "--out", str(tmp_path / "site")]
    assert main(arguments) == 0
    assert "no recording" in capsys.readouterr().out
    assert main([*arguments, "--strict"]) == 1
    assert main(["--notebooks", str(tmp_path / "none"), "--out", str(tmp_path / "site")]) == 1
    assert "There is no notebook" in capsys.readouterr().err
