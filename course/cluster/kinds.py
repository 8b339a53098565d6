"""The kinds of object that the course watches, and where the API serves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind: its name, its API version and its plural in paths."""

    name: str
    version: str
    plural: str
    namespaced: bool = True

    def path(self, namespace: str | None = None) -> str:
        """Return the collection's path, inside `namespace` when the kind has one."""
        root = "/api/" if "/" not in self.version else "/apis/"
        inside = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{root}{self.version}{inside}/{self.plural}"

    def belongs(self, thing: Object, namespace: str) -> bool:
        """Say whether `thing` belongs to a chapter that lives in `namespace`.

        A PersistentVolume has no namespace: it belongs to the chapter whose claim it
        is bound to, and one that nobody has claimed yet belongs to every chapter.
        """
        if self.name != "PersistentVolume":
            return True
        claim = (thing.get("spec") or {}).get("claimRef")
        return not claim or claim.get("namespace") == namespace


POD = Kind("Pod", "v1", "pods")
CLAIM = Kind("PersistentVolumeClaim", "v1", "persistentvolumeclaims")
NODE = Kind("Node", "v1", "nodes", namespaced=False)
SET = Kind("StatefulSet", "apps/v1", "statefulsets")

WATCHED = (
    SET,
    POD,
    CLAIM,
    Kind("PersistentVolume", "v1", "persistentvolumes", namespaced=False),
    Kind("ControllerRevision", "apps/v1", "controllerrevisions"),
    Kind("Service", "v1", "services"),
    Kind("EndpointSlice", "discovery.k8s.io/v1", "endpointslices"),
    NODE,
    Kind("Event", "v1", "events"),
    Kind("Deployment", "apps/v1", "deployments"),
    Kind("ReplicaSet", "apps/v1", "replicasets"),
)
