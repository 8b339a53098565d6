"""The reader of the queue's books: what a server may do to a consumer makes nothing look lost."""

import importlib.util
import sys
import types
from pathlib import Path
from types import SimpleNamespace

import pytest

MANIFESTS = Path(__file__).parents[2] / "notebooks" / "manifests" / "05"
PAUSE = (None, None, None)  # what pika gives when no message came in time
SENT_AWAY = "the server ends the consumer"


class Channel:
    """A channel to a queue that does what a script says, and has nothing more after it."""

    def __init__(self, clock, script):
        self.clock, self.script, self.acked, self.closed = clock, list(script), [], False
        self.connection = SimpleNamespace(close=self.close)

    def basic_qos(self, prefetch_count):
        assert prefetch_count > 0

    def consume(self, queue, inactivity_timeout):
        while True:
            now = self.script.pop(0) if self.script else PAUSE
            if now is SENT_AWAY:
                return
            if now is PAUSE:
                self.clock.now += inactivity_timeout
                yield PAUSE
            else:
                yield SimpleNamespace(delivery_tag=now), None, now.encode()

    def basic_ack(self, tag):
        self.acked.append(tag)

    def close(self):
        self.closed = True


@pytest.fixture
def reader(monkeypatch):
    """`emptied` of the queue's books, on a channel that follows a script; no time passes."""
    pika = types.ModuleType("pika")
    errors = types.ModuleType("pika.exceptions")
    errors.AMQPError = OSError
    monkeypatch.setitem(sys.modules, "pika", pika)
    monkeypatch.setitem(sys.modules, "pika.exceptions", errors)
    monkeypatch.syspath_prepend(str(MANIFESTS))
    spec = importlib.util.spec_from_file_location("queue_books", MANIFESTS / "rabbitmq_books.py")
    books = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(books)
    sys.modules.pop("ledger", None)
    clock = SimpleNamespace(now=100.0)
    books.time = SimpleNamespace(monotonic=lambda: clock.now)

    def read(script, wanted):
        channel = Channel(clock, script)
        books.connection = lambda: SimpleNamespace(channel=lambda: channel)
        found = books.emptied("orders", wanted)
        assert channel.closed
        assert channel.acked == found
        return found, clock.now - 100.0

    return read


def test_what_is_there_is_read_and_a_second_more_for_what_was_never_acknowledged(reader):
    assert reader(["a", "b", PAUSE, "c"], ["a", "b"]) == (["a", "b", "c"], 1.5)


def test_a_new_leader_that_is_busy_for_some_seconds_is_waited_for(reader):
    found, _ = reader(["a", *[PAUSE] * 10, "b"], ["a", "b"])
    assert found == ["a", "b"]


def test_a_consumer_that_the_server_sent_away_comes_again(reader):
    found, _ = reader([SENT_AWAY, "a", SENT_AWAY, SENT_AWAY, "b"], ["a", "b"])
    assert found == ["a", "b"]


def test_what_does_not_come_as_long_as_a_client_waits_is_not_there(reader):
    assert reader(["a"], ["a", "lost"]) == (["a"], 6.0)
