"""Is this a machine that the lab knows, and is its clock right?"""

from __future__ import annotations

import base64
import binascii
import platform
import re
import time
from datetime import UTC, datetime
from pathlib import Path

from lab.checks.result import Check, failed, ok, warning

# The lab was not there before this day, so an earlier clock is wrong.
WRITTEN = datetime(2026, 11, 20, tzinfo=UTC)
# No clock of our days shows this; certificates of registries would all have expired.
TOO_LATE = datetime(2046, 1, 1, tzinfo=UTC)
SET_CLOCK = "Set the clock, as root: timedatectl set-ntp true"
# Files may come from a machine whose clock runs a little ahead of ours.
SLACK_SECONDS = 300.0
# A certificate's two times, as DER writes them: tag 17 hexadecimal, 13 bytes, YYMMDDhhmmssZ.
TIMES = re.compile(rb"\x17\x0d(\d{12})Z")
CERTIFICATE = re.compile(r"client-certificate-data: *(\S+)")


def architecture(found: str | None = None) -> Check:
    """Judge the processor's kind (default: this machine's)."""
    found = found or platform.machine()
    if found in ("x86_64", "amd64"):
        return ok("architecture", found)
    if found in ("aarch64", "arm64"):
        return warning(
            "architecture",
            f"{found}: everything is there for it, but nobody has tried it yet.",
            "Go on, and tell us how it went.",
        )
    return failed(
        "architecture",
        f"There are no node images for {found}.",
        "Use a machine with an amd64 or arm64 processor.",
    )


def clock(files: Path, kubeconfig: Path, now: datetime | None = None) -> Check:
    """Hold the clock against this program's age, its files and the cluster's certificate.

    Needs no network. A wrong clock shows up as certificates that aren't valid.
    """
    now = now or datetime.now(UTC)
    shown = f"{now:%Y-%m-%d %H:%M} UTC"
    if not WRITTEN < now < TOO_LATE:
        return failed("clock", f"The clock says {shown}, which can't be.", SET_CLOCK)
    newest = max(file.stat().st_mtime for file in files.rglob("*.py"))
    if newest > now.timestamp() + SLACK_SECONDS:
        return failed(
            "clock",
            f"The clock says {shown}, but files of the lab were written {_ago(newest, now)}.",
            SET_CLOCK,
        )
    return _certificate(kubeconfig, now) or ok("clock", shown)


def certificate_times(kubeconfig: str) -> tuple[datetime, datetime] | None:
    """Return from when to when the client certificate of a kubeconfig is valid."""
    found = CERTIFICATE.search(kubeconfig)
    if found is None:
        return None
    try:
        pem = base64.b64decode(found[1]).decode("ascii")
        der = base64.b64decode("".join(pem.splitlines()[1:-1]))
        first, last = TIMES.findall(der)[:2]
    except (binascii.Error, ValueError):
        return None
    return _time(first), _time(last)


def _certificate(kubeconfig: Path, now: datetime) -> Check | None:
    try:
        times = certificate_times(kubeconfig.read_text())
    except OSError:
        return None  # there is no cluster yet, or another check tells of the file
    if times is None:
        return None
    first, last = times
    if now < first:
        return failed(
            "clock",
            f"The clock says {now:%Y-%m-%d %H:%M} UTC, but the cluster's certificate begins at "
            f"{first:%Y-%m-%d %H:%M}.",
            SET_CLOCK,
        )
    if now > last:
        return failed(
            "clock",
            f"The cluster's certificate ended on {last:%Y-%m-%d}.",
            "If the clock is right, make the cluster anew: lab down && lab up",
        )
    return None


def _time(digits: bytes) -> datetime:
    return datetime.strptime(digits.decode(), "%y%m%d%H%M%S").replace(tzinfo=UTC)


def _ago(newest: float, now: datetime) -> str:
    hours = (newest - now.timestamp()) / 3600
    return f"{hours:.1f} hours later" if hours < 48 else time.strftime("on %F", time.gmtime(newest))
