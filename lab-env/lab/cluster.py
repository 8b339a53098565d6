"""The cluster's containers and network: made through kind, deleted through the engine."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

from lab import cgroups, nodes, shell
from lab.engine import OURS_LABEL, Engine
from lab.errors import LabError
from lab.paths import KIND
from lab.progress import Step
from lab.settings import Settings

# Three nodes take about 21 s on two idle cores; a machine ten times busier still gets there.
CREATE_SECONDS = 300.0
DELETE_SECONDS = 60.0
MODULES = Path("/lib/modules")


def ours(settings: Settings, engine: Engine) -> bool:
    """Tell whether the network of this lab's name bears the lab's label."""
    label = engine.run(
        "network", "inspect", settings.network,
        "--format", f'{{{{index .Labels "{OURS_LABEL}"}}}}', check=False,
    )  # fmt: skip
    return label.code == 0 and label.out.strip() == settings.name


def refuse_others(settings: Settings, engine: Engine) -> None:
    """Raise LabError if containers or a network of this name belong to something else."""
    there = engine.run("network", "inspect", settings.network, check=False).code == 0
    if ours(settings, engine) or not (there or engine.containers(settings.name)):
        return
    what = "network" if there and not engine.containers(settings.name) else "kind cluster"
    raise LabError(
        f"There is a {what} named {settings.name} that this lab did not make.",
        "It lacks the mark that the lab puts on everything it makes, so it is left alone.",
        "Set LAB_NAME to another name, or delete the other one yourself.",
    )


def create(settings: Settings, engine: Engine, image: str, step: Step) -> None:
    """Create the nodes. Raises LabError with the last of what kind said."""
    engine.run("network", "create", "--label", f"{OURS_LABEL}={settings.name}", settings.network)
    if os.geteuid() == 0:
        # kind mounts it into each node; a kernel without modules has none.
        MODULES.mkdir(parents=True, exist_ok=True)
    patches = settings.folder / "patches"
    shutil.copytree(KIND / "patches", patches, dirs_exist_ok=True)
    text = (KIND / "cluster.yaml").read_text().replace("PATCHES", str(patches))
    if settings.feature_gates:
        # JSON is YAML as well.
        text += f"featureGates: {json.dumps(dict(settings.feature_gates))}\n"
    shell.run(
        [
            settings.bin / "kind", "create", "cluster", "--name", settings.name,
            "--image", image, "--config", "-", "--kubeconfig", settings.kubeconfig,
        ],
        timeout=CREATE_SECONDS,
        env=engine.env,
        input=text,
        on_line=lambda line: step.say(line.strip(" •✓✗.\t")),
    )  # fmt: skip
    settings.kubeconfig.chmod(0o600)


def write_kubeconfig(settings: Settings, engine: Engine) -> None:
    """Write the lab's kubeconfig from what its control plane holds."""
    shell.run(
        [
            settings.bin / "kind", "export", "kubeconfig", "--name", settings.name,
            "--kubeconfig", settings.kubeconfig,
        ],
        timeout=60,
        env=engine.env,
    )  # fmt: skip
    settings.kubeconfig.chmod(0o600)


def delete(settings: Settings, engine: Engine) -> None:
    """Delete the lab's containers, their volumes and its network; those of no one else.

    Raises LabError if something can't be deleted within a minute.
    """
    refuse_others(settings, engine)
    end = time.monotonic() + DELETE_SECONDS
    # A container that was being made when its maker was killed may show up late.
    while names := list(engine.containers(settings.name)):
        for name in names:
            _wake(engine, name)
        engine.remove(*names, timeout=DELETE_SECONDS, check=False)
        if time.monotonic() > end:
            left = ", ".join(engine.containers(settings.name)) or "none any more"
            raise LabError(
                "The lab's containers could not be deleted.",
                f"Still there after {DELETE_SECONDS:.0f} s: {left}.",
                f"Run `{engine.provider} rm -f {' '.join(names)}` and read what it says.",
            )
    for node in nodes.names(settings):
        _delete_volumes(engine, node)
    if ours(settings, engine):
        engine.run("network", "rm", settings.network)


def _delete_volumes(engine: Engine, node: str) -> None:
    """Delete the volumes that kind made for a node; on podman they outlive its container."""
    found = engine.run("volume", "ls", "-q", "--filter", f"label={node}=true").out.split()
    if found:
        engine.run("volume", "rm", *found)


def _wake(engine: Engine, name: str) -> None:
    found = engine.run("inspect", name, "--format", "{{.Id}} {{.State.Status}}", check=False)
    if found.code != 0:  # it is gone by now
        return
    container_id, state = found.out.split(maxsplit=1)
    if state.strip() == "paused":
        engine.run("unpause", name, check=False)
    if os.geteuid() == 0:
        cgroups.thaw(container_id)
