"""What becomes of a recording whose changes are told in a wrong order.

By a watch, in the file of a recording, or to a board.

Right is a refusal, or a board that ends as it does for the right order.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from orders import Order, wrong_orders

from course.cluster.kind_watch import KindWatch
from course.cluster.kinds import WATCHED
from course.record import History, RecordingError, Snapshot, cut, packed, read, unpacked
from course.record.change import version
from course.views.heads import event
from course.views.model import Model

RECORDINGS = Path(__file__).resolve().parents[2] / "notebooks" / "recordings"
EVENT_TYPES = {"added": "ADDED", "modified": "MODIFIED", "deleted": "DELETED"}
#: The ways on which changes come to a board.
WAYS = ("watch", "file", "board")
#: So many changes lie in a part of a recording.
WIDE = 100

Json = dict[str, Any]


@dataclass(frozen=True)
class Fate:
    """What was done to a part of a recording, on which way to the board, and what came of it.

    ``wrong`` says what the board showed that never was; "" when it was told or made no difference.
    """

    way: str
    how: str
    where: str
    wrong: str


class Lists:
    """Stands for the API server: it lists what there is at a version."""

    def __init__(self) -> None:
        self.things: list[Json] = []
        self.at = 0

    def listed(self, _path: str, *, metadata_only: bool = False) -> Json:
        """What there is now."""
        return {"items": list(self.things), "metadata": {"resourceVersion": str(self.at)}}


class Wire:
    """The watches of all kinds, told what the test says instead of what a server sends."""

    def __init__(self, part: History, namespace: str) -> None:
        self.part = part
        self.base, self.changes = part.kept()
        self.history = History.restored(self.base, [], [], part.began)
        self.lists = {kind.name: Lists() for kind in WATCHED}
        self.watches = {
            kind.name: KindWatch(kind, namespace, cast("Any", self.lists[kind.name]), self._hear)
            for kind in WATCHED
        }
        self.list_again(self.base)

    def _hear(self, *told: Any) -> None:
        self.history.append(*told)

    def tell(self, order: Sequence[int]) -> None:
        """Let the watches hear the changes in an order."""
        for place in order:
            change = self.changes[place]
            self.watches[change.kind]._take(EVENT_TYPES[change.what], dict(change.object))

    def list_again(self, now: Snapshot) -> None:
        """Let the watches list, as they do after a gap that the server told of."""
        told = [change.version or 0 for change in self.changes if change.index <= now.index]
        there = [version(one) or 0 for kind in self.lists for one in now.objects(kind).values()]
        for kind, lists in self.lists.items():
            lists.things, lists.at = list(now.objects(kind).values()), max(told + there)
            self.watches[kind]._list()

    def is_behind(self, kind: str) -> bool:
        """Whether a watch notices by itself that it lacks something of all that happened."""
        self.lists[kind].things = list(self.part.snapshot().objects(kind).values())
        self.lists[kind].at = max(change.version or 0 for change in self.changes)
        return not self.watches[kind].catch_up(time.monotonic() + 0.01)

    def shows(self) -> list[Json]:
        """The board that followed each change, and the one that a page gets that is opened now."""
        model = Model(self.base)
        model.apply(self.history.changes(self.base.index + 1))
        return [model.whole(), Model(self.history.snapshot()).whole()]


def parts(file: Path, times: int) -> Iterator[tuple[History, random.Random]]:
    """Parts of a recording, drawn by chance, which is the same for the same recording."""
    whole, chance = read(file), random.Random(file.stem)
    for _ in range(times):
        first = chance.randrange(whole.begins, whole.end - WIDE)
        yield cut(whole, first, first + WIDE - 1), chance


def fates(file: Path, times: int) -> Iterator[Fate]:
    """Turn the order of parts of a recording round, and say what comes of each."""
    for part, chance in parts(file, times):
        where = f"{file.stem} from change {part.begins}"
        namespace = f"chapter-{int(file.stem[:2])}"
        right = Wire(part, namespace)
        right.tell(range(len(right.changes)))
        for how, order in wrong_orders(right.changes, chance).items():
            wire = Wire(part, namespace)
            wire.tell(order)
            yield Fate("watch", how, where, _by_watch(wire, order, right, how))
            yield Fate("file", how, where, _by_file(part, order))
            yield Fate("board", how, where, _by_board(part, order))


def _by_watch(wire: Wire, order: Order, right: Wire, how: str) -> str:
    if how == "lost at the end":
        (lost,) = set(range(len(wire.changes))) - set(order)
        # Of an object that came and went within one gap there is nothing left to notice.
        if not wire.is_behind(wire.changes[lost].kind) and _left_a_trace(wire, lost):
            return "nothing tells that a change is missing"
        wire.list_again(wire.part.snapshot())
    return _differing(wire.shows(), right.shows(), wire.part)


def _left_a_trace(wire: Wire, place: int) -> bool:
    lost = wire.changes[place]
    there = wire.history.snapshot().objects(lost.kind)
    return lost.what != "deleted" or lost.name in there


def _by_file(part: History, order: Order) -> str:
    document = packed(part)
    rows = document["changes"]
    document["changes"] = [rows[place] for place in order]
    try:
        found = unpacked(document)
    except RecordingError:
        return ""
    return _differing([Model(found.snapshot()).whole()], [Model(part.snapshot()).whole()], part)


def _by_board(part: History, order: Order) -> str:
    if order == list(range(len(order))):
        return ""  # the last one is still to come: the board shows the moment before it
    model, changes = Model(part.kept()[0]), part.changes()
    try:
        model.apply(changes[place] for place in order)
    except ValueError:
        return ""
    return _differing([model.whole()], [Model(part.snapshot()).whole()], part)


def _differing(found: list[Json], right: list[Json], part: History) -> str:
    """What differs between boards. What stands as it came may have come in another order."""
    told = {c.name: event(c.object) for c in part.changes() if c.kind == "Event"}
    for one, other in zip(found, right, strict=True):
        for name in ("groups", "nodes"):
            if one[name] != other[name]:
                return f"other {name}"
        if _by_name(one["loose"]) != _by_name(other["loose"]):
            return "other claims"
        if any(line not in told.values() and line not in other["events"] for line in one["events"]):
            return "events of which there was a newer state"
    return ""


def _by_name(things: list[Json]) -> Json:
    return {one["name"]: one for one in things}
