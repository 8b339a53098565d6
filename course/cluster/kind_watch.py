"""One thread that follows one kind: list, then watch, then again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Literal

from course.cluster.backoff import BackOff
from course.cluster.differences import Change, behind, differences, identity, version
from course.cluster.kinds import Kind
from course.cluster.stream import Cut, Gone, Refused, Stream, Transport

State = Literal["live", "behind", "away"]
SHORT_SECONDS = 0.5
"""A stream that ends sooner than this and brought nothing counts as a failure."""


# Where changes go, with their kind and the time (Unix, seconds): the history's `append`.
Sink = Callable[[str, Change, dict[str, Any], float], object]


class KindWatch:
    """Follows one kind of one namespace and tells each change once, in order.

    `known` holds every object by UID. `error` is the last failure in plain words.
    """

    def __init__(
        self,
        kind: Kind,
        namespace: str,
        transport: Transport,
        sink: Sink,
        *,
        clock: Callable[[], float] = time.time,
        back_off: BackOff | None = None,
    ) -> None:
        self.kind = kind
        self.error = ""
        self.tries = 0
        self._state: State = "behind"
        self._path = kind.path(namespace)
        self._namespace = namespace
        self._transport = transport
        self._sink = sink
        self._clock = clock
        self._back_off = back_off or BackOff()
        self._known: dict[str, dict[str, Any]] = {}
        self._told: set[str] = set()
        self._since: str | None = None
        self._seen = 0
        self._lost = 0
        self._stream: Stream | None = None
        self._stopped = threading.Event()
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=f"watch-{kind.plural}", daemon=True)

    def start(self) -> None:
        """Start following; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Tell nothing more, and end the thread; `join` waits for it."""
        self._stopped.set()
        with self._news:
            self._news.notify_all()
        stream = self._stream
        if stream:
            stream.close()

    def join(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for the thread's end; say whether it ended."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def state(self) -> State:
        """`live`, `behind` (a list or a stream is on its way) or `away` (no server)."""
        died = self._thread.ident is not None and not self._thread.is_alive()
        return "away" if died else self._state

    def catch_up(self, deadline: float) -> bool:
        """Wait until all that the API server has now was told; False after `deadline`.

        `deadline` is in `time.monotonic` seconds. A quiet kind's watch says nothing
        about how new it is, so what is known is held against a list of metadata.
        """
        while not self._stopped.is_set() and time.monotonic() < deadline:
            try:
                now = self._transport.listed(self._path, metadata_only=True)
            except (Cut, Gone, Refused):
                self._stopped.wait(min(0.3, max(0.0, deadline - time.monotonic())))
                continue
            return self._reaches(now, deadline)
        return False

    def _reaches(self, now: dict[str, Any], deadline: float) -> bool:
        items, at = now["items"], int(now["metadata"]["resourceVersion"])

        def reached() -> bool:
            return self._since is not None and not behind(self._known, self._seen, items, at)

        with self._news:
            self._news.wait_for(
                lambda: self._stopped.is_set() or reached(),
                timeout=max(0.0, deadline - time.monotonic()),
            )
            return reached() and not self._stopped.is_set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.tries += 1
            try:
                self._follow()
            except Gone:
                # Ordinary the first time; again at once would be a server gone wrong.
                self._lost += 1
                self._since, self._state = None, "behind"
                self._stopped.wait(self._back_off.next() if self._lost > 1 else 0)
            except (Cut, Refused) as error:
                if self._stopped.is_set():
                    return
                self.error = str(error)
                # One broken stream is ordinary; a second failure in a row is an outage.
                self._state = "away" if self._back_off.failures else "behind"
                self._stopped.wait(self._back_off.next())

    def _follow(self) -> None:
        if self._since is None:
            self._list()
        assert self._since is not None
        stream = self._stream = self._transport.stream(self._path, self._since)
        if self._stopped.is_set():
            stream.close()
        self._state, self.error = "live", ""
        opened, heard = time.monotonic(), False
        try:
            for what, thing in stream:
                self._take(what, thing)
                heard = True
                self._worked()
        finally:
            self._stream = None
            if heard or time.monotonic() - opened > SHORT_SECONDS:
                self._worked()
        if not heard and time.monotonic() - opened <= SHORT_SECONDS:
            raise Cut("the API server ends the watch as soon as it begins")

    def _worked(self) -> None:
        self._lost = 0
        self._back_off.reset()

    def _list(self) -> None:
        answer = self._transport.listed(self._path)
        for what, thing in differences(self._known, answer["items"]):
            self._change(what, thing)
        with self._news:
            self._since = str(answer["metadata"]["resourceVersion"])
            self._seen = max(self._seen, int(self._since))
            self._news.notify_all()

    def _take(self, what: str, thing: dict[str, Any]) -> None:
        self._since = str(thing["metadata"]["resourceVersion"])
        if what == "BOOKMARK":
            with self._news:
                self._seen = max(self._seen, version(thing))
                self._news.notify_all()
            return
        uid = identity(thing)
        if what == "DELETED":
            change: Change = "deleted"
        else:
            change = "modified" if uid in self._known else "added"
        self._change(change, thing)

    def _change(self, what: Change, thing: dict[str, Any]) -> None:
        thing.setdefault("kind", self.kind.name)
        thing.setdefault("apiVersion", self.kind.version)
        # kubectl hides it too: half of each object, and of no use to a learner.
        thing["metadata"].pop("managedFields", None)
        uid = identity(thing)
        if uid in self._known and version(thing) < version(self._known[uid]):
            return  # late: a newer state of it was told
        self._tell(what, uid, thing)
        with self._news:
            if what == "deleted":
                self._known.pop(uid, None)
            else:
                self._known[uid] = thing
            self._seen = max(self._seen, version(thing))
            self._news.notify_all()

    def _tell(self, what: Change, uid: str, thing: dict[str, Any]) -> None:
        """Pass a change on, when the object belongs to the chapter or did until now."""
        mine = what != "deleted" and self.kind.belongs(thing, self._namespace)
        if self._stopped.is_set() or not (mine or uid in self._told):
            return
        if not mine:
            self._told.discard(uid)
            self._sink(self.kind.name, "deleted", thing, self._clock())
            return
        change: Change = "modified" if uid in self._told else "added"
        self._told.add(uid)
        self._sink(self.kind.name, change, thing, self._clock())
