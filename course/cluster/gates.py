"""Asks the cluster for a feature gate, so that a chapter follows the cluster and no version's name.

The API server tells its gates among its metrics, as `kubernetes_feature_enabled`
(https://kubernetes.io/docs/reference/instrumentation/metrics/).
"""

from __future__ import annotations

import re

from course.cluster.session import current


def gate_on(name: str) -> bool:
    """Say whether a feature gate is on in this cluster; one that it doesn't know is not.

    Raises LabError when no chapter is open, or the API server doesn't answer.
    """
    metrics = str(current().connection.request("GET", "/metrics"))
    return is_on(metrics, name)


def is_on(metrics: str, name: str) -> bool:
    """Say whether a gate is on by the text of the API server's metrics."""
    line = rf'^kubernetes_feature_enabled\{{name="{re.escape(name)}",stage="\w*"\}} 1$'
    return re.search(line, metrics, re.MULTILINE) is not None
