"""A history saved to a file and read back."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.record import History, RecordingError, cut, packed, read, save, unpacked
from course.record.archive import FORMAT
from course.record.delta import applied, delta
from course.record.history import STRIDE
from course.views.situations import rolling

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc=-~#"), inner, max_size=3)
    ),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@given(JSON, JSON)
def test_a_difference_turns_the_old_into_the_new(new: Any, old: Any) -> None:
    difference = delta(new, old)
    assert same(applied(json.loads(json.dumps(difference)), old), new)
    assert (difference is None) == same(new, old)


@given(st.lists(st.tuples(st.sampled_from(["added", "deleted"]), JSON), max_size=20))
def test_what_is_read_is_what_was_saved(steps: list[Any]) -> None:
    history = History(clock=lambda: 100.0)
    for number, (what, value) in enumerate(steps):
        thing = {"metadata": {"name": "web-0", "uid": "a"}, "status": value}
        history.append("Pod", what, thing, 100.0 + number)
    back = unpacked(json.loads(json.dumps(packed(history))))
    assert same(
        [(c.index, c.time, c.what, c.object) for c in back.changes()],
        [(c.index, c.time, c.what, c.object) for c in history.changes()],
    )


@pytest.mark.parametrize("name", ["session.json", "session.json.gz"])
def test_a_full_history_comes_back_with_its_beginning_and_its_marks(
    tmp_path: Path, name: str
) -> None:
    history = History(limit=STRIDE)
    for number in range(3 * STRIDE):
        thing = {"metadata": {"name": f"web-{number % 7}", "uid": str(number)}, "n": 10**30}
        history.append("Pod", "added", thing)
    history.mark("the end")
    back = read(save(history, tmp_path / name))
    assert back.begins == history.begins > 0
    assert back.end == history.end
    assert back.marks == history.marks
    assert dict(back.snapshot().pods) == dict(history.snapshot().pods)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_recording_is_small(tmp_path: Path) -> None:
    history = History()
    spec = {"containers": [{"name": "web", "env": [{"name": f"N{n}"} for n in range(40)]}]}
    for number in range(2_000):
        status = {"phase": "Running", "number": number}
        metadata = {"name": f"web-{number % 5}", "uid": str(number % 5)}
        history.append("Pod", "added", {"metadata": metadata, "spec": spec, "status": status})
    assert save(history, tmp_path / "it.json.gz").stat().st_size < 2_000 * 20


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\x1f\x8b broken",
        b"\xff\xfe",
        gzip.compress(b"{}" * 100, mtime=0)[:-12],
        b"[" * 100_000,
        b"[1, 2]",
        b"{}",
        json.dumps({"format": FORMAT, "version": 99}).encode(),
        json.dumps({"format": FORMAT, "version": 1}).encode(),
    ],
)
def test_a_file_that_is_no_recording_is_told_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "session.json.gz"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"session\.json\.gz.*\."):
        read(path)


@pytest.mark.parametrize(
    "row",
    [
        [0, "Secret", "added", "web-0", {"=": {"metadata": {"name": "web-0"}}}],
        [0, "Pod", "exploded", "web-0", {"=": {"metadata": {"name": "web-0"}}}],
        [0, "Pod", "added", "web-0", {"#": {"7": {"=": 1}}}],
        [0, "Pod", "added", "web-0", {"=": 5}],
        [0, "Pod", "added", "web-0", {"=": {"metadata": {"name": "other"}}}],
        ["soon", "Pod", "added", "web-0", {"=": {"metadata": {"name": "web-0"}}}],
        [0],
        None,
    ],
)
def test_a_row_that_does_not_fit_is_told(row: Any) -> None:
    document = packed(History()) | {"changes": [row]}
    with pytest.raises(RecordingError):
        unpacked(document)


@pytest.mark.parametrize("broken", [[0, 0, 1], [0], [1, 0], [1]])
def test_rows_that_are_doubled_lost_or_turned_are_told(broken: list[int]) -> None:
    history = History(clock=lambda: 0.0)
    for number in (1, 2):
        thing = {"metadata": {"name": "web-0", "uid": "a", "resourceVersion": str(number)}}
        history.append("Pod", "added", thing, float(number))
    document = packed(history)
    assert unpacked(document).end == 2
    with pytest.raises(RecordingError):
        unpacked(document | {"changes": [document["changes"][place] for place in broken]})


def test_a_recording_that_ends_before_its_last_mark_is_told() -> None:
    history = rolling().history
    history.mark("the end")
    document = packed(history)
    del document["ends"]  # as recordings of an older course
    assert unpacked(document).end == history.end
    with pytest.raises(RecordingError):
        unpacked(document | {"changes": document["changes"][:-1]})


def test_a_folder_that_cannot_be_written_to_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        save(History(), tmp_path / "missing" / "it.json")
    (tmp_path / "it.json").mkdir()
    with pytest.raises(OSError, match=r"it\.json"):
        save(History(), tmp_path / "it.json")
    assert [p.name for p in tmp_path.iterdir()] == ["it.json"]


def test_a_part_of_a_history_shows_the_same_and_leaves_earlier_events_out(tmp_path):
    whole = rolling().history
    whole.mark("at the end")
    first = whole.end // 2
    part = read(save(cut(whole, first, whole.end - 3), tmp_path / "part.json"))
    assert (part.begins, part.end) == (first, whole.end - 2)
    for index in range(first - 1, whole.end - 2):
        for kind in ("Pod", "StatefulSet", "PersistentVolumeClaim", "Node"):
            there, here = whole.snapshot(index), part.snapshot(index)
            assert here.objects(kind) == there.objects(kind)
    assert not part.snapshot(first - 1).objects("Event")
    assert "at the end" not in part.marks
    assert "at the end" in cut(whole, first).marks
