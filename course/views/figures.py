"""Figures of a history, in one style, with a text alternative each.

No pyplot: it keeps state of its own, and inside a widget's callback that state corrupts figures.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.record import History
from course.views.lives import Life, lives

# Okabe and Ito; each line or bar also differs by hatch, letter or dash.
COLOURS = ("#0072B2", "#E69F00", "#CC79A7", "#56B4E9", "#009E73", "#D55E00")
LETTERS = "ABCDEF"
STAGES = {"created": 0.22, "scheduled": 0.42, "running": 0.62, "ready": 1.0, "terminating": 0.3}
# A middle grey that has enough contrast on JupyterLab's white and on its near black.
INK = "#767676"
DASHES = ("-", "--", ":", "-.")


@dataclass(frozen=True)
class Picture:
    """A figure with the words that say the same. A notebook shows it, a screen reader reads it."""

    figure: Figure
    text: str

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        png = self.png()
        width = int(self.figure.get_figwidth() * self.figure.dpi)
        return {"image/png": png, "text/plain": self.text}, {
            "image/png": {"width": width, "alt": self.text}
        }

    def png(self) -> bytes:
        """The picture, with a transparent ground, at twice the resolution."""
        out = io.BytesIO()
        self.figure.savefig(
            out,
            format="png",
            dpi=2 * self.figure.dpi,
            transparent=True,
            metadata={"Software": None},
        )
        return out.getvalue()

    def __repr__(self) -> str:
        return self.text


def figure(height: float, width: float = 7.6) -> tuple[Figure, Axes]:
    """An empty figure in the course's style; width and height in inches."""
    made, (axes,) = figures((height,), width)
    return made, axes


def figures(heights: Sequence[float], width: float = 7.6) -> tuple[Figure, list[Axes]]:
    """An empty figure of several parts above each other, which share one axis of time."""
    made = Figure(figsize=(width, sum(heights)), dpi=96, layout="constrained")
    made.patch.set_alpha(0)
    parts = made.subplots(
        len(heights), sharex=True, squeeze=False, height_ratios=list(heights)
    ).flatten()
    for axes in parts:
        axes.patch.set_alpha(0)
        for side, spine in axes.spines.items():
            spine.set_visible(side == "bottom")
            spine.set_color(INK)
        axes.tick_params(colors=INK, labelsize=9, length=3)
        axes.grid(axis="x", color=INK, alpha=0.25, linewidth=0.6)
        axes.set_axisbelow(True)
    parts[-1].set_xlabel("seconds", color=INK, fontsize=9)
    return made, list(parts)


def gantt(history: History, owner: str = "", since: int = 0) -> Picture:
    """The Pods of a set by ordinal over time: created, scheduled, running, ready, terminating.

    ``owner`` is the set's name (default: every Pod), ``since`` the index of the change to begin
    with. The colour and the letter are the revision's.
    """
    shown = [one for one in lives(history, since) if owner in ("", one.owner)]
    made, axes = figure(0.9 + 0.42 * max(len({one.name for one in shown}), 1))
    draw_lives(axes, shown)
    return Picture(made, told_lives(owner, shown))


def draw_lives(axes: Axes, shown: Sequence[Life]) -> None:
    """Draw the lives of Pods, a row a name, with the key to colours and widths above them."""
    names = sorted({one.name for one in shown}, key=_by_ordinal)
    revisions = list(dict.fromkeys(one.revision for one in shown))
    for life in shown:
        _draw_life(axes, life, names.index(life.name), revisions.index(life.revision))
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(left=0)
    _key(axes, revisions)


def _by_ordinal(name: str) -> tuple[str, int, str]:
    stem, _, last = name.rpartition("-")
    return (stem, int(last), "") if last.isdigit() else (name, -1, last)


def _draw_life(axes: Axes, life: Life, row: int, revision: int) -> None:
    colour = COLOURS[revision % len(COLOURS)]
    for stage, begins, ends in life.stages:
        axes.barh(
            row,
            max(ends - begins, 0.02),
            left=begins,
            height=0.62 if stage == "ready" else 0.36,
            color=colour,
            alpha=STAGES[stage],
            hatch="////" if stage == "terminating" else None,
            edgecolor=colour,
            linewidth=0.8,
        )
    wide = [(begins, ends) for stage, begins, ends in life.stages if stage == "ready"]
    if wide and life.revision and wide[0][1] - wide[0][0] > 0.03 * life.until:
        ready = wide[0][0]
        axes.annotate(
            LETTERS[revision % len(LETTERS)],
            (ready, row),
            (3, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            fontweight="bold",
            color="white" if revision % len(COLOURS) in (0, 5) else "black",
        )


def _key(axes: Axes, revisions: Sequence[str]) -> None:
    for place, revision in enumerate(revisions):
        word = (
            f"{LETTERS[place % len(LETTERS)]}  revision {revision}" if revision else "no revision"
        )
        axes.barh(0, 0, color=COLOURS[place % len(COLOURS)], label=word)
    axes.barh(0, 0, height=0, color=INK, alpha=0.5, label="thin: not Ready yet")
    axes.barh(0, 0, height=0, color="none", edgecolor=INK, hatch="////", label="terminating")
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=4,
        frameon=False,
        fontsize=8,
        labelcolor=INK,
        handlelength=1.2,
    )


def told_lives(owner: str, shown: Sequence[Life]) -> str:
    """The lives of a set's Pods in words."""
    # By ordinal, as it is drawn: Pods that are made at once come in another order each time.
    order = sorted(shown, key=lambda one: (_by_ordinal(one.name), one.created))
    told = [life.told() for life in order]
    head = f"Pods of {owner} over time" if owner else "Pods over time"
    return f"{head}: {'; '.join(told) or 'none'}."


def over_time(
    lines: dict[str, Sequence[tuple[float, float]]], what: str, began: float | None = None
) -> Picture:
    """Values over time as steps: readiness, or a service's answers.

    ``lines`` maps a name to (Unix time, value) pairs in their order; ``what`` names the value.
    """
    points = [time for line in lines.values() for time, _ in line]
    zero = began if began is not None else min(points, default=0.0)
    made, axes = figure(2.3)
    for place, (name, line) in enumerate(lines.items()):
        axes.step(
            [time - zero for time, _ in line],
            [value for _, value in line],
            where="post",
            label=name,
            color=COLOURS[place % len(COLOURS)],
            linestyle=DASHES[place % len(DASHES)],
            linewidth=2,
        )
    axes.set_ylabel(what, color=INK, fontsize=9)
    axes.set_ylim(bottom=0)
    if lines:
        axes.legend(frameon=False, fontsize=8, labelcolor=INK)
    told = [
        f"{name} from {line[0][1]:g} to {line[-1][1]:g}, lowest {min(v for _, v in line):g}"
        for name, line in lines.items()
        if line
    ]
    return Picture(made, f"{what} over time: {'; '.join(told) or 'nothing'}.")


def readiness(history: History, owner: str, since: int = 0) -> Picture:
    """How many Pods of a set are Ready over time."""
    turns: list[tuple[float, int]] = []
    for life in lives(history, since):
        if life.owner == owner:
            for stage, begins, ends in life.stages:
                if stage == "ready":
                    turns += [(begins, 1), (ends, -1)] if ends < life.until else [(begins, 1)]
    count, line = 0, [(0.0, 0.0)]
    for time, by in sorted(turns):
        count += by
        line.append((time, float(count)))
    return over_time({owner: line}, "Pods Ready", began=0.0)
