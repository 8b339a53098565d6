"""Evidence: lines of the history as learners read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from course.exercises.span import Span
from course.record import Change, pods
from course.record.text import plain as cleaned

#: So many lines of the history are shown when a claim is false.
MOST_LINES = 14


@dataclass(frozen=True)
class Line:
    """One line of evidence. Without a time it tells of no single moment."""

    text: str
    name: str = ""
    uid: str = ""
    time: float | None = None

    @classmethod
    def of(cls, change: Change, text: str) -> "Line":
        """The line that tells of a change.

        An Event's tells of the object that it is about, an EndpointSlice's of its Service: their
        own names are random.
        """
        about = pods.part(change.object, "involvedObject")
        if change.kind == "Event" and about:
            return cls(text, pods.text(about, "name"), pods.text(about, "uid"), change.time)
        if change.kind == "EndpointSlice":
            return cls(text, pods.service(change.object), time=change.time)
        return cls(text, change.name, change.uid, change.time)


def short(identity: str, most: int = 4) -> str:
    """The beginning of a UID or a volume's name, enough to tell two apart."""
    return identity if len(identity) <= most + 1 else f"{identity[:most]}…"


def short_volume(name: str) -> str:
    """A volume's name, shortened when the provisioner made it from a UID."""
    return short(name, 8) if name.startswith("pvc-") else name


def plain(text: str) -> str:
    """Text of the cluster without line breaks and control characters, at most 200 long."""
    return cleaned(text, 200)


def rendered(lines: Iterable[Line], span: Span) -> list[str]:
    """The lines in columns, each once, in the order given."""
    once = list(dict.fromkeys(lines))
    times = ["" if line.time is None else span.relative(line.time) for line in once]
    named = [line.name for line in once if line.time is not None]
    wide, broad = max(map(len, times), default=0), max(map(len, named), default=0)
    return [_row(line, time, wide, broad) for line, time in zip(once, times, strict=True)]


def _row(line: Line, time: str, wide: int, broad: int) -> str:
    if line.time is None:
        words = [line.name, plain(line.text)]
    else:
        uid = f"UID {short(line.uid)}" if line.uid else ""
        words = [time.rjust(wide), line.name.ljust(broad), uid, plain(line.text)]
    return "    " + "  ".join(word for word in words if word.strip())


def told(span: Span, names: Sequence[tuple[str, str]]) -> list[Line]:
    """What the history tells of these objects (kind, name) in the span, its last lines."""
    last = {(kind, name): span.base.objects(kind).get(name) for kind, name in names}
    lines = []
    for change in span.changes:
        key = (change.kind, change.name)
        if key in last:
            words = _words(change, last[key])
            last[key] = None if change.what == "deleted" else change.object
            lines += [Line.of(change, word) for word in words]
    return lines[-MOST_LINES:]


def _words(change: Change, before: pods.Object | None) -> list[str]:
    """What became so with a change, in words."""
    if change.what == "deleted":
        return ["deleted"]
    old, new = before or {}, change.object
    words = ["created"] if before is None else []
    if change.kind == "Pod":
        words += _pod_words(old, new)
    elif change.kind == "PersistentVolumeClaim" and pods.is_bound(new) and not pods.is_bound(old):
        words.append(f"bound to {short_volume(pods.volume(new))}")
    elif change.kind == "Node" and pods.is_ready(new) != pods.is_ready(old):
        words.append("ready" if pods.is_ready(new) else "not ready")
    if pods.is_terminating(new) and not pods.is_terminating(old):
        words.append("terminating")
    return words


def _pod_words(old: pods.Object, new: pods.Object) -> list[str]:
    words = []
    if pods.is_scheduled(new) and not pods.is_scheduled(old):
        words.append(f"scheduled to {pods.node(new)}")
    if pods.is_running(new) and not pods.is_running(old):
        words.append("running")
    if pods.restart_count(new) > pods.restart_count(old):
        words.append("container restarted")
    if pods.is_ready(new) != pods.is_ready(old):
        words.append("ready" if pods.is_ready(new) else "no longer ready")
    if old and pods.phase(new) != pods.phase(old) and pods.phase(new) in ("Failed", "Succeeded"):
        words.append(pods.phase(new))
    return words
