"""The exercises of chapter 6: more memory in place, a larger template, a volume given back."""

from course.cluster.faults.containers import in_bytes
from course.exercises.outcomes import NotAttempted, Outcome, Right, Wrong
from course.exercises.registry import Attempt, exercise
from course.record import pods
from lab.errors import LabError

VOLUME = "PersistentVolume"
MEMBERS = ("web-0", "web-1", "web-2")


@exercise(
    "6.1",
    "Give web-2 a memory limit of 128 MiB while it runs. Neither its Pod nor its container may "
    "be replaced or restarted, and the others stay as they are.",
    hints=(
        "The template makes new Pods. What changes the Pod that is there?",
        "A Pod's resources are changed through its subresource resize.",
        'kubectl patch pod web-2 --subresource resize -p \'{"spec": {"containers": [...]}}\', '
        "with the container's name and its new limit.",
    ),
    solution="6.1.sh",
)
def resized(attempt: Attempt) -> Outcome:
    """Judge by the same three Pods, none of them restarted, and the kubelet's own limit."""
    if any(name not in attempt.before.pods for name in MEMBERS):
        return Wrong("web did not have its three Pods when the exercise began. Begin it again.")
    disturbed = _disturbed(attempt)
    if disturbed:
        return Wrong(disturbed)
    pod = attempt.now.pods["web-2"]
    wanted = _limit(pod)
    if wanted != 128 * 2**20:
        if wanted == _limit(attempt.before.pods["web-2"]):
            return NotAttempted("web-2 has the limit that it had when the exercise began.")
        return Wrong(f"web-2 is to have {wanted // 2**20} MiB, not 128.")
    if _limit(pod, actual=True) != wanted:
        return Wrong("web-2 asks for 128 MiB, and the kubelet has not given them. See its events.")
    return Right("web-2 has 128 MiB, in the Pod and the process that it had.")


def _disturbed(attempt: Attempt) -> str:
    """Say what happened to a member that was not to happen; "" when nothing did."""
    for name in MEMBERS:
        if attempt.lost(name):
            return f"{name} was replaced or is gone. A change of the template replaces Pods."
        if _restarts(attempt, name):
            return f"a container of {name} was restarted."
    if attempt.lost("sts/web"):
        return "the StatefulSet web was replaced or is gone."
    for name in MEMBERS[:2]:
        if _limit(attempt.now.pods[name]) != _limit(attempt.before.pods[name]):
            return f"the limit of {name} was changed, too. Only web-2 was short of memory."
    return ""


def _restarts(attempt: Attempt, name: str) -> int:
    before = pods.restart_count(attempt.before.pods[name])
    return pods.restart_count(attempt.now.pods[name]) - before


def _limit(pod: pods.Object, *, actual: bool = False) -> int:
    """The first container's memory limit in bytes: as asked for, or as the kubelet gave it."""
    path = ("status", "containerStatuses") if actual else ("spec", "containers")
    found = pods.dicts(pod, *path)
    return _bytes(found[0], "resources", "limits", "memory") if found else 0


@exercise(
    "6.2",
    "Let web get a fourth member, web-3, whose volume has 32 MiB, as the set's template says. "
    "The three others keep their Pods and their claims.",
    hints=(
        "The template for claims can't be changed. What can be deleted and made anew?",
        "Keep the set's manifest, then delete the set without its Pods: --cascade=orphan.",
        "Apply it again with storage: 32Mi and replicas: 4. It adopts the three Pods.",
    ),
    solution="6.2.sh",
)
def outgrown(attempt: Attempt) -> Outcome:
    """Judge by the old Pods and claims being kept, the template, and the new member's claim."""
    for name in MEMBERS:
        if name not in attempt.before.pods:
            return Wrong("web did not have its three Pods when the exercise began. Begin it again.")
        if attempt.lost(name, f"pvc/data-{name}"):
            return Wrong(f"{name} or its claim was replaced or is gone. They were to be kept.")
    owner = attempt.there("sts/web")
    if owner is None:
        return Wrong("there is no StatefulSet web now. Its Pods run, and nobody replaces them.")
    claim = attempt.there("pvc/data-web-3")
    if _template_size(owner) != 32 * 2**20:
        return _small(attempt, owner, claim)
    return _fourth(attempt, owner, claim)


