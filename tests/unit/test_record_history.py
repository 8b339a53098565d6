"""The history: what it takes, in which order, and what it gives back."""

import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.record import History
from course.record.history import STRIDE


def pod(name: str = "web-0", uid: str = "a", **status: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "uid": uid}, "status": status}


def told(history: History) -> list[tuple[str, str, str]]:
    return [(change.what, change.name, change.uid) for change in history.changes()]


def test_another_uid_under_one_name_is_told_as_deleted_and_added() -> None:
    history = History()
    history.append("Pod", "added", pod(uid="a"))
    history.append("Pod", "modified", pod(uid="b"))
    assert told(history) == [
        ("added", "web-0", "a"),
        ("deleted", "web-0", "a"),
        ("added", "web-0", "b"),
    ]


def test_a_re_list_that_tells_nothing_new_adds_nothing() -> None:
    history = History()
    history.append("Pod", "added", pod(phase="Running"))
    assert history.append("Pod", "added", pod(phase="Running")) == ()
    history.append("Pod", "deleted", pod(phase="Running"))
    assert history.append("Pod", "deleted", pod(phase="Running")) == ()
    assert len(history.changes()) == 2


@pytest.mark.parametrize("empty", [{}, []])
def test_what_is_empty_and_stays_so_is_no_news(empty: Any) -> None:
    history = History()
    history.append("Pod", "added", pod(emptyDir=empty))
    assert history.append("Pod", "added", pod(emptyDir=type(empty)())) == ()
    assert history.append("Pod", "modified", pod(emptyDir=[] if empty == {} else {}))


def test_a_late_deletion_of_the_one_before_leaves_the_new_one_alone() -> None:
    history = History()
    history.append("Pod", "added", pod(uid="a"))
    history.append("Pod", "added", pod(uid="b"))
    assert history.append("Pod", "deleted", pod(uid="a")) == ()
    assert history.snapshot().pods["web-0"]["metadata"]["uid"] == "b"


def at(version: int, uid: str = "a", name: str = "web-0") -> dict[str, Any]:
    return {"metadata": {"name": name, "uid": uid, "resourceVersion": str(version)}}


def test_an_older_state_after_a_newer_one_is_no_news() -> None:
    history = History()
    history.append("Pod", "added", at(9))
    assert history.append("Pod", "modified", at(8)) == ()
    assert history.append("Pod", "added", at(7)) == ()
    assert history.snapshot().pods["web-0"] == at(9)


@pytest.mark.parametrize("kind", ["Pod", "Event"])
def test_a_late_word_brings_no_deleted_object_back(kind: Any) -> None:
    history = History()
    history.append(kind, "added", at(5))
    history.append(kind, "deleted", at(9))
    for what in ("added", "modified"):
        assert history.append(kind, what, at(8)) == ()
    assert history.append(kind, "deleted", at(9)) == ()
    assert not history.snapshot().objects(kind)


def test_a_late_word_of_the_one_before_leaves_the_next_of_its_name_alone() -> None:
    history = History()
    history.append("Pod", "added", at(5, "a"))
    history.append("Pod", "added", at(9, "b"))
    assert history.append("Pod", "modified", at(4, "a")) == ()
    history.append("Pod", "deleted", at(12, "b"))
    assert history.append("Pod", "modified", at(4, "a")) == ()
    assert told(history)[-1] == ("deleted", "web-0", "b")


def test_a_volume_that_another_chapter_had_comes_back() -> None:
    history = History()
    history.append("PersistentVolume", "added", at(5))
    history.append("PersistentVolume", "deleted", at(6))
    assert history.append("PersistentVolume", "added", at(7))
    assert history.snapshot().volumes["web-0"] == at(7)
    assert history.append("PersistentVolume", "deleted", at(8))


def test_a_new_cluster_with_smaller_versions_is_believed() -> None:
    history = History()
    history.append("Node", "added", at(900, "a", "worker"))
    history.append("Node", "deleted", at(900, "a", "worker"))
    history.append("Node", "added", at(5, "b", "worker"))
    assert history.snapshot().nodes["worker"] == at(5, "b", "worker")


