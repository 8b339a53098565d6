"""Somebody who has just cloned the course: a checkout and a progress of their own.

The lab is the one that is up. JupyterLab saves what is open in it, so the learner's notebooks are
copies; and what JupyterLab and the course remember goes into an empty folder, so that neither
depends on what the tests before have done, nor they on this.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from lab.paths import CHECKOUT
from lab.settings import DEFAULT_NAME, Settings

PARTS = ("course", "lab-env", "notebooks")
# What is the lab's, and not of those who learn on it.
OF_THE_LAB = ("kubeconfig", "lab.json", "bin", "chapters")


@dataclass(frozen=True)
class Newcomer:
    """A learner's checkout, and the settings of the lab with their own state folder."""

    checkout: Path
    settings: Settings

    @property
    def environment(self) -> dict[str, str]:
        """What their shell has set."""
        ours = os.pathsep.join([str(self.checkout), str(self.checkout / "lab-env")])
        return {
            **os.environ,
            "LAB_NAME": self.settings.name,
            "LAB_STATE": str(self.settings.state),
            "PYTHONPATH": ours,
        }


def newcomer(folder: Path) -> Newcomer:
    """Make a learner of the lab that the environment names, with all they have in a folder.

    Raises LookupError if that lab isn't up, or may be somebody's own.
    """
    lab = Settings.from_environment()
    if lab.name == DEFAULT_NAME:
        raise LookupError(f"{lab.name} may be a learner's own lab. Set LAB_NAME to another.")
    if not lab.kubeconfig.exists():
        raise LookupError(f"The lab {lab.name} is not up. Run `LAB_NAME={lab.name} lab up`.")
    checkout, state = folder / "checkout", folder / "state"
    no_caches = shutil.ignore_patterns("__pycache__")
    for part in PARTS:
        shutil.copytree(CHECKOUT / part, checkout / part, symlinks=True, ignore=no_caches)
    (lab.folder / "chapters").mkdir(exist_ok=True, mode=0o700)  # made by the first chapter opened
    (state / lab.name).mkdir(parents=True, mode=0o700)
    for name in OF_THE_LAB:
        (state / lab.name / name).symlink_to(lab.folder / name)
    values = {**os.environ, "LAB_STATE": str(state)}
    return Newcomer(checkout, Settings.from_environment(values))
