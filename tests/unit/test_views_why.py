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


@pytest.mark.parametrize("length", [3, 60, 200])
def test_a_refused_pod_with_a_long_name_still_says_which_field_is_wrong(length: int) -> None:
    made, name = Made(), "w" * length
    made.stateful(name, 1)
    said = f'Pod "{name}-0" is invalid: metadata.labels: Invalid value: "{name}-6d8f4": too long'
    made.say(
        "StatefulSet",
        name,
        "FailedCreate",
        f"create Pod {name}-0 in StatefulSet {name} failed error: {said}",
    )
    text = whys(made, name)[0][0]
    assert text.startswith(f'{name}-0 cannot be created: Pod "www')
    assert "is invalid: metadata.labels: Invalid value:" in text
    assert text.endswith(": too long")


def waits_for_its_claim(**spec: Any) -> Made:
    made = one_pod()
    made.claim("data-web-0", "Pending")
    made.put("PersistentVolumeClaim", "data-web-0", spec=spec)
    unscheduled(made, "pod has unbound immediate PersistentVolumeClaims")
    return made


def test_a_claim_without_class_and_without_volume_says_so() -> None:
    made = waits_for_its_claim(storageClassName="")
    said = "no persistent volumes available for this claim and no storage class is set"
    made.say("PersistentVolumeClaim", "data-web-0", "FailedBinding", said)
    assert whys(made)[0][0] == f"web-0: claim data-web-0 is unbound: {said}."


def test_a_claim_for_a_volume_that_is_not_there_names_it() -> None:
    made = waits_for_its_claim(volumeName="pv-of-old")
    assert "it asks for the volume pv-of-old, which is not there" in whys(made)[0][0]


def test_a_claim_that_is_just_being_bound_gives_no_reason() -> None:
    made = waits_for_its_claim(volumeName="pvc-1", storageClassName="standard")
    annotations = {"pv.kubernetes.io/bind-completed": "yes"}
    known = made._known["PersistentVolumeClaim", "data-web-0"]
    metadata = {**known["metadata"], "annotations": annotations}
    made.put("PersistentVolumeClaim", "data-web-0", metadata=metadata)
    assert "pvc-1" not in whys(made)[0][0]


def chosen_and_waiting(uid: str) -> Made:
    """The scheduler has chosen a node, and waits for a volume without a word."""
    made = one_pod()
    made.claim("data-web-0", "Pending")
    made.pod("web-0", "aaaaa", node="")
    made.put("Pod", "web-0", status={"phase": "Pending"})
    made.put(
        "Event",
        "data-web-0.1",
        involvedObject={
            "kind": "PersistentVolumeClaim",
            "name": "data-web-0",
            "namespace": made.namespace,
            "uid": uid or made._known["PersistentVolumeClaim", "data-web-0"]["metadata"]["uid"],
        },
        reason="ProvisioningFailed",
        message="access mode ReadWriteMany is not possible",
    )
    return made


def test_a_volume_that_cannot_be_made_is_told_before_the_scheduler_gives_up() -> None:
    said = "claim data-web-0 is unbound: access mode ReadWriteMany is not possible."
    assert whys(chosen_and_waiting(""))[0][0] == f"web-0: {said}"


def test_what_was_said_of_an_earlier_claim_or_set_of_that_name_does_not_count() -> None:
    made = chosen_and_waiting("of-another")
    assert whys(made) == []
    made.drop("Pod", "web-0")
    about = {"kind": "StatefulSet", "name": "web", "namespace": made.namespace, "uid": "other"}
    made.put("Event", "web.1", involvedObject=about, reason="FailedCreate", message="old")
    assert whys(made) == []


def test_a_node_that_there_never_was_is_named() -> None:
    made = one_pod()
    made.pod("web-0", "aaaaa", node="ghost")
    assert whys(made)[0][0] == "web-0: there is no node ghost."


def test_a_scheduler_that_nobody_has_is_named() -> None:
    made = one_pod()
    spec = {**made._known["Pod", "web-0"]["spec"], "nodeName": "", "schedulerName": "mine"}
    made.put("Pod", "web-0", spec=spec, status={"phase": "Pending"})
    assert whys(made)[0][0] == "web-0: it waits for a scheduler of the name mine."


def test_an_image_that_cannot_be_one_is_not_called_missing() -> None:
    made = one_pod()
    made.trouble("web-0", "InvalidImageName", "Web V1")
    assert "web-0: Web V1 is no name that an image can have." in whys(made)[0][0]


RUNTIME = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
    "runc create failed: unable to start container process: error during container init: "
)
NO_FILE = 'exec: "/nope": stat /nope: no such file or directory'


def test_a_command_that_is_not_there_is_named_between_two_starts_too() -> None:
    made = one_pod()
    ended = {"terminated": {"exitCode": 128, "reason": "StartError", "message": RUNTIME + NO_FILE}}
    made.trouble("web-0", "CrashLoopBackOff", "web:v1", restarts=2, lastState=ended)
    text, command, _ = whys(made)[0]
    assert "container web cannot start: error during container init" in text
    assert f"{NO_FILE}, 2 restarts so far" in text
    assert "kubectl describe pod web-0" in command
    waits = {"waiting": {"reason": "RunContainerError", "message": RUNTIME + NO_FILE}}
    made.trouble("web-0", "RunContainerError", "web:v1", state=waits)
    assert (
        f"container web cannot start: error during container init: {NO_FILE}." in whys(made)[0][0]
    )


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
