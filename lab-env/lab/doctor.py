"""`lab doctor`: what this machine lacks, each with its cause and the one thing to do."""

from __future__ import annotations

import json as json_
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from lab import checks
from lab.checks import Check
from lab.settings import Settings

MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red")}


def doctor(settings: Settings, json: bool = False) -> int:
    """Print a line a check and return the exit status: 1 if any failed."""
    found = checks.everything(settings)
    if json:
        print(as_json(found))
    else:
        _show(found, Console(highlight=False, soft_wrap=True))
    return int(any(check.status == "failed" for check in found))


def as_json(found: Sequence[Check]) -> str:
    """Return the checks for scripts: ``ok`` and the list ``checks``."""
    ok = all(check.status != "failed" for check in found)
    return json_.dumps({"ok": ok, "checks": [asdict(check) for check in found]}, indent=2)


def lines(check: Check) -> list[tuple[str, str]]:
    """Return the lines that show a check, each with its style."""
    mark, style = MARKS[check.status]
    shown = [(f"{mark} {check.name:<13} {check.cause}", style)]
    if check.do:
        shown.append((f"{'':15} Do: {check.do}", style))
    return shown


def _show(found: Sequence[Check], console: Console) -> None:
    for check in found:
        for text, style in lines(check):
            console.print(Text(text, "" if style == "green" else style))
