"""Asks a chapter's Prometheus and Alertmanager, through the API server's proxy to their Service."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

from course.cluster.session import current, until
from lab.errors import LabError

SERVICE = "prometheus:9090"
ALERTS = "prometheus:9093"
#: How long a question may wait for the answer that it wants, in seconds.
BOUND = 30.0


def promql(query: str, *, count: int | None = None, timeout: float = BOUND) -> dict[str, float]:
    """Answer a PromQL query: the value of each series, by its labels, in their order.

    With ``count`` it first waits, at most ``timeout`` seconds, until there are so many series.
    Raises LabError when there never are, or when Prometheus refuses the query.
    """
    if count is not None:
        until(
            f"{count} series for {query}",
            timeout,
            lambda: len(_asked("query", query=query)) == count,
        )
    return {_name(one["metric"]): float(one["value"][1]) for one in _asked("query", query=query)}


def promql_since(
    query: str, began: float, step: float = 1.0
) -> dict[str, list[tuple[float, float]]]:
    """Answer a PromQL query over time, from a Unix time until now: pairs of time and value.

    Raises LabError when Prometheus refuses the query.
    """
    asked = {
        "query": query,
        "start": f"{began:.3f}",
        # The last step is then never before now: it shows what a query would answer.
        "end": f"{time.time() + step:.3f}",
        "step": f"{step:g}",
    }
    found = {
        _name(one["metric"]): [(float(at), float(value)) for at, value in one["values"]]
        for one in _asked("query_range", **asked)
    }
    return {
        name: [(at, value) for at, value in line if math.isfinite(value)]
        for name, line in found.items()
    }


def fires(alert: str, timeout: float = BOUND) -> str:
    """Wait until Alertmanager has an alert of this name; say that it fires.

    Raises LabError when it doesn't within ``timeout`` seconds.
    """
    until(f"The alert {alert}", timeout, lambda: alert in _alerts())
    return f"{alert} fires."


def clears(alert: str, timeout: float = BOUND) -> str:
    """Wait until Alertmanager has no alert of this name any more; say so.

    Raises LabError when it still has it after ``timeout`` seconds.
    """
    until(f"The end of the alert {alert}", timeout, lambda: alert not in _alerts())
    return f"{alert} has cleared."


def _alerts() -> set[str]:
    """The names of the alerts that Alertmanager holds: those that fire now."""
    found = _answer(ALERTS, "v2/alerts")
    if not isinstance(found, list):
        raise _not_prometheus(found)
    return {str(alert["labels"]["alertname"]) for alert in found}


def _answer(service: str, what: str, **query: str) -> Any:
    session = current()
    path = f"/api/v1/namespaces/{session.namespace}/services/{service}/proxy/api/{what}"
    return session.connection.request("GET", path, query=query)


def _not_prometheus(answer: object) -> LabError:
    return LabError(
        "What answered is not Prometheus.",
        f"It said: {str(answer)[:200]}",
        "Apply the chapter's manifest with Prometheus in it, and wait until it is there.",
    )


def _asked(what: str, **query: str) -> list[dict[str, Any]]:
    answer = _answer(SERVICE, f"v1/{what}", **query)
    if not isinstance(answer, dict) or answer.get("status") != "success":
        raise _not_prometheus(answer)
    found: list[dict[str, Any]] = answer["data"]["result"]
    return sorted(found, key=lambda one: _name(one["metric"]))


def _name(labels: Mapping[str, str]) -> str:
    """The labels that tell one member from another: its Pod, else all of them."""
    if "pod" in labels:
        return labels["pod"]
    kept = {
        key: value for key, value in labels.items() if key not in ("__name__", "job", "instance")
    }
    return ", ".join(f"{key}={kept[key]}" for key in sorted(kept)) or "all"
