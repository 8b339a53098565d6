from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.record import History
from course.views.example import Made, condition, stamp
from course.views.model import Model
from course.views.situations import SITUATIONS, crowd, left_over, rolling


def slots(made: Made, name: str = "web") -> dict[str, dict]:
    whole = Model(made.history.snapshot()).whole()
    return whole["groups"][f"StatefulSet/{made.namespace}/{name}"]["slots"]


def head(made: Made, name: str = "web") -> dict:
    whole = Model(made.history.snapshot()).whole()
    return whole["groups"][f"StatefulSet/{made.namespace}/{name}"]["head"]


def folded(model: dict, part: dict) -> None:
    """What the browser does with a change."""
    for key, change in part.get("groups", {}).items():
        if change is None:
            model["groups"].pop(key)
            continue
        group = model["groups"].setdefault(key, {"slots": {}, "why": []})
        group |= {one: change[one] for one in ("head", "why") if one in change}
        for slot, drawn in change.get("slots", {}).items():
            if drawn is None:
                group["slots"].pop(slot, None)
            else:
                group["slots"][slot] = drawn
    model |= {one: part[one] for one in ("nodes", "loose", "events") if one in part}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_changes_one_by_one_lead_to_the_same_model_as_the_snapshot(situation: str) -> None:
    history = SITUATIONS[situation]().history
    model, page = Model(), {"groups": {}, "nodes": [], "loose": [], "events": []}
    for change in history.changes():
        folded(page, json.loads(json.dumps(model.apply([change]))))
        assert page == Model(history.snapshot(change.index)).whole()


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["scale", "pod", "run", "delete", "drop", "claim", "unclaim", "node", "set", "unset"]
        ),
        st.integers(0, 4),
    ),
    max_size=40,
)


def act(made: Made, what: str, number: int) -> None:
    name, known = f"web-{number}", made._known
    has_pod, has_claim = ("Pod", name) in known, ("PersistentVolumeClaim", f"data-{name}") in known
    made.after(0.5)
    if what in ("scale", "set"):
        made.stateful("web", number, ordinals={"start": number % 2})
    elif what == "unset" and ("StatefulSet", "web") in known:
        made.drop("StatefulSet", "web")
    elif what == "pod" and not has_pod:
        made.pod(name, ("aaaaa", "bbbbb")[number % 2], ("worker", "worker2")[number % 2])
    elif what == "run" and has_pod:
        made.run(name, ready=number % 3 != 0)
    elif what == "delete" and has_pod:
        made.delete(name)
    elif what == "drop" and has_pod:
        made.drop("Pod", name)
    elif what == "claim" and not has_claim:
        made.claim(f"data-{name}")
    elif what == "unclaim" and has_claim:
        made.drop("PersistentVolumeClaim", f"data-{name}")
    elif what == "node":
        made.node("worker", ("True", "Unknown")[number % 2])


@settings(max_examples=120, deadline=None)
@given(acts=ACTS)
def test_whatever_happens_the_changes_add_up_to_the_whole(acts: list[tuple[str, int]]) -> None:
    made = Made()
    made.stateful("web", 2)
    model, since = Model(), 0
    page: dict = {"groups": {}, "nodes": [], "loose": [], "events": []}
    for what, number in [("begin", 0), *acts]:
        act(made, what, number)
        changes = made.history.changes(since)
        since += len(changes)
        folded(page, model.apply(changes))
    assert page == model.whole()
    expected = Model(made.history.snapshot()).whole()
    for whole in (page, expected):  # colours follow the order of coming, which a snapshot lacks
        for group in whole["groups"].values():
            group["head"].pop("revisions", None)
            for slot in group["slots"].values():
                slot.pop("colour", None)
    by_name = {one["name"]: one for one in expected["loose"]}
    assert {one["name"]: one for one in page["loose"]} == by_name
    assert page["groups"] == expected["groups"]


def test_an_empty_slot_keeps_its_place() -> None:
    made = rolling()
    made.drop("Pod", "web-2")
    slot = slots(made)["2"]
    assert (slot["state"], slot["wanted"], slot["uid"]) == ("empty", True, "")
    assert [claim["left"] for claim in slot["claims"]] == [True]


def test_a_claim_outlives_its_pod_and_its_set() -> None:
    made = left_over()
    assert slots(made)["4"]["state"] == "away"
    for ordinal in range(3):
        made.drop("Pod", f"web-{ordinal}")
    made.drop("StatefulSet", "web")
    kept = slots(made)
    assert len(kept) == 5
    assert all(slot["claims"][0]["left"] for slot in kept.values())
    assert head(made)["gone"]


