"""The exercises of chapter 5 on the database: hand over, write probes, mend, find the setting."""

from typing import Any

from course.exercises.endpoints import endpoints
from course.exercises.outcomes import NotAttempted, Outcome, Right, Wrong
from course.exercises.registry import Attempt, exercise
from course.record import pods

START_SECONDS = 30
"""How long the program of exercise 5.2 takes to start."""
GUILTY = "synchronous_mode_strict"


def _primaries(state: Any, owner: str) -> list[str]:
    return [
        name
        for name, pod in sorted(state.pods.items())
        if pods.owner_set(pod) == owner and pods.label(pod, "role") == "primary"
    ]


@exercise(
    "5.1",
    "Make another Pod of pg the primary. No Pod may be deleted, and no container restarted.",
    hints=(
        "Deleting the primary moves the role as well, by force. Is there a way in good order?",
        "patronictl, inside one of the Pods, has a command for it. patronictl --help names it.",
        "kubectl exec pg-0 -- patronictl -c /config/patroni.yaml switchover pg --force",
    ),
    solution="5.1.sh",
)
def handed_over(attempt: Attempt) -> Outcome:
    """Judge by the label role, with the same Pods and as many restarts as before."""
    names = [name for name, pod in attempt.before.pods.items() if pods.owner_set(pod) == "pg"]
    old, new = _primaries(attempt.before, "pg"), _primaries(attempt.now, "pg")
    if len(names) < 2 or len(old) != 1:
        return Wrong("pg had no single primary when the exercise began. Begin it again.")
    changed = _replaced_or_restarted(attempt, names)
    if changed:
        return Wrong(f"{changed}. The role can move without that.")
    if new == old:
        return NotAttempted(f"{old[0]} is the primary, as when the exercise began.")
    return _role_moved(attempt, old[0], new)


def _role_moved(attempt: Attempt, old: str, new: list[str]) -> Outcome:
    if attempt.there("sts/pg") is None:
        return Wrong("there is no StatefulSet pg now. Nobody looks after its Pods.")
    if len(new) != 1:
        return Wrong(
            f"{' and '.join(new)} both have the label role=primary."
            if new
            else "nobody is the primary at the moment. Give the members some seconds."
        )
    if not pods.is_ready(attempt.now.pods[new[0]]):
        return Wrong(f"{new[0]} is the primary, and is not Ready yet.")
    return Right(f"{new[0]} took over from {old}, in good order.")


def _replaced_or_restarted(attempt: Attempt, names: list[str]) -> str:
    for name in sorted(names):
        if attempt.lost(name):
            return f"{name} was replaced"
        restarts = pods.restart_count(attempt.before.pods[name])
        if pods.restart_count(attempt.now.pods[name]) > restarts:
            return f"a container of {name} was restarted"
    return ""


@exercise(
    "5.2",
    "Write the probes of desk: it takes 30 s to start, may be busy for a while, and must be "
    "restarted when it hangs. All its Pods are to be Ready, and none may be restarted on its way.",
    hints=(
        "Three questions, three probes: has it started, can it serve, does it still live?",
        "A liveness probe that begins at once kills what needs 30 s to start. A startupProbe "
        "holds the two others back until it has succeeded once.",
        "startupProbe: /started, periodSeconds 1, failureThreshold 60; readinessProbe: /ready; "
        "livenessProbe: /live, periodSeconds 5, failureThreshold 3. All on port 8080.",
    ),
    solution="5.2.sh",
)
def probed(attempt: Attempt) -> Outcome:
    """Judge the template's probes by what they ask and for how long, and the Pods made of it."""
    found = attempt.there("sts/desk")
    if found is None:
        return NotAttempted("There is no StatefulSet desk. Apply manifests/05/desk.yaml.")
    containers = pods.dicts(found, "spec", "template", "spec", "containers")
    container = containers[0] if containers else {}
    probes = {kind: container.get(f"{kind}Probe") for kind in PATHS}
    if not any(probes.values()):
        return NotAttempted("desk has no probes yet.")
    wrong = next(filter(None, (_trouble(kind, probes) for kind in PATHS)), "")
    wrong = wrong or _not_there_yet(attempt, found)
    if wrong:
        return Wrong(wrong)
    return Right("desk starts in its own time, serves when it can, and is restarted if it hangs.")


def _not_there_yet(attempt: Attempt, found: dict[str, Any]) -> str:
    """Say which Pod is not Ready with the new probes; "" when all are."""
    made = {n: pod for n, pod in attempt.now.pods.items() if pods.owner_set(pod) == "desk"}
    if len(made) < pods.number(found, "spec", "replicas"):
        return "not all Pods of desk are there yet."
    for name, pod in sorted(made.items()):
        if pods.revision(pod) != pods.text(found, "status", "updateRevision"):
            return f"{name} is still the old one, without these probes."
        if pods.restart_count(pod):
            return f"the container of {name} was restarted before it had started."
        if not pods.is_ready(pod) or pods.is_terminating(pod):
            return f"{name} is not Ready yet."
    return ""


