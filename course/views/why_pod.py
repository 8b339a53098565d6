"""Why one Pod is not Ready, in plain words, with the command that proves it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from course.views import pods, slots
from course.views.grouping import Group, Grouping
from course.views.reading import Json, clip, condition, get, is_ready, name, uid, whole

_STATUS_CODE = re.compile(r"statuscode: (\d{3})")
_COMPLETED = "pv.kubernetes.io/bind-completed"
_NO_NODE_FITS = "node(s) had volume node affinity conflict"


@dataclass(frozen=True)
class Reason:
    """Why something waits. ``brief`` fits into a longer sentence, ``text`` stands alone."""

    about: str
    brief: str
    text: str
    command: str
    level: str = "wait"  # wait: time may mend it; bad: somebody must; note: nothing is wrong
    quiet: bool = False  # another reason has said it: only the tile says it again

    def drawn(self) -> Json:
        """As the board takes it."""
        return {
            "about": self.about,
            "brief": clip(self.brief, 120),
            "text": clip(self.text, 600),
            "command": self.command,
            "level": self.level,
            "quiet": self.quiet,
        }


@dataclass(frozen=True)
class Case:
    """One Pod with what may explain it."""

    grouping: Grouping
    group: Group
    pod: Json

    @property
    def name(self) -> str:
        """The Pod's name."""
        return name(self.pod)

    def kubectl(self, verb: str, rest: str) -> str:
        """A command on this Pod, with its namespace."""
        return f"kubectl {verb} {rest} -n {self.group.namespace}"

    def told(self, *reasons: str, kind: str = "Pod", about: Json | None = None) -> str:
        """The newest event's message with one of these reasons; empty if there is none.

        It is about the Pod unless told otherwise, and about no earlier one of that name.
        """
        thing = about or self.pod
        for event in self.grouping.events_about(kind, self.group.namespace, name(thing)):
            same = get(event, "involvedObject", "uid") in (None, uid(thing))
            if same and get(event, "reason") in reasons:
                return clip(get(event, "message", default="")).strip().rstrip(".")
        return ""

    def reason(self, brief: str, command: str, text: str = "", level: str = "wait") -> Reason:
        """A reason about this Pod; the text is its name and the brief unless given."""
        return Reason(self.name, brief, text or f"{self.name}: {brief}.", command, level)

    def passing(self, brief: str) -> Reason:
        """A reason that is part of every Pod's life: said on its tile and nowhere else."""
        command = self.kubectl("get", f"pod {self.name}")
        return Reason(self.name, brief, f"{self.name}: {brief}.", command, quiet=True)


def node_lost(case: Case) -> Reason | None:
    """Its node does not answer: nobody knows whether it still runs."""
    node = str(get(case.pod, "spec", "nodeName", default=""))
    if node and case.grouping.nodes and node not in {*case.grouping.nodes, *case.grouping.lost}:
        return case.reason(f"there is no node {node}", "kubectl get nodes", level="bad")
    if not node or node not in case.grouping.lost:
        return None
    command = f"kubectl get node {node} -o jsonpath='{{.spec.taints}}'"
    if node not in case.grouping.nodes:
        return case.reason(f"node {node} is gone from the cluster", command, level="bad")
    if get(case.pod, "metadata", "deletionTimestamp"):
        text = (
            f"{case.name} stays Terminating: its node {node} does not answer, "
            "so nobody can say that its containers have stopped."
        )
    else:
        text = f"{case.name}: node {node} does not answer. Nobody can know whether it still runs."
    if case.group.kind == "StatefulSet":
        text += f" Until that is known there is no new {case.name}: at most one Pod a name."
    return case.reason(f"node {node} does not answer", command, text, "bad")


def leaving(case: Case) -> Reason | None:
    """It is being deleted; said only when something holds it back."""
    if not get(case.pod, "metadata", "deletionTimestamp"):
        return None
    held = get(case.pod, "metadata", "finalizers", default=[])
    if held:
        proof = f"pod {case.name} -o jsonpath='{{.metadata.finalizers}}'"
        text = f"finalizer {clip(held[0], 80)} keeps it from going"
        return case.reason(text, case.kubectl("get", proof), level="bad")
    grace = whole(get(case.pod, "metadata", "deletionGracePeriodSeconds"))
    brief = f"its containers have up to {grace} s to stop" if grace else "it is being deleted"
    return case.passing(brief)


