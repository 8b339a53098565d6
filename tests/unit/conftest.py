"""What several tests share: a builder of histories, and progress that keeps what it told."""

from collections.abc import Callable
from copy import deepcopy
from itertools import count
from typing import Any

import pytest
from hypothesis import settings

from course.record import History
from lab.progress import Quiet

Object = dict[str, Any]

# How long an example takes says how busy the machine is: the tests run side by side.
settings.register_profile("course", deadline=None)
settings.load_profile("course")


class Story:
    """Tells a history line by line. Each line happens one second after the one before."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.history = History(clock=lambda: self.now)
        self.history.mark("chapter")
        self._numbers = count(1)
        self._things: dict[tuple[str, str], Object] = {}

    def tick(self, seconds: float = 1.0) -> None:
        self.now += seconds

    def set(self, name: str = "web", replicas: int = 3, **spec: Any) -> Object:
        return self.put("StatefulSet", name, spec={"replicas": replicas, **spec})

    def pod(
        self,
        name: str,
        *,
        owner: str | None = "web",
        claims: dict[str, str] | None = None,
        revision: str = "web-aaa",
    ) -> Object:
        """A new Pod, pending and without a node."""
        volumes = [
            {"name": volume, "persistentVolumeClaim": {"claimName": claim}}
            for volume, claim in (claims or {}).items()
        ]
        labels = {"controller-revision-hash": revision} if owner else {}
        owners = (
            [{"kind": "StatefulSet", "name": owner, "uid": "set", "controller": True}]
            if owner
            else []
        )
        return self.put(
            "Pod",
            name,
            metadata={"labels": labels, "ownerReferences": owners},
            spec={"containers": [{"name": "web", "image": "web:v1"}], "volumes": volumes},
            status={"phase": "Pending"},
        )

    def scheduled(self, name: str, node: str = "worker") -> None:
        self.change("Pod", name, lambda pod: pod["spec"].update(nodeName=node))

    def running(self, name: str) -> None:
        def change(pod: Object) -> None:
            pod["status"]["phase"] = "Running"
            pod["status"]["containerStatuses"] = [
                {"name": "web", "restartCount": 0, "state": {"running": {}}}
            ]

        self.change("Pod", name, change)

    def ready(self, name: str, yes: bool = True) -> None:
        conditions = [{"type": "Ready", "status": "True" if yes else "False"}]
        self.change("Pod", name, lambda pod: pod["status"].update(conditions=conditions))

    def up(self, name: str, **how: Any) -> None:
        """A Pod from its creation until it is Ready."""
        self.pod(name, **how)
        self.scheduled(name)
        self.running(name)
        self.ready(name)

    def restarted(self, name: str, reason: str = "OOMKilled", code: int = 137) -> None:
        def change(pod: Object) -> None:
            status = pod["status"]["containerStatuses"][0]
            status["restartCount"] += 1
            status["lastState"] = {"terminated": {"reason": reason, "exitCode": code}}

        self.change("Pod", name, change)

    def terminating(self, name: str, kind: str = "Pod") -> None:
        self.change(kind, name, lambda one: one["metadata"].update(deletionTimestamp="now"))

    def gone(self, name: str, kind: str = "Pod") -> None:
        self.tick()
        thing = self._things.pop((kind, name))
        self.history.append(kind, "deleted", deepcopy(thing), self.now)

    def lose(self, name: str) -> None:
        """A Pod from the request to delete it until it is gone."""
        self.terminating(name)
        self.gone(name)

    def claim(self, name: str, volume: str | None = None) -> Object:
        """A claim, bound when it has a volume."""
        return self.put(
            "PersistentVolumeClaim",
            name,
            spec={"volumeName": volume} if volume else {},
            status={"phase": "Bound" if volume else "Pending"},
        )

    def put(self, kind: str, name: str, **parts: Any) -> Object:
        """A new object of any kind."""
        metadata = {"name": name, "uid": f"{next(self._numbers):08x}", "namespace": "chapter-1"}
        thing = {"kind": kind, **parts, "metadata": metadata | parts.get("metadata", {})}
        self._things[kind, name] = thing
        self._tell(kind, "added", thing)
        return thing

    def change(self, kind: str, name: str, how: Callable[[Object], Any]) -> None:
        """Any change of an object that exists."""
        thing = self._things[kind, name]
        how(thing)
        self._tell(kind, "modified", thing)

    def _tell(self, kind: str, what: Any, thing: Object) -> None:
        self.tick()
        thing["metadata"]["resourceVersion"] = str(next(self._numbers))
        self.history.append(kind, what, deepcopy(thing), self.now)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what share of the things that were turned round the tests have caught."""
    shares: dict[str, list[int]] = {}
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == "caught" and report.when == "call":
                what, caught, of = value
                known = shares.setdefault(what, [0, 0])
                shares[what] = [known[0] + caught, known[1] + of]
    for what, (caught, of) in sorted(shares.items()):
        terminalreporter.write_line(f"Turned round, {what}: {caught} of {of} caught.")


@pytest.fixture
def story() -> Story:
    """A history to tell."""
    return Story()


@pytest.fixture(scope="session")
def new_story() -> Callable[[], Story]:
    """Makes stories, for tests that need many."""
    return Story


class Told(Quiet):
    """Progress that keeps the lines it was to show."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def tell(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture
def told() -> Told:
    return Told()
