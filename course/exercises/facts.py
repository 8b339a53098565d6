"""Facts about objects: what can be so, and the moment at which it becomes so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from course.exercises.span import Span
from course.record import Change, Gone, pods

Object = dict[str, Any]

#: kubectl's short names for what claims speak of.
SHORT_NAMES = {
    "pod": "Pod",
    "pvc": "PersistentVolumeClaim",
    "pv": "PersistentVolume",
    "sts": "StatefulSet",
    "svc": "Service",
    "node": "Node",
    "deploy": "Deployment",
    "rs": "ReplicaSet",
}


class State(Protocol):
    """The cluster at one moment: a snapshot, or a fold in progress."""

    def objects(self, kind: str) -> Mapping[str, Object]:
        """The objects of a kind that exist."""
        ...

    def gone(self, kind: str) -> Mapping[str, Gone]:
        """The objects of a kind that were deleted."""
        ...


@dataclass(frozen=True)
class Incarnation:
    """One life under a name: the next Pod `web-1` is another one."""

    kind: str
    name: str
    uid: str

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Subject:
    """What a claim speaks of: one name, one life of it, or a set's Pods."""

    kind: str
    label: str
    name: str = ""
    uid: str = ""
    owner: str = ""

    def meant(self, thing: Object) -> bool:
        """Whether an object of the subject's kind is meant."""
        if self.uid:
            return pods.uid(thing) == self.uid
        return pods.owner_set(thing) == self.owner if self.owner else pods.name(thing) == self.name

    def __str__(self) -> str:
        return self.label


Speaking = str | Incarnation | Subject


def subject(thing: Speaking) -> Subject:
    """What is meant by `"web-1"` (a Pod), `"pvc/data-web-1"`, one life, or ``set_pods``.

    Raises ValueError for a kind that is no short name of kubectl.
    """
    if isinstance(thing, Subject):
        return thing
    if isinstance(thing, Incarnation):
        return Subject(thing.kind, thing.name, thing.name, thing.uid)
    short, _, name = thing.rpartition("/")
    if short and short not in SHORT_NAMES:
        raise ValueError(f"{thing!r}: write {', '.join(f'{one}/NAME' for one in SHORT_NAMES)}.")
    return Subject(SHORT_NAMES[short or "pod"], name, name)


def set_pods(name: str) -> Subject:
    """Every Pod of the StatefulSet of this name."""
    return Subject("Pod", f"a Pod of {name}", owner=name)


class Moment(Protocol):
    """Something that becomes so at one change of the history."""

    @property
    def subject(self) -> Subject:
        """What it speaks of."""
        ...

    @property
    def said(self) -> str:
        """The moment in words: `web-1 ready`."""
        ...

    @property
    def word(self) -> str:
        """What becomes so, in a word: `ready`."""
        ...

    def find(self, span: Span) -> Change | None:
        """The first change in the span at which it becomes so."""
        ...

    def tell(self, change: Change) -> str:
        """What the evidence says of the change that was found."""
        ...


@dataclass(frozen=True)
class Fact:
    """Something that is so of an object or not: a condition, and the moment it becomes so.

    ``test(object, alive)`` is asked of objects that exist; with ``of_gone`` also of deleted
    ones, by their last state.
    """

    subject: Subject
    word: str
    test: Callable[[Object, bool], bool]
    of_gone: bool = False

    @property
    def said(self) -> str:
        """The fact in words: `web-1 ready`."""
        return f"{self.subject} {self.word}"

    def tell(self, _: Change) -> str:
        """What the evidence says: the fact's word."""
        return self.word

    def holders(self, state: State) -> list[str]:
        """The names of the objects of which it is so."""
        kind = self.subject.kind
        live = state.objects(kind)
        if self.subject.name and not self.subject.owner:
            live = _only(live, self.subject.name)
        found = [
            name
            for name, thing in live.items()
            if self.subject.meant(thing) and self.test(thing, True)
        ]
        if not self.of_gone:
            return found
        living = state.objects(kind)
        return found + [
            name
            for name, gone in state.gone(kind).items()
            if (name not in living or pods.uid(living[name]) != self.subject.uid != "")
            and self.subject.meant(gone.object)
            and self.test(gone.object, False)
        ]

    def find(self, span: Span) -> Change | None:
        """The first change in the span at which it becomes so, or None.

        Of one life, identified by its UID, the whole history is asked: it has one birth.
        """
        if self.subject.uid:
            span = span.whole()
        holding = Holding(self, span.base)
        for change in span.changes:
            had = change.name in holding.names
            holding.take(change)
            if change.name in holding.names and not had:
                return change
        return None


