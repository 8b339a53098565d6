"""Root file systems of Debian, made from its packages and kept in the cache as one tar."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from lab import archive, install, shell
from lab.cache import Cache, key
from lab.progress import Progress

MINUTES = 20

# Neither a node nor a course image is read by people: no manuals, no translations.
_LEFT_OUT = (
    "/usr/share/man/*",
    "/usr/share/info/*",
    "/usr/share/locale/*",
    "/usr/share/lintian/*",
    "/usr/share/doc/*",
    "/usr/share/bash-completion/*",
    "/usr/lib/*/gconv/*",
)
# Licences are part of what may not be left out of a copy.
_KEPT = ("/usr/share/doc/*/copyright",)
# The package usrmerge brings perl (50 MB); mmdebstrap's own hook does what it is for.
_MERGED_USR = Path("/usr/share/mmdebstrap/hooks/merged-usr")
_NO_USRMERGE = (
    'mkdir -p "$1/etc/apt/preferences.d" && '
    "printf 'Package: usrmerge\\nPin: release *\\nPin-Priority: -1\\n' "
    '> "$1/etc/apt/preferences.d/no-usrmerge"'
)
_TIDY = (
    'rm -rf "$1/etc/apt/preferences.d/no-usrmerge" "$1"/var/cache/* "$1"/var/lib/apt/lists/* '
    '"$1"/var/log/* "$1/etc/machine-id" && : > "$1/etc/machine-id"'
)


def base(
    cache: Cache,
    progress: Progress,
    suite: str,
    packages: Sequence[str],
    *,
    variant: str = "essential",
) -> Path:
    """Return the tar of a root file system with these packages; made once, then cached.

    The step takes about 40 s and the network when it isn't in the cache. Raises LabError when
    mmdebstrap is missing and can't be installed, or with what it said when it failed.
    """
    name = base_key(suite, packages, variant=variant)

    def make(folder: Path) -> None:
        install.ensure([install.MMDEBSTRAP], progress)
        with progress.step(f"Debian {suite} base") as step:
            _bootstrap(folder / "base.tar", suite, packages, variant, step.say)

    return cache.result("debian", name, make) / "base.tar"


def base_key(suite: str, packages: Sequence[str], *, variant: str = "essential") -> str:
    """The cache key of a root file system: it changes with what mmdebstrap is asked for."""
    return key(archive.architecture(), suite, *_arguments(packages, variant))


def _bootstrap(
    tar: Path, suite: str, packages: Sequence[str], variant: str, say: Callable[[str], None]
) -> None:
    def on_line(line: str) -> None:
        if line.startswith("I: "):
            say(line.removeprefix("I: ").rstrip("."))

    mode = "root" if os.geteuid() == 0 else "unshare"
    arguments = [f"--mode={mode}", *_arguments(packages, variant), suite, str(tar)]
    shell.run(
        ["mmdebstrap", *arguments],
        timeout=MINUTES * 60,
        # Otherwise the times in the tar, and so its bytes, are those of this very run.
        env={"SOURCE_DATE_EPOCH": "0"},
        on_line=on_line,
    )


def _arguments(packages: Sequence[str], variant: str) -> list[str]:
    return [
        f"--variant={variant}",
        "--format=tar",
        f"--include={','.join(packages)}",
        '--aptopt=Acquire::Languages "none"',
        '--aptopt=APT::Install-Recommends "false"',
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in _LEFT_OUT),
        *(f"--dpkgopt=path-include={pattern}" for pattern in _KEPT),
        f"--hook-dir={_MERGED_USR}",
        f"--setup-hook={_NO_USRMERGE}",
        f"--customize-hook={_TIDY}",
    ]
