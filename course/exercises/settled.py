"""Whether the cluster is at rest, or still on its way to what was asked of it."""

from course.exercises.facts import State
from course.record import pods


def unseen(state: State) -> str | None:
    """Which set's controller has not seen the latest change of it, in words; None when none."""
    for name, owner in state.objects("StatefulSet").items():
        seen = pods.number(owner, "status", "observedGeneration")
        if pods.number(owner, "metadata", "generation") > seen:
            return f"{name} is not up to date"
    return None


def moving(state: State) -> str | None:
    """What still moves, in words; None when the cluster is at rest.

    A Pod that can't become Ready moves forever, so whoever waits needs a bound.
    """
    for kind in ("Pod", "PersistentVolumeClaim"):
        for name, thing in state.objects(kind).items():
            if pods.is_terminating(thing):
                return f"{name} is terminating"
    for name, pod in state.objects("Pod").items():
        if pods.phase(pod) not in ("Succeeded", "Failed") and not pods.is_ready(pod):
            return f"{name} is not Ready"
    behind = unseen(state)
    if behind:
        return behind
    for name, owner in state.objects("StatefulSet").items():
        wanted = pods.part(owner, "spec", "replicas")
        has = [pod for pod in state.objects("Pod").values() if pods.owner_set(pod) == name]
        if isinstance(wanted, int) and wanted != len(has):
            return f"{name} has {len(has)} of {wanted} Pods"
    return None
