"""Opening a chapter: a clean namespace, a history, a watch, and the board beside the text."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from course import exercises
from course.chapters import register_exercises
from course.chapters.images import put_into_nodes
from course.chapters.kernel import ChapterLock, point_kubectl
from course.cluster import session
from course.cluster.connection import Connection, Refusal, connect
from course.cluster.controller import settled
from course.cluster.kinds import Kind
from course.cluster.watch import Watch
from course.exercises.scorebook import Scorebook
from course.exercises.session import CHAPTER
from course.record import History
from course.views.board import board
from lab.engine import find
from lab.errors import LabError, system_error
from lab.kubectl import no_lab
from lab.reset import CHAPTERS, reset
from lab.settings import Settings

FIRST_LOOK_SECONDS = 15.0
SETTLE_SECONDS = 3.0
ACCOUNT = Kind("ServiceAccount", "v1", "serviceaccounts")

# Already here, so that a check without a chapter knows its exercise and says what is missing.
register_exercises()


@dataclass
class Chapter:
    """An open chapter: its namespace, what happened in it, and its board."""

    number: int
    connection: Connection = field(repr=False)
    history: History = field(repr=False)
    watch: Watch = field(repr=False)
    board: Any = field(repr=False, default=None)

    @property
    def namespace(self) -> str:
        """The namespace that belongs to this chapter alone."""
        return f"chapter-{self.number}"

    def close(self) -> None:
        """Stop the watch and take the board away; the namespace stays as it is."""
        self.watch.stop()
        if self.board is not None:
            self.board.close()

    def __repr__(self) -> str:
        return f"Chapter {self.number} is open: the namespace {self.namespace} is clean."


@dataclass
class _Kernel:
    """What this kernel has open: at most one chapter."""

    lock: ChapterLock | None = None
    chapter: Chapter | None = None

    def close(self) -> None:
        session.leave()
        if self.chapter:
            self.chapter.close()
            self.chapter = None
        if self.lock:
            self.lock.release()
            self.lock = None


_kernel = _Kernel()


def chapter(number: int, *, show: bool = True) -> Chapter:
    """Open a chapter, cleanly, whatever the last run left: run this cell again at any time.

    Faults are undone, the namespace `chapter-N` is emptied, `!kubectl` and the official
    client work in it from now on, and the board opens (not with `show=False`). The images
    that only this chapter needs are built and put into the nodes, once.

    Raises LabError when there is no lab, when the cluster is not this lab's, when another
    kernel has the chapter open, and when the disk is full.
    """
    settings = Settings.from_environment()
    # Before anything is written: a folder of a lab that isn't there would be litter.
    if number not in CHAPTERS:
        raise LabError(
            f"There is no chapter {number}.", "The course has chapters 1 to 6.", "Run chapter(1)."
        )
    if not settings.kubeconfig.exists():
        raise no_lab(settings)
    _kernel.close()
    try:
        _kernel.lock = ChapterLock(settings, number)
        _kernel.chapter = _open(settings, number)
    except OSError as error:
        _kernel.close()
        raise system_error(error) from error
    except BaseException:  # an interrupt, too, must leave the chapter free
        _kernel.close()
        raise
    _note_opened(settings, number)
    if show:
        _show(_kernel.chapter)
    return _kernel.chapter


def _open(settings: Settings, number: int) -> Chapter:
    engine = find(settings)
    reset(settings, chapter=number, engine=engine)
    put_into_nodes(settings, engine, number)
    connection = connect(settings)
    point_kubectl(settings, number)
    history = History()
    watch = Watch(connection.transport(), f"chapter-{number}", history.append, clock=history.clock)
    watch.start()
    try:
        if not watch.catch_up(FIRST_LOOK_SECONDS):
            raise LabError(
                f"The watch did not come up within {FIRST_LOOK_SECONDS:.0f} s.",
                watch.error or "The API server answers too slowly.",
                "Run `lab status` in a terminal, then run this cell again.",
            )
        _wait_for_account(connection, f"chapter-{number}")
    except BaseException:
        watch.stop()
        raise
    history.mark(CHAPTER)

    def catch_up(seconds: float) -> bool:
        # A controller that works in the chapter is given the time for what it has just seen.
        settled(min(seconds, SETTLE_SECONDS))
        return watch.catch_up(seconds)

    exercises.use(history, catch_up, settings.progress, chapter=number)
    session.enter(session.Session(connection, f"chapter-{number}", watch.catch_up))
    return Chapter(number, connection, history, watch)


def _wait_for_account(connection: Connection, namespace: str) -> None:
    """Wait for the ServiceAccount of a new namespace: before it no Pod can be made by hand."""

    def there() -> bool:
        try:
            return bool(connection.get(ACCOUNT, "default", namespace))
        except Refusal as refusal:
            if refusal.status == 404:
                return False
            raise

    session.until(f"The ServiceAccount of {namespace}", 10, there)


def _note_opened(settings: Settings, number: int) -> None:
    """Keep for the start page where the learner is."""
    now = {str(number): time.time()}
    Scorebook(settings.progress).keep(lambda page: page.opened.update(now))


def _show(opened: Chapter) -> None:
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        return  # a script: there is no page to show a board on
    opened.board = board(opened.history, docked=True, title=opened.namespace)
    show: Any = display  # untyped
    show(opened.board)
