"""`lab status`: what there is, and whether it works."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from lab import guard, nodes, state
from lab.engine import GONE, Engine, find
from lab.errors import LabError
from lab.kubectl import Kubectl
from lab.settings import Settings


@dataclass(frozen=True)
class Status:
    """What ``lab status --json`` prints."""

    name: str
    ready: bool
    why_not: str
    provider: str
    kubernetes: str
    node_image: dict[str, str]
    kubeconfig: str
    nodes: list[dict[str, Any]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def status(settings: Settings) -> Status:
    """Look at the lab without changing it. What is wrong stands in ``why_not``."""
    record = state.read(settings)
    facts = state.as_json(record) if record else {}
    found: list[dict[str, Any]] = []
    why_not = ""
    try:
        if record is None:
            why_not = "There is no lab of this name. Run `lab up`."
        else:
            found = _nodes(settings, find(settings))
            why_not = _missing(settings, record, found)
    except LabError as error:
        why_not = f"{error.what} {error.why}"
    return Status(
        name=settings.name,
        ready=not why_not,
        why_not=why_not,
        provider=facts.get("provider", ""),
        kubernetes=facts.get("kubernetes", ""),
        node_image=facts.get("node_image", {"reference": "", "source": ""}),
        kubeconfig=str(settings.kubeconfig),
        nodes=found,
        seconds=facts.get("seconds", {}),
    )


def as_text(status: Status, as_json: bool) -> str:
    """Return the status for people, or as JSON for scripts."""
    if as_json:
        return json.dumps(asdict(status), indent=2)
    lines = [
        f"{status.name}: {'ready' if status.ready else 'not ready'}",
        *([f"  {status.why_not}"] if status.why_not else []),
        f"  kubeconfig  {status.kubeconfig}",
    ]
    if status.provider:
        image = f"{status.node_image['reference']} ({status.node_image['source']})"
        lines += [
            f"  provider    {status.provider}",
            f"  Kubernetes  {status.kubernetes}",
            f"  node image  {image}",
        ]
    lines += [f"  {node['name']}  {node['container']}, {_word(node)}" for node in status.nodes]
    if status.seconds:
        lines.append("The last `lab up`, step by step:")
        lines += [f"  {seconds:7.1f} s  {step}" for step, seconds in status.seconds.items()]
    return "\n".join(lines)


def _word(node: dict[str, Any]) -> str:
    return "Ready" if node["ready"] else "not Ready"


def _nodes(settings: Settings, engine: Engine) -> list[dict[str, Any]]:
    containers = engine.containers(settings.name)
    ready = _ready_nodes(settings) if settings.kubeconfig.exists() and containers else {}
    return [
        {
            "name": name,
            "container": containers.get(name, GONE),
            "ready": ready.get(name, {}).get("ready", False),
            "kubernetes": ready.get(name, {}).get("kubernetes", ""),
        }
        for name in nodes.names(settings)
    ]


def _ready_nodes(settings: Settings) -> dict[str, dict[str, Any]]:
    guard.check_kubeconfig(settings)
    try:
        items = Kubectl(settings).json("get", "nodes", timeout=5)["items"]
    except LabError:
        return {}  # `_missing` asks again and tells why
    return {
        item["metadata"]["name"]: {
            "ready": any(
                each["type"] == "Ready" and each["status"] == "True"
                for each in item["status"].get("conditions", [])
            ),
            "kubernetes": item["status"]["nodeInfo"]["kubeletVersion"],
        }
        for item in items
    }


def _missing(settings: Settings, record: state.Record, found: list[dict[str, Any]]) -> str:
    if record.phase != "ready":
        return "The last `lab up` was cut off. Run it again."
    lost = nodes.missing(settings, {node["name"]: node["container"] for node in found})
    if lost:
        return f"Gone: {', '.join(lost)}. Run `lab up`: it makes the lab anew."
    stopped = [node["name"] for node in found if node["container"] != "running"]
    if stopped:
        return f"Not running: {', '.join(stopped)}. Run `lab start`."
    guard.check(settings)
    waiting = [node["name"] for node in found if not node["ready"]]
    return f"Not ready: {', '.join(waiting)}." if waiting else ""
