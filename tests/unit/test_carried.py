"""The archive that carries a lab: whole on another machine, and refused when it is not."""

import json
import tarfile

import pytest

from lab import carried
from lab.cache import Cache
from lab.errors import LabError

ENTRIES = ["programs/abc", "image-web/def"]


@pytest.fixture
def cache(tmp_path):
    """A cache with two results, as `lab up` leaves it."""
    made = Cache(tmp_path / "cache")

    def program(folder):
        (folder / "kind").write_text("a program")
        (folder / "kind").chmod(0o755)

    made.result("programs", "abc", program)
    made.result("image-web", "def", lambda folder: (folder / "image.tar").write_bytes(b"x" * 5000))
    return made


@pytest.fixture
def file(cache, tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "one.whl").write_text("a wheel")
    out = tmp_path / "course.tar"
    carried.write(out, cache, ENTRIES, wheels)
    return out


@pytest.fixture
def empty(tmp_path):
    return Cache(tmp_path / "other")


def test_what_was_written_is_whole_in_another_cache(file, empty):
    carried.read(file, empty)
    assert empty.has("programs", "abc")
    assert empty.has("image-web", "def")
    program = empty.root / "programs/abc/kind"
    assert program.read_text() == "a program"
    assert program.stat().st_mode & 0o111
    with tarfile.open(file) as tar:
        assert "wheels/one.whl" in tar.getnames()


def test_a_second_time_takes_what_is_there(file, cache):
    carried.read(file, cache)
    assert cache.has("programs", "abc")


def test_nothing_half_written_stays_when_writing_fails(cache, tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    before = set(tmp_path.iterdir())
    with pytest.raises(FileNotFoundError):
        carried.write(tmp_path / "course.tar", cache, ["programs/none"], wheels)
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        carried.write(tmp_path / "folder", cache, ENTRIES, wheels)
    assert set(tmp_path.iterdir()) == before | {tmp_path / "folder"}


def refused(file, cache):
    with pytest.raises(LabError) as found:
        carried.read(file, cache)
    return str(found.value)


@pytest.mark.parametrize("where", [carried.MANIFEST, "image-web/def/image.tar", "wheels/one.whl"])
def test_one_that_was_cut_short_is_refused(file, empty, where):
    with tarfile.open(file) as tar:
        begin = tar.getmember(where).offset_data
    file.write_bytes(file.read_bytes()[: begin + 3])
    said = refused(file, empty)
    assert "cut short" in said or "no archive" in said
    assert "lab export FILE" in said
    assert not empty.has("image-web", "def")


def test_one_that_lacks_a_file_is_refused(file, empty):
    assert "lacks 3 files" in refused(changed(file), empty)


def test_one_that_was_altered_is_refused_and_nothing_of_it_taken_for_whole(file, empty):
    file.write_bytes(file.read_bytes().replace(b"x" * 100, b"y" * 100, 1))
    assert "image.tar was altered" in refused(file, empty)
    assert not empty.has("image-web", "def")


def changed(file, **facts):
    """Write the manifest anew with other facts."""
    with tarfile.open(file) as tar:
        told = json.load(tar.extractfile(carried.MANIFEST))
    other = file.with_name("other.tar")
    (file.parent / carried.MANIFEST).write_text(json.dumps(told | facts))
    with tarfile.open(other, "w") as tar:
        tar.add(file.parent / carried.MANIFEST, carried.MANIFEST)
    return other


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"architecture": "sparc"}, "It is for sparc, and this machine is"),
        ({"course": "0123"}, "another version of the course"),
        ({"format": 99}, "another version of the course"),
        ({"more": 1}, "no archive of a lab"),
        ({"files": {"programs/abc/kind": (10**18, "")}}, "too little room"),
    ],
)
def test_one_that_is_not_for_this_machine_is_refused_before_anything_is_written(
    file, empty, facts, says
):
    assert says in refused(changed(file, **facts), empty)
    assert not (empty.root / "programs").exists()


def test_what_is_no_archive_is_told(tmp_path, empty):
    assert "There is no file" in refused(tmp_path / "none", empty)
    text = tmp_path / "text"
    text.write_text("hello")
    assert "cut short or was altered" in refused(text, empty)
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        tar.add(text, "hello")
    assert "no archive of a lab" in refused(tmp_path / "other.tar", empty)
