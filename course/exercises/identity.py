"""Assertions about two lives under one name: what they share, and what is new."""

from collections.abc import Callable

from course.exercises.assertions import Assertion, Finding
from course.exercises.facts import Incarnation, Speaking, subject
from course.exercises.lines import Line, short, short_volume
from course.exercises.span import Span
from course.record import Change, Snapshot, pods

Read = Callable[[Span, Change], str]


def lives(span: Span, kind: str, name: str) -> list[Incarnation]:
    """Every life under a name that the history tells of, oldest first."""
    whole = span.whole()
    before = whole.base.objects(kind).get(name)
    uids = [pods.uid(before)] if before else []
    uids += [one.uid for one in whole.changes if one.kind == kind and one.name == name]
    return [Incarnation(kind, name, uid) for uid in dict.fromkeys(uids)]


def replacement(span: Span, kind: str, name: str) -> tuple[Incarnation, Incarnation] | None:
    """The last two lives under a name, or None while the last one has not been replaced."""
    alive = span.now().objects(kind).get(name)
    known = lives(span, kind, name)
    if alive is None or pods.is_terminating(alive) or len(known) < 2:
        return None
    return known[-2], known[-1]


def kept(thing: Speaking) -> Assertion:
    """It is the same object as at the start; nothing deleted it. It may be on its way out."""
    who = subject(thing)

    def judge(span: Span) -> Finding:
        first = span.base.objects(who.kind).get(who.name)
        if first is None:
            return Finding(False, because=f"{who} was not there at the start.")
        for change in span.changes:
            if change.kind == who.kind and change.what == "deleted" and who.meant(change.object):
                return Finding(False, (Line.of(change, "deleted"),), f"{who} was deleted.")
        return Finding(True, (Line("the same from the start until now", who.name),))

    return Assertion(f"{who} is the same", judge, (who,))


def same_name(old: Incarnation, new: Incarnation) -> Assertion:
    """Both have one name."""
    return _compared("name", old, new, lambda _, change: change.name, same=True)


def same_uid(old: Incarnation, new: Incarnation) -> Assertion:
    """Both are the same object."""
    return _compared("UID", old, new, lambda _, change: change.uid, same=True)


def other_uid(old: Incarnation, new: Incarnation) -> Assertion:
    """They are two objects."""
    return _compared("UID", old, new, lambda _, change: change.uid, same=False)


def same_node(old: Incarnation, new: Incarnation) -> Assertion:
    """Both were scheduled to one node."""
    return _compared("node", old, new, lambda _, change: pods.node(change.object), same=True)


def other_node(old: Incarnation, new: Incarnation) -> Assertion:
    """They were scheduled to two nodes."""
    return _compared("node", old, new, lambda _, change: pods.node(change.object), same=False)


def same_address(old: Incarnation, new: Incarnation) -> Assertion:
    """Both have one IP address."""
    return _compared("IP address", old, new, _address, same=True)


def other_address(old: Incarnation, new: Incarnation) -> Assertion:
    """Each has an IP address of its own."""
    return _compared("IP address", old, new, _address, same=False)


def same_volume(old: Incarnation, new: Incarnation, volume: str = "data") -> Assertion:
    """Both had the same PersistentVolume under a volume's name in the Pod."""
    return _compared(f"volume {volume}", old, new, _volume(volume), same=True, volume=volume)


def other_volume(old: Incarnation, new: Incarnation, volume: str = "data") -> Assertion:
    """Each had a PersistentVolume of its own under a volume's name in the Pod."""
    return _compared(f"volume {volume}", old, new, _volume(volume), same=False, volume=volume)


def _address(_: Span, change: Change) -> str:
    return pods.address(change.object)


def _volume(volume: str) -> Read:
    def read(span: Span, change: Change) -> str:
        name = pods.claims(change.object).get(volume, "")
        # A Pod that still exists is asked for now: its claim may have been bound since.
        living = span.now().pods.get(change.name)
        lasting = living is not None and pods.uid(living) == change.uid
        found = _claim(span.now() if lasting else span.history.snapshot(change.index), name)
        return pods.volume(found) if found else ""

    return read


def _claim(state: Snapshot, name: str) -> pods.Object | None:
    gone = state.gone("PersistentVolumeClaim").get(name)
    return state.claims.get(name) or (gone.object if gone else None)


def _last(span: Span, life: Incarnation) -> Change | None:
    """The last that the history tells of one life, while it was alive or at its end."""
    found = [one for one in span.whole().changes if one.kind == life.kind and one.uid == life.uid]
    return found[-1] if found else None


def _compared(
    what: str, old: Incarnation, new: Incarnation, read: Read, *, same: bool, volume: str = ""
) -> Assertion:
    def judge(span: Span) -> Finding:
        changes = _last(span, old), _last(span, new)
        values = [read(span, change) if change else "" for change in changes]
        if changes[0] is None or changes[1] is None or not all(values):
            which = old if not values[0] else new
            return Finding(None, because=f"{which} (UID {short(which.uid)}) has no {what} yet.")
        lines = _lines(span, what, (old, new), (values[0], values[1]), volume)
        if (values[0] == values[1]) is same:
            return Finding(True, lines)
        return Finding(False, lines, f"The {what} is {'another' if same else 'the same'}.")

    kind = "the same" if same else "another"
    return Assertion(f"{new}: {kind} {what}", judge, (subject(old), subject(new)))


def _lines(
    span: Span,
    what: str,
    both: tuple[Incarnation, Incarnation],
    values: tuple[str, str],
    volume: str,
) -> tuple[Line, ...]:
    """Evidence: for name and UID the end of the old and the birth of the new, else the values."""
    if what in ("name", "UID"):
        return _ends(span, both)
    if volume:
        shown = short_volume(values[0]), short_volume(values[1])
        last = _last(span, both[0])
        name = pods.claims(last.object).get(volume, volume) if last else volume
        if values[0] == values[1]:
            return (Line(f"bound to {shown[0]} in both", name),)
        return (Line(f"bound to {shown[0]}, then to {shown[1]}", name),)
    if values[0] == values[1]:
        return (Line(f"{what} {values[0]} in both", both[1].name),)
    return (Line(f"{what} {values[0]}, then {values[1]}", both[1].name),)


def _ends(span: Span, both: tuple[Incarnation, Incarnation]) -> tuple[Line, ...]:
    old, new = both
    changes = [one for one in span.whole().changes if one.kind == old.kind]
    gone = [one for one in changes if one.uid == old.uid and one.what == "deleted"]
    came = [one for one in changes if one.uid == new.uid and one.what == "added"]
    return tuple(
        Line.of(one, "deleted" if one.what == "deleted" else "created")
        for one in sorted(gone[-1:] + came[:1], key=lambda one: one.index)
    )
