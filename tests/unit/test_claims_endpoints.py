"""Claims on EndpointSlices: which Pods a Service leads to."""

import pytest

from course.exercises import leads_to
from course.exercises.assertions import asserted, before
from course.exercises.span import Span


@pytest.fixture
def told(story):
    """A Service that comes to lead to web-0, and then to web-1 as well."""
    labels = {"labels": {"kubernetes.io/service-name": "web"}}
    for names in (None, ["web-0"], ["web-0", "web-1"]):
        ends = names and [{"targetRef": {"kind": "Pod", "name": name}} for name in names]
        story.put("EndpointSlice", "web-x7k2p", metadata=labels, endpoints=ends)
    return story


def judged(story, thing):
    return asserted(thing).judge(Span.of(story.history, 0, 1_000.0))


def test_a_slice_is_evidence_under_the_name_of_its_service(told):
    found = judged(told, leads_to("web", "web-1"))
    assert found.verdict is True
    assert [(line.name, line.uid, line.text) for line in found.lines] == [
        ("web", "", "leads to web-1")
    ]


@pytest.mark.parametrize(("service", "pod"), [("web", "web-2"), ("db", "web-0"), ("web", "web")])
def test_another_services_slice_or_another_pod_is_none(told, service, pod):
    assert judged(told, leads_to(service, pod)).verdict is None


def test_each_pod_has_its_moment_in_a_slice(told):
    first, second = leads_to("web", "web-0"), leads_to("web", "web-1")
    assert judged(told, before(first, second)).verdict is True
    assert judged(told, before(second, first)).verdict is False
