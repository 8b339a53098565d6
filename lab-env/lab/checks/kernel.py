"""Do notebooks run in this very environment?"""

from __future__ import annotations

import importlib.metadata
import os
import sys
from pathlib import Path

from lab.checks.result import Check, failed, ok

NAME = "kernel"
KERNEL = "python3"
MEND = "Run `make lab`, which starts JupyterLab from .venv; or: pip install -e ."
# ipykernel 7.0.0 loses the output of threads.
BROKEN = {"7.0.0"}


def check() -> Check:
    """Judge the kernel that notebooks ask for, by its command and by ipykernel's version."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

        version = importlib.metadata.version("ipykernel")
    except ImportError:
        return failed(NAME, "Jupyter is not installed in this environment.", MEND)
    if version in BROKEN:
        return failed(NAME, f"ipykernel {version} is broken.", "pip install -U ipykernel")
    try:
        spec = KernelSpecManager().get_kernel_spec(KERNEL)
    except NoSuchKernel:
        return failed(NAME, f"There is no kernel {KERNEL}.", MEND)
    return judge(spec.argv[0], spec.resource_dir)


def judge(program: str, folder: str) -> Check:
    """Judge a kernel's program and the folder that its description stands in."""
    # Jupyter puts its own Python in the place of a bare name.
    bare = program in ("python", "python3", f"python{sys.version_info[0]}.{sys.version_info[1]}")
    if bare or _same_environment(program):
        return ok(NAME, sys.executable)
    return failed(
        NAME,
        f"Notebooks would run in {program}, and the course is installed in {sys.executable}.",
        f"Delete the folder {folder}, which describes another environment's kernel.",
    )


def _same_environment(program: str) -> bool:
    # Not resolved: the Pythons of all environments are links to the same file.
    return Path(program).parent == Path(sys.executable).parent and os.access(program, os.X_OK)
