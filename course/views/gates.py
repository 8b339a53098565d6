"""The figure of a cluster's feature gates: how many are at which stage, and which matter here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from course.gates import STAGES, Gate, read
from course.views.figures import COLOURS, INK, Picture, figure


def feature_gates(lines: Iterable[str], ours: Mapping[str, str]) -> Picture:
    """How many gates are on and off at each stage, with the names of those that matter.

    ``lines`` are those of /metrics; ``ours`` maps a gate's name to a word for it. One that the
    cluster doesn't have is said to be unknown.
    """
    gates = read(lines)
    stages = list(STAGES.values())
    made, axes = figure(3.4)
    for place, stage in enumerate(stages):
        there = [gate for gate in gates.values() if gate.stage == stage]
        on = sum(gate.on for gate in there)
        colour = COLOURS[place % len(COLOURS)]
        axes.barh(place, on, color=colour, height=0.34)
        axes.barh(
            place, len(there) - on, left=on, height=0.34,
            facecolor="none", edgecolor=colour, hatch="////",
        )  # fmt: skip
        axes.annotate(
            _named(gates, ours, stage), (0, place + 0.22), va="top", fontsize=8, color=INK,
            annotation_clip=False,
        )  # fmt: skip
    axes.set_yticks(range(len(stages)), stages)
    axes.set_ylim(len(stages) - 0.3, -0.4)
    axes.set_xlabel("feature gates: filled when on, hatched when off", color=INK, fontsize=9)
    return Picture(made, _told(gates, ours, stages))


def _named(gates: Mapping[str, Gate], ours: Mapping[str, str], stage: str) -> str:
    """The gates of a stage that matter, on and off, three to a line."""
    words = [
        f"{ours[name]} ({'on' if gate.on else 'off'})"
        for name in ours
        if (gate := gates.get(name)) and gate.stage == stage
    ]
    return "\n".join(",  ".join(words[at : at + 3]) for at in range(0, len(words), 3))


def _told(gates: Mapping[str, Gate], ours: Mapping[str, str], stages: list[str]) -> str:
    parts = []
    for stage in stages:
        there = [gate for gate in gates.values() if gate.stage == stage]
        named = _named(gates, ours, stage).replace("\n", ",  ").replace(",  ", ", ")
        line = f"{stage}: {sum(gate.on for gate in there)} of {len(there)} on"
        parts.append(f"{line}; {named}" if named else line)
    missing = [word for name, word in ours.items() if name not in gates]
    if missing:
        parts.append(f"unknown to this cluster: {', '.join(missing)}")
    return "\n".join(parts)
