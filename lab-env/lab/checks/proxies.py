"""Do requests to the cluster stay on this machine, past any proxy?"""

from __future__ import annotations

from collections.abc import Mapping

from lab import proxies
from lab.checks.result import Check, failed, ok

NAME = "proxies"


def check(environment: Mapping[str, str]) -> Check:
    """Judge the proxy variables; the API server answers on 127.0.0.1, where no proxy can help."""
    used = [name for name in proxies.PROXIES if proxies.value(environment, name)]
    missing = proxies.missing(environment)
    if missing:
        wanted = proxies.no_proxy(environment)
        return failed(
            NAME,
            f"{', '.join(used)} is set, and NO_PROXY lacks {' and '.join(missing)}: requests to "
            "the cluster would go to the proxy.",
            f"export NO_PROXY={wanted} no_proxy={wanted}",
        )
    return ok(NAME, f"{', '.join(used)}, past which the cluster is reached" if used else "none")
