"""Are the programs there that the lab and the notebooks run?"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from lab import shell
from lab.checks.result import Check, failed, ok, warning

OLDEST_PYTHON = (3, 11)
VERSION = {"kind": ["version"], "kubectl": ["version", "--client"]}


def program(name: str, folder: Path) -> Check:
    """Judge kind or kubectl in the lab's own folder of programs."""
    file = folder / name
    if not file.exists():
        return ok(name, "not there yet; `lab up` brings it")
    try:
        said = shell.run([file, *VERSION[name]], timeout=10, check=False)
    except shell.CommandTimedOut as error:
        return failed(name, error.what, "End programs that you don't need, then look again.")
    if said.code != 0:
        why = (said.err.strip() or "it said nothing").splitlines()[-1]
        return failed(name, f"It ends with {said.code}: {why}.", f"rm {file} && lab up")
    return ok(name, said.out.strip().splitlines()[0])


def python(version: tuple[int, ...] | None = None) -> Check:
    """Judge the Python that runs this."""
    version = version or sys.version_info[:3]
    if version < OLDEST_PYTHON:
        return failed(
            "python",
            f"This is Python {'.'.join(map(str, version))}; the course needs 3.11.",
            "Install Python 3.11 or newer, delete the folder .venv, then run: make lab",
        )
    if sys.prefix == sys.base_prefix:
        return warning(
            "python",
            f"{platform.python_version()}, in no environment of its own: other projects' packages "
            "may get in the way.",
            "Use the environment that `make lab` makes in .venv.",
        )
    return ok("python", f"{platform.python_version()} in {sys.prefix}")
