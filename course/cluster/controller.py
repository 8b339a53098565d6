"""Runs a learner's own controller: a function that is called whenever something changed.

The function gets a name and nothing else, as a controller's reconcile does: it must look at the
cluster itself. What goes wrong in it becomes an Event of the cluster, as any controller's trouble
does, so that the board, kubectl and the checks all tell the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from course.cluster.backoff import BackOff
from course.cluster.interruptible import Interrupted, interrupt
from course.cluster.kinds import CLAIM, POD, Kind
from course.cluster.mistakes import told
from course.cluster.report import Reporter
from course.cluster.session import Session, at_leave, current
from course.cluster.watch import Watch
from lab.errors import LabError

Reconcile = Callable[[str], object]

FOLLOWED = (Kind("ConfigMap", "v1", "configmaps"), POD, CLAIM)
RESYNC_SECONDS = 10.0
"""Called again after this time without a change, as informers do: nothing is missed for long."""
PAUSE_SECONDS = 0.1
"""The least time between two calls: a function that undoes its own work must not burn a core."""
SLOW_SECONDS = 10.0
FIRST_CALL_SECONDS = 5.0
END_SECONDS = 2.0


class Controller:
    """A loop in a thread of its own that calls ``reconcile(name)`` after each change.

    `problem` is what went wrong in the latest call, in a sentence, or empty.
    """

    def __init__(self, session: Session, name: str, reconcile: Reconcile) -> None:
        self.name = name
        self.problem = ""
        self.calls = 0
        self._reconcile = reconcile
        self._reporter = Reporter(session, name)
        self._back_off = BackOff(first=0.5, longest=RESYNC_SECONDS)
        self._stopped = threading.Event()
        self._changed = threading.Event()
        self._idle = threading.Event()
        self._called = threading.Event()
        self._watch = Watch(
            session.connection.transport(), session.namespace, self._wake, kinds=FOLLOWED
        )
        self._thread = threading.Thread(target=self._run, name=f"controller-{name}", daemon=True)

    def start(self) -> None:
        """Start it, and wait for the end of the first call, at most some seconds."""
        self._reporter.tell("Normal", "Started", f"A controller for {self.name} started.")
        self._watch.start()
        self._changed.set()
        self._thread.start()
        self._called.wait(FIRST_CALL_SECONDS)

    def stop(self) -> bool:
        """End it; a call that does not return by itself is broken off. False: it goes on."""
        self._stopped.set()
        self._changed.set()
        self._watch.stop()
        if self._thread.ident is None or self._thread is threading.current_thread():
            return True
        self._thread.join(END_SECONDS)
        if self._thread.is_alive():
            interrupt(self._thread)
            self._thread.join(END_SECONDS)
        return not self._thread.is_alive()

    def settled(self, timeout: float) -> bool:
        """Wait until it has seen all that the API server has now, and has done what it would.

        Returns False when that takes longer than ``timeout`` seconds: it may work for ever.
        """
        deadline = time.monotonic() + timeout
        while self.running and time.monotonic() < deadline:
            if not self._watch.catch_up(deadline - time.monotonic()):
                return False
            self._idle.wait(deadline - time.monotonic())
            # In this order: it stops being idle before it takes a change as seen.
            if not self._changed.is_set() and self._idle.is_set():
                return True
        return not self.running

    @property
    def running(self) -> bool:
        """Whether it will be called again."""
        return self._thread.is_alive() and not self._stopped.is_set()

    def __repr__(self) -> str:
        if not self.running:
            return f"The controller of {self.name} has ended."
        said = f"A controller looks after {self.name}. It is called whenever something changed."
        return f"{said}\n{self.problem}".rstrip()

    def _wake(self, *_: Any) -> None:
        self._changed.set()

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                self._idle.set()
                self._changed.wait(RESYNC_SECONDS)
                self._idle.clear()
                # Cleared before the call: what changes during it leads to another call.
                self._changed.clear()
                if not self._stopped.is_set():
                    self._stopped.wait(self._call())
        except Interrupted:
            self._stopped.set()

    def _call(self) -> float:
        """Call the function once; returns the seconds to wait before the next call."""
        slow = threading.Timer(SLOW_SECONDS, self._is_slow)
        slow.daemon = True
        slow.start()
        try:
            self._reconcile(self.name)
        except Exception as mistake:  # noqa: BLE001 - whatever a learner's code raises is told
            self._found(told(mistake, self._reconcile))
            self._changed.set()  # it is tried again, after the wait
            return self._back_off.next()
        else:
            self._found("")
            self._back_off.reset()
            return PAUSE_SECONDS
        finally:
            slow.cancel()
            self.calls += 1
            self._called.set()

    def _is_slow(self) -> None:
        self._found(
            f"Your function has not returned for {SLOW_SECONDS:.0f} s. It must not wait: "
            "let it return, and it is called again when something changed."
        )

    def _found(self, problem: str) -> None:
        if problem == self.problem or self._stopped.is_set():
            return
        self.problem = problem
        if problem:
            self._reporter.tell("Warning", "ReconcileFailed", problem)
        else:
            self._reporter.tell("Normal", "Reconciled", "The controller works again.")


_running: list[Controller] = []


def controller(name: str, reconcile: Reconcile) -> Controller:
    """Let ``reconcile(name)`` be called now, and whenever a Pod, a claim or a ConfigMap changed.

    It takes the place of the controller that ran before, and ends with the chapter. Raises
    LabError when no chapter is open, for something that can't be called, and when the one
    before can't be ended.
    """
    session = current()
    if not callable(reconcile):
        raise LabError(
            f"{reconcile!r} can't be called.",
            "A controller is a function with one parameter, the name of what it looks after.",
            f'Write def reconcile(name): …, then controller("{name}", reconcile).',
        )
    stop_controller()
    made = Controller(session, name, reconcile)
    _running[:] = [made]
    at_leave(stop_controller)
    made.start()
    return made


def settled(timeout: float) -> bool:
    """Wait until the controller that runs, if one does, has done what it would for now.

    Returns False when that takes longer than ``timeout`` seconds.
    """
    return all(one.settled(timeout) for one in list(_running))


def stop_controller() -> None:
    """End the controller that runs, if one does. Raises LabError when it can't be ended."""
    for one in list(_running):
        if not one.stop():
            raise LabError(
                f"The controller of {one.name} does not end.",
                "Its function is in a call that can't be broken off, and would go on working.",
                "Restart the kernel (Kernel > Restart Kernel), then run the cells again.",
            )
        _running.remove(one)
