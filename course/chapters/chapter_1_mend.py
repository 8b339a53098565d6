"""Exercise 1.4: a set whose claim can't be bound, and whose Service finds nobody."""

from course.exercises.endpoints import endpoints
from course.exercises.outcomes import NotAttempted, Outcome, Right, Wrong
from course.exercises.registry import Attempt, exercise
from course.record import Snapshot, pods

NAMES = ("ledger-0", "ledger-1", "ledger-2")


@exercise(
    "1.4",
    "Mend the ledger: three Pods, all Ready, each with its name in DNS. "
    "What ledger-0 has stored must stay.",
    hints=(
        "The board says what the Pod that waits is waiting for. A Pod is not the only thing that "
        "can be missing: how many addresses does the Service ledger have?",
        "Ask both what they look for: kubectl describe pvc data-ledger-1, and "
        "kubectl get service ledger -o yaml beside kubectl get pods --show-labels.",
        "Nothing will ever bind a claim of a class that does not exist: delete the claim, and the "
        "set makes it anew. And the Service's selector must be a label that the Pods have.",
    ),
    solution="1.4.sh",
)
def mended(attempt: Attempt) -> Outcome:
    """Judge by three Ready Pods, a headless Service that knows them, and ledger-0's claim."""
    if _made(attempt.before) == _made(attempt.now):
        return NotAttempted("The ledger is as it was found.")
    wrong = _spoilt(attempt) or _waits(attempt) or _not_in_dns(attempt)
    if wrong:
        return Wrong(wrong)
    return Right("three Pods, three volumes, three names. ledger-0 has kept what was its own.")


def _made(state: Snapshot) -> list[object]:
    """What there is of the ledger, and what is asked of it: all that a learner can change."""
    return [
        (kind, name, pods.uid(one), None if kind == "Pod" else pods.part(one, "spec"))
        for kind in ("StatefulSet", "Service", "PersistentVolumeClaim", "Pod")
        for name, one in sorted(state.objects(kind).items())
        if name.removeprefix("data-").startswith("ledger")
    ]


def _spoilt(attempt: Attempt) -> str:
    """What was lost in the mending, in a sentence; "" when nothing was."""
    found = attempt.there("sts/ledger")
    if found is None:
        return "there is no StatefulSet ledger. Apply manifests/01/mend.yaml again."
    if pods.number(found, "spec", "replicas") != len(NAMES):
        return "the set asks for another number of Pods than three."
    if attempt.lost("pvc/data-ledger-0"):
        return "the claim data-ledger-0 was replaced, and what ledger-0 had stored is gone."
    return ""


def _waits(attempt: Attempt) -> str:
    """Which Pod is not Ready, and what is wrong with its claim, in a sentence."""
    for name in NAMES:
        if not pods.is_ready(attempt.there(name) or {}):
            claim = attempt.now.claims.get(f"data-{name}")
            unbound = claim is not None and not pods.is_bound(claim)
            why = f" Its claim data-{name} is not bound to a volume." if unbound else ""
            return f"{name} is not Ready.{why}"
        if not pods.is_bound(attempt.there(f"pvc/data-{name}") or {}):
            return f"the claim data-{name} is not there, or will be gone with the next {name}."
    return ""


def _not_in_dns(attempt: Attempt) -> str:
    """Why the Pods have no names in DNS, in a sentence; "" when they have."""
    service = attempt.now.objects("Service").get("ledger")
    if service is None:
        return "there is no Service ledger, which gives the Pods their names."
    if pods.text(service, "spec", "clusterIP") != "None":
        return "the Service ledger has an address of its own. A headless one names the Pods."
    known = endpoints(attempt.now, "ledger").values()
    missing = [name for name in NAMES if name not in known]
    if missing:
        return f"the Service ledger does not know {missing[0]}: {missing[0]}.ledger has no address."
    return ""
