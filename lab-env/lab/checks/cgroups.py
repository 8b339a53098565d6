"""Can the engine's containers have control groups of their own?"""

from __future__ import annotations

import os
from pathlib import Path

from lab.checks.result import Check, failed, ok

NAME = "cgroups"
# The controllers that a kubelet can't do without.
NEEDED = frozenset({"cpu", "memory", "pids"})
DELEGATE = (
    "Run as root: mkdir -p /etc/systemd/system/user@.service.d && "
    "printf '[Service]\\nDelegate=yes\\n' > /etc/systemd/system/user@.service.d/delegate.conf && "
    "systemctl daemon-reload; then log in again."
)


def check(root: Path = Path("/sys/fs/cgroup"), user: int | None = None) -> Check:
    """Judge the control groups under ``root`` for a user id (default: this process's)."""
    user = os.geteuid() if user is None else user
    if (root / "cgroup.controllers").exists():
        return _version_two(root, user)
    controllers = {folder.name for folder in root.iterdir()} if root.is_dir() else set()
    if user != 0:
        return failed(
            NAME,
            "This machine uses cgroups of version 1, and there only root can run a cluster.",
            "Run the same command as root, or start the machine with cgroups of version 2.",
        )
    return _judged(controllers, "version 1")


def _version_two(root: Path, user: int) -> Check:
    if user == 0:
        return _judged(_words(root / "cgroup.controllers"), "version 2")
    own = root / f"user.slice/user-{user}.slice/user@{user}.service/cgroup.controllers"
    missing = NEEDED - _words(own)
    if missing:
        return failed(
            NAME, f"This user's containers get no {', '.join(sorted(missing))} limits.", DELEGATE
        )
    return ok(NAME, "version 2, delegated to this user")


def _judged(controllers: set[str], version: str) -> Check:
    missing = NEEDED - controllers
    if missing:
        return failed(
            NAME,
            f"The kernel offers no {', '.join(sorted(missing))} limits (cgroups {version}).",
            "Run the lab on a machine, or in a container with --privileged, that has them.",
        )
    return ok(NAME, version)


def _words(file: Path) -> set[str]:
    return set(file.read_text().split()) if file.exists() else set()
