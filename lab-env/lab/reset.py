"""`lab reset`: chapters empty, nodes well, faults undone."""

from __future__ import annotations

from lab import guard, namespaces, nodes, ready
from lab.engine import Engine, find
from lab.errors import LabError
from lab.kubectl import Kubectl, no_lab
from lab.progress import Progress, Quiet
from lab.settings import Settings

CHAPTERS = range(1, 7)


def reset(settings: Settings, chapter: int | None = None, progress: Progress | None = None) -> None:
    """Undo all faults, then empty one chapter's namespace or all chapters'.

    With a chapter, its namespace exists afterwards and is empty. Raises LabError if the lab
    isn't there, or isn't this lab's.
    """
    if chapter is not None and chapter not in CHAPTERS:
        raise LabError(
            f"There is no chapter {chapter}.", "The course has chapters 1 to 6.",
            "Run `lab reset 1`, or `lab reset` for all of them.",
        )  # fmt: skip
    if not settings.kubeconfig.exists():
        raise no_lab(settings)
    shown = progress or Quiet()
    heal(settings, find(settings), shown)
    with shown.step(f"empty chapter {chapter}" if chapter else "empty all chapters"):
        _empty(settings, chapter)


def heal(settings: Settings, engine: Engine, progress: Progress) -> None:
    """Wake and start the nodes, and undo what faults left on them."""
    nodes.check_all_there(settings, engine)
    woken = nodes.wake(settings, engine, progress)
    with progress.step("check that it is this lab's cluster"):
        ready.api_server(settings)
        guard.check(settings)
    with progress.step("undo what faults left"):
        nodes.reconnect(settings, engine)
        nodes.unfreeze_all(settings, engine)
        nodes.untaint(settings)
    if woken:
        with progress.step("wait for the nodes"):
            ready.nodes(settings, nodes.names(settings))


def _empty(settings: Settings, chapter: int | None) -> None:
    kubectl = Kubectl(settings)
    for number in CHAPTERS if chapter is None else (chapter,):
        name = f"chapter-{number}"
        there = namespaces.phase(kubectl, name) is not None
        if there:
            namespaces.empty(kubectl, name)
        if there or chapter is not None:
            namespaces.make(kubectl, number)
