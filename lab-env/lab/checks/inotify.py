"""Are enough inotify instances left for the nodes' programs?"""

from __future__ import annotations

import math
import os
from pathlib import Path

from lab.checks.result import Check, failed, ok

NAME = "inotify"
# A lab of three nodes with its Pods takes about 55; systemd in a node dies without them, and
# all that is seen of it is a node that never gets ready.
INSTANCES = 55
WATCHES = 8192
LIMITS = Path("/proc/sys/fs/inotify")


def check(to_start: float, limits: Path = LIMITS, used: int | None = None) -> Check:
    """Judge the limits of this machine for the share of the lab's nodes that is to be started."""
    instances = int((limits / "max_user_instances").read_text())
    watches = int((limits / "max_user_watches").read_text())
    used = used_instances() if used is None else used
    if watches < WATCHES:
        return failed(
            NAME,
            f"A user may watch {watches} files at once, and a cluster needs {WATCHES}.",
            "As root: sysctl fs.inotify.max_user_watches=524288",
        )
    found = f"{used} of {instances} instances in use"
    needed = math.ceil(INSTANCES * to_start)
    if needed and instances - used < needed:
        return failed(
            NAME,
            f"{found}, and the nodes to start need {needed} more.",
            "As root: sysctl fs.inotify.max_user_instances=512",
        )
    return ok(NAME, found)


def used_instances(processes: Path = Path("/proc")) -> int:
    """Count the inotify instances of this user's processes."""
    user = os.geteuid()
    return sum(
        _instances(folder / "fd", user) for folder in processes.iterdir() if folder.name.isdigit()
    )


def _instances(descriptors: Path, user: int) -> int:
    # Processes end while we read, and some are hidden from us: both have nothing to count.
    try:
        if descriptors.stat().st_uid != user:
            return 0
        with os.scandir(descriptors) as entries:
            return sum(_is_inotify(entry.path) for entry in entries)
    except OSError:
        return 0


def _is_inotify(descriptor: str) -> bool:
    try:
        # pathlib would make a file name of this; it is none.
        return os.readlink(descriptor) == "anon_inode:inotify"  # noqa: PTH115
    except OSError:
        return False
