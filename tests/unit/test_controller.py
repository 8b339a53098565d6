"""A learner's controller: called after each change, ended with the chapter, heard when it fails."""

import threading
import time
from types import SimpleNamespace

import pytest

from course.cluster import controller as module
from course.cluster import session as sessions
from course.cluster.connection import Unreachable
from course.cluster.controller import controller, settled
from course.cluster.mistakes import told
from course.cluster.session import until
from lab.errors import LabError

BOUND = 5.0


class Watch:
    """Stands for the watch: the test says when something changed."""

    latest = None

    def __init__(self, transport, namespace, sink, *, kinds):
        self.sink, self.stopped = sink, False
        Watch.latest = self

    def start(self):
        pass

    def stop(self):
        self.stopped = True

    def catch_up(self, timeout):
        return True


@pytest.fixture
def events(monkeypatch):
    """An open chapter; gives the Events that are made in it."""
    made = []
    monkeypatch.setattr(module, "Watch", Watch)
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    connection = SimpleNamespace(
        transport=lambda: None, request=lambda method, path, body: made.append(body)
    )
    sessions.enter(sessions.Session(connection, "chapter-3"))
    yield made
    sessions.leave()


def changed():
    Watch.latest.sink("Pod", "modified", {}, 0.0)


def test_it_is_called_at_once_and_again_after_each_change(events):
    names = []
    made = controller("mini", names.append)
    assert names == ["mini"]
    changed()
    assert settled(BOUND)
    assert names == ["mini", "mini"]
    assert made.running
    assert "looks after mini" in repr(made)


def test_a_change_during_a_call_leads_to_another_call(events):
    calls = []

    def reconcile(name):
        calls.append(name)
        if len(calls) == 1:
            changed()

    controller("mini", reconcile)
    until("A second call", BOUND, lambda: len(calls) == 2)


def test_without_a_change_it_rests(events):
    calls = []
    made = controller("mini", calls.append)
    assert settled(BOUND)
    assert made.calls == len(calls) == 1


def test_a_function_that_undoes_its_own_work_is_called_at_a_measured_pace(events, monkeypatch):
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.2)
    calls = []

    def restless(name):
        calls.append(time.monotonic())
        changed()

    controller("mini", restless)
    until("A third call", BOUND, lambda: len(calls) == 3)
    assert calls[2] - calls[0] >= 0.39


def test_what_it_raises_is_told_in_a_sentence_as_an_event_once_and_tried_again(events):
    calls = []

    def reconcile(name):
        calls.append(name)
        if len(calls) < 3:
            raise KeyError("replicas")

    made = controller("mini", reconcile)
    assert made.problem.endswith("KeyError: 'replicas'")
    assert made.problem.startswith("Line ")
    until("Its coming right", BOUND, lambda: not made.problem)
    assert [one["reason"] for one in events] == ["Started", "ReconcileFailed", "Reconciled"]
    assert events[1]["type"] == "Warning"
    assert events[1]["involvedObject"]["name"] == "mini"


def test_without_a_cluster_it_goes_on_and_keeps_what_went_wrong(events, monkeypatch):
    def away(*_):
        raise Unreachable("nobody answers")

    monkeypatch.setattr(sessions.current().connection, "request", away)

    def reconcile(name):
        raise ValueError("no")

    assert "ValueError: no" in repr(controller("mini", reconcile))


def test_a_new_one_takes_the_place_of_the_old(events):
    old = controller("mini", lambda name: None)
    before = Watch.latest
    new = controller("mini", lambda name: None)
    assert before.stopped
    assert not old.running
    assert "has ended" in repr(old)
    assert new.running


def test_it_ends_with_the_chapter(events):
    made = controller("mini", lambda name: None)
    sessions.leave()
    assert not made.running
    assert Watch.latest.stopped


def test_an_endless_loop_is_told_and_broken_off(events, monkeypatch):
    monkeypatch.setattr(module, "FIRST_CALL_SECONDS", 0.3)
    monkeypatch.setattr(module, "SLOW_SECONDS", 0.1)
    monkeypatch.setattr(module, "END_SECONDS", 1)

    def waits_for_ever(name):
        while True:
            time.sleep(0.01)

    made = controller("mini", waits_for_ever)
    assert "has not returned" in made.problem
    assert not settled(0.1)
    assert made.stop()


def test_one_that_cannot_be_ended_is_told(events, monkeypatch):
    monkeypatch.setattr(module, "FIRST_CALL_SECONDS", 0.1)
    monkeypatch.setattr(module, "END_SECONDS", 0.1)
    let_go = threading.Event()
    controller("mini", lambda name: let_go.wait(BOUND))
    with pytest.raises(LabError, match="does not end"):
        controller("mini", lambda name: None)
    let_go.set()


def test_what_is_no_function_is_refused(events):
    with pytest.raises(LabError, match="can't be called"):
        controller("mini", "reconcile")


def test_without_a_chapter_it_says_so():
    sessions.leave()
    with pytest.raises(LabError, match="No chapter is open"):
        controller("mini", lambda name: None)


def test_the_api_servers_own_reason_is_told():
    class ApiError(Exception):
        body = '{"message": "pods \\"mini-1\\" already exists"}'

    assert told(ApiError("(409)"), len) == 'ApiError: pods "mini-1" already exists'


def test_a_body_that_is_no_json_is_no_hindrance():
    class ApiError(Exception):
        body = "<html>"

    assert told(ApiError("(502) Bad\n gateway"), len) == "ApiError: (502) Bad gateway"


def test_a_name_that_is_too_long_does_not_push_the_field_out_of_the_sentence():
    name = "m" * 253
    said = f'Pod "{name}" is invalid: metadata.name: Invalid value: "{name}": too long'
    sentence = told(ValueError(said), len)
    assert "is invalid: metadata.name: Invalid value:" in sentence
    assert sentence.endswith(": too long")


def test_what_an_object_says_is_told_as_plain_text():
    sentence = told(ValueError("\x1b[31mred\u202e\nx" + "y" * 1000), len)
    assert sentence.isprintable()
    assert len(sentence) <= 300
