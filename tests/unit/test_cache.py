"""Kept results: whole or not there, made once."""

import multiprocessing
import time
from pathlib import Path

import pytest

from lab.cache import Cache, key, remove_tree


def write(text: str):
    def make(folder: Path) -> None:
        (folder / "file").write_text(text)

    return make


def refuse(_: Path) -> None:
    raise AssertionError("made again")


def test_a_result_is_made_once(tmp_path: Path):
    cache = Cache(tmp_path)
    first = cache.result("kind", "k", write("one"))
    assert cache.result("kind", "k", refuse) == first
    assert (first / "file").read_text() == "one"


def test_a_result_whose_making_failed_is_not_there(tmp_path: Path):
    cache = Cache(tmp_path)

    def fail(folder: Path) -> None:
        (folder / "file").write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        cache.result("kind", "k", fail)
    assert not cache.has("kind", "k")
    assert not list(tmp_path.glob("kind/.half*"))
    assert cache.result("kind", "k", write("whole")).joinpath("file").read_text() == "whole"


@pytest.mark.parametrize("harm", ["change", "shorten", "delete", "no list", "list of nonsense"])
def test_a_corrupted_result_is_made_again(tmp_path: Path, harm: str):
    cache = Cache(tmp_path)
    place = cache.result("kind", "k", write("content"))
    file = place / "file"
    if harm == "change":
        file.write_text("tnetnoc")
    elif harm == "shorten":
        file.write_text("c")
    elif harm == "delete":
        file.unlink()
    elif harm == "no list":
        (place / "whole.json").unlink()
    else:
        (place / "whole.json").write_text("[1, 2")
    assert not cache.has("kind", "k")
    assert cache.result("kind", "k", write("again")).joinpath("file").read_text() == "again"


def test_what_a_killed_process_left_is_cleared(tmp_path: Path):
    left = tmp_path / "kind" / ".half-k-abc"
    left.mkdir(parents=True)
    Cache(tmp_path).result("kind", "k", write("whole"))
    assert not left.exists()


def _slow(root: Path, marks: Path) -> None:
    def make(folder: Path) -> None:
        with marks.open("a") as stream:
            stream.write("x")
        time.sleep(0.3)  # long enough for the other process to arrive
        (folder / "file").write_text("whole")

    Cache(root).result("kind", "k", make)


def test_two_processes_share_one_making(tmp_path: Path):
    marks = tmp_path / "marks"
    both = [multiprocessing.Process(target=_slow, args=(tmp_path, marks)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(20)
    assert [process.exitcode for process in both] == [0, 0]
    assert marks.read_text() == "x"


def test_a_key_depends_on_names_modes_and_contents(tmp_path: Path):
    file = tmp_path / "a" / "file"
    file.parent.mkdir()
    file.write_text("one")
    seen = {key(file.parent)}
    file.write_text("two")
    seen.add(key(file.parent))
    file.chmod(0o755)
    seen.add(key(file.parent))
    file.rename(file.with_name("other"))
    seen.add(key(file.parent))
    assert len(seen) == 4


def test_parts_of_a_key_do_not_run_into_one_another():
    assert key("ab", "c") != key("a", "bc")


def test_read_only_folders_are_removed_and_links_are_not_followed(tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    tree = tmp_path / "tree"
    (tree / "inner").mkdir(parents=True)
    (tree / "inner" / "file").write_text("x")
    (tree / "link").symlink_to(outside)
    (tree / "inner").chmod(0o555)
    remove_tree(tree)
    assert not tree.exists()
    assert (outside / "kept").exists()