@pytest.mark.parametrize("kind", ["Secret", "ConfigMap"])
def test_secrets_are_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=kind):
        History().append(kind, "added", pod())


@pytest.mark.parametrize("thing", [{}, {"metadata": None}, {"metadata": {"name": ""}}])
def test_an_object_without_a_name_is_refused(thing: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="name"):
        History().append("Pod", "added", thing)


def test_the_caller_may_go_on_changing_what_it_gave() -> None:
    history, thing = History(), pod(phase="Pending")
    history.append("Pod", "added", thing)
    thing["status"]["phase"] = "Running"
    assert history.changes()[0].object["status"]["phase"] == "Pending"


def test_managed_fields_and_the_last_applied_manifest_are_dropped() -> None:
    thing = pod()
    thing["metadata"] |= {
        "managedFields": [{"manager": "kubectl"}],
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "mine": "1"},
    }
    history = History()
    history.append("Pod", "added", thing)
    kept = history.changes()[0].object["metadata"]
    assert "managedFields" not in kept
    assert kept["annotations"] == {"mine": "1"}
    assert "managedFields" in thing["metadata"]


def test_versions_share_what_did_not_change() -> None:
    history = History()
    for phase in ("Pending", "Running"):
        history.append("Pod", "added", {**pod(phase=phase), "spec": {"containers": [{"a": 1}]}})
    one, other = history.versions("Pod", "web-0")
    assert one.object["spec"] is other.object["spec"]


def test_true_is_not_taken_for_one() -> None:
    history = History()
    history.append("Pod", "added", pod(ready=1))
    history.append("Pod", "modified", pod(ready=True))
    assert history.changes()[-1].object["status"]["ready"] is True


def test_time_never_runs_backwards() -> None:
    history = History()
    for at in (10.0, 4.0, 12.0):
        history.append("Pod", "added", pod(name=f"at-{at}"), at)
    assert [change.time for change in history.changes()] == [10.0, 10.0, 12.0]


def test_a_snapshot_stays_what_it_was() -> None:
    history = History()
    history.append("Pod", "added", pod())
    before = history.snapshot()
    history.append("Pod", "deleted", pod())
    assert list(before.pods) == ["web-0"]
    assert not before.gone("Pod")
    assert not history.snapshot().pods
    assert history.snapshot().gone("Pod")["web-0"].object["metadata"]["uid"] == "a"


def test_a_snapshot_of_a_time_holds_what_was_told_until_then() -> None:
    history = History()
    for at in (10.0, 20.0, 30.0):
        history.append("Pod", "added", pod(name=f"at-{at:.0f}"), at)
    assert list(history.snapshot(time=9.9).pods) == []
    assert list(history.snapshot(time=20.0).pods) == ["at-10", "at-20"]
    assert list(history.snapshot(time=99.0).pods) == ["at-10", "at-20", "at-30"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["added", "modified", "deleted"]),
        st.sampled_from(["web-0", "web-1", "web-2"]),
        st.sampled_from(["a", "b"]),
        st.integers(0, 3),
    ),
    max_size=60,
)


@given(STEPS)
def test_every_snapshot_is_the_fold_of_the_changes_before_it(steps: list[Any]) -> None:
    history, live, seen = History(), {}, []
    for what, name, uid, value in steps:
        for change in history.append("Pod", what, pod(name, uid, value=value)):
            if change.what == "deleted":
                live.pop(change.name, None)
            else:
                live[change.name] = change.object
            seen.append(dict(live))
    assert [dict(history.snapshot(at).pods) for at in range(history.end)] == seen
    assert [change.index for change in history.changes()] == list(range(len(seen)))


@given(STEPS)
def test_a_name_is_added_before_it_changes_and_never_changes_its_uid(steps: list[Any]) -> None:
    history = History()
    for what, name, uid, value in steps:
        history.append("Pod", what, pod(name, uid, value=value))
    alive: dict[str, str] = {}
    for change in history.changes():
        if change.what == "added":
            assert change.name not in alive
            alive[change.name] = change.uid
        elif change.what == "modified":
            assert alive[change.name] == change.uid
        elif change.name in alive:
            assert alive.pop(change.name) == change.uid