PATHS = {"startup": "/started", "readiness": "/ready", "liveness": "/live"}


def _trouble(kind: str, probes: dict[str, Any]) -> str:
    """Say what is wrong with one of the probes; "" when nothing is."""
    probe = probes[kind]
    if not probe:
        why = {
            "startup": "while it starts, the liveness probe would count against it",
            "readiness": "it would get requests that it can't serve yet",
            "liveness": "nobody would restart it when it hangs",
        }[kind]
        return f"there is no {kind}Probe: {why}."
    path = pods.text(probe, "httpGet", "path").partition("?")[0]
    if kind == "liveness" and path == "/ready":
        return "the livenessProbe asks /ready: being busy would get it killed."
    if path not in (PATHS[kind], *(["/ready"] if kind == "startup" else [])):
        return f"the {kind}Probe asks {path or 'no path'}, and {PATHS[kind]} answers its question."
    tries, every = probe.get("failureThreshold", 3), probe.get("periodSeconds", 10)
    seconds = tries * every + probe.get("initialDelaySeconds", 0)
    if kind == "startup" and seconds <= START_SECONDS:
        return f"the startupProbe gives up after {seconds} s, and desk takes {START_SECONDS} s."
    if kind == "liveness" and (tries < 2 or tries * every < 5):
        return "the livenessProbe restarts it after one slow answer: that is an outage of its own."
    return ""


@exercise(
    "5.3",
    "Mend shop, a database cluster of two: both Pods Ready, the Service shop leading to the "
    "primary, and the claims the same as before. Three things are broken.",
    hints=(
        "Begin with what keeps the Pods from running: kubectl describe pod shop-0.",
        "Then compare the Pods' labels with what patroni.yaml looks for, and the Service's "
        "selector with what Patroni writes.",
        "The Secret shop with a key superuser is missing. The template needs the label "
        "cluster-name: shop. The Service must select role: primary. Delete the old Pods once.",
    ),
    solution="5.3.sh",
)
def mended(attempt: Attempt) -> Outcome:
    """Judge by both Pods being Ready, one of them the primary, and the Service finding it."""
    found = attempt.there("sts/shop")
    if found is None:
        return NotAttempted("There is no StatefulSet shop. Apply manifests/05/shop.yaml.")
    wrong = _members_wrong(attempt, found) or _service_wrong(attempt)
    if wrong:
        return Wrong(wrong)
    return Right("shop has a primary, a replica, and a Service that leads to the primary.")


def _members_wrong(attempt: Attempt, found: dict[str, Any]) -> str:
    names = ("shop-0", "shop-1")
    if pods.number(found, "spec", "replicas") != 2:
        return "shop is to have two replicas."
    for name in names:
        had = f"data-{name}" in attempt.before.claims
        if had and attempt.lost(f"pvc/data-{name}"):
            return f"the claim data-{name} is another one: its data is gone."
    there = [attempt.there(name) for name in names]
    if not all(pod and pods.is_running(pod) for pod in there):
        return "the containers don't run yet. kubectl describe pod says why."
    if not all(pod and pods.is_ready(pod) for pod in there):
        return "the Pods run and are not both Ready. Do the members find each other?"
    bare = [n for n in names if not pods.is_bound(attempt.there(f"pvc/data-{n}") or {})]
    return f"the claim data-{bare[0]} is not there, or is on its way out." if bare else ""


def _service_wrong(attempt: Attempt) -> str:
    primaries = _primaries(attempt.now, "shop")
    if len(primaries) != 1:
        return "nobody of shop is the primary."
    reached = sorted(endpoints(attempt.now, "shop"))
    if not attempt.there("svc/shop") or not reached:
        return "the Service shop leads to no Pod: what does Patroni write into role?"
    if reached != primaries:
        return f"the Service shop leads to {', '.join(reached)}; the primary is {primaries[0]}."
    return ""


@exercise(
    "5.4",
    "Which setting lost the writes? Read manifests/05/audit.md, and put the setting's name on "
    "the StatefulSet pg as the value of the label guilty.",
    hints=(
        "Compare the clusters two by two: what is the one difference between one that lost "
        "writes and one that didn't?",
        "B promised two copies, too. What did it do when no second member was in reach?",
        "kubectl label statefulset pg guilty=synchronous_mode_strict",
    ),
    solution="5.4.sh",
)
def accused(attempt: Attempt) -> Outcome:
    """Judge by the label."""
    found = attempt.there("sts/pg")
    if found is None:
        return Wrong("there is no StatefulSet pg to put the label on.")
    said = pods.label(found, "guilty")
    if not said:
        return NotAttempted("The StatefulSet pg has no label guilty.")
    if said in ("synchronous_mode", "failsafe_mode", "ttl"):
        return Wrong(f"{said} is the same in A and in B, and only B lost writes.")
    if said != GUILTY:
        return Wrong(f"{said} is none of the settings in which A and B differ.")
    return Right("without strict, the primary promised for itself alone when it was alone.")