class Holding:
    """Of which objects a fact is so, followed change by change."""

    def __init__(self, fact: Fact, base: State) -> None:
        self.fact = fact
        self.names = dict.fromkeys(fact.holders(base))

    def take(self, change: Change) -> None:
        """Let one change happen."""
        subject = self.fact.subject
        if change.kind != subject.kind or not subject.meant(change.object):
            return
        if self.fact.test(change.object, change.what != "deleted"):
            self.names[change.name] = None
        else:
            self.names.pop(change.name, None)


def _only(objects: Mapping[str, Object], name: str) -> Mapping[str, Object]:
    return {name: objects[name]} if name in objects else {}


def such_that(thing: Speaking, word: str, test: Callable[[Object], bool]) -> Fact:
    """A fact of your own: ``test`` is asked of each object that exists."""
    return Fact(subject(thing), word, lambda found, alive: alive and test(found))


def created(thing: Speaking) -> Fact:
    """It exists. The moment: it was created."""
    return such_that(thing, "created", lambda _: True)


def deleted(thing: Speaking) -> Fact:
    """It existed and does not any more. The moment: it was gone."""
    return Fact(subject(thing), "deleted", lambda _, alive: not alive, True)


def scheduled(thing: Speaking) -> Fact:
    """The Pod has a node."""
    return such_that(thing, "scheduled", pods.is_scheduled)


def running(thing: Speaking) -> Fact:
    """Every container of the Pod runs."""
    return such_that(thing, "running", pods.is_running)


def ready(thing: Speaking) -> Fact:
    """The Pod or the node is Ready."""
    return such_that(thing, "ready", pods.is_ready)


def unready(thing: Speaking) -> Fact:
    """It exists and is not Ready."""
    return such_that(thing, "not ready", lambda found: not pods.is_ready(found))


def terminating(thing: Speaking) -> Fact:
    """Its deletion was asked for, and it still exists."""
    return such_that(thing, "terminating", pods.is_terminating)


def bound(thing: Speaking) -> Fact:
    """The claim is bound to a volume. A bare name is a claim's here: `bound("data-web-0")`."""
    if isinstance(thing, str) and "/" not in thing:
        thing = f"pvc/{thing}"
    return such_that(thing, "bound", pods.is_bound)


def on_node(thing: Speaking, node: str) -> Fact:
    """The Pod is on this node."""
    return such_that(thing, f"on {node}", lambda found: pods.node(found) == node)


def at_revision(thing: Speaking, revision: str) -> Fact:
    """The Pod was made from this revision."""
    return such_that(thing, f"at {revision}", lambda found: pods.revision(found) == revision)


def labelled(thing: Speaking, **labels: str) -> Fact:
    """It has these labels: `labelled("pg-1", role="primary")`."""
    word = " ".join(f"{key}={value}" for key, value in labels.items())
    return such_that(
        thing,
        f"with {word}",
        lambda found: all(pods.label(found, key) == value for key, value in labels.items()),
    )


def uses_image(thing: Speaking, image: str) -> Fact:
    """A container of the Pod asks for this image."""
    return such_that(thing, f"with image {image}", lambda found: image in pods.images(found))


def observed(thing: Speaking) -> Fact:
    """Its controller has acted on the latest change of its spec. A bare name is a set's here.

    So what the controller has not done by then, it has decided not to do yet.
    """
    if isinstance(thing, str) and "/" not in thing:
        thing = f"sts/{thing}"
    return such_that(thing, "seen by its controller", _is_observed)


def _is_observed(found: Object) -> bool:
    asked = pods.number(found, "metadata", "generation")
    return 0 < asked <= pods.number(found, "status", "observedGeneration")
