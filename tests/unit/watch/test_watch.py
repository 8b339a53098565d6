"""The watch against a small API server, over real HTTP, that misbehaves when told to."""

import time

import pytest

from course.cluster.backoff import BackOff
from course.cluster.kinds import NODE, POD, Kind
from course.cluster.session import until

VOLUME = Kind("PersistentVolume", "v1", "persistentvolumes", namespaced=False)


def test_what_is_there_is_told_first_and_then_each_change(server, watching):
    uid = server.put("web-0")
    watch = watching()
    assert watch.catch_up(5)
    server.put("web-0")
    server.delete("web-0")
    assert watch.catch_up(5)
    assert watch.told == [(what, "web-0", uid) for what in ("added", "modified", "deleted")]
    until("The watch being live", 5, lambda: watch.state == "live")
    assert "managedFields" not in watch.last["thing"]["metadata"]
    assert watch.last["thing"]["kind"] == watch.last["kind"] == "Pod"


def test_an_older_state_after_a_newer_one_is_not_told(server, watching):
    uid = server.put("web-0")
    watch = watching()
    assert watch.catch_up(5)
    late = dict(server.objects["pods", "web-0"])
    server.put("web-0")
    with server.changed:
        server.version += 1  # the stream goes on, and with it comes an old state
        server.log.append((server.version, "pods", {"type": "MODIFIED", "object": late}))
        server.changed.notify_all()
    server.put("web-1")
    assert watch.catch_up(5)
    assert [each[:2] for each in watch.told] == [
        ("added", "web-0"),
        ("modified", "web-0"),
        ("added", "web-1"),
    ]
    assert watch.last["thing"]["metadata"]["uid"] != uid


@pytest.mark.parametrize("inside_the_stream", [True, False])
def test_after_410_a_pod_made_again_is_told_as_deleted_and_added(
    server, watching, inside_the_stream
):
    server.says_gone = inside_the_stream
    old = server.put("web-0")
    kept = server.put("web-1")
    watch = watching(server_seconds=1)
    assert watch.catch_up(5)
    with server.changed:  # all of it happens in a gap of the watch
        server.delete("web-0")
        new = server.put("web-0")
        server.forget()
    assert watch.catch_up(5)
    assert watch.told[2:] == [("deleted", "web-0", old), ("added", "web-0", new)]
    assert server.lists == 2
    assert kept in {uid for _, _, uid in watch.told}


def test_a_stream_cut_each_second_loses_and_repeats_nothing(server, watching):
    server.cut_after = 0.3
    watch = watching()
    assert watch.catch_up(5)
    expected = []
    for number in range(40):
        expected.append(("added", f"web-{number}", server.put(f"web-{number}")))
        time.sleep(0.05)  # the pace of the changes, so that cuts fall among them
    assert watch.catch_up(5)
    assert watch.told == expected
    assert server.watches >= 4
    assert server.lists == 1


def test_a_silent_network_is_noticed_and_bridged(server, watching):
    watch = watching(silence=0.5)
    assert watch.catch_up(5)
    server.silent = True
    uid = server.put("web-0")
    until("Another stream", 3, lambda: server.watches >= 2)
    server.silent = False
    assert watch.catch_up(5)
    assert watch.told == [("added", "web-0", uid)]


def test_while_the_server_is_away_tries_are_few_and_nothing_is_printed(server, watching, capfd):
    uid = server.put("web-0")
    watch = watching()
    assert watch.catch_up(5)
    server.away()
    until("The watch noticing", 5, lambda: watch.state == "away")
    before = watch.kinds[0].tries
    assert not watch.catch_up(3)
    assert watch.kinds[0].tries - before <= 8
    # A read that was under way tells of its own end first.
    until("The refusal", 5, lambda: "refused" in watch.error)
    again = server.again()
    try:
        again.version = again.oldest = 100
        new = again.put("web-0")
        assert watch.catch_up(10)
        until("The watch coming back", 5, lambda: (watch.state, watch.error) == ("live", ""))
        assert watch.told[1:] == [("deleted", "web-0", uid), ("added", "web-0", new)]
    finally:
        again.away()
    assert capfd.readouterr() == ("", "")


def test_a_server_that_refuses_is_not_asked_in_a_busy_loop(server, watching):
    server.refuse = 500
    watch = watching()
    until("The watch noticing", 5, lambda: watch.state == "away")
    assert not watch.catch_up(1)
    assert watch.kinds[0].tries <= 6
    assert "500" in watch.error


def test_stop_ends_quiet_streams_at_once_and_tells_nothing_more(server, watching):
    watch = watching(POD, NODE)
    assert watch.catch_up(5)
    begun = time.monotonic()
    assert watch.stop()
    assert time.monotonic() - begun < 1
    server.put("late")
    assert not watch.catch_up(0.3)
    assert watch.told == []


def test_a_volume_is_told_only_to_the_chapter_whose_claim_it_serves(server, watching):
    mine = {"spec": {"claimRef": {"namespace": "chapter-1"}}}
    theirs = {"spec": {"claimRef": {"namespace": "chapter-2"}}}
    server.put("mine", plural="persistentvolumes", **mine)
    server.put("theirs", plural="persistentvolumes", **theirs)
    free = server.put("free", plural="persistentvolumes", spec={})
    watch = watching(VOLUME)
    assert watch.catch_up(5)
    server.put("free", plural="persistentvolumes", **theirs)
    assert watch.catch_up(5)
    assert [each[:2] for each in watch.told] == [
        ("added", "mine"),
        ("added", "free"),
        ("deleted", "free"),
    ]
    assert watch.told[-1][2] == free


def test_back_off_grows_to_its_bound_and_starts_over():
    back_off = BackOff(0.2, 5.0)
    waits = [back_off.next() for _ in range(50)]
    assert all(0.1 <= wait <= 5 for wait in waits)
    assert min(waits[6:]) >= 2.5
    back_off.reset()
    assert back_off.next() <= 0.2
