"""What changes the cluster while the board is measured, in a process of its own.

    python load.py make SETS REPLICAS        sets whose Pods are all Ready
    python load.py flip RATE SECONDS FILE    so many changes of readiness a second
    python load.py clear                     the namespace is empty

The sets, their Pods and their controller are real. Nobody schedules the Pods, so that a
thousand of them fit on a laptop: their status is written here, as a kubelet would write it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

from course.cluster.connection import Connection, connect
from course.cluster.kinds import POD, SET, Kind
from course.cluster.session import until

NAMESPACE = "chapter-6"
IMAGE = "lab.local/web:v1"
WRITERS = 4
STRIDE = 37  # from one change to the next: another set each time, and every Pod in turn
MAKE_SECONDS = 240.0  # the set's controller is allowed about twenty requests a second
CLEAR_SECONDS = 120.0
MERGE = "application/strategic-merge-patch+json"
EVENT = Kind("Event", "v1", "events")
Json = dict[str, Any]


def make(connection: Connection, sets: int, replicas: int) -> None:
    """Create the sets, wait for all their Pods, and let each Pod be Ready."""
    for number in range(sets):
        body = stateful_set(f"set-{number:02}", replicas)
        connection.request("POST", SET.path(NAMESPACE), body)
    total = sets * replicas
    until(f"{total} Pods", MAKE_SECONDS, lambda: len(names(connection)) == total)
    at_once(lambda pod: patch(connection, pod, running()), names(connection))


def stateful_set(name: str, replicas: int) -> Json:
    """Return a set that creates its Pods all at once, for a scheduler that is not there."""
    spec = {
        "schedulerName": "nobody",
        "terminationGracePeriodSeconds": 0,
        "containers": [{"name": "web", "image": IMAGE}],
    }
    return {
        "apiVersion": SET.version,
        "kind": SET.name,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "replicas": replicas,
            "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": spec},
        },
    }


def names(connection: Connection) -> list[str]:
    """Return the names of the Pods, sorted."""
    found = connection.transport().listed(POD.path(NAMESPACE), metadata_only=True)
    return sorted(each["metadata"]["name"] for each in found["items"])


def running() -> Json:
    """Return the status of a Pod that runs and is Ready."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    container = {
        "name": "web", "image": IMAGE, "imageID": "", "ready": True, "restartCount": 0,
        "state": {"running": {"startedAt": now}},
    }  # fmt: skip
    return {
        "phase": "Running",
        "startTime": now,
        "containerStatuses": [container],
        **readiness(ready=True),
    }


def readiness(*, ready: bool) -> Json:
    """Return the part of a status that says whether a Pod is Ready."""
    return {"conditions": [{"type": "Ready", "status": str(ready)}]}


def patch(connection: Connection, pod: str, status: Json) -> str:
    """Merge into a Pod's status; returns the resourceVersion that this made."""
    path = f"{POD.path(NAMESPACE)}/{pod}/status"
    made = connection.request("PATCH", path, {"status": status}, content=MERGE, timeout=30)
    return str(made["metadata"]["resourceVersion"])


def at_once(work: Callable[[Any], object], items: Any) -> None:
    """Do the work for all items, some at a time; the first error ends it."""
    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in pool.map(work, items):
            pass


def flip(connection: Connection, rate: float, seconds: float, file: Path) -> None:
    """Turn the Pods unready one by one, then ready again, and so on, at an even pace.

    Writes each change as [Pod, resourceVersion, Unix time of the answer]. A writer that
    has fallen behind catches up, so that the rate is kept over the whole time.
    """
    pods, turns, began = names(connection), count(), time.monotonic()
    made: list[tuple[str, str, float]] = []
    print("began", flush=True)

    def write(_: int) -> None:
        while (due := (turn := next(turns)) / rate) < seconds:
            time.sleep(max(0.0, began + due - time.monotonic()))  # the pace
            pod, passed = pods[turn * STRIDE % len(pods)], turn // len(pods)
            version = patch(connection, pod, readiness(ready=passed % 2 == 1))
            made.append((pod, version, time.time()))

    # One Pod's changes must not overtake each other.
    writers = WRITERS if len(pods) > 100 * WRITERS else 1
    at_once(write, range(writers))
    file.write_text(json.dumps(made))


def clear(connection: Connection) -> None:
    """Delete sets, Pods and events, and wait until the Pods are gone."""
    options = {"gracePeriodSeconds": 0, "propagationPolicy": "Background"}

    def gone() -> bool:
        for kind in (SET, POD, EVENT):
            connection.request("DELETE", kind.path(NAMESPACE), options, timeout=60)
        return not names(connection)

    until("The namespace being empty", CLEAR_SECONDS, gone)


def main(task: str, *args: str) -> None:
    """Do one task on the lab that LAB_NAME names."""
    connection = connect()
    if task == "make":
        make(connection, int(args[0]), int(args[1]))
    elif task == "flip":
        flip(connection, float(args[0]), float(args[1]), Path(args[2]))
    elif task == "clear":
        clear(connection)
    else:
        raise SystemExit(f"There is no task {task}: it is make, flip or clear.")


if __name__ == "__main__":
    main(*sys.argv[1:])
