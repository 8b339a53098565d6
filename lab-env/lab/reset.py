"""`lab reset`: chapters empty, nodes well, faults undone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from lab import guard, namespaces, nodes, ready
from lab.engine import Engine, find
from lab.errors import LabError
from lab.kubectl import Kubectl, no_lab
from lab.progress import Progress, Quiet
from lab.settings import Settings
from lab.together import together

CHAPTERS = range(1, 7)


def reset(
    settings: Settings,
    chapter: int | None = None,
    progress: Progress | None = None,
    engine: Engine | None = None,
) -> None:
    """Undo all faults and empty one chapter's namespace or all chapters'.

    With a chapter, its namespace exists afterwards and is empty. Without an engine the lab's
    own is looked for. Raises LabError if the lab isn't there, or isn't this lab's.
    """
    if chapter is not None and chapter not in CHAPTERS:
        raise LabError(
            f"There is no chapter {chapter}.", "The course has chapters 1 to 6.",
            "Run `lab reset 1`, or `lab reset` for all of them.",
        )  # fmt: skip
    if not settings.kubeconfig.exists():
        raise no_lab(settings)
    shown = progress or Quiet()
    engine = engine or find(settings)
    woken = _reach(settings, engine, shown)
    # Side by side: what is deleted by force waits for no node.
    jobs: dict[str, Callable[[], object]] = {
        "nodes": partial(_heal_nodes, settings, engine, woken, shown),
        "chapters": partial(_empty, settings, chapter, shown),
    }
    together(**jobs)


def heal(settings: Settings, engine: Engine, progress: Progress) -> None:
    """Wake and start the nodes, and undo what faults left on them."""
    woken = _reach(settings, engine, progress)
    _heal_nodes(settings, engine, woken, progress)


def _reach(settings: Settings, engine: Engine, progress: Progress) -> list[str]:
    """Wake and start the nodes; return those that needed it. Nothing else is done before."""
    states = engine.containers(settings.name)
    nodes.check_all_there(settings, states)
    woken = nodes.wake(settings, engine, states, progress)
    with progress.step("check that it is this lab's cluster"):
        guard.wait(settings)
    return woken


def _heal_nodes(settings: Settings, engine: Engine, woken: list[str], progress: Progress) -> None:
    with progress.step("undo what faults left"):
        nodes.undo_faults(settings, engine)
    if woken:
        with progress.step("wait for the nodes"):
            ready.nodes(settings, nodes.names(settings))


def _empty(settings: Settings, chapter: int | None, progress: Progress) -> None:
    kubectl = Kubectl(settings)
    with progress.step(f"empty chapter {chapter}" if chapter else "empty all chapters"):
        for number in CHAPTERS if chapter is None else (chapter,):
            phase = namespaces.phase(kubectl, f"chapter-{number}")
            if phase is not None:
                namespaces.empty(kubectl, f"chapter-{number}")
            if phase == "Terminating" or (phase is None and chapter is not None):
                namespaces.make(kubectl, number)
