"""What belongs together: Pods, claims and revisions under the set that they belong to.

Kept up to date change by change, so that one change costs the work of its own slot and not
of the whole cluster. Pure: objects in, groups out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from course.views import reading
from course.views.reading import Json, get, identity

Key = tuple[str, str]
Touch = tuple[str, str | None]  # a group's key and a slot's key; None is the group's head
NODES: Touch = ("nodes", None)
EVENTS: Touch = ("events", None)
LOOSE: Touch = ("loose", None)
EVENTS_KEPT = 40
ABOUT_KEPT, ABOUT_ONE = 2_000, 8


@dataclass
class Group:
    """A StatefulSet (or another owner of Pods) with what belongs to it."""

    kind: str
    namespace: str
    name: str
    owner: Json = field(default_factory=dict)
    gone: bool = False
    pods: dict[str, Json] = field(default_factory=dict)  # by slot: the ordinal, or the Pod's name
    revisions: dict[str, Json] = field(default_factory=dict)
    colours: dict[str, int] = field(default_factory=dict)  # revision name to colour, for ever

    @property
    def key(self) -> str:
        """``kind/namespace/name``."""
        return f"{self.kind}/{self.namespace}/{self.name}"

    def templates(self) -> list[str]:
        """The names of the volume claim templates."""
        found = get(self.owner, "spec", "volumeClaimTemplates", default=[])
        return [reading.name(one) for one in found]

    def colour(self, revision: str) -> int:
        """A small number for a revision: the same for as long as the group is known."""
        return self.colours.setdefault(revision, len(self.colours))


class Grouping:
    """All groups of one history, fed with changes in their order."""

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {}
        self.nodes: dict[str, Json] = {}
        self.lost: set[str] = set()
        self.services: dict[Key, Json] = {}
        self.claims: dict[Key, Json] = {}
        self.events: dict[Key, Json] = {}
        self.on_node: Counter[str] = Counter()
        self._about: dict[tuple[str, str, str], dict[Key, Json]] = {}
        self._home: dict[Key, Touch] = {}
        self._node_of: dict[Key, str] = {}
        self._by_prefix: dict[Key, dict[int, Json]] = defaultdict(dict)
        self._prefix_owner: dict[Key, str] = {}
        self._mounted: dict[Key, dict[Key, Touch]] = {}  # by claim: the Pods that mount it

    def apply(self, kind: str, thing: Json, gone: bool) -> set[Touch]:
        """Take one change in; returns what must be drawn again because of it."""
        take = {
            "StatefulSet": self._set,
            "Deployment": self._deployment,
            "Pod": self._pod,
            "PersistentVolumeClaim": self._claim,
            "ControllerRevision": self._revision,
            "Service": self._service,
            "Node": self._node,
            "Event": self._event,
        }.get(kind)
        return take(thing, gone) if take else set()

    def events_about(self, kind: str, namespace: str, name: str) -> Iterator[Json]:
        """The events about one object, newest first."""
        return reversed(self._about.get((kind, namespace, name), {}).values())

    def claims_of(self, group: Group, slot: str) -> list[Json]:
        """The claims of a slot: by the templates' names, and what its Pod mounts besides."""
        found: dict[str, Json] = {}
        if slot.isdigit():
            for template in group.templates():
                key = (group.namespace, f"{template}-{group.name}")
                claim = self._by_prefix.get(key, {}).get(int(slot))
                if claim:
                    found[reading.name(claim)] = claim
        for name in self._claim_names(group.pods.get(slot)):
            mounted = self.claims.get((group.namespace, name))
            if mounted:
                found[name] = mounted
        return list(found.values())

    def ordinals_with_claims(self, group: Group) -> set[int]:
        """The ordinals for which the group has claims, with or without a Pod."""
        keys = ((group.namespace, f"{one}-{group.name}") for one in group.templates())
        return {ordinal for key in keys for ordinal in self._by_prefix.get(key, {})}

    def loose_claims(self) -> list[Json]:
        """Claims that belong to no set that this history knows and that no Pod mounts."""
        return [
            claim
            for key, claim in self.claims.items()
            if not self._mounted.get(key) and self._claim_touch(key) is None
        ]

    def _group(self, kind: str, namespace: str, name: str) -> Group:
        group = Group(kind, namespace, name)
        return self.groups.setdefault(group.key, group)

    def _set(self, thing: Json, gone: bool) -> set[Touch]:
        group = self._group("StatefulSet", *identity(thing))
        group.owner, group.gone = thing, gone
        fresh = False
        for template in group.templates():
            prefix = (group.namespace, f"{template}-{group.name}")
            fresh = fresh or prefix not in self._prefix_owner
            self._prefix_owner[prefix] = group.key
        return {(group.key, None), LOOSE} if fresh else {(group.key, None)}

    def _deployment(self, thing: Json, gone: bool) -> set[Touch]:
        group = self._group("Deployment", *identity(thing))
        group.owner, group.gone = thing, gone
        return {(group.key, None)}

    def _home_of(self, pod: Json) -> tuple[Group, str]:
        owner, (space, name) = reading.controller(pod), identity(pod)
        split = reading.split_ordinal(name)
        if split and get(owner, "kind") == "StatefulSet" and split[0] == get(owner, "name"):
            return self._group("StatefulSet", space, split[0]), str(split[1])
        orphaned = f"StatefulSet/{space}/{split[0]}" if split and not owner else ""
        if split and orphaned in self.groups:
            return self.groups[orphaned], str(split[1])
        if get(owner, "kind") == "ReplicaSet":
            digest = get(pod, "metadata", "labels", "pod-template-hash", default="")
            deployment = str(get(owner, "name", default="")).removesuffix(f"-{digest}")
            return self._group("Deployment", space, deployment), name
        # A set has no place for a Pod that it would not have named so.
        if owner and get(owner, "kind") != "StatefulSet":
            kind, called = str(get(owner, "kind")), str(get(owner, "name", default=""))
            return self._group(kind, space, called), name
        return self._group("Pods", space, "on their own"), name

    def _pod(self, thing: Json, gone: bool) -> set[Touch]:
        key = identity(thing)
        group, slot = self._home_of(thing)
        touched: set[Touch] = {(group.key, slot), (group.key, None)}
        before = self._home.get(key)
        if before and before != (group.key, slot):
            self.groups[before[0]].pods.pop(str(before[1]), None)
            touched |= {before, (before[0], None)}
        if gone:
            group.pods.pop(slot, None)
            self._home.pop(key, None)
        else:
            group.pods[slot] = thing
            self._home[key] = (group.key, slot)
        touched |= self._mount(thing, gone, (group.key, slot))
        return touched | self._place(
            key, "" if gone else get(thing, "spec", "nodeName", default="")
        )

    @staticmethod
    def _claim_names(pod: Json | None) -> list[str]:
        volumes = get(pod, "spec", "volumes", default=[])
        named = (get(one, "persistentVolumeClaim", "claimName") for one in volumes)
        return [str(one) for one in named if one]

    def _mount(self, pod: Json, gone: bool, home: Touch) -> set[Touch]:
        touched: set[Touch] = set()
        for name in self._claim_names(pod):
            users = self._mounted.setdefault((reading.namespace(pod), name), {})
            unused = not users
            if gone:
                users.pop(identity(pod), None)
            else:
                users[identity(pod)] = home
            if unused == bool(users):
                touched.add(LOOSE)
        return touched

    def _place(self, key: Key, node: str) -> set[Touch]:
        before = self._node_of.get(key, "")
        if before == node:
            return set()
        self.on_node[before] -= 1
        self.on_node[node] += 1
        self._node_of[key] = node
        if not node:
            del self._node_of[key]
        return {NODES}

    def _claim_touch(self, key: Key) -> Touch | None:
        split = reading.split_ordinal(key[1])
        owner = self._prefix_owner.get((key[0], split[0])) if split else None
        return (owner, str(split[1])) if owner and split else None

    def _claim(self, thing: Json, gone: bool) -> set[Touch]:
        key = identity(thing)
        split = reading.split_ordinal(key[1])
        if gone:
            self.claims.pop(key, None)
        else:
            self.claims[key] = thing
        if split:
            ordinals = self._by_prefix[key[0], split[0]]
            if gone:
                ordinals.pop(split[1], None)
            else:
                ordinals[split[1]] = thing
        touch = self._claim_touch(key) or next(iter(self._mounted.get(key, {}).values()), None)
        return {touch, (touch[0], None)} if touch else {LOOSE}

    def _revision(self, thing: Json, _gone: bool) -> set[Touch]:
        owner = reading.controller(thing)
        if get(owner, "kind") != "StatefulSet":
            return set()
        group = self._group("StatefulSet", reading.namespace(thing), str(get(owner, "name")))
        name = reading.name(thing)
        group.revisions[name] = thing  # one that is gone keeps its colour and its number
        group.colour(name)
        return {(group.key, None)}

    @staticmethod
    def _naming(service: Json) -> tuple[Any, ...]:
        """What decides which names there are."""
        spec = get(service, "spec", default={})
        return get(spec, "clusterIP"), get(spec, "publishNotReadyAddresses"), get(spec, "selector")

    def _service(self, thing: Json, gone: bool) -> set[Touch]:
        key = identity(thing)
        before = self._naming(self.services.get(key, {}))
        if gone:
            self.services.pop(key, None)
        else:
            self.services[key] = thing
        if self._naming(self.services.get(key, {})) == before:
            return set()
        return {
            touch
            for group in self.groups.values()
            if group.namespace == key[0] and get(group.owner, "spec", "serviceName") == key[1]
            for touch in [(group.key, None), *((group.key, slot) for slot in group.pods)]
        }

    def _node(self, thing: Json, gone: bool) -> set[Touch]:
        name = reading.name(thing)
        was, none = (name in self.lost, name in self.nodes), not self.nodes
        if gone:
            self.nodes.pop(name, None)
        else:
            self.nodes[name] = thing
        if gone or get(reading.condition(thing, "Ready"), "status") == "Unknown":
            self.lost.add(name)
        else:
            self.lost.discard(name)
        touched = {NODES}
        if was != (name in self.lost, name in self.nodes):
            # With the first node it shows which nodes there are not.
            every = none or not self.nodes
            for key, node in self._node_of.items():
                if (every or node == name) and key in self._home:
                    touched |= {self._home[key], (self._home[key][0], None)}
        return touched

    def _event(self, thing: Json, gone: bool) -> set[Touch]:
        if gone:
            return set()  # events expire by themselves; that is no news
        about = get(thing, "involvedObject", default={}) or get(thing, "regarding", default={})
        kind, space, name = (
            str(get(about, one, default="")) for one in ("kind", "namespace", "name")
        )
        reading.put_last(self.events, thing, EVENTS_KEPT)
        reading.put_last(self._about.setdefault((kind, space, name), {}), thing, ABOUT_ONE)
        if len(self._about) > ABOUT_KEPT:  # Pods with random names come and go all day
            del self._about[next(iter(self._about))]
        touched = {EVENTS}
        home = self._home.get((space, name)) if kind == "Pod" else None
        if kind == "PersistentVolumeClaim":
            home = self._claim_touch((space, name))
        if kind == "StatefulSet" and f"{kind}/{space}/{name}" in self.groups:
            home = (f"{kind}/{space}/{name}", None)
        if home:
            touched.add((home[0], None))
        return touched
