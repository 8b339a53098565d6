"""Trust in the course's own notebooks, so that what is live in them is shown again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat.sign import NotebookNotary

from lab.paths import CHECKOUT

# The course's own, and not what a learner has put beside them.
OURS = ("notebooks/0*.ipynb", "notebooks/solutions/0*.ipynb")


def trust(data: Path, checkout: Path = CHECKOUT) -> None:
    """Let a JupyterLab with this data folder trust the chapters and their solutions.

    It shows no widget of a notebook that it doesn't trust, and trusts one as a whole or not at
    all. So in a chapter with a cell that was not run yet, the board was gone after a reload. A
    file that can't be read is left alone: JupyterLab will say so.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)  # else it would remember nothing
    notary: Any = NotebookNotary(data_dir=str(data))  # type: ignore[no-untyped-call]
    try:
        for file in (file for pattern in OURS for file in sorted(checkout.glob(pattern))):
            _sign(notary, file)
    finally:
        notary.store.close()


def _sign(notary: Any, file: Path) -> None:
    try:
        notary.sign(nbformat.read(file, as_version=4))  # type: ignore[no-untyped-call]
    except (OSError, ValueError, AttributeError, nbformat.ValidationError):
        return
