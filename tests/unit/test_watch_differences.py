"""What a new list tells, for every list there can be."""

from hypothesis import given
from hypothesis import strategies as st

from course.cluster.differences import behind, differences

things = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 50), max_size=6).map(
    lambda them: {uid: thing(uid, version) for uid, version in them.items()}
)


def thing(uid, version):
    return {"metadata": {"uid": uid, "name": uid, "resourceVersion": str(version)}}


@given(things, things)
def test_the_changes_told_lead_from_the_known_to_the_listed(known, listed):
    state = dict(known)
    for what, each in differences(known, listed.values()):
        uid = each["metadata"]["uid"]
        assert (uid in state) == (what != "added")
        if what == "deleted":
            del state[uid]
        else:
            state[uid] = each
    assert set(state) == set(listed)
    for uid, each in listed.items():
        newest = max(
            [each, known.get(uid, each)], key=lambda t: int(t["metadata"]["resourceVersion"])
        )
        assert state[uid] == newest


@given(things)
def test_nothing_is_told_of_a_list_that_brings_nothing_new(known):
    assert differences(known, known.values()) == []


@given(things)
def test_whoever_knows_the_list_is_not_behind_it(known):
    assert not behind(known, 0, known.values(), 50)


@given(things, st.sampled_from("abcdef"))
def test_an_unseen_change_leaves_the_watch_behind(known, uid):
    newer = {**known, uid: thing(uid, 51)}
    assert behind(known, 50, newer.values(), 51)
    assert not behind(newer, 51, newer.values(), 51)


def test_an_unseen_deletion_leaves_the_watch_behind_but_a_newer_object_does_not():
    known = {"a": thing("a", 5), "b": thing("b", 9)}
    assert behind(known, 9, [thing("b", 9)], 7)
    del known["a"]
    assert not behind(known, 9, [], 8)


def test_what_came_and_went_since_the_list_does_not_hold_the_watch_up():
    assert not behind({}, 12, [thing("a", 11)], 11)


def test_one_that_was_never_told_though_the_watch_is_past_it_leaves_the_watch_behind():
    assert behind({"b": thing("b", 9)}, 9, [thing("a", 5), thing("b", 9)], 9)
