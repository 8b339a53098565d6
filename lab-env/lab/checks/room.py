"""Is there memory and disk enough?"""

from __future__ import annotations

import os
from pathlib import Path

from lab.checks.result import GIB, Check, failed, ok, warning
from lab.engine import Engine
from lab.settings import Settings

# The whole lab with JupyterLab takes 1.6 GiB when idle; the chapters' own programs come on top.
MEMORY_TO_RUN = 2 * GIB
MEMORY_AT_EASE = 3 * GIB
# Linking the nodes' program takes 3.1 GiB.
MEMORY_TO_BUILD = 4 * GIB
DISK_TO_RUN = 2 * GIB
# Go's modules and its build cache take 5.3 GiB, the base and the image most of another.
DISK_TO_BUILD = 8 * GIB

CGROUPS = Path("/sys/fs/cgroup")
MEMINFO = Path("/proc/meminfo")


def memory(to_start: float, building: bool, available: int | None = None) -> Check:
    """Judge the free memory in bytes (default: this machine's) for a share of the lab's nodes."""
    free = free_memory() if available is None else available
    found = f"{free / GIB:.1f} GiB free"
    if building and free < MEMORY_TO_BUILD:
        return _too_little("memory", found, MEMORY_TO_BUILD, "building the node image takes")
    if free >= MEMORY_AT_EASE * to_start:
        return ok("memory", found)
    if free < MEMORY_TO_RUN * to_start:
        return _too_little("memory", found, MEMORY_TO_RUN * to_start, "the nodes to start take")
    return warning(
        "memory",
        f"{found}: enough for the nodes to start, tight for chapters with databases.",
        "End programs that you don't need.",
    )


def disk(places: dict[str, Path], to_start: float, building: bool) -> list[Check]:
    """Judge the free space of each place (what is kept there, and its folder)."""
    needed = DISK_TO_BUILD if building else DISK_TO_RUN * to_start
    takes = "building the node image takes" if building else "the nodes to start take"
    checks = []
    for name, folder in places.items():
        free = free_space(folder)
        found = f"{free / GIB:.1f} GiB free for {name}"
        if free < needed:
            checks.append(_too_little("disk", found, needed, takes))
        else:
            checks.append(ok("disk", found))
    return checks


def free_memory() -> int:
    """Return the bytes that new programs can take, within the limit of our own container."""
    lines = (line.split() for line in MEMINFO.read_text().splitlines())
    available = next(int(line[1]) * 1024 for line in lines if line[0] == "MemAvailable:")
    return min(available, *_limits()) if _limits() else available


def free_space(folder: Path) -> int:
    """Return the bytes that are free where a folder is, or will be."""
    while not folder.exists():
        folder = folder.parent
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def places(settings: Settings, engine: Engine | None) -> dict[str, Path]:
    """Return the folders that the lab fills, one for each file system."""
    found = {"the cache": settings.cache, "the lab's state": settings.folder}
    storage = _storage(engine) if engine else None
    if storage:
        found["the engine's images"] = storage
    seen: set[int] = set()
    kept = {}
    for name, folder in found.items():
        device = _device(folder)
        if device not in seen:
            seen.add(device)
            kept[name] = folder
    return kept


def _too_little(name: str, found: str, needed: float, takes: str) -> Check:
    do = {
        "memory": "End programs that you don't need, or use a machine with more memory.",
        "disk": "Free some space; `lab down --purge` clears the lab's own caches.",
    }[name]
    return failed(name, f"{found}, and {takes} {needed / GIB:.1f} GiB.", do)


def _limits() -> list[int]:
    pairs = (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    )
    found = []
    for limit, usage in pairs:
        if (CGROUPS / limit).exists() and (CGROUPS / usage).exists():
            most = (CGROUPS / limit).read_text().strip()
            if most.isdigit():
                found.append(int(most) - int((CGROUPS / usage).read_text()))
    return found


def _storage(engine: Engine) -> Path | None:
    field = {"podman": "{{.Store.GraphRoot}}", "docker": "{{.DockerRootDir}}"}.get(engine.provider)
    if field is None:
        return None
    said = engine.run("info", "--format", field, timeout=10, check=False)
    folder = Path(said.out.strip() or "/")
    # Docker Desktop names a folder inside its own virtual machine.
    return folder if said.code == 0 and folder.is_dir() else None


def _device(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return folder.stat().st_dev
