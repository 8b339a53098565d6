"""The figure of a fault: what the clients got acknowledged, above what the Pods did."""

from __future__ import annotations

from dataclasses import replace

from matplotlib.axes import Axes

from course.record import History
from course.record.ledger import Ledger, rates
from course.views.figures import COLOURS, INK, Picture, draw_lives, figures, told_lives
from course.views.lives import Life, lives

WIDTH = 0.5
"""How long one step of the curve is, in seconds."""


def outage(history: History, owner: str, ledger: Ledger, began: float, since: int = 0) -> Picture:
    """Draw acknowledged writes a second, and below them the Pods of a set, over one time.

    It begins at the Unix time ``began``, with the change of index ``since``.
    """
    changes = history.changes(since)
    part = ledger.since(began)
    times = [change.time for change in changes] + [write.acked for write in part.writes]
    ended = max(times, default=began)
    # The lives count from the first change, and end with the last one.
    late = (changes[0].time if changes else began) - began
    found = [life for life in lives(history, since) if life.owner == owner]
    shown = [_within(life, late, ended - began) for life in found]
    rows = len({life.name for life in shown})
    made, (above, below) = figures((1.3, 0.9 + 0.34 * max(rows, 1)))
    _curve(above, part, began, ended)
    draw_lives(below, shown)
    above.set_xlim(0, max(ended - began, 1.0))
    return Picture(made, f"{_told(part, began)} {told_lives(owner, shown)}")


def _within(life: Life, late: float, end: float) -> Life:
    """The life on a clock that began ``late`` seconds sooner; until its end, if it still goes on.

    One that was there from the first change on was there from the beginning.
    """
    stages = [(stage, begins and begins + late, ends + late) for stage, begins, ends in life.stages]
    if stages and not life.gone:
        stage, begins, _ = stages[-1]
        stages[-1] = (stage, begins, end)
    return replace(
        life,
        created=life.created and life.created + late,
        until=life.until + late if life.gone else end,
        stages=stages,
    )


def _curve(axes: Axes, ledger: Ledger, began: float, ended: float) -> None:
    steps = rates(ledger.writes, began, ended, WIDTH)
    axes.fill_between(
        [time for time, _ in steps],
        [rate for _, rate in steps],
        step="post",
        color=COLOURS[0],
        alpha=0.55,
        linewidth=0,
    )
    for error in ledger.errors:
        axes.axvline(error - began, ymax=0.12, color=COLOURS[5], linewidth=0.8)
    axes.set_ylim(bottom=0)
    axes.set_title(
        "acknowledged writes a second; a short line at the bottom is a failed try",
        color=INK,
        fontsize=9,
        loc="left",
    )


def _told(ledger: Ledger, began: float) -> str:
    longest = ledger.longest
    if longest is None:
        return "Acknowledged writes over time: none."
    return (
        "Acknowledged writes over time: the longest wait for one is "
        f"{longest.wait:.1f} s, from {longest.tried - began:.1f} s on."
    )
