"""The figure of a fault: what the clients got acknowledged, above what the Pods did."""

from __future__ import annotations

from matplotlib.axes import Axes

from course.record import History
from course.record.ledger import Ledger, rates
from course.views.figures import COLOURS, INK, Picture, draw_lives, figures, told_lives
from course.views.lives import lives

WIDTH = 0.5
"""How long one step of the curve is, in seconds."""


def outage(history: History, owner: str, ledger: Ledger, since: int = 0) -> Picture:
    """Draw acknowledged writes a second, and below them the Pods of a set, over one time.

    ``since`` is the index of the change to begin with.
    """
    shown = [life for life in lives(history, since) if life.owner == owner]
    rows = len({life.name for life in shown})
    made, (above, below) = figures((1.3, 0.9 + 0.34 * max(rows, 1)))
    changes = history.changes(since)
    began = changes[0].time if changes else history.snapshot(since - 1).time
    part = ledger.since(began)
    ended = max([part.writes[-1].acked if part.writes else began, *(one.time for one in changes)])
    _curve(above, part, began, ended)
    draw_lives(below, shown)
    above.set_xlim(0, max(ended - began, 1.0))
    return Picture(made, f"{_told(part, began)} {told_lives(owner, shown)}")


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
