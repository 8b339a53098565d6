"""Keeping requests to this machine's loopback away from proxies."""

from __future__ import annotations

from collections.abc import Mapping

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
OURS = ("127.0.0.1", "localhost")


def value(environment: Mapping[str, str], name: str) -> str:
    """Return a proxy variable; Python and Go both look at the lower-case name first."""
    return environment.get(name.lower()) or environment.get(name) or ""


def missing(environment: Mapping[str, str]) -> list[str]:
    """Return the loopback names that NO_PROXY lacks, if a proxy is set at all."""
    if not any(value(environment, name) for name in PROXIES):
        return []
    kept = {part.strip() for part in value(environment, "NO_PROXY").split(",")}
    return [host for host in OURS if host not in kept and "*" not in kept]


def no_proxy(environment: Mapping[str, str]) -> str:
    """Return NO_PROXY as it should be."""
    now = value(environment, "NO_PROXY")
    return ",".join([*([now] if now else []), *missing(environment)])


def past_loopback(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with NO_PROXY completed, where a proxy is set."""
    if not missing(environment):
        return dict(environment)
    wanted = no_proxy(environment)
    return {**environment, "NO_PROXY": wanted, "no_proxy": wanted}
