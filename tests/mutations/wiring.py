"""Whether what the manifests' StatefulSets refer to is there.

Each `serviceName` has to name a headless Service that selects the set's Pods: without it the Pods
have no names in DNS. Kubernetes accepts it all the same, and few chapters ask for such a name.
Each volume that a container mounts has to be declared. Kubernetes refuses a set without it, so
every chapter that applies the file fails.
"""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from manifests import Mutation

Json = dict[str, Any]
#: The fields that misfits depend on.
WIRES = ("serviceName", "clusterIP", "selector", "volumeClaimTemplates")


def misfits(folder: Path) -> list[str]:
    """What does not fit in the manifests below a folder, each with its file and set."""
    found: list[str] = []
    for chapter in sorted(folder.glob("0[1-9]")):
        files = {file.name: _documents(file.read_text()) for file in sorted(chapter.glob("*.yaml"))}
        for name, documents in files.items():
            # What the same file says comes first: a chapter may change a Service in another file.
            known = {**_services(*files.values()), **_services(documents)}
            for thing in documents:
                if thing["kind"] == "StatefulSet":
                    place = f"{chapter.name}/{name} {thing['metadata']['name']}"
                    found += [
                        f"{place}: {why}" for why in (_names(thing, known), _volumes(thing)) if why
                    ]
    return found


def tells(mutation: Mutation) -> bool:
    """Whether the manifests of a mutation's chapter fit otherwise with it than without it."""
    if mutation.path[1] not in WIRES:
        return False
    chapter = mutation.file.parent
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(chapter, copy / chapter.name)
        before = misfits(copy)
        mutation.apply(copy)
        return misfits(copy) != before


@cache
def _documents(text: str) -> list[Json]:
    return [document for document in yaml.safe_load_all(text) if isinstance(document, dict)]


def _services(*files: list[Json]) -> dict[str, Json]:
    things = (thing for documents in files for thing in documents)
    return {thing["metadata"]["name"]: thing for thing in things if thing["kind"] == "Service"}


def _volumes(stateful_set: Json) -> str:
    """What is wrong with the volumes that the containers mount; "" if nothing is."""
    spec = stateful_set["spec"]
    pod = spec["template"]["spec"]
    declared = {one["name"] for one in pod.get("volumes", [])}
    declared |= {one["metadata"]["name"] for one in spec.get("volumeClaimTemplates") or []}
    containers = [*pod.get("initContainers", []), *pod["containers"]]
    mounted = {mount["name"] for one in containers for mount in one.get("volumeMounts", [])}
    missing = sorted(mounted - declared)
    return f"nobody declares the volume {', '.join(missing)}" if missing else ""


def _names(stateful_set: Json, services: dict[str, Json]) -> str:
    """What is wrong with the set's Service; "" if nothing is."""
    name = stateful_set["spec"].get("serviceName")
    if name is None:
        return ""
    if name not in services:
        return f"there is no Service {name}"
    service = services[name]["spec"]
    if service.get("clusterIP") != "None":
        return f"the Service {name} is not headless"
    labels = stateful_set["spec"]["template"]["metadata"]["labels"]
    if not service.get("selector", {}).items() <= labels.items():
        return f"the Service {name} selects other Pods"
    return ""
