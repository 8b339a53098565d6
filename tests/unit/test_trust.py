"""Which notebooks JupyterLab trusts, as `lab open` leaves it."""

from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from lab.trust import trust


def book(file: Path, source: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), file
    )  # fmt: skip
    return file


def is_trusted(data: Path, file: Path) -> bool:
    notary = NotebookNotary(data_dir=str(data))
    try:
        return notary.check_signature(nbformat.read(file, as_version=4))
    finally:
        notary.store.close()


@pytest.fixture
def chapter(tmp_path: Path) -> Path:
    return book(tmp_path / "notebooks" / "01-introduction.ipynb", "chapter(1)")


def test_chapters_and_solutions_are_trusted_and_nothing_else(tmp_path, chapter):
    solution = book(tmp_path / "notebooks" / "solutions" / "01-introduction.ipynb", "begin('1.1')")
    other = book(tmp_path / "notebooks" / "found.ipynb", "print('from somewhere')")
    trust(tmp_path / "data", tmp_path)
    assert is_trusted(tmp_path / "data", chapter)
    assert is_trusted(tmp_path / "data", solution)
    assert not is_trusted(tmp_path / "data", other)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"nbformat": 9, "nbformat_minor": 0}'])
def test_a_damaged_chapter_keeps_nobody_from_the_others(tmp_path, chapter, content):
    (chapter.parent / "00-damaged.ipynb").write_text(content)
    trust(tmp_path / "data", tmp_path)
    assert is_trusted(tmp_path / "data", chapter)
