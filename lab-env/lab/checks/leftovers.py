"""Do the lab's containers and what it remembers of them agree?"""

from __future__ import annotations

from lab import cluster, state
from lab.checks.result import Check, failed, ok, warning
from lab.engine import Engine
from lab.settings import Settings

NAME = "clusters"


def check(settings: Settings, engine: Engine | None, containers: dict[str, str]) -> Check:
    """Judge what is there of this lab: its containers by name and state, and its state folder."""
    record = state.read(settings)
    ours = bool(containers) and engine is not None and cluster.ours(settings, engine)
    return judge(settings, record, containers, ours)


def judge(
    settings: Settings, record: state.Record | None, containers: dict[str, str], ours: bool
) -> Check:
    """Judge what was found; ``ours`` tells that the containers bear the lab's mark."""
    if containers and not ours:
        return failed(
            NAME,
            f"Another tool made a cluster named {settings.name}.",
            f"Use another LAB_NAME; or, if it may go: kind delete cluster --name {settings.name}",
        )
    if record is None and containers:
        return warning(
            NAME,
            f"There are containers of {settings.name}, but the record of it is gone.",
            "Run `lab up` to make the lab anew, or `lab down` to delete what is left.",
        )
    if record is None:
        return ok(NAME, f"no lab named {settings.name} yet")
    if not containers:
        return warning(
            NAME,
            f"The lab {settings.name} was made, but its containers are gone.",
            "Run `lab up` to make it anew, or `lab down` to forget it.",
        )
    return _known(settings, record, containers)


def runs(state_: str) -> bool:
    """Tell whether a container's state, in any engine's words, means that it runs."""
    return state_.startswith(("running", "up"))


def _known(settings: Settings, record: state.Record, containers: dict[str, str]) -> Check:
    if record.phase != "ready":
        return warning(
            NAME,
            f"The lab {settings.name} isn't finished: its `lab up` is at work or was cut off.",
            "Run `lab up`: it goes on where the other stopped.",
        )
    try:
        settings.kubeconfig.read_bytes()
    except OSError as error:
        return failed(
            NAME,
            f"The lab's kubeconfig can't be read: {error.strerror}.",
            f"chmod 600 {settings.kubeconfig}, or make the cluster anew: lab down && lab up",
        )
    still = [name for name, now in containers.items() if not runs(now)]
    if still:
        return warning(NAME, f"These nodes don't run: {', '.join(still)}.", "Run `lab up`.")
    return ok(NAME, f"{settings.name}, {len(containers)} nodes")
