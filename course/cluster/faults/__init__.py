"""Break something on purpose, really, and put it right again.

Each function breaks one thing at once and returns a `Fault`. Use it as a context manager,
or keep it and call `undo`; `lab reset` undoes whatever is left, also after the kernel died.
"""

from course.cluster.faults.base import Fault
from course.cluster.faults.containers import (
    break_readiness,
    exhaust_memory,
    kill_container,
    pause_container,
)
from course.cluster.faults.network import cut_api, cut_between, cut_network
from course.cluster.faults.nodes import drain_node, pause_node, stop_node
from course.cluster.faults.rollout import missing_image
from course.cluster.faults.volume import fill_volume

__all__ = [
    "Fault",
    "break_readiness",
    "cut_api",
    "cut_between",
    "cut_network",
    "drain_node",
    "exhaust_memory",
    "fill_volume",
    "kill_container",
    "missing_image",
    "pause_container",
    "pause_node",
    "stop_node",
]
