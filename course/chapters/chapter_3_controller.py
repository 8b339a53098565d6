"""The exercises of chapter 3 on a controller of the learner's own, for a set called mini.

They hold it to the very assertions that the text holds the real controller to.
"""

from collections.abc import Iterable

from course.cluster.report import SOURCE
from course.exercises import comes_back, kept, rolls_from_the_top, starts_in_order
from course.exercises.assertions import Assertion, asserted
from course.exercises.facts import Moment
from course.exercises.outcomes import NotAttempted, Outcome, Right, Wrong
from course.exercises.promises import stops_from_the_top
from course.exercises.registry import Attempt, exercise
from course.record import pods

NAME = "mini"
THREE = tuple(f"{NAME}-{ordinal}" for ordinal in range(3))
CLAIM = "PersistentVolumeClaim"
V2 = "lab.local/web:v2"


@exercise(
    "3.3",
    "Let your controller create mini-0, mini-1 and mini-2, each when the one before it is Ready.",
    hints=(
        "Your function is called again after each change. So it need not wait: one step, "
        "then return.",
        "For each ordinal from 0 up: is the Pod not there? Create it and return. Is it there "
        "and not Ready? Return.",
        "for n in range(replicas): if n not in pods: "
        "core.create_namespaced_pod(SPACE, new_pod(mini, n)); return. "
        "Then: if not is_ready(pods[n]): return.",
    ),
    solution="3.3.py",
)
def creates_in_order(attempt: Attempt) -> Outcome:
    """Judge by the order of the first lives, and by whose the Pods are."""
    if not any(attempt.lives(name) for name in THREE):
        return _failure(attempt) or NotAttempted("No Pod mini-0 was created since it began.")
    foreign = _foreign(attempt)
    if foreign:
        return Wrong(foreign)
    surplus = [name for name in _its_pods(attempt) if name not in THREE]
    if surplus:
        return Wrong(f"there is also {surplus[0]}, and three Pods are asked for.")
    broken = _broken(attempt, starts_in_order(NAME, 3))
    if broken:
        return _failure(attempt) or Wrong(broken)
    return _not_there(attempt, *THREE) or Right(
        "each Pod was created when the one before it was Ready."
    )


@exercise(
    "3.4",
    "Delete mini-1. Your controller is to bring it back, and to leave the others alone.",
    hints=(
        "Does your function look at which Pods there are, or does it remember what it has done?",
        "A gap in the middle is an ordinal that is not among the Pods. How many Pods there are "
        "doesn't tell you which one is missing.",
        "The loop of 3.3 does it: it begins at 0 each time, and creates the first that is missing.",
    ),
    solution="3.4.py",
)
def replaces_a_lost_pod(attempt: Attempt) -> Outcome:
    """Judge by the two lives of mini-1, and by the others having one."""
    return _unfit(attempt) or _replaced(attempt)


def _replaced(attempt: Attempt) -> Outcome:
    known = attempt.lives("mini-1")
    if attempt.shows(kept("mini-1")):
        return NotAttempted("mini-1 has not been deleted.")
    touched = attempt.lost("mini-0", "mini-2")
    if touched:
        return Wrong(f"{touched} was deleted as well. Nothing was wrong with it.")
    if len(known) < 2:
        return _failure(attempt) or Wrong("mini-1 has not come back.")
    broken = _broken(attempt, comes_back(known[0], known[1]))
    if broken:
        return _failure(attempt) or Wrong(broken)
    return _not_there(attempt, *THREE) or Right(
        "mini-1 came back under its name, when the old one was gone."
    )


@exercise(
    "3.5",
    "Ask for one Pod instead of three. mini-2 is to go first, and mini-1 when mini-2 is gone.",
    hints=(
        "Which Pods are too many? Those with an ordinal of replicas or more.",
        "Take the highest of them, delete it and return. It is still there while it terminates, "
        "so the next call finds it as the highest again.",
        "extra = [n for n in pods if n >= replicas]; if extra: "
        "core.delete_namespaced_pod(pods[max(extra)].metadata.name, SPACE); return.",
    ),
    solution="3.5.py",
)
def scales_down_from_the_top(attempt: Attempt) -> Outcome:
    """Judge by the order in which the two ended, and by mini-0 being the same."""
    return _unfit(attempt) or _untouched(attempt) or _shrunk(attempt)


def _shrunk(attempt: Attempt) -> Outcome:
    if attempt.lost("mini-0"):
        return Wrong("mini-0 was deleted. The lowest ordinal is the one that stays.")
    again = [name for name in THREE[1:] if len(attempt.lives(name)) > 1]
    if again:
        return Wrong(f"{again[0]} was created anew after it was deleted.")
    broken = _broken(attempt, stops_from_the_top(NAME, 2, 1))
    if broken:
        return _failure(attempt) or Wrong(broken)
    return _not_there(attempt, "mini-0") or Right(
        "mini-2 went first, and mini-1 when mini-2 was gone."
    )


@exercise(
    "3.6",
    "Give each Pod a claim of its own, data-mini-0 and so on, mounted at /data. Take mini away "
    "and apply it again: the new Pods are to find the old claims.",
    hints=(
        "The claim must be there before the Pod that uses it, and nobody may own it.",
        "Before you create Pod n, create the claim data-mini-n unless it is there. "
        "In new_pod, add a volume that names the claim, and mount it.",
        "Leave the ownerReferences out of the claim: what mini owns goes when mini goes. "
        "A create that answers 409 means that the claim is there already.",
    ),
    solution="3.6.py",
)
def keeps_the_claims(attempt: Attempt) -> Outcome:
    """Judge by one life of each claim, and two Pods that used the first one."""
    used = [life for life in attempt.lives("mini-0") if _claim_of(attempt, life.uid)]
    if not used:
        return _failure(attempt) or NotAttempted("No Pod mini-0 with a claim was created.")
    troubles = [trouble for name in THREE if (trouble := _claim_trouble(attempt, name))]
    if troubles:
        return _failure(attempt) or Wrong(troubles[0])
    if len(used) < 2:
        return Wrong("the Pods have their claims. Now take mini away, and apply it again.")
    return _not_there(attempt, *THREE) or Right("the new Pods found the claims of the old ones.")


