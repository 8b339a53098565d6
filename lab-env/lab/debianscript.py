"""Changing a Debian system with a script that runs inside of it, kept in the cache."""

import os
import shlex
from pathlib import Path

from lab import shell
from lab.cache import Cache, key
from lab.progress import Progress

MINUTES = 10


def applied(cache: Cache, progress: Progress, base: Path, script: Path) -> Path:
    """Return the tar of the system ``base`` after ``script`` ran in it with `sh -eu`.

    The script has no network. Raises LabError with its last lines when it fails.
    """

    def make(folder: Path) -> None:
        with progress.step(f"Debian script of {script.parent.name}"):
            _run(folder / "base.tar", base, script)

    # The base's folder is named by the hash of what it was made from.
    return cache.result("debian-script", key(base.parent.name, script), make) / "base.tar"


def _run(out: Path, base: Path, script: Path) -> None:
    mode = "root" if os.geteuid() == 0 else "unshare"
    inside = f'chroot "$1" /bin/sh -eu < {shlex.quote(str(script))}'
    arguments = [
        f"--mode={mode}",
        "--variant=custom",
        "--format=tar",
        "--skip=setup,update,cleanup",
        f"--setup-hook=tar-in {shlex.quote(str(base))} /",
        f"--customize-hook={inside}",
        "",  # no suite: nothing is fetched
        str(out),
    ]
    shell.run(["mmdebstrap", *arguments], timeout=MINUTES * 60, env={"SOURCE_DATE_EPOCH": "0"})
