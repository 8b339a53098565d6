"""What a RabbitMQ node says of itself: its cluster, and the queues that it holds a copy of.

Asked of its metrics, through the API server: `rabbitmqctl` would be one more Erlang of 70 MB
in the Pod. The learner sees the same with `kubectl get --raw`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from course.cluster.connection import Refusal, Unreachable
from course.cluster.session import current

PORT = 15692
FAMILIES = "family=ra_metrics&family=queue_coarse_metrics"
SECONDS = 5.0

_CLUSTER = re.compile(r'^rabbitmq_identity_info\{.*rabbitmq_cluster_permanent_id="([^"]+)"', re.M)
_MEMBER = re.compile(r'^rabbitmq_detailed_raft_term_total\{.*queue="([^"]+)"', re.M)
_MESSAGES = re.compile(
    r'^rabbitmq_detailed_queue_messages_ready\{.*queue="([^"]+)".*\} (\d+)', re.M
)


@dataclass(frozen=True)
class Node:
    """A node's view: the lasting ID of its cluster, its queues, and their messages.

    ``messages`` counts those that wait, of the queues whose leader is here.
    """

    cluster: str
    queues: frozenset[str] = frozenset()
    messages: dict[str, int] = field(default_factory=dict)


def ask(pod: str) -> Node | None:
    """Return what the node in a Pod says of itself; None when it does not answer."""
    session = current()
    path = f"/api/v1/namespaces/{session.namespace}/pods/{pod}:{PORT}/proxy/metrics"
    try:
        brief = session.connection.request("GET", path, timeout=SECONDS)
        detailed = session.connection.request("GET", f"{path}/detailed?{FAMILIES}", timeout=SECONDS)
    except (Refusal, Unreachable):
        return None
    return parsed(str(brief), str(detailed))


def parsed(brief: str, detailed: str) -> Node | None:
    """Read a node's two pages of metrics; None for pages of something else."""
    cluster = _CLUSTER.search(brief)
    if cluster is None:
        return None
    messages = {name: int(count) for name, count in _MESSAGES.findall(detailed)}
    return Node(cluster[1], frozenset(_MEMBER.findall(detailed)), messages)
