"""What the lab needs from the system, installed by the step that needs it and not before."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab import shell
from lab.engine import NoEngine
from lab.errors import LabError
from lab.progress import Progress, Step
from lab.settings import Settings

# apt-get waits this long for another package manager, such as unattended upgrades.
LOCK_SECONDS = 120
INSTALL_SECONDS = 600.0
UPDATE_SECONDS = 180.0
# apt-get's own option for waiting covers the package database, and not this lock of the lists.
LISTS_BUSY = "Could not get lock /var/lib/apt/lists"

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Need:
    """A Debian package, why the lab needs it, and the files of which one shows that it is there.

    A file without a slash is a program on the PATH.
    """

    package: str
    why: str
    shown_by: tuple[str, ...]

    def there(self) -> bool:
        """Tell whether the package, or another one with the same program, is installed."""
        return any(
            Path(file).exists() if "/" in file else shutil.which(file) is not None
            for file in self.shown_by
        )


ENGINE = (
    Need("podman", "runs the cluster's nodes as containers", ("podman",)),
    Need(
        "conmon",
        "podman starts one beside each container",
        ("conmon", "/usr/libexec/podman/conmon", "/usr/lib/podman/conmon"),
    ),
    Need(
        "containernetworking-plugins",
        "brings iptables and the plugins for podman's networks",
        ("/usr/lib/cni/bridge", "/usr/libexec/cni/bridge", "/opt/cni/bin/bridge"),
    ),
    Need(
        "netavark",
        "connects the nodes with one another",
        ("/usr/lib/podman/netavark", "/usr/libexec/podman/netavark"),
    ),
    Need(
        "aardvark-dns",
        "lets the nodes find one another by name",
        ("/usr/lib/podman/aardvark-dns", "/usr/libexec/podman/aardvark-dns"),
    ),
    Need("runc", "starts containers where both versions of cgroups are mounted", ("runc",)),
)
MMDEBSTRAP = Need("mmdebstrap", "makes the images' base from Debian packages", ("mmdebstrap",))


def missing(needs: Iterable[Need]) -> list[Need]:
    """Return the needs that nothing on this machine meets."""
    return [need for need in needs if not need.there()]


def engine(settings: Settings, trouble: NoEngine, progress: Progress) -> None:
    """Install podman where no engine works; ``trouble`` is what the search for one found.

    Raises ``trouble`` if podman is there already, if LAB_PROVIDER names another engine, or if
    one is installed that only has to be started: what doesn't work on a machine is its owner's
    to mend. Raises LabError if podman can't be installed.
    """
    wanted = missing(ENGINE)
    another = any(shutil.which(provider) for provider in trouble.tried)
    if settings.provider not in (None, "podman") or not wanted or (another and not possible()):
        raise trouble
    _install(wanted, progress)


def ensure(needs: Sequence[Need], progress: Progress) -> None:
    """Install what is missing of ``needs``, saying what and why first.

    Raises LabError with the one command to type where this process may not install packages,
    or when apt-get fails. Two steps that run side by side may both ask: the second finds it done.
    """
    if missing(needs):
        with _one_at_a_time:
            wanted = missing(needs)
            if wanted:
                _install(wanted, progress)


def command(needs: Sequence[Need]) -> str:
    """Return the one command that installs these packages."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get install -y {' '.join(need.package for need in needs)}"


def possible() -> bool:
    """Tell whether this process can install packages: root's rights and apt-get."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install(wanted: Sequence[Need], progress: Progress) -> None:
    reasons = [f"{need.package}: {need.why}" for need in wanted]
    if not possible():
        raise _refused(wanted, reasons)
    progress.tell("Missing on this machine, and now installed with apt-get:")
    for reason in reasons:
        progress.tell(f"  {reason}")
    packages = [need.package for need in wanted]
    with progress.step("install system packages") as step:
        try:
            _apt_install(packages, step)
        except shell.CommandTimedOut as error:
            raise _failed(wanted, error.what) from error
        except shell.CommandFailed as error:
            raise _failed(wanted, error.why) from error


def _apt_install(packages: Sequence[str], step: Step) -> None:
    words = ["install", "-y", "--no-install-recommends", *packages]
    if _known(packages):
        step.say(" ".join(packages))
        # Lists of a machine that was set up long ago name files that are gone: then look again.
        if _apt(*words, timeout=INSTALL_SECONDS, check=False).code == 0:
            return
    step.say("reading the package lists")
    _update()
    step.say(" ".join(packages))
    _apt(*words, timeout=INSTALL_SECONDS)


def _known(packages: Sequence[str]) -> bool:
    shown = shell.run(["apt-cache", "policy", *packages], timeout=30, check=False).out
    candidates = [line for line in shown.splitlines() if "Candidate:" in line]
    return len(candidates) == len(packages) and not any("(none)" in line for line in candidates)


def _update() -> None:
    end = time.monotonic() + LOCK_SECONDS
    while True:
        finished = _apt("update", timeout=UPDATE_SECONDS, check=False)
        if finished.code == 0 or LISTS_BUSY not in finished.err:
            # An update that failed for one of several sources may still be enough: the
            # installation that follows tells.
            return
        if time.monotonic() > end:
            raise shell.CommandTimedOut(["apt-get", "update"], LOCK_SECONDS)
        time.sleep(1)  # apt-get can't wait for this lock itself


def _apt(*words: str, timeout: float, check: bool = True) -> shell.Finished:
    options = [
        "-qq",
        "-o", f"DPkg::Lock::Timeout={LOCK_SECONDS}",
        "-o", "Acquire::Retries=2",
        "-o", "Acquire::http::Timeout=30",
        "-o", "Acquire::https::Timeout=30",
        "-o", "Dpkg::Use-Pty=0",
    ]  # fmt: skip
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    return shell.run(["apt-get", *options, *words], timeout=timeout, env=environment, check=check)


def _refused(wanted: Sequence[Need], reasons: Sequence[str]) -> LabError:
    listed = "; ".join(reasons)
    if shutil.which("apt-get") is None:
        return LabError(
            "Programs are missing, and only Debian's apt-get is known here.",
            f"Needed are {listed}.",
            "Install Docker or podman with your system's package manager, then run the same "
            "command again.",
        )
    return LabError(
        "Packages are missing, and this user may not install them.",
        f"Needed are {listed}.",
        command(wanted),
    )


def _failed(wanted: Sequence[Need], why: str) -> LabError:
    again = command(wanted).replace("apt-get install", "apt-get update && apt-get install")
    return LabError("The system packages could not be installed.", why, again)
