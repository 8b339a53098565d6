"""Asks the cluster for a feature gate: a chapter follows the cluster, not a version's name."""

from __future__ import annotations

from course import gates
from course.cluster.session import current


def gate_on(name: str) -> bool:
    """Say whether a feature gate is on in this cluster; one that it doesn't know is not.

    Raises LabError when no chapter is open, or the API server doesn't answer.
    """
    metrics = str(current().connection.request("GET", "/metrics"))
    found = gates.read(metrics.splitlines()).get(name)
    return found is not None and found.on
