"""The exercises 2.1 and 2.2: a Service for one ordinal, and claims that nobody uses."""

from typing import Any

from course.exercises import kept
from course.exercises.endpoints import endpoints
from course.exercises.outcomes import NotAttempted, Outcome, Right, Wrong
from course.exercises.registry import Attempt, exercise
from course.record import Snapshot, pods

CLAIM = "PersistentVolumeClaim"
POD_NAME = "statefulset.kubernetes.io/pod-name"
POD_INDEX = "apps.kubernetes.io/pod-index"
THREE = ("my-statefulset-0", "my-statefulset-1", "my-statefulset-2")


def is_headless(service: dict[str, Any]) -> bool:
    """Whether a Service has no address of its own."""
    return pods.text(service, "spec", "clusterIP") in ("None", "")


@exercise(
    "2.1",
    "Make an ordinary Service `first`, with an address of its own, that leads to "
    "my-statefulset-0 and to no other Pod, on port 8080. Change nothing else.",
    hints=(
        "What tells my-statefulset-0 from its neighbours, and from the next Pod of that name not?",
        "The controller writes two labels on each Pod. A Service's selector may use them.",
        "The selector is statefulset.kubernetes.io/pod-name: my-statefulset-0. No clusterIP: None.",
    ),
    solution="2.1.sh",
)
def leads_to_the_first(attempt: Attempt) -> Outcome:
    """Judge by where the Service leads, and by whether it will lead there tomorrow."""
    service = attempt.now.objects("Service").get("first")
    if service is None:
        return NotAttempted("There is no Service first.")
    claims = [f"data-{name}" for name in THREE if f"data-{name}" in attempt.before.claims]
    touched = attempt.lost("sts/my-statefulset", *THREE, *(f"pvc/{name}" for name in claims))
    if touched:
        return Wrong(f"{touched} was replaced or is gone. Only a Service was to come.")
    return _today(attempt, service) or _tomorrow(
        attempt, pods.part(service, "spec", "selector") or {}
    )


def _today(attempt: Attempt, service: dict[str, Any]) -> Outcome | None:
    """What is wrong with where the Service leads now, or None."""
    if is_headless(service):
        return Wrong("first is headless: it has no address of its own.")
    if 8080 not in [pods.number(port, "port") for port in pods.dicts(service, "spec", "ports")]:
        return Wrong("first can't be asked on port 8080.")
    reached = sorted(endpoints(attempt.now, "first"))
    if not reached:
        return Wrong("the selector of first finds no Pod.")
    if reached != [THREE[0]]:
        return Wrong(f"first leads to {', '.join(reached)}.")
    return None


def _tomorrow(attempt: Attempt, selector: dict[str, str]) -> Outcome:
    """Whether the selector finds the next Pod of this name, and no Pod of another set."""
    owner = attempt.now.sets.get("my-statefulset", {})
    template = pods.part(owner, "spec", "template", "metadata", "labels") or {}
    given = {*template.items(), (POD_NAME, THREE[0]), (POD_INDEX, "0")}
    own = [key for key, value in selector.items() if (key, value) not in given]
    if own:
        return Wrong(
            f"first goes by the label {own[0]}, which the next my-statefulset-0 will not have."
        )
    if not selector:
        return Wrong("first has no selector: nothing follows when the Pod gets another address.")
    if POD_NAME not in selector and not any(key in template for key in selector):
        return Wrong("first would also lead to the Pod 0 of every other set.")
    return Right("first leads to my-statefulset-0, and to the next Pod of that name.")


@exercise(
    "2.2",
    "Delete every claim that is bound and that no Pod uses. Leave all others alone.",
    hints=(
        "Which claims say of themselves that nobody uses them?",
        "kubectl get pvc -o custom-columns can show the status of the condition Unused.",
        "Those with Unused=True: kubectl delete pvc data-keep-keep-0, and so on.",
    ),
    solution="2.2.sh",
)
def only_the_unused(attempt: Attempt) -> Outcome:
    """Judge by the claims as they were when the exercise began: the unused, and the rest."""
    before, now = attempt.before.claims, attempt.now.claims
    unused = {name for name, claim in before.items() if is_unused(claim)}
    if not unused:
        return NotAttempted("There was no unused claim when it began. Run the cells above first.")
    going = {name for name in before if _is_going(attempt.before, name)}
    for name in sorted(set(before) - unused - going):
        if not attempt.shows(kept(f"pvc/{name}")):
            return Wrong(f"{name} is gone too, and it was not unused.")
        if attempt.lost(f"pvc/{name}"):
            return Wrong(f"{name} will be gone as soon as its Pod is. It was not unused.")
    left = sorted(unused & set(now))
    if len(left) == len(unused):
        return NotAttempted(f"{len(unused)} claims are unused, and all are still there.")
    if left:
        return Wrong(f"{', '.join(left)}: still there, and nobody uses it.")
    return Right(f"{len(unused)} claims are gone, and their volumes with them.")


def _is_going(before: Snapshot, name: str) -> bool:
    """Whether a claim was on its way out: marked as such, or its owner was gone already.

    The garbage collector marks a claim some seconds after its owner went; nobody has to be blamed
    for what it does in between.
    """
    claim = before.claims[name]
    there = {pods.uid(one) for one in (*before.sets.values(), *before.pods.values())}
    owners = pods.dicts(claim, "metadata", "ownerReferences")
    return pods.is_terminating(claim) or any(owner.get("uid") not in there for owner in owners)


def is_unused(claim: dict[str, Any]) -> bool:
    """Whether the claim's condition says that no Pod uses it (Kubernetes 1.37, beta)."""
    return pods.holds(claim, "Unused")
