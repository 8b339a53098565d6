"""What one check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lab.errors import LabError

Status = Literal["ok", "warning", "failed"]

GIB = 1024**3


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what was found, and what to do about it if it isn't well.

    ``warning`` is for what may become a trouble; only ``failed`` stops `lab up`.
    """

    name: str
    status: Status
    cause: str
    do: str = ""


def ok(name: str, found: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name, "ok", found)


def warning(name: str, cause: str, do: str) -> Check:
    """Return a check that found something to know of."""
    return Check(name, "warning", cause, do)


def failed(name: str, cause: str, do: str) -> Check:
    """Return a check that found what the lab can't work with."""
    return Check(name, "failed", cause, do)


def as_error(checks: list[Check]) -> LabError | None:
    """Return the failed ones of the checks as one error, or None if none failed."""
    bad = [check for check in checks if check.status == "failed"]
    if not bad:
        return None
    return LabError(
        f"This machine can't run the lab as it is ({', '.join(check.name for check in bad)}).",
        "\n       ".join(check.cause for check in bad),
        "\n       ".join(check.do for check in bad),
    )
