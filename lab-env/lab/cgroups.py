"""Waking what is frozen, so that it can be deleted."""

from __future__ import annotations

import os
from pathlib import Path

FREEZER = Path("/sys/fs/cgroup/freezer")


def thaw(container_id: str, freezer: Path = FREEZER) -> None:
    """Thaw all cgroups of a container.

    On cgroup v1, a process in a frozen cgroup can't be killed: deleting a node whose runtime
    was cut off while it held a Pod frozen would hang for ever. Version 2 kills frozen processes,
    and has no such folder.
    """
    for folder, _, _ in os.walk(freezer):
        here = Path(folder)
        if container_id not in folder:
            # Only the container's own branch: nothing else is ours to wake.
            continue
        state = here / "freezer.state"
        if state.exists() and state.read_text().strip() != "THAWED":
            state.write_text("THAWED")