def test_pods_on_their_own_leave_no_empty_group_behind() -> None:
    made = Made()
    alone = {
        "kind": "Pod",
        "metadata": {"name": "alone", "namespace": made.namespace, "uid": "a"},
        "spec": {},
        "status": {"phase": "Running"},
    }
    made.history.append("Pod", "added", alone)
    model = Model(made.history.snapshot())
    (key,) = model.whole()["groups"]
    before = made.history.end
    made.history.append("Pod", "deleted", alone)
    part = model.apply(made.history.changes(before))
    assert part["groups"][key] is None
    assert model.whole()["groups"] == Model(made.history.snapshot()).whole()["groups"] == {}


def test_a_set_of_which_nothing_is_left_goes_from_the_board() -> None:
    made = Made()
    made.stateful("web", 1)
    made.pod("web-0", "aaaaa")
    model = Model(made.history.snapshot())
    made.drop("StatefulSet", "web")
    made.drop("Pod", "web-0")
    part = model.apply(made.history.changes(3))
    assert part["groups"] == {"StatefulSet/chapter-4/web": None}


def test_claims_without_any_set_are_shown_apart() -> None:
    made = Made()
    made.claim("data-old-0")
    assert [one["name"] for one in Model(made.history.snapshot()).whole()["loose"]] == [
        "data-old-0"
    ]


def test_running_and_ready_are_told_apart() -> None:
    made = Made()
    made.stateful("web", 1)
    made.pod("web-0", "aaaaa")
    assert slots(made)["0"]["state"] == "creating"
    made.run("web-0", ready=False)
    assert slots(made)["0"]["state"] == "notready"
    made.run("web-0", ready=True)
    assert slots(made)["0"]["state"] == "ready"


def test_a_name_resolves_only_when_ready_unless_the_service_says_otherwise() -> None:
    made = Made()
    made.stateful("web", 1)
    made.pod("web-0", "aaaaa")
    made.run("web-0", ready=False)
    assert slots(made)["0"]["resolves"] is False
    made.put("Service", "web", spec={"clusterIP": "None", "publishNotReadyAddresses": True})
    assert slots(made)["0"]["resolves"] is True
    model, since = Model(made.history.snapshot()), made.history.end
    made.put("Service", "web", spec={"clusterIP": "10.96.0.7"})
    assert slots(made)["0"]["resolves"] is False
    part = model.apply(made.history.changes(since))["groups"]["StatefulSet/chapter-4/web"]
    assert part["slots"]["0"]["resolves"] is False


def test_a_name_does_not_resolve_while_the_service_selects_other_pods() -> None:
    made = Made()
    made.stateful("web", 1)
    made.pod("web-0", "aaaaa")
    made.run("web-0", ready=True)
    made.put("Service", "web", spec={"clusterIP": "None", "selector": {"app": "other"}})
    assert slots(made)["0"]["resolves"] is False
    model, since = Model(made.history.snapshot()), made.history.end
    label = "controller-revision-hash"
    selector = {label: made.history.snapshot().pods["web-0"]["metadata"]["labels"][label]}
    made.put("Service", "web", spec={"clusterIP": "None", "selector": selector})
    part = model.apply(made.history.changes(since))["groups"]["StatefulSet/chapter-4/web"]
    assert part["slots"]["0"]["resolves"] is True


def test_ordinals_may_start_elsewhere() -> None:
    made = Made()
    made.stateful("web", 2, ordinals={"start": 5})
    assert sorted(slots(made)) == ["5", "6"]


def test_a_revision_keeps_its_colour_when_others_come_and_go() -> None:
    made = rolling()
    before = {one["short"]: one["colour"] for one in head(made)["revisions"]}
    made.drop("ControllerRevision", "web-6d8f4c9b7")
    made.revision("web", 3, "0aaaa1111", "web:v3")
    made.status("web", "7c9b2d5f8", "0aaaa1111")
    after = {one["short"]: one["colour"] for one in head(made)["revisions"]}
    assert before == {"6d8f4": 0, "7c9b2": 1}
    assert after["7c9b2"] == 1
    assert after["0aaaa"] == 2