def no_node(case: Case) -> Reason | None:
    """The scheduler found no place for it."""
    scheduled = condition(case.pod, "PodScheduled")
    if get(case.pod, "spec", "nodeName") or get(scheduled, "status") != "False":
        return None
    message = clip(get(scheduled, "message", default="")).strip().rstrip(".")
    unbound = _unbound(case, message or "no volume yet")
    if unbound:
        return unbound
    command = case.kubectl("describe", f"pod {case.name}")
    if _NO_NODE_FITS in message:
        return case.reason(f"its volume lives on another node ({message})", command, level="bad")
    return case.reason(f"no node fits: {message or 'the scheduler has not said why'}", command)


def _unbound(case: Case, message: str = "") -> Reason | None:
    """The first claim that is not bound; without a message, only one that can't be."""
    for claim in pods.mounted_claims(case.pod):
        known = case.grouping.claims.get((case.group.namespace, claim))
        command = case.kubectl("describe", f"pvc {claim}")
        if known is None and message:
            return case.reason(f"claim {claim} does not exist", command, level="bad")
        if known is None or get(known, "status", "phase") == "Bound":
            continue
        reasons = ("ProvisioningFailed", "FailedBinding")
        why = case.told(*reasons, kind="PersistentVolumeClaim", about=known)
        volume = clip(get(known, "spec", "volumeName", default=""), 80)
        # The controller writes the volume's name as well, and this annotation with it.
        if volume and not why and not get(known, "metadata", "annotations", _COMPLETED):
            why = f"it asks for the volume {volume}, which is not there or not free for it"
        if not why and not message:
            continue
        wanted = get(known, "spec", "storageClassName", default="")
        brief = f"claim {claim} is unbound: {why or message}"
        if why and wanted and wanted in why and "not found" in why:
            brief = f"claim {claim} is unbound: there is no StorageClass {wanted}"
        return case.reason(brief, command)
    return None


def image(case: Case) -> Reason | None:
    """An image cannot be had; and who pins the Pod to it."""
    status, state = pods.waiting(case.pod)
    if get(state, "reason") not in pods.IMAGE_TROUBLE:
        return None
    wanted = clip(get(status, "image", default="the image"), 120)
    brief = f"image {wanted} is missing"
    if get(state, "reason") == "InvalidImageName":
        brief = f"{wanted} is no name that an image can have"
    path = "'{.spec.containers[*].image}'"
    command = case.kubectl("get", f"pod {case.name} -o jsonpath={path}")
    mine = slots.revision_of(case.pod)
    update = str(get(case.group.owner, "status", "updateRevision", default=""))
    pinned = slots.short(mine, case.group.name)
    if case.group.kind != "StatefulSet" or not mine:
        return case.reason(brief, command, level="bad")
    ordered = get(case.group.owner, "spec", "podManagementPolicy") != "Parallel"
    if mine == update or not ordered:
        text = f"{case.name}: {brief}. It is pinned by the Pod's revision {pinned}."
        return case.reason(brief, command, text, "bad")
    text = (
        f"{case.name} still has revision {pinned}, and {brief}. The set wants "
        f"{slots.short(update, case.group.name)} by now, but it waits for this Pod to be Ready "
        "before it replaces it. It never will be: delete the Pod."
    )
    return case.reason(brief, case.kubectl("delete", f"pod {case.name}"), text, "bad")


def crash(case: Case) -> Reason | None:
    """A container ends again and again, or has just ended badly."""
    status, state = pods.waiting(case.pod)
    looping = get(state, "reason") == "CrashLoopBackOff"
    if not looping:
        status, ended = pods.crashed(case.pod)
        if not ended:
            return None
    else:
        ended = get(status, "lastState", "terminated", default={})
    container, count = get(status, "name", default="?"), whole(get(status, "restartCount"))
    code = get(ended, "exitCode")
    code = "unknown" if code is None else code
    if get(ended, "reason") == "OOMKilled":
        path = "'{.status.containerStatuses[*].lastState}'"
        command = case.kubectl("get", f"pod {case.name} -o jsonpath={path}")
        brief = f"container {container} used more memory than its limit (OOMKilled, exit {code})"
    elif get(ended, "reason") == "StartError":  # nothing has run, so there is no log to read
        command = case.kubectl("describe", f"pod {case.name}")
        brief = f"container {container} cannot start: {_of_runtime(get(ended, 'message'))}"
    else:
        earlier = " --previous" if looping else ""
        command = case.kubectl("logs", f"{case.name} -c {container}{earlier}")
        brief = f"container {container} ended with exit code {code}"
    if looping:
        brief += f", {count} restart{'' if count == 1 else 's'} so far; each wait is longer"
    return case.reason(brief, command, level="bad")


