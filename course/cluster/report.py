"""Tells of a controller's work by Events of the cluster, as Kubernetes' own controllers do."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

from course.cluster.connection import Refusal, Unreachable
from course.cluster.session import Session

SOURCE = "your-controller"


class Reporter:
    """Makes Events about one ConfigMap of the chapter, which need not exist."""

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = name

    def tell(self, kind: str, reason: str, message: str) -> None:
        """Make an Event; ``kind`` is Normal or Warning. Without a cluster nothing is told."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        space = self._session.namespace
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"generateName": f"{self._name}.", "namespace": space},
            "involvedObject": {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "name": self._name,
                "namespace": space,
            },
            "type": kind,
            "reason": reason,
            "message": message,
            "source": {"component": SOURCE},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
        # The controller's `problem` says it too: an Event that can't be made must not end it.
        with contextlib.suppress(Refusal, Unreachable):
            self._session.connection.request("POST", f"/api/v1/namespaces/{space}/events", event)
