"""Exercise 1.3: which kind of workload fits. Each answer gets a reason."""

from dataclasses import dataclass

from course.exercises.outcomes import NotAttempted, Outcome, Right, Wrong
from course.exercises.registry import Attempt, exercise

#: What may be answered, and how else it is written.
CHOICES = {
    "Deployment": ("deploy",),
    "Deployment + PVC": ("deployment+pvc", "deployment with pvc", "deployment and pvc", "pvc"),
    "StatefulSet": ("sts", "stateful set"),
    "DaemonSet": ("ds", "daemon set"),
    "Job": ("cronjob", "cron job", "jobs"),
    "operator": ("an operator",),
}
COMMON = {
    "Deployment": "its Pods have random names and keep nothing.",
    "Deployment + PVC": "all its Pods would use one and the same volume.",
    "StatefulSet": "it keeps a name and a volume for each Pod, and nobody asks for that here.",
    "DaemonSet": "it runs one Pod on each node, and the nodes have nothing to do with this.",
    "Job": "it is over when its program ends, and this one never does.",
    "operator": "it knows the steps that one product needs, and nothing here needs any.",
}


@dataclass(frozen=True)
class Workload:
    """What is to run; why an answer fits; and why one does not, where COMMON is not it."""

    fits: dict[str, str]
    refused: dict[str, str]


WORKLOADS = {
    "shop": Workload(
        {"Deployment": "each is as good as any other, and updates wait for nobody."}, {}
    ),
    "wiki": Workload(
        {
            "Deployment + PVC": "one Pod and one volume. Let an update recreate it, not roll.",
            "StatefulSet": "of one replica it works as well: never two Pods on one volume.",
        },
        {"Deployment": "the next Pod starts without the pages."},
    ),
    "broker": Workload(
        {
            "StatefulSet": "a name for the others to find it by, and a volume for each.",
            "operator": "it makes a StatefulSet, and knows how to join and update members.",
        },
        {
            "Deployment": "the others know a member by its name, and the name goes with its Pod.",
            "Deployment + PVC": "three members would write to the same files.",
        },
    ),
    "postgres": Workload(
        {"operator": "it promotes a replica, takes backups, and does updates in the right order."},
        {
            "StatefulSet": "it keeps names and volumes. "
            "When the primary dies it promotes nobody, and it takes no backups.",
            "Deployment": "the data is gone with the first Pod that is lost.",
            "Deployment + PVC": "primary and replicas would write to the same files.",
        },
    ),
    "log reader": Workload(
        {"DaemonSet": "one on each node, also on nodes that come later."},
        {
            "Deployment": "two of its Pods may be on one node, and none on another.",
            "StatefulSet": "two of its Pods may be on one node, and none on another.",
        },
    ),
    "nightly report": Workload(
        {"Job": "it runs until it is done. A CronJob makes one each night."},
        {
            "Deployment": "it starts a program that has ended again, without end.",
            "StatefulSet": "it starts a program that has ended again, without end.",
        },
    ),
    "cache": Workload(
        {"StatefulSet": "its names stay. It needs no volumes, and may start in Parallel."},
        {
            "Deployment": "a client finds the server of a key by the servers' names. "
            "With each new name, keys move.",
        },
    ),
    "thumbnails": Workload(
        {
            "Deployment": "scratch space is an emptyDir: it comes and goes with the Pod.",
            "Job": "one for each picture also does it, if pictures are few.",
        },
        {
            "StatefulSet": "it would keep what nobody needs, and a slow Pod holds up the rest.",
            "Deployment + PVC": "all Pods would share the scratch space, on one node.",
        },
    ),
}


@exercise(
    "1.3",
    "Say what fits for each of the eight workloads.",
    hints=(
        "Ask three things of each: must a name stay, must data stay, and does it ever end?",
        "Two Pods of a Deployment are alike. Which of the eight would notice being swapped?",
        "Three of them belong to no Deployment and no StatefulSet. "
        "What runs on each node, what ends, and what needs somebody who knows the product?",
    ),
    solution="1.3.py",
)
def fitting(attempt: Attempt) -> Outcome:
    """Judge the answers one by one, each with a reason; defensible ones are right."""
    given = attempt.answers
    if given is None or (isinstance(given, dict) and not any(given.values())):
        return NotAttempted('Write your choices into the cell, then check("1.3", fits).')
    if not isinstance(given, dict):
        return Wrong("the answers are a dict: a choice for each of the eight names.")
    strange = [str(name) for name in given if name not in WORKLOADS]
    if strange:
        return Wrong(f"{strange[0]} is none of the eight. They are: {', '.join(WORKLOADS)}.")
    told = [_told(name, one, given.get(name)) for name, one in WORKLOADS.items()]
    lines = "".join(f"\n  {'✓' if good else '✗'} {text}" for good, text in told)
    right = sum(good for good, _ in told)
    if right < len(WORKLOADS):
        return Wrong(f"{right} of {len(WORKLOADS)} fit.{lines}")
    return Right(f"all of them fit.{lines}")


def _told(name: str, workload: Workload, given: object) -> tuple[bool, str]:
    """Whether an answer fits, and why."""
    if not given:
        return False, f"{name}: no answer yet."
    choice = _choice(given)
    if choice is None:
        return False, f"{name}: {given} is none of {', '.join(CHOICES)}."
    if choice in workload.fits:
        return True, f"{name}: {choice} fits: {workload.fits[choice]}"
    because = workload.refused.get(choice, COMMON[choice])
    return False, f"{name}: {choice} does not fit: {because}"


def _choice(given: object) -> str | None:
    wanted = " ".join(str(given).lower().split())
    for name, others in CHOICES.items():
        if wanted in (name.lower(), *others):
            return name
    return None
