"""The moment at which a container of a Pod is restarted, with its reason."""

from dataclasses import dataclass

from course.exercises.facts import Speaking, Subject, subject
from course.exercises.lines import plain
from course.exercises.span import Span
from course.record import Change, pods


@dataclass(frozen=True)
class Restarted:
    """A container starts anew in the same Pod. ``reason`` is its last end's, when given."""

    subject: Subject
    container: str | None = None
    reason: str | None = None

    @property
    def word(self) -> str:
        """What becomes so."""
        which = f"container {self.container}" if self.container else "a container"
        return f"{which} restarted" + (f" ({plain(self.reason)})" if self.reason else "")

    @property
    def said(self) -> str:
        """The moment in words."""
        return f"{self.subject}: {self.word}"

    def tell(self, change: Change) -> str:
        """The evidence: which container, why its last life ended, and its exit code."""
        for one in pods.restarts(change.object):
            if one.times and self._meant(one):
                code = "" if one.exit_code is None else f"exit code {one.exit_code}"
                why = [part for part in (one.container, one.reason, code) if part]
                return plain(f"a container restarted: {', '.join(why)}")
        return self.word

    def find(self, span: Span) -> Change | None:
        """The first change in the span with one more restart of the same Pod."""
        known = {
            name: self._times(pod)
            for name, pod in span.base.objects("Pod").items()
            if self.subject.meant(pod)
        }
        for change in span.changes:
            if change.kind != "Pod" or not self.subject.meant(change.object):
                continue
            times = self._times(change.object)
            if change.what == "modified" and times > known.get(change.name, 0):
                return change
            known[change.name] = times
        return None

    def _meant(self, one: pods.Restart) -> bool:
        return self.container in (None, one.container) and self.reason in (None, one.reason)

    def _times(self, pod: pods.Object) -> int:
        return sum(one.times for one in pods.restarts(pod) if self._meant(one))


def restarted(pod: Speaking, container: str | None = None, reason: str | None = None) -> Restarted:
    """A container of the Pod is restarted: `restarted("web-1", reason="OOMKilled")`."""
    return Restarted(subject(pod), container, reason)
