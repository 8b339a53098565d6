"""Is there a container engine that works?"""

from __future__ import annotations

from lab import install
from lab.checks.result import Check, failed, ok, warning
from lab.engine import Engine, NoEngine

NAME = "engine"


def check(found: Engine | NoEngine) -> Check:
    """Judge what the search for an engine found."""
    if isinstance(found, Engine):
        said = found.run("version", "--format", "{{.Client.Version}}", timeout=10, check=False)
        return ok(NAME, f"{found.provider} {said.out.strip()}".strip())
    missing = install.missing(install.ENGINE)
    if missing and install.possible():
        return warning(NAME, f"{found.what} {found.why}.", "Run `lab up`: it installs podman.")
    if missing:
        return failed(NAME, f"{found.what} {found.why}.", install.command(missing))
    return failed(
        NAME,
        f"{found.what} {found.why}.",
        "Start or mend one of these engines, or name another one with LAB_PROVIDER.",
    )