@exercise(
    "3.7",
    "Ask for the image v2 with a partition of 1. mini-2 is to be renewed, then mini-1 when mini-2 "
    "is Ready again, and mini-0 not at all.",
    hints=(
        "How do you see that a Pod is outdated, and which one is the first to go?",
        "When all Pods are there and Ready: go from the top down to the partition, delete the "
        "first that has another image, and return. The rest you have written already.",
        "for n in range(replicas - 1, partition - 1, -1): if pods[n].spec.containers[0].image != "
        'mini.data["image"]: core.delete_namespaced_pod(pods[n].metadata.name, SPACE); return.',
    ),
    solution="3.7.py",
)
def rolls_out(attempt: Attempt) -> Outcome:
    """Judge by the promise of a rolling update with partition 1."""
    return _unfit(attempt) or _untouched(attempt) or _rolled(attempt)


def _rolled(attempt: Attempt) -> Outcome:
    if attempt.lost("mini-0"):
        return Wrong("mini-0 was deleted. It lies below the partition.")
    broken = _broken(attempt, rolls_from_the_top(NAME, 3, V2, partition=1))
    if broken:
        return _failure(attempt) or Wrong(broken)
    images = [pods.images(attempt.now.pods.get(name, {})) for name in THREE]
    if images != [pods.images(attempt.before.pods["mini-0"]), (V2,), (V2,)]:
        return Wrong("the Pods don't run what they are to run now: v2 above the partition alone.")
    return _not_there(attempt, *THREE) or Right(
        "v2 went from the top down to the partition, one Pod at a time."
    )


def _its_pods(attempt: Attempt) -> list[str]:
    return sorted(name for name in attempt.now.pods if name.startswith(f"{NAME}-"))


def _foreign(attempt: Attempt) -> str:
    """Whose Pods these are, when they are not the ConfigMap's; "" when they are."""
    for name in _its_pods(attempt):
        owner = pods.owner(attempt.now.pods[name])
        if owner is None:
            return f"{name} has no owner: nobody would take it away when mini goes."
        if owner.kind != "ConfigMap":
            return f"{name} belongs to a {owner.kind}. Let your own controller make it."
    return ""


def _not_there(attempt: Attempt, *names: str) -> Outcome | None:
    """Which of these Pods is not there now, Ready, and the ConfigMap's; None when all are."""
    for name in names:
        if not pods.is_ready(attempt.there(name) or {}):
            return Wrong(f"{name} is not there now, and Ready.")
    foreign = _foreign(attempt)
    return Wrong(foreign) if foreign else None


def _untouched(attempt: Attempt) -> Outcome | None:
    """What to say where no Pod of the three was deleted; None when one was."""
    if all(attempt.shows(kept(name)) for name in THREE):
        return _failure(attempt) or NotAttempted("All three Pods are as they were.")
    return None


def _unfit(attempt: Attempt) -> Outcome | None:
    """What to say where the exercise began without three Pods; None when they were there."""
    there = [name for name in THREE if pods.is_ready(attempt.before.pods.get(name) or {})]
    if len(there) == len(THREE):
        return None
    return NotAttempted(
        "It begins with mini-0, mini-1 and mini-2 Ready: solve 3.3, ask for three, begin again."
    )


def _claim_of(attempt: Attempt, uid: str) -> str:
    """The claim that one life of a Pod uses, or ""."""
    for change in attempt.span.changes:
        if change.uid == uid:
            return next(iter(pods.claims(change.object).values()), "")
    before = [pod for pod in attempt.before.pods.values() if pods.uid(pod) == uid]
    return next(iter(pods.claims(before[0]).values()), "") if before else ""


def _claim_trouble(attempt: Attempt, name: str) -> str:
    claim, pod = f"data-{name}", attempt.now.pods.get(name)
    if len(attempt.lives(claim, CLAIM)) > 1 or (
        attempt.lives(claim, CLAIM) and claim not in attempt.now.claims
    ):
        return f"the claim {claim} was deleted, and what it held with it."
    if pod is None or not pods.is_ready(pod):
        return f"{name} is not there and Ready."
    if claim not in pods.claims(pod).values():
        return f"{name} does not use a claim {claim}."
    found = attempt.there(f"pvc/{claim}") or {}
    if not pods.is_bound(found):
        return f"the claim {claim} is not there, or is on its way out."
    if pods.owner(found):
        return f"the claim {claim} has an owner: it would go with mini."
    return ""


def _broken(attempt: Attempt, promise: Iterable[Assertion | Moment]) -> str:
    """Why a promise is not kept, with what is false before what did not happen; "" if it is."""
    found = [asserted(one).judge(attempt.span) for one in promise]
    for verdict in (False, None):
        for finding in found:
            if finding.verdict is verdict:
                return finding.because
    return ""


def _failure(attempt: Attempt) -> Wrong | None:
    """What the learner's function raised last, unless it has worked since."""
    told = [
        event
        for event in attempt.now.events.values()
        if pods.text(event, "source", "component") == SOURCE
    ]
    latest = told[-1] if told else {}
    if pods.text(latest, "reason") != "ReconcileFailed":
        return None
    return Wrong(f"your function failed. {pods.text(latest, 'message')}")