def test_pods_of_a_deployment_stand_beside() -> None:
    made = Made()
    owner = {"kind": "ReplicaSet", "name": "shop-5d4f8", "controller": True}
    made.put(
        "Pod",
        "shop-5d4f8-x7k2p",
        metadata={"ownerReferences": [owner], "labels": {"pod-template-hash": "5d4f8"}},
        status={"phase": "Running", "conditions": [condition("Ready", "True", stamp(made.now))]},
    )
    group = Model(made.history.snapshot()).whole()["groups"]["Deployment/chapter-4/shop"]
    assert group["head"]["ready"] == 1
    assert group["slots"]["shop-5d4f8-x7k2p"]["ordinal"] is None


def test_an_orphaned_pod_stays_in_its_slot() -> None:
    made = rolling()
    known = made._known["Pod", "web-0"]
    made.put("Pod", "web-0", metadata={**known["metadata"], "ownerReferences": []})
    assert slots(made)["0"]["state"] == "ready"


def test_objects_made_by_hand_do_no_harm() -> None:
    made = Made()
    made.put("StatefulSet", "web", spec={"replicas": "three", "volumeClaimTemplates": "none"})
    made.put("Pod", "web-99999999999999999999999999", spec=None, status={"conditions": {}})
    made.put("Pod", "odd", metadata={"labels": None, "ownerReferences": "me"}, status=[])
    made.put("Event", "e", involvedObject="x", message=None, lastTimestamp="yesterday")
    made.put("Node", "n", status={"conditions": [None, "x"]})
    whole = Model(made.history.snapshot()).whole()
    assert json.dumps(whole)


def test_a_huge_number_of_replicas_is_not_drawn_one_by_one() -> None:
    made = Made()
    made.stateful("web", 30_000)
    assert len(slots(made)) == 300
    assert head(made)["hidden"] == 29_700


def test_a_change_touches_only_its_own_set() -> None:
    made = crowd(5, 4)
    model = Model(made.history.snapshot())
    since = made.history.end
    made.run("set-02-3", ready=False)
    part = model.apply(made.history.changes(since))
    assert list(part) == ["groups"]
    assert list(part["groups"]) == ["StatefulSet/crowd/set-02"]
    assert list(part["groups"]["StatefulSet/crowd/set-02"]["slots"]) == ["3"]


def test_what_the_board_does_not_show_sends_nothing() -> None:
    history = History()
    model = Model()
    history.append("EndpointSlice", "added", {"metadata": {"name": "web-x"}})
    assert model.apply(history.changes()) == {}


def test_a_change_that_is_not_the_next_one_is_refused() -> None:
    history = rolling().history
    changes = history.changes()
    for wrong in (changes[1:], changes[:3] + changes[2:], changes[:2] + changes[3:]):
        with pytest.raises(ValueError, match="was due"):
            Model().apply(wrong)


def test_a_claim_that_two_pods_mount_is_not_left_over_when_one_of_them_goes() -> None:
    made = Made()
    made.claim("shared")
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "shared"}}]
    for name in ("one-x", "two-x"):
        made.put("Pod", name, spec={"volumes": volumes})
    model = Model()
    made.drop("Pod", "one-x")
    model.apply(made.history.changes())
    assert model.whole()["loose"] == []
    since = made.history.end
    made.drop("Pod", "two-x")
    assert [one["name"] for one in model.apply(made.history.changes(since))["loose"]] == ["shared"]


def test_an_event_that_is_counted_up_has_one_line_which_is_the_newest() -> None:
    made = Made()
    made.say("Pod", "web-0", "BackOff", "Back-off")
    made.say("Pod", "web-1", "Started", "Started")
    (name, *_) = made.history.snapshot().events
    made.put("Event", name, count=2)
    model = Model()
    model.apply(made.history.changes())
    assert [line["count"] for line in model.whole()["events"]] == [1, 2]
    assert model.whole()["events"] == Model(made.history.snapshot()).whole()["events"]


def test_a_revision_that_is_gone_is_shown_as_it_was_at_its_end() -> None:
    made = Made()
    made.stateful("web", 1)
    made.revision("web", 1, "aaaaa", "web:v1")
    made.status("web", "aaaaa", "aaaaa")
    last = {**made._known["ControllerRevision", "web-aaaaa"], "revision": 3}
    made.history.append("ControllerRevision", "deleted", last)
    model = Model()
    model.apply(made.history.changes())
    assert model.whole() == Model(made.history.snapshot()).whole()
    assert head(made)["revisions"][0]["number"] == 3
