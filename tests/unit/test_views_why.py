from __future__ import annotations

from typing import Any

import pytest

from course.views.example import Made, condition, stamp
from course.views.model import Model
from course.views.situations import SITUATIONS


def whys(made: Made, name: str = "web", quiet: bool = False) -> list[tuple[str, str, str]]:
    whole = Model(made.history.snapshot()).whole()
    group = whole["groups"][f"StatefulSet/{made.namespace}/{name}"]
    return [
        (one["text"], one["command"], one["level"])
        for one in group["why"]
        if quiet or not one["quiet"]
    ]


def one_pod(**spec: Any) -> Made:
    made = Made()
    made.nodes("worker")
    made.stateful("web", 1, **spec)
    made.revision("web", 1, "aaaaa", "web:v1")
    made.status("web", "aaaaa", "aaaaa")
    made.pod("web-0", "aaaaa")
    made.claim("data-web-0")
    return made


def test_a_healthy_set_has_no_reasons() -> None:
    made = one_pod()
    made.run("web-0")
    assert whys(made) == []


def test_the_next_ordinal_waits_for_the_one_before() -> None:
    text, command, level = whys(SITUATIONS["creating"]())[0]
    assert text == "web-2 waits for web-1 to be Ready: readiness probe answers 503."
    assert "kubectl get pod web-1" in command
    assert level == "wait"


def test_parallel_waits_for_nobody() -> None:
    made = one_pod(podManagementPolicy="Parallel")
    made.stateful("web", 2, podManagementPolicy="Parallel")
    made.run("web-0", ready=False)
    assert not any("waits for" in text for text, *_ in whys(made))


def test_the_forced_rollback_trap_names_the_way_out() -> None:
    text, command, level = whys(SITUATIONS["stuck"]())[0]
    assert "still has revision 9a01c, and image web:v3 is missing" in text
    assert "delete the Pod" in text
    assert command == "kubectl delete pod web-2 -n chapter-4"
    assert level == "bad"


def test_a_missing_image_of_the_wanted_revision_is_pinned_by_it() -> None:
    made = one_pod()
    made.trouble("web-0", "ErrImageNeverPull", "web:v9")
    assert "image web:v9 is missing. It is pinned by the Pod's revision aaaaa." in whys(made)[0][0]


def test_a_lost_node_explains_that_nobody_knows() -> None:
    text, command, _ = whys(SITUATIONS["node-lost"](), "db")[0]
    assert "node worker2 does not answer" in text
    assert "at most one Pod a name" in text
    assert command == "kubectl get node worker2 -o jsonpath='{.spec.taints}'"


def test_a_crash_loop_tells_exit_code_and_logs() -> None:
    made = one_pod()
    ended = {"terminated": {"exitCode": 3, "reason": "Error"}}
    made.trouble("web-0", "CrashLoopBackOff", "web:v1", restarts=4, lastState=ended)
    text, command, _ = whys(made)[0]
    assert "container web ended with exit code 3, 4 restarts so far" in text
    assert command == "kubectl logs web-0 -c web --previous -n chapter-4"


def test_memory_exceeded_is_named() -> None:
    made = one_pod()
    ended = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    made.trouble("web-0", "CrashLoopBackOff", "web:v1", restarts=1, lastState=ended)
    assert "used more memory than its limit (OOMKilled, exit 137), 1 restart" in whys(made)[0][0]


def unscheduled(made: Made, message: str) -> None:
    known = made._known["Pod", "web-0"]
    status = {
        "phase": "Pending",
        "conditions": [condition("PodScheduled", "False", stamp(made.now), message=message)],
    }
    made.put("Pod", "web-0", spec={**known["spec"], "nodeName": ""}, status=status)


