"""A watch whose connections break each second tells what one tells whose connections hold."""

import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from course.cluster.kinds import POD
from course.cluster.session import until
from course.cluster.stream import Transport
from course.cluster.watch import Watch

sys.path.insert(0, str(Path(__file__).parents[1]))

from cluster.relay import Relay

#: How long the connections break. By hand: BROKEN_WATCH_SECONDS=120.
SECONDS = float(os.environ.get("BROKEN_WATCH_SECONDS", "20"))


class Told:
    """What a watch told: for each object (kind and UID) its changes with their versions."""

    def __init__(self):
        self.changes = defaultdict(list)

    def __call__(self, kind, what, thing, _time):
        metadata = thing["metadata"]
        change = (what, int(metadata["resourceVersion"]))
        self.changes[kind, metadata["uid"]].append(change)

    def after(self, version):
        """The changes that came after a version of the cluster."""
        late = {
            key: [change for change in changes if change[1] > version]
            for key, changes in self.changes.items()
        }
        return {key: changes for key, changes in late.items() if changes}


@pytest.mark.timeout(SECONDS + 120)
def test_a_watch_broken_each_second_tells_each_change_once_and_in_order(web, kubectl):
    connection = web.connection
    relay = Relay(urlsplit(connection.host).port)
    told, truth = Told(), Told()
    with relay.listening() as port:
        broken = Transport(
            connection.pool, f"https://127.0.0.1:{port}", dict(connection.api.default_headers)
        )
        with (
            Watch(broken, web.namespace, told) as watch,
            Watch(connection.transport(), web.namespace, truth) as other,
        ):
            assert watch.catch_up(10)
            assert other.catch_up(10)
            pods = connection.list(POD, web.namespace)  # all that comes later has greater versions
            begun = max(int(pod["metadata"]["resourceVersion"]) for pod in pods)
            turns = change_and_cut(web, kubectl, relay)
            assert watch.catch_up(20)
            assert other.catch_up(10)
            # A quiet kind that knows all there is may still wait for its next try.
            until("The watch being live", 20, lambda: watch.state == "live")
    assert relay.broken >= SECONDS
    labelled = [each for (kind, _), each in truth.after(begun).items() if kind == "Pod"]
    assert sum(map(len, labelled)) >= turns
    assert told.after(begun) == truth.after(begun)


def change_and_cut(web, kubectl, relay):
    """Label Pods ten times a second and delete one now and then; break the relay each second."""
    began, turn, cuts = time.monotonic(), 0, 0
    while (passed := time.monotonic() - began) < SECONDS:
        turn += 1
        label = {"metadata": {"labels": {"turn": str(turn)}}}
        web.connection.patch(POD, "web-0", label, web.namespace)
        if turn % 50 == 0:
            kubectl("delete", "pod", "web-2", "--wait=false")
        if passed > cuts + 1:
            cuts += 1
            relay.cut()
        time.sleep(0.1)  # the pace of the changes, not a wait for anything
    return turn
