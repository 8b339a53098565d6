"""Asking Prometheus: the names of series, waiting for them, and what isn't Prometheus."""

from types import SimpleNamespace

import pytest

from course.cluster import prometheus, session
from lab.errors import LabError


def series(pod, *values):
    return {"metric": {"__name__": "up", "pod": pod}, "value": [7, values[-1]],
            "values": [[at, value] for at, value in enumerate(values)]}  # fmt: skip


@pytest.fixture
def answers(monkeypatch):
    """Answers of Prometheus, one a request; the last one stays."""
    given: list = []

    def request(method, path, *, query):
        service = "/api/v1/namespaces/chapter-6/services/prometheus"
        found = given.pop(0) if len(given) > 1 else given[0]
        if (method, path) == ("GET", f"{service}:9093/proxy/api/v2/alerts"):
            return found
        assert (method, path.split("/proxy")[0]) == ("GET", f"{service}:9090")
        return found if isinstance(found, str) else {"status": "success", "data": {"result": found}}

    there = SimpleNamespace(connection=SimpleNamespace(request=request), namespace="chapter-6")
    monkeypatch.setattr(session, "_open", [there])
    return given


def test_a_query_gives_the_value_of_each_pod_in_order(answers):
    answers.append([series("web-1", "0"), series("web-0", "1")])
    assert list(prometheus.promql("up").items()) == [("web-0", 1.0), ("web-1", 0.0)]


def test_a_series_without_a_pod_is_named_by_its_labels(answers):
    answers.append([{"metric": {"alertname": "A", "job": "x"}, "value": [0, "1"]},
                    {"metric": {}, "value": [0, "2"]}])  # fmt: skip
    assert prometheus.promql("x") == {"alertname=A": 1.0, "all": 2.0}


def test_it_waits_until_there_are_as_many_series_as_are_wanted(answers):
    answers += [[], [series("web-0", "1")], [series("web-0", "1")]]
    assert prometheus.promql("up", count=1) == {"web-0": 1.0}
    answers[:] = [[]]
    with pytest.raises(LabError, match="2 series for up"):
        prometheus.promql("up", count=2, timeout=0.2)


def test_over_time_what_is_no_number_is_left_out(answers):
    answers.append([series("web-0", "1", "NaN", "3")])
    assert prometheus.promql_since("up", 0.0) == {"web-0": [(0.0, 1.0), (2.0, 3.0)]}


def test_an_answer_of_something_else_is_told(answers):
    answers.append("<html>")
    with pytest.raises(LabError, match="not Prometheus"):
        prometheus.promql("up")


def alert(name):
    return {"labels": {"alertname": name}, "status": {"state": "active"}}


def test_an_alert_is_waited_for_until_it_fires_and_until_it_has_cleared(answers):
    answers += [[], [alert("Other")], [alert("Other"), alert("NoPrimary")]]
    assert prometheus.fires("NoPrimary", timeout=5) == "NoPrimary fires."
    answers[:] = [[alert("NoPrimary")], [alert("Other")]]
    assert prometheus.clears("NoPrimary", timeout=5) == "NoPrimary has cleared."


def test_an_alert_that_never_comes_or_never_goes_is_told(answers):
    answers[:] = [[alert("Other")]]
    with pytest.raises(LabError, match="The alert NoPrimary"):
        prometheus.fires("NoPrimary", timeout=0.2)
    with pytest.raises(LabError, match="The end of the alert Other"):
        prometheus.clears("Other", timeout=0.2)


def test_an_answer_of_something_else_than_alertmanager_is_told(answers):
    answers.append("<html>")
    with pytest.raises(LabError, match="not Prometheus"):
        prometheus.clears("NoPrimary")