def test_a_full_history_folds_its_oldest_and_says_where_it_begins() -> None:
    history = History(limit=STRIDE)
    history.append("Node", "added", {"metadata": {"name": "worker", "uid": "n"}})
    for number in range(3 * STRIDE):
        history.append("Pod", "modified", pod(number=number))
    assert history.end == 3 * STRIDE + 1
    assert history.begins > 0
    assert len(history.changes()) <= 2 * STRIDE
    assert history.changes()[0].index == history.begins
    assert "worker" in history.snapshot(0).nodes
    assert history.snapshot(history.begins).pods["web-0"]["status"]["number"] == history.begins - 1


def test_memory_is_bounded_over_many_names() -> None:
    history = History(limit=STRIDE)
    for number in range(4 * STRIDE):
        thing = pod(f"web-{number}", uid=str(number))
        history.append("Pod", "added", thing)
        history.append("Pod", "deleted", thing)
        history.append("Event", "added", thing)
    assert len(history.snapshot().gone("Pod")) == 1_000
    assert len(history.snapshot().events) == 1_000


def test_a_seek_in_a_full_history_is_fast() -> None:
    history = History()
    for number in range(20_000):
        history.append("Pod", "modified", pod(f"web-{number % 1_000}", number=number))
    began = time.perf_counter()
    for at in range(0, 20_000, 400):
        history.snapshot(at)
    # Folding from the beginning would take some 50 times as long.
    assert (time.perf_counter() - began) / 50 < 0.02


def test_a_wait_ends_with_the_change_that_it_waits_for() -> None:
    history = History()
    writer = threading.Timer(0.05, lambda: history.append("Pod", "added", pod()))
    writer.start()
    began = time.monotonic()
    assert history.wait(lambda seen: "web-0" in seen.snapshot().pods, timeout=10)
    assert time.monotonic() - began < 5
    assert history.wait(0, timeout=0) is True
    writer.join()


def test_a_wait_for_what_never_comes_ends_with_its_bound() -> None:
    began = time.monotonic()
    assert History().wait(0, timeout=0.05) is False
    assert 0.05 <= time.monotonic() - began < 2


def test_no_change_is_lost_when_many_threads_write() -> None:
    history, got = History(), []
    history.subscribe(got.append)

    def write(kind: str) -> None:
        for number in range(200):
            history.append(kind, "added", pod(f"it-{number}"))

    writers = [threading.Thread(target=write, args=(kind,)) for kind in ("Pod", "Node", "Service")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [change.index for change in history.changes()] == list(range(600))
    assert sorted(change.index for change in got) == list(range(600))


def test_a_subscriber_that_fails_is_dropped_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    history, got = History(), []
    calls = []

    def broken(change: Any) -> None:
        calls.append(change)
        raise RuntimeError("broken board")

    history.subscribe(broken)
    end: Callable[[], None] = history.subscribe(got.append)
    for number in range(3):
        history.append("Pod", "modified", pod(number=number))
    assert len(calls) == 1
    assert len(got) == 3
    assert "broken board" in caplog.text
    end()
    history.append("Pod", "deleted", pod())
    assert len(got) == 3


def test_a_mark_lies_after_what_was_told_before_it() -> None:
    history = History()
    history.append("Pod", "added", pod(), 5.0)
    mark = history.mark("half way", 6.0)
    history.append("Pod", "deleted", pod(), 7.0)
    assert (mark.index, mark.time) == (1, 6.0)
    assert [change.what for change in history.changes(mark.index)] == ["deleted"]
    assert history.marks == {"half way": mark}


def test_a_version_of_a_pod_costs_little_memory() -> None:
    spec = {"containers": [{"env": [{"name": f"N{n}", "value": "x" * 40} for n in range(60)]}]}
    history = History()
    history.append("Pod", "added", {**pod(), "spec": spec})
    tracemalloc.start()
    for number in range(1_000):
        fresh = {"containers": [{"env": [dict(one) for one in spec["containers"][0]["env"]]}]}
        history.append("Pod", "modified", {**pod(number=number, phase="Running"), "spec": fresh})
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept / 1_000 < 2_500, f"{kept / 1_000:.0f} bytes a version"
    assert sys.getsizeof(history.changes()[0]) < 100
