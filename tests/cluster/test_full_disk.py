"""A disk that fills up while a chapter is open: the cell says so, and nothing else is lost."""

import json
import os

import pytest

from course import begin, check, claim, ready
from course.chapters import opening
from course.chapters.opening import chapter
from lab.errors import LabError

NUMBER = 3  # another one than the other tests have open
OF_THE_LAB = ("kubeconfig", "lab.json", "bin")


@pytest.fixture
def small(kernel, lab, small_disk, monkeypatch):
    """The folder of the lab that is up, on a small disk, with a chapter open."""
    kernel.close()
    folder = small_disk / lab.name
    folder.mkdir()
    for name in OF_THE_LAB:
        (folder / name).symlink_to(lab.folder / name)
    monkeypatch.setenv("LAB_STATE", str(small_disk))
    chapter(NUMBER, show=False)
    yield folder
    kernel.close()
    monkeypatch.undo()
    opening.reset(lab, chapter=NUMBER)


def fill(disk):
    """Take what is left of the disk, to its last byte."""
    with (disk / "big").open("wb") as stream:
        size = os.statvfs(disk)
        os.posix_fallocate(stream.fileno(), 0, size.f_bavail * size.f_frsize)


def test_an_open_chapter_goes_on_and_says_what_is_not_kept(
    small, opened, kubectl, manifests, capsys
):
    fill(small)
    kubectl("apply", "-f", str(manifests / "web.yaml"))
    claim("All three get Ready", ready("web-0"), ready("web-1"), ready("web-2"))
    begin("1.1")
    kubectl("scale", "statefulset", "web", "--replicas=5")
    claim("Two more get Ready", ready("web-3"), ready("web-4"))
    assert opened.watch.state == "live"
    assert str(check("1.1")).startswith("Not yet: web-4 is still there")
    said = capsys.readouterr().out
    assert "✓ All three get Ready" in said
    assert "Your progress can't be kept: No space left on device." in said


def test_a_chapter_that_can_not_be_opened_says_why_and_can_be_once_there_is_space(small):
    fill(small)
    with pytest.raises(LabError, match=r"No space left on device\n.*lab doctor"):
        chapter(NUMBER, show=False)
    (small / "big").unlink()
    assert chapter(NUMBER, show=False).watch.state == "live"
    found = json.loads((small / "progress.json").read_bytes())
    assert str(NUMBER) in found["opened"]
