"""Why a set is stuck: each sentence in plain words, with the command that proves it."""

from __future__ import annotations

from dataclasses import replace

from course.views.grouping import Group, Grouping
from course.views.reading import Json
from course.views.why_pod import Reason, why_pod
from course.views.why_set import why_set

MOST = 6  # the rest is of the same kind, and the board must stay readable
_SOUND = ("ready", "done", "empty", "away")


def why(grouping: Grouping, group: Group, drawn: dict[str, Json]) -> list[Json]:
    """The reasons of a group, the one to look at first in front; empty when all is well."""
    places = sorted(drawn, key=lambda key: (int(key) if key.isdigit() else 0, key))
    pods = {
        key: reason
        for key in places
        if drawn[key]["state"] not in _SOUND
        and (reason := why_pod(grouping, group, group.pods[key]))
    }
    reasons = list(pods.values())
    if group.kind == "StatefulSet":
        of_set = why_set(grouping, group, drawn, pods)
        reasons = [*of_set, *(_quiet(one, of_set) for one in reasons)]
    reasons.sort(key=lambda reason: ("bad", "wait", "note").index(reason.level))
    shown = [reason.drawn() for reason in reasons[:MOST]]
    if len(reasons) > MOST:
        shown[-1]["text"] += f" And {len(reasons) - MOST} more."
    return shown


def _quiet(reason: Reason, said: list[Reason]) -> Reason:
    """The reason, quiet when a waiting slot has said already what keeps this Pod."""
    again = any(f"{reason.about} to be Ready: {reason.brief}." in one.text for one in said)
    return replace(reason, quiet=again or reason.quiet)