def test_an_unbound_claim_says_why() -> None:
    made = one_pod()
    made.claim("data-web-0", "Pending")
    unscheduled(made, "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.")
    made.say(
        "PersistentVolumeClaim",
        "data-web-0",
        "ProvisioningFailed",
        'storageclass.storage.k8s.io "standard" not found',
    )
    text, command, _ = whys(made)[0]
    assert text == "web-0: claim data-web-0 is unbound: there is no StorageClass standard."
    assert command == "kubectl describe pvc data-web-0 -n chapter-4"


def test_a_claim_that_is_not_there_is_named() -> None:
    made = one_pod()
    made.drop("PersistentVolumeClaim", "data-web-0")
    unscheduled(made, 'persistentvolumeclaim "data-web-0" not found')
    assert "claim data-web-0 does not exist" in whys(made)[0][0]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("0/3 nodes are available: 3 Insufficient memory.", "no node fits: 0/3 nodes"),
        ("1 node(s) had volume node affinity conflict", "its volume lives on another node"),
    ],
)
def test_the_scheduler_is_quoted(message: str, said: str) -> None:
    made = one_pod()
    unscheduled(made, message)
    assert said in whys(made)[0][0]


def test_a_partition_holds_back_what_is_below_it() -> None:
    made = SITUATIONS["rolling"]()
    made.drop("Pod", "web-2")
    made.grow("web-2", "7c9b2d5f8", "worker", "10.244.1.30", "web:v2")
    text, command, level = whys(made)[0]
    assert text == (
        "The partition 2 holds web-0 and web-1 back: only ordinals from 2 on get revision 7c9b2."
    )
    assert "rollingUpdate.partition" in command
    assert level == "note"


def test_on_delete_waits_for_you() -> None:
    made = one_pod(updateStrategy={"type": "OnDelete"})
    made.run("web-0")
    made.revision("web", 2, "bbbbb", "web:v2")
    made.status("web", "aaaaa", "bbbbb")
    assert "OnDelete replaces a Pod only when you delete it" in whys(made)[0][0]


def test_a_rollout_stands_still_at_a_pod_that_is_not_ready() -> None:
    made = SITUATIONS["rolling"]()
    made.drop("Pod", "web-2")
    made.grow("web-2", "6d8f4c9b7", "worker", "10.244.1.30")
    made.run("web-3", ready=False)
    texts = [text for text, *_ in whys(made)]
    assert any("web-2 is replaced only when web-3 is Ready" in text for text in texts)


def test_claims_left_over_are_a_note() -> None:
    text, command, level = whys(SITUATIONS["left-over"]())[0]
    assert text.startswith(
        "Left over: data-web-3 and data-web-4. Their Pods are gone (scaled down)"
    )
    assert command == "kubectl get pvc -n chapter-4"
    assert level == "note"


def test_a_refused_pod_quotes_the_controller() -> None:
    made = Made()
    made.stateful("web", 1)
    made.say("StatefulSet", "web", "FailedCreate", "exceeded quota: small")
    assert whys(made)[0][0] == "web-0 cannot be created: exceeded quota: small"


@pytest.mark.parametrize(("ip", "said"), [(None, "There is no Service"), ("10.96.0.1", "headless")])
def test_names_need_a_headless_service(ip: str | None, said: str) -> None:
    made = one_pod()
    made.run("web-0")
    if ip is None:
        made.drop("Service", "web")
    else:
        made.put("Service", "web", spec={"clusterIP": ip})
    assert said in whys(made)[0][0]


def test_a_finalizer_that_holds_a_pod_is_named() -> None:
    made = one_pod()
    made.run("web-0")
    known = made._known["Pod", "web-0"]
    made.put("Pod", "web-0", metadata={**known["metadata"], "finalizers": ["example.org/hold"]})
    made.delete("web-0")
    assert "finalizer example.org/hold keeps it from going" in whys(made)[0][0]


def test_what_every_pod_goes_through_is_said_on_its_tile_only() -> None:
    made = one_pod()
    assert whys(made) == []
    assert "its containers are being started" in whys(made, quiet=True)[0][0]
