"""The exercises of chapter 1: what a StatefulSet keeps, and what it doesn't."""

from course.exercises import before, deleted, ready
from course.exercises.outcomes import NotAttempted, Outcome, Right, Wrong
from course.exercises.registry import Attempt, exercise
from course.record import pods

CLAIM = "PersistentVolumeClaim"


@exercise(
    "1.1",
    "Let web grow to five Pods, all Ready, and then shrink to three again. "
    "What the new ordinals stored must stay.",
    hints=(
        "Which field of the StatefulSet says how many Pods there are?",
        "kubectl scale changes it. Wait until web-4 is Ready before you change it back.",
        "kubectl scale statefulset web --replicas=5, later --replicas=3. Delete no claim.",
    ),
    solution="1.1.sh",
)
def grown_and_shrunk(attempt: Attempt) -> Outcome:
    """Judge by the Pods 3 and 4 having been Ready, and by their claims, which outlive them."""
    if attempt.there("sts/web") is None:
        return Wrong("there is no StatefulSet web. Apply manifests/01/web.yaml again.")
    new = ("web-3", "web-4")
    if not any(attempt.lives(name) for name in new):
        return NotAttempted("No Pod web-3 was created since the exercise began.")
    for name in new:
        if not attempt.shows(ready(name)):
            return Wrong(f"{name} has not been Ready.")
    changed = _changed(attempt, ("web-0", "web-1", "web-2"))
    if changed:
        return Wrong(f"{changed} Only web-3 and web-4 were to come and go.")
    return _after_shrinking(attempt, new)


def _after_shrinking(attempt: Attempt, new: tuple[str, ...]) -> Outcome:
    for name in new:
        claim = f"pvc/data-{name}"
        lost = attempt.shows(before(ready(name), deleted(claim)))
        if lost or not pods.is_bound(attempt.there(claim) or {}):
            return Wrong(f"the claim data-{name} is gone, and what {name} stored with it.")
    staying = [name for name in new if name in attempt.now.pods]
    if staying:
        return Wrong(f"{staying[-1]} is still there, and three Pods are asked for.")
    return Right("web-3 and web-4 came and went. Their claims wait for them to come back.")


@exercise(
    "1.2",
    "Make web-2 lose its Pod and its data, and come back empty. Nothing else may change.",
    hints=(
        "What holds the note: the Pod, or something below it on the board?",
        "Delete the claim data-web-2. It waits for as long as a Pod uses it.",
        "kubectl delete pvc data-web-2 --wait=false, then kubectl delete pod web-2.",
    ),
    solution="1.2.sh",
)
def emptied(attempt: Attempt) -> Outcome:
    """Judge by a new Pod, a new claim and a new volume, with all others left alone."""
    old, new = attempt.before.claims.get("data-web-2"), attempt.now.claims.get("data-web-2")
    if old is None or "web-2" not in attempt.before.pods:
        return Wrong("there was no web-2 with a claim when the exercise began. Begin it again.")
    changed = _changed(attempt, ("web-0", "web-1")) or _changed_beside(attempt)
    if changed:
        return Wrong(f"{changed} Only web-2 was to change.")
    pod_replaced = len(attempt.lives("web-2")) > 1
    if new is not None and pods.uid(new) == pods.uid(old):
        return _same_claim(pods.is_terminating(new), pod_replaced)
    return _back(attempt, pods.volume(old), pod_replaced)


def _back(attempt: Attempt, old_volume: str, pod_replaced: bool) -> Outcome:
    new, back = attempt.there("pvc/data-web-2"), attempt.there("web-2")
    if new is None or back is None or not pods.is_bound(new) or not pods.is_ready(back):
        return Wrong("web-2 is not back yet, Ready and with a bound claim.")
    if not pod_replaced:
        return Wrong("web-2 is the Pod that it was, with what it had.")
    if pods.volume(new) == old_volume:
        return Wrong("the new claim is bound to the old volume, with the old data.")
    return Right("web-2 has a new claim and a new volume. web-0 and web-1 were left alone.")


def _same_claim(terminating: bool, pod_replaced: bool) -> Outcome:
    if terminating:
        return Wrong("the claim data-web-2 is to be deleted, but web-2 still uses it.")
    if pod_replaced:
        return Wrong("web-2 was replaced, and its note is still there.")
    return NotAttempted("web-2 and its claim are the same as when the exercise began.")


def _changed(attempt: Attempt, names: tuple[str, ...]) -> str:
    """Say which of these Pods, or of their claims, is another than before; "" when none is."""
    for name in names:
        if attempt.lost(name):
            return f"{name} was replaced or is gone."
        if attempt.lost(f"pvc/data-{name}"):
            return f"The claim data-{name} was replaced or is gone."
    return ""


def _changed_beside(attempt: Attempt) -> str:
    """Say whether the set is another, its Service, or a claim that nobody uses; "" if none is."""
    if attempt.lost("sts/web"):
        return "The StatefulSet web was replaced or is gone."
    if "web" in attempt.before.objects("Service") and attempt.lost("svc/web"):
        return "The Service web was replaced or is gone."
    used = [f"data-{name}" for name in attempt.before.pods]
    left = [name for name in attempt.before.claims if name.startswith("data-web-")]
    lost = attempt.lost(*(f"pvc/{name}" for name in left if name not in used))
    return f"The claim {lost} was replaced or is gone." if lost else ""
