"""`lab down`: nothing is left of the lab, and with ``--purge`` not its caches either."""

from __future__ import annotations

import contextlib

from lab import cache, cluster
from lab.engine import Engine, NoEngine, environment, find, trouble
from lab.nodeimage import smoke
from lab.progress import Progress
from lab.settings import PROVIDERS, Settings

IMAGES = "lab.local/"


def down(settings: Settings, progress: Progress, purge: bool = False) -> None:
    """Delete the lab's containers, volumes, network and state folder.

    With ``purge`` also what was kept to make the next ``up`` fast: the cache folder and the
    images that this lab built. Raises LabError if something can't be deleted.
    """
    with contextlib.suppress(NoEngine):  # without an engine, no container is left of the lab
        engine = find(settings)
        with progress.step("delete the nodes and their network"):
            cluster.delete(settings, engine)
            smoke.clear(engine)
    with progress.step("delete the state folder"):
        forget(settings)
    if purge:
        with progress.step("delete the images and the cache"):
            for provider in PROVIDERS:
                engine = Engine(provider, environment(provider, settings))
                if trouble(engine) is None:
                    _remove_images(engine)
            cache.remove_tree(settings.cache)


def forget(settings: Settings) -> None:
    """Delete the lab's part of the state folder, and the state folder if that was all."""
    cache.remove_tree(settings.folder)
    with contextlib.suppress(OSError):  # another lab's state is in it, or it isn't there
        settings.state.rmdir()


def _remove_images(engine: Engine) -> None:
    shown = engine.run("images", "--format", "{{.Repository}}:{{.Tag}}").out.split()
    built = [reference for reference in shown if reference.startswith(IMAGES)]
    if built:
        engine.run("rmi", "-f", *built, check=False)
