"""The lives of Pods, read out of a history: when each was created, ran, was Ready and went."""

from __future__ import annotations

from dataclasses import dataclass, field

from course.record import Change, History
from course.views.reading import Json, controller, get, is_ready, name, uid
from course.views.slots import revision_of, short

Stage = tuple[str, float, float]  # its word, and from when to when in seconds


@dataclass
class Life:
    """One Pod from its creation to its end; times in seconds since the first change shown."""

    name: str
    owner: str
    revision: str
    created: float
    until: float
    gone: bool = False
    stages: list[Stage] = field(default_factory=list)

    def told(self) -> str:
        """The life in words: ``web-0 created at 1.0 s, Ready at 4.3 s, deleted at 40.0 s``."""
        parts = [f"{self.name} created at {self.created:.1f} s"]
        ready = next((begins for stage, begins, _ in self.stages if stage == "ready"), None)
        parts.append(f"Ready at {ready:.1f} s" if ready is not None else "never Ready")
        if self.gone:
            parts.append(f"deleted at {self.until:.1f} s")
        return ", ".join(parts)


def stage_of(pod: Json) -> str:
    """The stage of its life that a Pod is in."""
    if get(pod, "metadata", "deletionTimestamp"):
        return "terminating"
    if is_ready(pod):
        return "ready"
    if get(pod, "status", "phase") == "Running":
        return "running"
    return "scheduled" if get(pod, "spec", "nodeName") else "created"


def lives(history: History, since: int = 0) -> list[Life]:
    """Every Pod's life from the change ``since`` on; one that still lives ends with the history."""
    before = history.snapshot(since - 1)
    changes = history.changes(since)
    zero = changes[0].time if changes else before.time
    end = (changes[-1].time if changes else before.time) - zero
    found: dict[str, Life] = {}
    for pod in before.pods.values():
        _lived(found, pod, 0.0, gone=False)
    for change in changes:
        if change.kind == "Pod":
            _lived(found, change.object, change.time - zero, gone=_ends(change))
    for life in found.values():
        if not life.gone:
            _close(life, end)
    return list(found.values())


def _ends(change: Change) -> bool:
    return change.what == "deleted"


def _lived(found: dict[str, Life], pod: Json, time: float, gone: bool) -> None:
    life = found.get(uid(pod))
    if life is None:
        owner = str(get(controller(pod), "name", default=""))
        life = Life(name(pod), owner, short(revision_of(pod), owner), time, time)
        found[uid(pod)] = life
    stage = stage_of(pod)
    if not life.stages or life.stages[-1][0] != stage:
        _close(life, time)
        life.stages.append((stage, time, time))
    if gone:
        _close(life, time)
        life.gone = True


def _close(life: Life, time: float) -> None:
    life.until = time
    if life.stages:
        stage, begins, _ = life.stages[-1]
        life.stages[-1] = (stage, begins, time)
