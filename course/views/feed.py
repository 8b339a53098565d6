"""Brings the changes of one history to every board that looks at it, at a bounded pace.

One thread a history. It wakes when something happens, tells at once, then waits: at least
``PACE`` seconds, and longer when telling was dear, so that it never takes more than ``SHARE``
of a core. Nothing is lost by waiting: what came in between goes into the next message.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from weakref import WeakValueDictionary

from course.record import History
from course.views.answers import timeline
from course.views.model import Model
from course.views.reading import Json

PACE = 1 / 30  # seconds between two messages: what film and video take for smooth
SHARE = 0.15  # of a core
Listener = Callable[[Json], None]

_log = logging.getLogger(__name__)
_feeds: WeakValueDictionary[int, Feed] = WeakValueDictionary()  # a feed keeps its history
_feeds_lock = threading.Lock()


class Feed:
    """The newest model of a history, and who wants to hear of it. Thread-safe."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._listeners: list[Listener] = []
        self._thread: threading.Thread | None = None
        self._number = 0
        self._since = 0
        self._model = Model()
        self._renew()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(message)`` on what changes from now on; returns what ends it."""
        with self._lock:
            if listener not in self._listeners:
                self._listeners.append(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="board", daemon=True)
                self._thread.start()
        return lambda: self._leave(listener)

    def whole(self) -> Json:
        """The full model as a message; a following one has the next number."""
        with self._lock:
            self._tell()
            return {
                "type": "model",
                "number": self._number,
                "index": self._since - 1,
                "now": self.history.clock(),
                "timeline": timeline(self.history),
                **self._model.whole(),
            }

    def flush(self) -> None:
        """Tell at once what has happened since the last message."""
        with self._lock:
            self._tell()

    def _leave(self, listener: Listener) -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)
        self._news.set()

    def _renew(self) -> None:
        snapshot = self.history.snapshot()
        self._since = snapshot.index + 1
        self._model = Model(snapshot)

    def _run(self) -> None:
        end = self.history.subscribe(lambda _change: self._news.set())
        try:
            while (spent := self._turn()) is not None:
                time.sleep(max(PACE, spent / SHARE))
                self._news.wait()
                self._news.clear()
        except Exception:  # noqa: BLE001 - a board must never pretend to be live
            _log.exception("The board's feed has failed and has stopped.")
            with self._lock:
                self._thread = None
                self._send({"type": "stopped"})
        finally:
            end()

    def _turn(self) -> float | None:
        """Tell what is new; returns the seconds of work it took, None when nobody listens."""
        with self._lock:
            if not self._listeners:
                self._thread = None  # under the lock: the next listener starts another
                return None
            began = time.thread_time()
            self._tell()
            return time.thread_time() - began

    def _tell(self) -> None:
        """Bring the model forward and tell everyone. The lock is held: the order is kept."""
        if self.history.begins > self._since:
            self._renew()  # so much happened that the history has forgotten what we missed
            self._number += 2  # a gap, so that every board asks for the whole
            self._send({"type": "change", "number": self._number})
            return
        changes = self.history.changes(self._since)
        if not changes:
            return
        altered = self._model.apply(changes)
        self._since = changes[-1].index + 1  # after: an interrupted cell must lose nothing
        if not altered:
            return
        self._number += 1
        message: Json = {
            "type": "change",
            "number": self._number,
            "index": changes[-1].index,
            "time": changes[-1].time,
            "received": changes[0].time,
            **altered,
        }
        self._send(message)

    def _send(self, message: Json) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(message)
            except Exception:  # noqa: BLE001 - one board's broken line must not silence the others
                _log.exception(
                    "A board could not be told what changed; it is left out from now on."
                )
                self._listeners.remove(listener)


def feed_of(history: History) -> Feed:
    """The one feed of a history, however many boards look at it."""
    with _feeds_lock:
        feed = _feeds.get(id(history))
        if feed is None:
            feed = _feeds[id(history)] = Feed(history)
        return feed
