"""EndpointSlices: which Pods a Service leads to. DNS and the nodes' proxies go by them."""

from dataclasses import dataclass

from course.exercises.facts import Fact, Object, State, Subject, such_that
from course.record import pods


def endpoints(state: State, service: str) -> dict[str, str]:
    """The Pods that a Service leads to, each with its name in the Service's DNS or ""."""
    return {
        pod: name
        for piece in state.objects("EndpointSlice").values()
        if pods.service(piece) == service
        for pod, name in _listed(piece).items()
    }


def leads_to(service: str, pod: str) -> Fact:
    """The Service's EndpointSlices list the Pod, Ready or not: `leads_to("web", "web-0")`."""
    who = Slices("EndpointSlice", service, service=service)
    return such_that(who, f"leads to {pod}", lambda found: pod in _listed(found))


@dataclass(frozen=True)
class Slices(Subject):
    """The EndpointSlices of one Service."""

    service: str = ""

    def meant(self, thing: Object) -> bool:
        """Whether an EndpointSlice is the Service's."""
        return pods.service(thing) == self.service


def _listed(piece: Object) -> dict[str, str]:
    return {
        pods.text(one, "targetRef", "name"): pods.text(one, "hostname")
        for one in pods.dicts(piece, "endpoints")
    }
