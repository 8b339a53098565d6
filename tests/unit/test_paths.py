"""Where the course's files are found, also by a package that was copied away from them."""

from pathlib import Path

import pytest

from lab import paths
from lab.cli import main
from lab.errors import LabError


def made(folder: Path) -> Path:
    (folder / paths.MARK).parent.mkdir(parents=True)
    (folder / paths.MARK).write_text("{}")
    return folder


def test_the_checkout_that_the_package_is_part_of_comes_first(tmp_path):
    own, other = made(tmp_path / "own"), made(tmp_path / "other")
    assert paths.checkout([own, other]) == own


def test_a_copied_package_finds_the_checkout_that_it_is_run_in(tmp_path):
    there = made(tmp_path / "course")
    inside = there / "notebooks"
    assert paths.checkout([tmp_path / "site-packages", inside, *inside.parents]) == there


def test_without_a_checkout_every_command_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(paths, "CHECKOUT", paths.checkout([tmp_path]))
    with pytest.raises(LabError, match="not here"):
        paths.check()
    assert main(["status"]) == 1
    assert "Go to the folder that you cloned" in capsys.readouterr().err
