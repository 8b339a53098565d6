"""The scorebook: what is kept survives damage, two kernels and a full disk."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from course.exercises import scorebook
from course.exercises.errors import CellError
from course.exercises.scorebook import Exercise, Guess, Page, Scorebook, ScorebookError

WRITER = """
import sys
from pathlib import Path
from course.exercises.scorebook import Exercise, Scorebook
book = Scorebook(Path(sys.argv[1]))
for number in range(25):
    def write(page):
        page.exercises[f"{sys.argv[2]}.{number}"] = Exercise(solved=True)
        page.exercises.setdefault("both", Exercise()).tries += 1
    book.change(write)
"""


def solve(number: str) -> object:
    def write(page: Page) -> None:
        page.exercises[number] = Exercise(solved=True, tries=2, hints=1)

    return write


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    book = Scorebook(tmp_path / "new" / "progress.json")
    assert book.read() == Page()
    book.change(solve("1.2"))
    book.change(lambda page: page.guesses.update(q=Guess(1, 3, 4)))
    book.change(lambda page: page.opened.update({"3": 7.5}))
    assert Scorebook(book.path).read() == Page(
        {"1.2": Exercise(True, 2, 1)}, {"q": Guess(1, 3, 4)}, {"3": 7.5}
    )


def test_a_file_of_an_older_course_is_read(tmp_path: Path) -> None:
    book = Scorebook(tmp_path / "progress.json")
    book.path.write_text('{"version": 1, "exercises": {}, "guesses": {}}')
    assert book.read() == Page()
    assert book.read().last_opened is None


def test_the_chapter_opened_last_is_known() -> None:
    assert Page(opened={"2": 9.0, "5": 11.0, "6": 3.0}).last_opened == 5


def test_two_kernels_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(chapter)])
        for chapter in (1, 2)
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    kept = Scorebook(path).read().exercises
    assert len(kept) == 51
    assert kept["both"].tries == 50


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 7}', b'{"version": 1}'])
def test_a_damaged_file_is_set_aside_not_lost(tmp_path: Path, content: bytes) -> None:
    book = Scorebook(tmp_path / "progress.json")
    book.path.write_bytes(content)
    assert book.read() == Page()
    book.change(solve("1.1"))
    assert list(book.read().exercises) == ["1.1"]
    assert (tmp_path / "progress.damaged").read_bytes() == content


def test_a_change_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    book = Scorebook(tmp_path / "progress.json")
    book.change(solve("1.1"))
    before = book.path.read_bytes()

    def interrupted(page: Page) -> None:
        page.exercises.clear()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        book.change(interrupted)
    assert book.path.read_bytes() == before
    book.change(solve("1.2"))
    assert set(book.read().exercises) == {"1.1", "1.2"}


def test_a_full_disk_is_told_and_leaves_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Scorebook(tmp_path / "progress.json")
    book.change(solve("1.1"))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scorebook.os, "fsync", full)
    with pytest.raises(ScorebookError, match="No space left"):
        book.change(solve("1.2"))
    assert list(book.read().exercises) == ["1.1"]
    assert {path.name for path in tmp_path.iterdir()} == {"progress.json", "progress.lock"}


def test_a_lock_that_is_never_let_go_is_told_within_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scorebook, "LOCK_BOUND", 0.05)
    book = Scorebook(tmp_path / "progress.json")
    with book._locked(), pytest.raises(ScorebookError, match="another notebook"):
        Scorebook(book.path).change(solve("1.1"))


def test_a_reset_forgets_everything(tmp_path: Path) -> None:
    book = Scorebook(tmp_path / "progress.json")
    book.change(solve("1.1"))
    book.reset()
    assert book.read() == Page()
    assert json.loads(book.path.read_text())["version"] == 1


def test_progress_that_cannot_be_read_ends_the_cell_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "progress.json").mkdir()
    with pytest.raises(CellError) as ended:
        Scorebook(tmp_path / "progress.json").read()
    assert ended.value._render_traceback_() == ["Your progress can't be read: Is a directory."]
