"""Facts that an object's status tells: phase, conditions, what a container waits for, owners."""

from course.exercises.facts import Fact, Object, Speaking, such_that
from course.record import pods


def in_phase(thing: Speaking, phase: str) -> Fact:
    """The Pod (or the claim, or the volume) is in this phase: `in_phase("web-0", "Pending")`."""
    return such_that(thing, f"in phase {phase}", lambda found: pods.phase(found) == phase)


def holds(thing: Speaking, condition: str, status: str = "True", reason: str = "") -> Fact:
    """A condition has this status, and this reason where one is given.

    `holds("web-0", "PodScheduled", "False", "Unschedulable")`. The status is `"True"`,
    `"False"` or `"Unknown"`, as Kubernetes writes it.
    """

    def test(found: Object) -> bool:
        there = pods.condition(found, condition)
        return there.get("status") == status and reason in ("", there.get("reason"))

    why = f" ({reason})" if reason else ""
    return such_that(thing, f"with {condition} {status}{why}", test)


def waits_for(pod: Speaking, *reasons: str) -> Fact:
    """A container of the Pod waits, for one of these reasons: `waits_for("x", "PodInitializing")`.

    Init containers count too.
    """

    def test(found: Object) -> bool:
        statuses = [
            *pods.dicts(found, "status", "initContainerStatuses"),
            *pods.dicts(found, "status", "containerStatuses"),
        ]
        return any(pods.text(one, "state", "waiting", "reason") in reasons for one in statuses)

    return such_that(pod, f"waiting: {' or '.join(reasons)}", test)


def owned_by(thing: Speaking, owner: str) -> Fact:
    """Its controller is this object, by kind and name: `owned_by("web-0", "StatefulSet/web")`.

    Raises ValueError without a kind.
    """
    kind, _, name = owner.partition("/")
    if not name:
        raise ValueError(f"{owner!r}: write the owner as KIND/NAME, such as StatefulSet/web.")

    def test(found: Object) -> bool:
        there = pods.owner(found)
        return there is not None and (there.kind, there.name) == (kind, name)

    return such_that(thing, f"owned by {owner}", test)


def ownerless(thing: Speaking) -> Fact:
    """It has no controller: nobody looks after it."""
    return such_that(thing, "without an owner", lambda found: pods.owner(found) is None)
