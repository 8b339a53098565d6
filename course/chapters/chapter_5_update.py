"""The exercise of chapter 5 on an update: judged by what the database's clients saw of it."""

from course.exercises.outcomes import CannotTell, NotAttempted, Outcome, Right, Wrong
from course.exercises.registry import Attempt, exercise
from course.record import ledger, pods

MEMBERS = ("pg-0", "pg-1", "pg-2")
PATH = "/liveness"
PATIENCE_SECONDS = 5.0
"""How long a write may wait: one handover takes less."""


@exercise(
    "5.5",
    f"Update without an outage: let the liveness probe of pg ask {PATH}, in the template and so in "
    "all three Pods. Clients write all the time. The primary moves once at most, and no write "
    f"waits longer than {PATIENCE_SECONDS:g} s.",
    hints=(
        "In which order are the Pods replaced, and how often does the primary move? Each move "
        "makes clients wait.",
        "With OnDelete you choose the order: replicas first, each Ready again and one in step "
        "before the next. The primary comes last.",
        "Before you delete the old primary, hand over: patronictl switchover. Then nobody waits "
        "for a lock to run out.",
    ),
    solution="5.5.sh",
)
def updated(attempt: Attempt) -> Outcome:
    """Judge by the Pods, by who was the primary, and by the ledger given as the answer."""
    found = attempt.there("sts/pg")
    if found is None:
        return Wrong("there is no StatefulSet pg to update.")
    if _asked(pods.part(found, "spec", "template")) != PATH:
        return NotAttempted(f"The liveness probe in the template of pg does not ask {PATH}.")
    wrong = next(filter(None, (_not_new(attempt, name) for name in MEMBERS)), "")
    wrong = wrong or _moved_often(attempt) or _no_primary(attempt)
    if wrong:
        return Wrong(wrong)
    return _nobody_waited(attempt)


def _not_new(attempt: Attempt, name: str) -> str:
    """Say what a member lacks; "" when it was made from the new template and is Ready."""
    if f"data-{name}" in attempt.before.claims and attempt.lost(f"pvc/data-{name}"):
        return f"the claim data-{name} is another one, or on its way out: its data was to stay."
    pod = attempt.there(name)
    if pod is None or _asked(pod) != PATH:
        return f"{name} has not got the probe from the template yet."
    if pods.uid(pod) == pods.uid(attempt.before.pods.get(name, {})):
        return f"{name} had this probe before: begin with the colleague's in all three."
    return "" if pods.is_ready(pod) else f"{name} is not Ready yet."


def _asked(thing: object) -> str:
    """The path that the liveness probe of a Pod, or of a template, asks; "" for none."""
    containers = pods.dicts(thing, "spec", "containers")
    return pods.text(containers[0], "livenessProbe", "httpGet", "path") if containers else ""


def _no_primary(attempt: Attempt) -> str:
    """Say that nobody, or more than one, is the primary; "" when one is."""
    there = [name for name, pod in sorted(attempt.now.pods.items()) if _is_primary(pod)]
    if len(there) == 1:
        return ""
    return f"{' and '.join(there) or 'nobody'} has the label role=primary. Give them some seconds."


def _moved_often(attempt: Attempt) -> str:
    """Say how often the primary moved; "" when it was once, or never."""
    before = {pods.uid(pod) for pod in attempt.before.pods.values() if _is_primary(pod)}
    took = {
        one.uid
        for one in attempt.span.changes
        if one.kind == "Pod" and one.what != "deleted" and _is_primary(one.object)
    }
    times = len(took - before)
    return f"the primary moved {times} times, and each time clients waited." if times > 1 else ""


def _is_primary(pod: pods.Object) -> bool:
    return pods.owner_set(pod) == "pg" and pods.label(pod, "role") == "primary"


def _nobody_waited(attempt: Attempt) -> Outcome:
    """Judge by what the clients of the books wrote down since the exercise began."""
    lines = attempt.answers
    if not isinstance(lines, list | tuple) or not all(isinstance(line, str) for line in lines):
        return Wrong("the ledger is missing: give check the lines of `books read` as the answer.")
    if why := attempt.span.clock_was_set():
        return CannotTell(why)
    began, ended = _update(attempt)
    writes = ledger.read(lines).since(attempt.before.time).writes
    if not writes or writes[0].acked > began or writes[-1].acked < ended:
        return Wrong("the clients did not write all the time, from before the first Pod was new.")
    longest = max(write.wait for write in writes)
    if longest > PATIENCE_SECONDS:
        return Wrong(f"a write waited {longest:.1f} s.")
    return Right(f"all three Pods are new, and no write waited longer than {longest:.1f} s.")


def _update(attempt: Attempt) -> tuple[float, float]:
    """The Unix times at which the first member was created anew, and the last got Ready."""
    uids = {pods.uid(attempt.now.pods[name]) for name in MEMBERS}
    changes = [one for one in attempt.span.changes if one.kind == "Pod" and one.uid in uids]
    became: dict[str, float] = {}
    for one in changes:
        if pods.is_ready(one.object):
            became.setdefault(one.uid, one.time)
    return min(one.time for one in changes), max(became.values())