def _of_runtime(message: object) -> str:
    """What a container runtime says, without the steps that it went through before it failed."""
    said = clip(message, 1000)
    return clip(said.partition("unable to start container process: ")[2] or said).rstrip(". ")


def container_trouble(case: Case) -> Reason | None:
    """A container cannot even be created."""
    status, state = pods.waiting(case.pod)
    if not state:
        return None
    message = _of_runtime(get(state, "message", default=get(state, "reason", default="")))
    brief = f"container {get(status, 'name', default='?')} cannot start: {message}"
    return case.reason(brief, case.kubectl("describe", f"pod {case.name}"), level="bad")


def _unseen(case: Case) -> Reason:
    """The scheduler has said nothing of it yet."""
    scheduler = clip(get(case.pod, "spec", "schedulerName", default=""), 80)
    if scheduler not in ("", "default-scheduler"):
        proof = f"pod {case.name} -o jsonpath='{{.spec.schedulerName}}'"
        brief = f"it waits for a scheduler of the name {scheduler}"
        return case.reason(brief, case.kubectl("get", proof))
    # When it has chosen a node it waits for the volume, and says nothing of it for ten minutes.
    refused = _unbound(case)
    return refused or case.passing("the scheduler looks for a node")


def starting(case: Case) -> Reason | None:
    """It is on a node and its containers are on their way."""
    if get(case.pod, "status", "phase", default="Pending") != "Pending":
        return None
    if not get(case.pod, "spec", "nodeName"):
        return _unseen(case)
    failed = case.told("FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox")
    command = case.kubectl("describe", f"pod {case.name}")
    if failed:
        return case.reason(failed, command)
    inits = get(case.pod, "status", "initContainerStatuses", default=[])
    for place, status in enumerate(inits, 1):
        if get(status, "state", "running") and not get(status, "started"):
            called = get(status, "name", default="?")
            brief = f"init container {called} ({place} of {len(inits)}) has not finished"
            return case.reason(brief, case.kubectl("logs", f"{case.name} -c {called}"))
    return case.passing("its containers are being started")


def probe(case: Case) -> Reason | None:
    """It runs, and something says that it is not Ready."""
    if is_ready(case.pod):
        return None
    path = "'{.status.conditions}'"
    command = case.kubectl("get", f"pod {case.name} -o jsonpath={path}")
    said = case.told("Unhealthy")
    code = _STATUS_CODE.search(said)
    if "Startup probe" in said:
        return case.reason(f"the startup probe has not passed ({said})", command)
    if code:
        return case.reason(f"readiness probe answers {code[1]}", command)
    if said:
        return case.reason(said[:1].lower() + said[1:], command)
    for gate in get(case.pod, "spec", "readinessGates", default=[]):
        kind = clip(get(gate, "conditionType", default=""), 80)
        if get(condition(case.pod, kind), "status") != "True":
            return case.reason(f"readiness gate {kind} is not True", command)
    return case.reason("its readiness probe has not passed yet", command)


_RULES: tuple[Callable[[Case], Reason | None], ...] = (
    node_lost,
    leaving,
    no_node,
    image,
    crash,
    container_trouble,
    starting,
    probe,
)


def why_pod(grouping: Grouping, group: Group, pod: Json) -> Reason | None:
    """The first reason that fits; None for a Pod that is Ready or has done its work."""
    done = get(pod, "status", "phase") == "Succeeded"
    case = Case(grouping, group, pod)
    found = (rule(case) for rule in _RULES)
    return None if done else next((reason for reason in found if reason), None)
