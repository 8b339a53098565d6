"""What the notebooks import: `from course import chapter, claim, predict, check`.

Names are looked up when they are asked for, so that one part of the course (the record,
the board) can be used without what the others need.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "board": ("course.views.board", "board"),
    "chapter": ("course.chapters.opening", "chapter"),
    "clears": ("course.cluster.prometheus", "clears"),
    "controller": ("course.cluster.controller", "controller"),
    "error_rate": ("course.views.requests", "error_rate"),
    "fault": ("course.cluster.faults", None),
    "fires": ("course.cluster.prometheus", "fires"),
    "feature_gates": ("course.views.gates", "feature_gates"),
    "over_time": ("course.views.figures", "over_time"),
    "gate_on": ("course.cluster.gates", "gate_on"),
    "promql": ("course.cluster.prometheus", "promql"),
    "promql_since": ("course.cluster.prometheus", "promql_since"),
}
# Everything else that a learner uses: claim, predict, check, hint, solution, ...
_REST = "course.exercises"


def __getattr__(name: str) -> Any:
    """Return a name of the course's public API."""
    if name.startswith("_"):
        raise AttributeError(f"module 'course' has no attribute {name!r}")
    module, inside = _HOMES.get(name, (_REST, name))
    home = import_module(module)
    if module == _REST and name not in home.__all__:
        raise AttributeError(f"module 'course' has no attribute {name!r}")
    return home if inside is None else getattr(home, inside)
