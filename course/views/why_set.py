"""Why a StatefulSet as a whole waits: order, update rules, claims left over, its Service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from course.record.text import short_quotes
from course.views import slots
from course.views.grouping import Group, Grouping
from course.views.reading import Json, clip, get, uid, whole
from course.views.why_pod import Reason

_FAILED = " failed error: "


@dataclass(frozen=True)
class Whole:
    """A set with its slots as drawn, and the reasons of its Pods by slot."""

    grouping: Grouping
    group: Group
    drawn: dict[str, Json]
    places: list[str]
    pods: dict[str, Reason]

    def reason(self, brief: str, text: str, rest: str, level: str = "note") -> Reason:
        """A reason about the set, with a command on the set itself."""
        group = self.group
        command = f"kubectl {rest.replace('SET', f'statefulset {group.name} -n {group.namespace}')}"
        return Reason(group.name, brief, text, command, level)


def why_set(
    grouping: Grouping, group: Group, drawn: dict[str, Json], pods: dict[str, Reason]
) -> list[Reason]:
    """All reasons that lie in the set and not in one of its Pods."""
    whole_set = Whole(grouping, group, drawn, sorted(drawn, key=int), pods)
    rules = (_empty, _update, _kept, _nameless)
    return [reason for rule in rules for reason in rule(whole_set)]


def _empty(case: Whole) -> Iterator[Reason]:
    """Why the first empty slot has no Pod yet; the ones after it wait for it."""
    missing = next((one for one in case.places if case.drawn[one]["state"] == "empty"), None)
    if missing is None or case.group.gone:
        return
    name = str(case.drawn[missing]["name"])
    refused = _refused(case)
    if refused:
        text = f"{name} cannot be created: {refused}"
        command = f"kubectl describe statefulset {case.group.name} -n {case.group.namespace}"
        yield Reason(name, "it cannot be created", text, command, "bad")
        return
    ordered = get(case.group.owner, "spec", "podManagementPolicy") != "Parallel"
    before = [one for one in case.places if one in case.pods and int(one) < int(missing)]
    if ordered and before:
        blocker = case.pods[before[0]]
        text = f"{name} waits for {blocker.about} to be Ready: {blocker.brief}."
        path = "-o jsonpath='{.status.conditions}'"
        command = f"kubectl get pod {blocker.about} -n {case.group.namespace} {path}"
        level = "bad" if blocker.level == "bad" else "wait"
        yield Reason(name, f"waits for {blocker.about}", text, command, level)


def _refused(case: Whole) -> str:
    about = ("StatefulSet", case.group.namespace, case.group.name)
    for event in case.grouping.events_about(*about):
        if get(event, "involvedObject", "uid") not in (None, uid(case.group.owner)):
            continue  # about an earlier set of that name
        if get(event, "reason") == "FailedCreate":
            return clip(short_quotes(_reason_in(get(event, "message", default=""))))
        if get(event, "reason") == "SuccessfulCreate":
            return ""
    return ""


def _reason_in(message: str) -> str:
    """What the API server said, out of what the controller made of it.

    The controller puts the Pod's and the set's names in front, which our sentence says as well.
    """
    return message.partition(_FAILED)[2] or message


def _update(case: Whole) -> Iterator[Reason]:
    """What holds an update back: the partition, OnDelete, or a Pod that is not Ready."""
    group = case.group
    update = str(get(group.owner, "status", "updateRevision", default=""))
    strategy = get(group.owner, "spec", "updateStrategy", default={})
    old = [
        one
        for one in case.places
        if one in group.pods and slots.revision_of(group.pods[one]) != update
    ]
    if not update or not old or group.gone:
        return
    new, names = slots.short(update, group.name), _listed([f"{group.name}-{one}" for one in old])
    partition = whole(get(strategy, "rollingUpdate", "partition"))
    behind = [one for one in old if int(one) >= partition]
    if get(strategy, "type") == "OnDelete":
        text = f"{names}: not at revision {new}. OnDelete replaces a Pod only when you delete it."
        yield case.reason("OnDelete", text, "get SET -o jsonpath='{.spec.updateStrategy}'")
    elif behind:
        yield from _blocked(case, behind[-1])
    else:
        text = (
            f"The partition {partition} holds {names} back: "
            f"only ordinals from {partition} on get revision {new}."
        )
        path = "'{.spec.updateStrategy.rollingUpdate.partition}'"
        yield case.reason("partition", text, f"get SET -o jsonpath={path}")


def _blocked(case: Whole, following: str) -> Iterator[Reason]:
    """The Pod that must be Ready before the next one is replaced; a leaving one is progress."""
    waiting = [
        one
        for one in case.places
        if one in case.pods and one != following and case.drawn[one]["state"] != "terminating"
    ]
    if waiting:
        blocker, name = case.pods[waiting[-1]], f"{case.group.name}-{following}"
        text = f"The update stands still: {name} is replaced only when {blocker.about} is Ready."
        command = f"kubectl get pod {blocker.about} -n {case.group.namespace}"
        yield Reason(case.group.name, "blocked", text, command)


def _kept(case: Whole) -> Iterator[Reason]:
    """Claims that outlived their Pods."""
    away = (case.drawn[one] for one in case.places if case.drawn[one]["state"] == "away")
    kept = [claim["name"] for slot in away for claim in slot["claims"]]
    if kept:
        cause = "the set is deleted" if case.group.gone else "scaled down"
        one = len(kept) == 1
        text = (
            f"Left over: {_listed(kept)}. {'Its Pod is' if one else 'Their Pods are'} gone "
            f"({cause}). A claim stays until somebody deletes it."
        )
        yield case.reason("left over", text, f"get pvc -n {case.group.namespace}")


def _nameless(case: Whole) -> Iterator[Reason]:
    """The governing Service is missing or not headless: Pods have no names of their own."""
    group = case.group
    service = str(get(group.owner, "spec", "serviceName", default=""))
    if group.gone or not service:
        return
    found = case.grouping.services.get((group.namespace, service))
    rest = f"get service {service} -n {group.namespace}"
    if found is None:
        text = f"There is no Service {service}: the Pods' own DNS names do not resolve."
        yield case.reason("no Service", text, rest)
    elif get(found, "spec", "clusterIP", default="None") != "None":
        text = f"Service {service} is not headless: the Pods' own DNS names do not resolve."
        yield case.reason("not headless", text, rest)


def _listed(names: list[str], most: int = 4) -> str:
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
