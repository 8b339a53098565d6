"""Made-up clusters: for pictures, tests and the bench, where no real one is at hand.

The objects have the API's form and only the fields that a board reads.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from course.record import History

Json = dict[str, Any]
BEGAN = 1_750_000_000.0  # any moment will do, as long as pictures are the same every time


def stamp(time: float) -> str:
    """A Unix time as the API writes it."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Made:
    """A cluster told change by change. ``now`` is its clock, in Unix seconds."""

    def __init__(self, namespace: str = "chapter-4", began: float = BEGAN) -> None:
        self.namespace = namespace
        self.now = began
        self.history = History(clock=lambda: self.now)
        self._count = 0
        self._known: dict[tuple[str, str], Json] = {}

    def after(self, seconds: float) -> Made:
        """Let time pass."""
        self.now += seconds
        return self

    def put(self, kind: str, name: str, **parts: Any) -> Json:
        """Create an object, or give it new parts (whole top-level fields)."""
        known = self._known.get((kind, name))
        thing = {**known, **parts} if known else {"kind": kind, "metadata": {}, **parts}
        made = {
            "name": name,
            "namespace": "" if kind == "Node" else self.namespace,
            "uid": f"{kind.lower()}-{self._count}-0000-4000",
            "creationTimestamp": stamp(self.now),
        }
        self._count += known is None
        thing["metadata"] = {**made, **(known or {}).get("metadata", {}), **thing["metadata"]}
        self._known[kind, name] = thing
        self.history.append(kind, "modified" if known else "added", thing)
        return thing

    def drop(self, kind: str, name: str) -> None:
        """Delete an object."""
        self.history.append(kind, "deleted", self._known.pop((kind, name)))

    def say(self, kind: str, about: str, reason: str, text: str, warning: bool = False) -> None:
        """An event about an object."""
        involved = {"kind": kind, "name": about, "namespace": self.namespace}
        self.put(
            "Event",
            f"{about}.{self._count:x}",
            involvedObject=involved,
            reason=reason,
            message=text,
            type="Warning" if warning else "Normal",
            count=1,
            lastTimestamp=stamp(self.now),
        )

    def nodes(self, *names: str) -> None:
        """Nodes that are Ready."""
        for name in names:
            self.node(name)

    def node(self, name: str, ready: str = "True") -> None:
        """A node; ``ready`` is ``True``, ``False`` or ``Unknown``, the condition's status."""
        since = stamp(self.now)
        unreachable = {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}
        self.put(
            "Node",
            name,
            spec={"taints": [unreachable] if ready == "Unknown" else []},
            status={"conditions": [condition("Ready", ready, since)]},
        )

    def stateful(self, name: str = "web", replicas: int = 3, **spec: Any) -> None:
        """A StatefulSet with a headless Service and a volume claim template ``data``."""
        if ("Service", name) not in self._known:
            self.put("Service", name, spec={"clusterIP": "None"})
        whole = {
            "replicas": replicas,
            "serviceName": name,
            "updateStrategy": {"type": "RollingUpdate"},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}}],
            **spec,
        }
        self.put("StatefulSet", name, spec=whole)

    def revision(self, owner: str, number: int, digest: str, image: str) -> None:
        """A ControllerRevision of a set."""
        containers = [{"name": owner, "image": image}]
        self.put(
            "ControllerRevision",
            f"{owner}-{digest}",
            metadata={"ownerReferences": [owned("StatefulSet", owner)]},
            revision=number,
            data={"spec": {"template": {"spec": {"containers": containers}}}},
        )

    def status(self, owner: str, current: str, update: str) -> None:
        """The revisions that a set's status names."""
        status = {"currentRevision": f"{owner}-{current}", "updateRevision": f"{owner}-{update}"}
        self.put("StatefulSet", owner, status=status)

    def claim(self, name: str, phase: str = "Bound") -> None:
        """A claim of 64Mi with its volume."""
        self.put(
            "PersistentVolumeClaim",
            name,
            spec={
                "storageClassName": "standard",
                "volumeName": f"pvc-{name}" if phase == "Bound" else None,
                "resources": {"requests": {"storage": "64Mi"}},
            },
            status={"phase": phase},
        )

    def pod(self, name: str, digest: str, node: str = "worker", **more: Any) -> None:
        """A Pod of a set, created and on a node, with nothing running yet."""
        owner, ordinal = name.rsplit("-", 1)
        labels = {
            "controller-revision-hash": f"{owner}-{digest}",
            "apps.kubernetes.io/pod-index": ordinal,
            **more.pop("labels", {}),
        }
        volume = {"name": "data", "persistentVolumeClaim": {"claimName": f"data-{name}"}}
        self.put(
            "Pod",
            name,
            metadata={"labels": labels, "ownerReferences": [owned("StatefulSet", owner)]},
            spec={
                "nodeName": node,
                "volumes": [volume],
                "containers": [{"name": owner, "image": more.pop("image", "web:v1")}],
            },
            status={
                "phase": "Pending",
                "conditions": [
                    condition("PodScheduled", "True" if node else "False", stamp(self.now)),
                ],
            },
        )

    def run(self, name: str, ready: bool = True, ip: str = "", **status: Any) -> None:
        """Let the Pod run, Ready or not."""
        before = self._known["Pod", name]["status"]
        since, kept = stamp(self.now), before.get("conditions", [])
        others = [one for one in kept if one["type"] != "Ready"]
        self.put(
            "Pod",
            name,
            status={
                "containerStatuses": [running(name.rsplit("-", 1)[0])],
                **before,
                "phase": "Running",
                "podIP": ip or before.get("podIP") or f"10.244.1.{self._count % 250 + 1}",
                "conditions": [*others, condition("Ready", "True" if ready else "False", since)],
                **status,
            },
        )

    def trouble(self, name: str, reason: str, image: str, restarts: int = 0, **more: Any) -> None:
        """Let the Pod's container wait with trouble."""
        before = self._known["Pod", name]["status"]
        status = {
            "name": name.rsplit("-", 1)[0],
            "image": image,
            "ready": False,
            "restartCount": restarts,
            "state": {"waiting": {"reason": reason, "message": reason}},
            **more,
        }
        self.put("Pod", name, status={**before, "containerStatuses": [status]})

    def delete(self, name: str, grace: int = 30) -> None:
        """Begin to delete a Pod: it is Terminating until ``drop``."""
        metadata = self._known["Pod", name]["metadata"]
        self.put(
            "Pod",
            name,
            metadata={
                **metadata,
                "deletionTimestamp": stamp(self.now + grace),
                "deletionGracePeriodSeconds": grace,
            },
        )

    def grow(self, name: str, digest: str, node: str, ip: str, image: str = "web:v1") -> None:
        """A Pod with its claim comes up and becomes Ready within seconds."""
        owner = name.rsplit("-", 1)[0]
        self.say(
            "StatefulSet",
            owner,
            "SuccessfulCreate",
            f"create Pod {name} in StatefulSet {owner} successful",
        )
        self.pod(name, digest, node, image=image)
        self.after(0.8).claim(f"data-{name}")
        self.after(0.6).say("Pod", name, "Started", f"Started container {owner}")
        self.run(name, ready=False, ip=ip)
        self.after(1.9).run(name, ready=True)


def owned(kind: str, name: str) -> Json:
    """An owner reference that controls."""
    return {"kind": kind, "name": name, "controller": True}


def condition(kind: str, status: str, since: str, **more: Any) -> Json:
    """A status condition."""
    return {"type": kind, "status": status, "lastTransitionTime": since, **more}


def running(name: str, restarts: int = 0) -> Json:
    """A container's status: it runs."""
    return {"name": name, "ready": True, "restartCount": restarts, "state": {"running": {}}}
