"""What the lab looks at before it relies on it; a file for each kind of thing."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab.checks import (
    cgroups,
    engines,
    inotify,
    kernel,
    leftovers,
    machine,
    ports,
    programs,
    proxies,
    room,
)
from lab.checks.result import Check, as_error, warning
from lab.engine import Engine, NoEngine, find
from lab.errors import LabError
from lab.settings import Settings

__all__ = ["Check", "as_error", "before_build", "before_up", "everything", "stop_at_trouble"]

PACKAGE = Path(__file__).resolve().parent.parent
Look = Callable[[], Check | list[Check]]


def before_up(settings: Settings, engine: Engine) -> list[Check]:
    """Return the checks of what would make `lab up` fail later, in under half a second."""
    containers = engine.containers(settings.name)
    to_start = share_to_start(containers)
    return _all(
        [
            ("cgroups", cgroups.check),
            ("inotify", lambda: inotify.check(to_start)),
            ("memory", lambda: room.memory(to_start, building=False)),
            ("disk", lambda: room.disk(room.places(settings, engine), to_start, building=False)),
            ("architecture", machine.architecture),
            ("clock", lambda: machine.clock(PACKAGE, settings.kubeconfig)),
            ("proxies", lambda: proxies.check(os.environ)),
        ]
    )


def stop_at_trouble(settings: Settings, engine: Engine) -> None:
    """Raise LabError if a check of ``before_up`` failed, with all that did."""
    error = as_error(before_up(settings, engine))
    if error is not None:
        raise error


def before_build(settings: Settings, engine: Engine) -> list[Check]:
    """Return the checks of what a build of the node image takes: memory and disk."""
    return _all(
        [
            ("memory", lambda: room.memory(to_start=1, building=True)),
            ("disk", lambda: room.disk(room.places(settings, engine), 1, building=True)),
        ]
    )


def everything(settings: Settings) -> list[Check]:
    """Return all checks, within half a minute even where an engine hangs."""
    found = _engine(settings)
    engine = found if isinstance(found, Engine) else None
    containers = engine.containers(settings.name) if engine else {}
    to_start = share_to_start(containers)
    building = settings.images == "build" and not containers
    return _all(
        [
            ("engine", lambda: engines.check(found)),
            ("cgroups", cgroups.check),
            ("inotify", lambda: inotify.check(to_start)),
            ("memory", lambda: room.memory(to_start, building)),
            ("disk", lambda: room.disk(room.places(settings, engine), to_start, building)),
            ("architecture", machine.architecture),
            ("clock", lambda: machine.clock(PACKAGE, settings.kubeconfig)),
            ("port", lambda: ports.check(os.environ.get("LAB_PORT"))),
            ("kind", lambda: programs.program("kind", settings.bin)),
            ("kubectl", lambda: programs.program("kubectl", settings.bin)),
            ("python", programs.python),
            ("kernel", kernel.check),
            ("proxies", lambda: proxies.check(os.environ)),
            ("clusters", lambda: leftovers.check(settings, engine, containers)),
        ]
    )


def share_to_start(containers: dict[str, str]) -> float:
    """Return the share of a lab's nodes that do not run: 1 with none made yet, 0 if all run."""
    if not containers:
        return 1
    return sum(not leftovers.runs(state) for state in containers.values()) / len(containers)


def _engine(settings: Settings) -> Engine | NoEngine:
    try:
        return find(settings)
    except NoEngine as error:
        return error


def _all(looks: Sequence[tuple[str, Look]]) -> list[Check]:
    with ThreadPoolExecutor(max_workers=len(looks)) as pool:
        found = list(pool.map(lambda look: _one(*look), looks))
    return [check for checks in found for check in checks]


def _one(name: str, look: Look) -> list[Check]:
    try:
        found = look()
    except (OSError, ValueError) as error:
        # /proc of another system, or of a sandbox: not knowing must not stop anyone.
        return [warning(name, f"This can't be seen here: {error}.", "Go on, and mind this line.")]
    except LabError as error:
        return [warning(name, f"{error.what} {error.why}", error.do)]
    return found if isinstance(found, list) else [found]