def _small(attempt: Attempt, owner: pods.Object, claim: pods.Object | None) -> Outcome:
    size = _template_size(owner) // 2**20
    if claim is not None:
        return Wrong(f"the template still says {size} MiB: the next member gets that.")
    if pods.uid(owner) == pods.uid(attempt.before.sets.get("web", {})):
        return NotAttempted("web is the set that it was, with the template that it had.")
    return Wrong(f"the new set's template says {size} MiB, not 32.")


def _fourth(attempt: Attempt, owner: pods.Object, claim: pods.Object | None) -> Outcome:
    for name in MEMBERS:
        controller = pods.owner(attempt.now.pods[name])
        if controller is None or controller.uid != pods.uid(owner):
            return Wrong(f"{name} does not belong to the new set. Do selector and labels match?")
    if claim is None:
        return Wrong("there is no claim data-web-3 yet. How many members does the set ask for?")
    asked = _bytes(claim, "spec", "resources", "requests", "storage")
    if asked != 32 * 2**20:
        return Wrong(f"data-web-3 has {asked // 2**20} MiB. It was made from the old template.")
    if not pods.is_ready(attempt.there("web-3") or {}) or not pods.is_bound(claim):
        return Wrong("web-3 is not there, Ready and with a bound claim.")
    return Right("web-3 has 32 MiB from the template, and the others were left alone.")


def _template_size(owner: pods.Object) -> int:
    found = pods.dicts(owner, "spec", "volumeClaimTemplates")
    return _bytes(found[0], "spec", "resources", "requests", "storage") if found else 0


def _bytes(thing: pods.Object, *path: str) -> int:
    """A quantity in bytes; 0 where there is none, or one of another form."""
    try:
        return in_bytes(pods.text(thing, *path))
    except LabError:
        return 0


@exercise(
    "6.3",
    "Give ledger-0 its old volume back, under the claim name data-ledger-0.",
    hints=(
        "Which volume is Released? What in its spec keeps other claims away?",
        "Its claimRef has the UID of the claim that is gone. A set makes its claim only when it "
        "is not there: so the new, empty one must go first.",
        "Scale to 0, delete the claim, take uid and resourceVersion out of the old volume's "
        "claimRef, scale to 1.",
    ),
    solution="6.3.sh",
)
def given_back(attempt: Attempt) -> Outcome:
    """Judge by the claim being bound to the volume that was released when it began."""
    old = [volume for volume, thing in attempt.before.objects(VOLUME).items() if _waits(thing)]
    if not old:
        return Wrong("no volume of data-ledger-0 was released when this began. Run the cell above.")
    there = attempt.now.objects(VOLUME)
    if not set(old) & set(there):
        return Wrong("the old volume is gone, and the note with it. Run the cell above again.")
    claim = attempt.there("pvc/data-ledger-0")
    if claim is None:
        return Wrong("there is no claim data-ledger-0 now. The set makes it for its Pod.")
    if pods.volume(claim) not in old:
        return _other(attempt, claim, old)
    return _in_use_again(attempt, claim)


def _in_use_again(attempt: Attempt, claim: pods.Object) -> Outcome:
    if attempt.there("sts/ledger") is None or not pods.is_bound(claim):
        return Wrong("ledger-0 needs its set, and its claim bound, to find the volume again.")
    pod = attempt.there("ledger-0") or {}
    if not pods.is_ready(pod) or pods.claims(pod).get("data") != "data-ledger-0":
        return Wrong("data-ledger-0 has its old volume. ledger-0 is not Ready with it yet.")
    return Right("ledger-0 has its old volume, and the note is there again.")


def _other(attempt: Attempt, claim: pods.Object, old: list[str]) -> Outcome:
    if pods.uid(claim) == pods.uid(attempt.before.claims.get("data-ledger-0", {})):
        return _untouched(attempt, old)
    if not pods.is_bound(claim):
        return Wrong("data-ledger-0 is not bound. Is the old volume free for it?")
    return Wrong("data-ledger-0 is a new claim, with a new and empty volume.")


def _untouched(attempt: Attempt, old: list[str]) -> Outcome:
    if any(attempt.now.objects(VOLUME).get(one, {}) != attempt.before.objects(VOLUME)[one]
           for one in old):  # fmt: skip
        return Wrong("the old volume was changed, and data-ledger-0 still has its new, empty one.")
    return NotAttempted("data-ledger-0 still has its new, empty volume.")


def _waits(volume: pods.Object) -> bool:
    reference = pods.part(volume, "spec", "claimRef")
    return pods.phase(volume) == "Released" and pods.text(reference, "name") == "data-ledger-0"
