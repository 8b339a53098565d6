"""Feature gates, as the API server tells of them among its metrics.

A line each, `kubernetes_feature_enabled`
(https://kubernetes.io/docs/reference/instrumentation/metrics/).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LINE = re.compile(r'kubernetes_feature_enabled\{name="(\w+)",stage="(\w*)"\} ([01])$')
#: What the API server writes for each stage, and the word for it; a stable gate has none.
STAGES = {"ALPHA": "alpha", "BETA": "beta", "": "stable", "DEPRECATED": "deprecated"}


@dataclass(frozen=True, slots=True)
class Gate:
    """A feature gate: its name, its stage in a word, and whether it is on."""

    name: str
    stage: str
    on: bool


def read(lines: Iterable[str]) -> dict[str, Gate]:
    """The gates in the lines of a /metrics, by name; other metrics are passed over."""
    found = (_LINE.match(line.strip()) for line in lines)
    gates = [Gate(m[1], STAGES.get(m[2], m[2].lower()), m[3] == "1") for m in found if m]
    return {gate.name: gate for gate in gates}
