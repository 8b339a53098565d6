"""Events: what Kubernetes' controllers say of an object."""

from dataclasses import dataclass

from course.exercises.facts import Fact, Object, Speaking, Subject, subject, such_that
from course.record import pods


@dataclass(frozen=True)
class About(Subject):
    """The Events about one object. Their own names are random, and mean nothing."""

    about: str = ""
    about_kind: str = ""

    def meant(self, thing: Object) -> bool:
        """Whether an Event is about the object."""
        one = pods.part(thing, "involvedObject")
        return pods.text(one, "name") == self.about and pods.text(one, "kind") == self.about_kind


def warned(thing: Speaking, reason: str, words: str = "") -> Fact:
    """An Event of this reason tells of it, with these words in its message where they are given.

    `warned("sts/web", "FailedCreate", "exceeded quota")`. The API server forgets Events after
    an hour.
    """
    one = subject(thing)

    def test(found: Object) -> bool:
        return pods.text(found, "reason") == reason and words in pods.text(found, "message")

    who = About("Event", str(one), about=one.name, about_kind=one.kind)
    return such_that(who, f"{reason}: …{words}…" if words else reason, test)
