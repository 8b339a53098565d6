"""What one Pod looks like on the board: its state, the word for it, and the details around it."""

from __future__ import annotations

from typing import Any

from course.views.reading import Json, clip, condition, get, is_ready, name, seconds, uid, whole

IMAGE_TROUBLE = ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName")
TROUBLE = (
    *IMAGE_TROUBLE,
    "CrashLoopBackOff",
    "RunContainerError",
    "CreateContainerConfigError",
    "CreateContainerError",
)


def containers(pod: Json) -> list[Json]:
    """The statuses of the Pod's containers, init containers first."""
    status = get(pod, "status", default={})
    return [
        *get(status, "initContainerStatuses", default=[]),
        *get(status, "containerStatuses", default=[]),
    ]


def waiting(pod: Json) -> tuple[Json, Json]:
    """The first container that waits with trouble, and what it says; two empty dicts if none."""
    for status in containers(pod):
        state = get(status, "state", "waiting", default={})
        if get(state, "reason") in TROUBLE:
            return status, state
    return {}, {}


def crashed(pod: Json) -> tuple[Json, Json]:
    """The first container that has ended badly and does not run, and how it ended."""
    for status in containers(pod):
        ended = get(status, "state", "terminated", default={})
        if ended and whole(get(ended, "exitCode")) != 0:
            return status, ended
    return {}, {}


def state(pod: Json, node_lost: bool) -> tuple[str, str]:
    """The state that gives the tile its look, and the word that stands on it."""
    leaving = get(pod, "metadata", "deletionTimestamp") is not None
    if node_lost:
        return "unknown", "Terminating?" if leaving else "Unknown"
    if leaving:
        return "terminating", "Terminating"
    phase = get(pod, "status", "phase", default="Pending")
    if phase == "Succeeded":
        return "done", "Completed"
    if phase == "Failed":
        return "failed", clip(get(pod, "status", "reason", default="Failed"), 40)
    return _alive(pod, phase)


def _alive(pod: Json, phase: str) -> tuple[str, str]:
    trouble = get(waiting(pod)[1], "reason")
    if trouble:
        return "failed", str(trouble)
    ended = crashed(pod)[1]
    if ended:
        return "failed", clip(get(ended, "reason", default="Error"), 40)
    if is_ready(pod):
        return "ready", "Ready"
    if phase == "Running":
        return "notready", "Not ready"
    if phase != "Pending":
        return "unknown", clip(phase, 40)
    return ("creating", "Starting") if get(pod, "spec", "nodeName") else ("pending", "Pending")


def restarts(pod: Json) -> tuple[int, str]:
    """How often the containers were restarted, and why the last time (``OOMKilled, exit 137``)."""
    count, why = 0, ""
    for status in containers(pod):
        again = whole(get(status, "restartCount"))
        count += again
        ended = get(status, "lastState", "terminated", default={})
        if again and ended:
            why = (
                f"{clip(get(ended, 'reason', default='Error'), 40)}, exit {get(ended, 'exitCode')}"
            )
    return count, why


def since(pod: Json, look: str) -> float | None:
    """When the Pod came into this state, in seconds since 1970, where the board counts it."""
    if look in ("ready", "done"):
        return None
    if look == "terminating":
        ends = seconds(get(pod, "metadata", "deletionTimestamp"))
        grace = whole(get(pod, "metadata", "deletionGracePeriodSeconds"))
        return ends - grace if ends is not None else None
    if look == "unknown" or get(pod, "status", "phase") == "Running":
        changed = get(condition(pod, "Ready"), "lastTransitionTime")
        return seconds(changed)
    return seconds(get(pod, "metadata", "creationTimestamp"))


def mounted_claims(pod: Json) -> list[str]:
    """The names of the claims that the Pod's volumes name, in their order."""
    named = (
        get(volume, "persistentVolumeClaim", "claimName")
        for volume in get(pod, "spec", "volumes", default=[])
    )
    return [str(one) for one in named if one]


def tile(pod: Json, node_lost: bool) -> dict[str, Any]:
    """What the board draws for one Pod, without its place, its colour and its claims."""
    look, word = state(pod, node_lost)
    count, why = restarts(pod)
    return {
        "name": name(pod),
        "uid": uid(pod),
        "state": look,
        "word": word,
        "phase": clip(get(pod, "status", "phase", default="Pending"), 40),
        "ready": is_ready(pod),
        "node": str(get(pod, "spec", "nodeName", default="")),
        "ip": clip(get(pod, "status", "podIP", default=""), 60),
        "role": clip(get(pod, "metadata", "labels", "role", default=""), 24),
        "restarts": count,
        "restarted": why,
        "since": since(pod, look),
    }
