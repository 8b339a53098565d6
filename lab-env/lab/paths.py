"""Where the course's sources stand: in the checkout that this package is part of, or is run in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lab.errors import LabError

MARK = Path("lab-env", "node-image", "versions.json")


def checkout(candidates: Iterable[Path]) -> Path:
    """Return the first of these folders that is a checkout; else the first.

    A package that `pip install .` has copied away from its checkout finds it again from the
    folder that it is run in: the notebooks are there in any case.
    """
    folders = list(candidates)
    return next((folder for folder in folders if (folder / MARK).is_file()), folders[0])


CHECKOUT = checkout([Path(__file__).resolve().parents[2], Path.cwd(), *Path.cwd().parents])
LAB_ENV = CHECKOUT / "lab-env"
NODE_IMAGE = LAB_ENV / "node-image"
IMAGES = LAB_ENV / "images"
KIND = LAB_ENV / "kind"


def check() -> None:
    """Raise LabError if there is no checkout: nothing could be built and nothing be opened."""
    if not (CHECKOUT / MARK).is_file():
        raise LabError(
            "The course's files are not here.",
            f"This lab was installed on its own, and neither {Path.cwd()} nor a folder above it "
            "is a checkout of the course.",
            "Go to the folder that you cloned, then run the same command again.",
        )
