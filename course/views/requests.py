"""The figure of a client's requests: the share without an answer, over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from course.record.requests import Request, error_rates, gaps, read
from course.views.figures import COLOURS, INK, Picture, figure

#: How much of a lane an error rate of 100 % fills.
FULL = 0.8


def error_rate(clients: Mapping[str, Iterable[str]]) -> Picture:
    """The share of each client's requests that got no answer, second by second.

    ``clients`` maps a name to the lines that it wrote, `TIME CODE [POD]` each.
    """
    sent = {name: read(lines) for name, lines in clients.items()}
    began = min((one[0].time for one in sent.values() if one), default=0.0)
    made, axes = figure(0.9 + 0.62 * max(len(sent), 1))
    for lane, (name, requests) in enumerate(sent.items()):
        rates = error_rates(requests, began)
        times = [time for time, _ in rates]
        shares = [share for _, share in rates]
        if times:  # the last window has an end, too
            times, shares = [*times, times[-1] + 1.0], [*shares, shares[-1]]
        floor = len(sent) - 1 - lane
        axes.axhline(floor, color=INK, linewidth=0.8)
        axes.fill_between(
            times,
            floor,
            [floor + FULL * share for share in shares],
            step="post",
            color=COLOURS[lane % len(COLOURS)],
            linewidth=0,
            label=name,
        )
    axes.set_yticks([len(sent) - 1 - lane + FULL / 2 for lane in range(len(sent))], list(sent))
    axes.set_ylim(-0.1, max(len(sent), 1))
    axes.set_xlim(left=0)
    axes.tick_params(axis="y", length=0)
    axes.set_title(
        "requests without an answer: a full lane is 100 %", color=INK, fontsize=9, loc="left"
    )
    return Picture(made, _told(sent, began))


def _told(sent: Mapping[str, Sequence[Request]], began: float) -> str:
    told = [f"{name}: {_gap(requests, began)}" for name, requests in sent.items()]
    return f"Requests without an answer: {'; '.join(told) or 'none'}."


def _gap(requests: Sequence[Request], began: float) -> str:
    found = gaps(requests)
    if not found:
        return "none" if requests else "nothing was sent"
    begins, ends = found[0][0] - began, found[-1][1]
    if ends is None:
        return f"from {begins:.1f} s on"
    return f"between {begins:.1f} s and {ends - began:.1f} s"
