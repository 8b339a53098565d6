"""What is read out of the objects that the API gives, also out of odd ones."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.record import pods

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "metadata",
                    "spec",
                    "status",
                    "containers",
                    "volumes",
                    "labels",
                    "name",
                    "ownerReferences",
                    "controller",
                    "conditions",
                    "containerStatuses",
                    "kind",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


def of_set(name: str, owner: str = "web") -> dict[str, Any]:
    reference = {"kind": "StatefulSet", "name": owner, "uid": "u", "controller": True}
    return {"metadata": {"name": name, "ownerReferences": [reference]}}


@pytest.mark.parametrize(
    ("name", "owner", "expected"),
    [
        ("web-0", "web", 0),
        ("web-12", "web", 12),
        ("web-a-3", "web-a", 3),
        ("web-a-3", "web", None),
        ("web-03", "web", None),
        ("web-" + "9" * 30, "web", None),
        ("web-٣", "web", None),
        ("web", "web", None),
    ],
)
def test_the_ordinal_is_the_number_behind_the_set_name(
    name: str, owner: str, expected: int | None
) -> None:
    assert pods.ordinal(of_set(name, owner)) == expected


def test_a_pod_without_a_set_has_no_ordinal() -> None:
    assert pods.ordinal({"metadata": {"name": "web-0"}}) is None


def test_a_running_pod_with_a_waiting_container_does_not_run() -> None:
    pod = {
        "spec": {"containers": [{"name": "a"}, {"name": "b"}]},
        "status": {
            "phase": "Running",
            "containerStatuses": [{"state": {"running": {}}}, {"state": {"waiting": {}}}],
        },
    }
    assert not pods.is_running(pod)
    pod["status"]["containerStatuses"][1] = {"state": {"running": {}}}
    assert pods.is_running(pod)


def test_claims_are_found_by_the_name_of_the_volume() -> None:
    volumes = [
        {"name": "data", "persistentVolumeClaim": {"claimName": "data-web-1"}},
        {"name": "config", "configMap": {"name": "c"}},
    ]
    assert pods.claims({"spec": {"volumes": volumes}}) == {"data": "data-web-1"}


READERS = [
    pods.ordinal, pods.revision, pods.phase, pods.is_ready, pods.is_scheduled, pods.is_running,
    pods.is_terminating, pods.is_bound, pods.node, pods.address, pods.images, pods.restarts,
    pods.restart_count, pods.claims, pods.volume, pods.name, pods.uid,
]  # fmt: skip


@given(JSON)
def test_no_object_is_too_odd_to_read(thing: Any) -> None:
    for reader in READERS:
        reader(thing)
