"""The judge of exercise 1.4, on a ledger mended rightly, half, and wrongly."""

import pytest

from course.chapters.chapter_1_mend import NAMES, mended
from course.exercises.outcomes import NotAttempted, Right, Wrong
from course.exercises.registry import Attempt
from course.exercises.span import Span

CLAIM = "PersistentVolumeClaim"


@pytest.fixture
def attempt(story):
    """The ledger as it is found; judged is what happens after that."""
    story.set("ledger")
    serve(story, {"app": "ledgers"}, [])
    story.claim("data-ledger-0", "pvc-0")
    story.claim("data-ledger-1")
    up(story, "ledger-0")
    story.pod("ledger-1", owner="ledger", claims={"data": "data-ledger-1"})
    begun = story.history.mark("exercise")
    return lambda: mended(Attempt(Span.of(story.history, begun.index, 0.0)))


def serve(story, selector, names, address="None"):
    story.put("Service", "ledger", spec={"clusterIP": address, "selector": selector})
    story.put(
        "EndpointSlice",
        "ledger-x",
        metadata={"labels": {"kubernetes.io/service-name": "ledger"}},
        endpoints=[{"hostname": name, "targetRef": {"name": name}} for name in names],
    )


def up(story, name):
    if f"data-{name}" not in story.history.snapshot().claims:
        story.claim(f"data-{name}", f"pvc-{name}")
    story.up(name, owner="ledger", claims={"data": f"data-{name}"})


def claim_mended(story):
    story.gone("data-ledger-1", CLAIM)
    story.claim("data-ledger-1", "pvc-1")
    story.ready("ledger-1")
    up(story, "ledger-2")


def service_mended(story, names=NAMES, address="None"):
    story.gone("ledger-x", "EndpointSlice")
    story.gone("ledger", "Service")
    serve(story, {"app": "ledger"}, names, address)


@pytest.mark.parametrize(
    "steps", [(claim_mended, service_mended), (service_mended, claim_mended)], ids=["", "turned"]
)
def test_both_mended_is_right_in_either_order(story, attempt, steps):
    assert isinstance(attempt(), NotAttempted)
    for step in steps:
        assert not isinstance(attempt(), Right)
        step(story)
    assert isinstance(attempt(), Right)


def test_what_comes_by_itself_is_no_attempt(story, attempt):
    story.put("Event", "ledger-1.aaa", reason="FailedScheduling")
    story.change("Pod", "ledger-1", lambda pod: pod["status"].update(message="waits"))
    assert isinstance(attempt(), NotAttempted)


def test_the_claim_alone_leaves_the_pods_without_names(story, attempt):
    claim_mended(story)
    assert "does not know ledger-0" in attempt().because


def test_the_service_alone_leaves_a_pod_waiting_for_its_claim(story, attempt):
    service_mended(story, ("ledger-0", "ledger-1"))
    assert attempt() == Wrong(
        "ledger-1 is not Ready. Its claim data-ledger-1 is not bound to a volume."
    )


def test_a_service_made_anew_with_an_address_gives_no_names(story, attempt):
    claim_mended(story)
    service_mended(story, address="10.96.0.9")
    assert "an address of its own" in attempt().because


def test_asking_for_fewer_pods_mends_nothing(story, attempt):
    story.lose("ledger-1")
    story.change("StatefulSet", "ledger", lambda one: one["spec"].update(replicas=1))
    service_mended(story, ("ledger-0",))
    assert "another number of Pods" in attempt().because


def test_deleting_all_claims_loses_what_ledger_0_had(story, attempt):
    story.lose("ledger-0")
    story.gone("data-ledger-0", CLAIM)
    up(story, "ledger-0")
    claim_mended(story)
    service_mended(story)
    assert "data-ledger-0 was replaced" in attempt().because


def test_whoever_deletes_the_set_or_the_service_is_told(story, attempt):
    claim_mended(story)
    story.gone("ledger", "Service")
    assert "no Service ledger" in attempt().because
    story.gone("ledger", "StatefulSet")
    assert "Apply manifests/01/mend.yaml again" in attempt().because
