"""Taking images from the registry that LAB_REGISTRY names, such as a teacher's machine.

It is spoken to without encryption: a room has no certificates. What is taken is held against
the hash in its name, so another version of the course is told at once.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from lab import proxies, shell
from lab.engine import Engine
from lab.errors import LabError

ANSWER_SECONDS = 10.0
# The biggest image in a room where thirty people fetch it over one access point.
PULL_SECONDS = 1800.0
KINDS = ", ".join(
    (
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
    )
)


def pull(engine: Engine, registry: str, name: str) -> str:
    """Pull `NAME:TAG` and return its reference in the engine.

    Raises LabError when the registry doesn't answer, has no such image, or goes away.
    """
    _look(registry, name)
    reference = f"{registry}/{name}"
    try:
        engine.run(*_pull(engine.provider, reference), timeout=PULL_SECONDS, env=_past(registry))
    except shell.CommandFailed as error:
        raise _failed(engine, registry, name, error.why) from error
    return reference


@contextlib.contextmanager
def pulled(engine: Engine, registry: str, name: str) -> Iterator[str]:
    """Pull an image as ``pull`` does; the engine forgets this name of it afterwards."""
    reference = pull(engine, registry, name)
    try:
        yield reference
    finally:
        engine.run("rmi", reference, check=False)


def take_out(engine: Engine, image: str, path: str, out: Path) -> None:
    """Copy a file out of an image that the engine holds."""
    container = engine.run("create", image, "none").out.strip()
    try:
        engine.run("cp", f"{container}:{path}", out, timeout=120)
    finally:
        engine.run("rm", "-f", container)


def _look(registry: str, name: str) -> None:
    """Ask for the image first: an engine words a refusal in many ways, and retries for minutes."""
    path, _, tag = name.partition(":")
    url = f"http://{registry}/v2/{path}/manifests/{tag}"
    request = urllib.request.Request(url, method="HEAD", headers={"Accept": KINDS})
    # No proxy stands between two machines in a room.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(request, timeout=ANSWER_SECONDS).close()
    except urllib.error.HTTPError as refused:
        if refused.code != 404:
            raise _away(registry, f"It answers {refused.code} {refused.reason}.") from refused
        raise LabError(
            f"The registry {registry} has no image {name}.",
            "It serves another version of the course than this checkout, or none.",
            "Use the checkout that the teacher uses, or leave LAB_REGISTRY out.",
        ) from refused
    except (OSError, http.client.HTTPException) as gone:
        raise _away(registry, f"{getattr(gone, 'reason', gone) or type(gone).__name__}.") from gone


def _away(registry: str, why: str) -> LabError:
    return LabError(
        f"The registry {registry} can't be asked for images.",
        why,
        "See that `lab serve` runs there and that this machine reaches it, or leave LAB_REGISTRY "
        "out.",
    )


def _failed(engine: Engine, registry: str, name: str, why: str) -> LabError:
    if "HTTP response to HTTPS client" in why:
        return LabError(
            f"{engine.provider} takes nothing from {registry}.",
            "It speaks to a registry without encryption only if it is told to.",
            f'Add {{"insecure-registries": ["{registry}"]}} to its daemon.json, restart it, then '
            "run the same command again.",
        )
    return LabError(
        f"The image {name} did not come whole from the registry {registry}.",
        why,
        "Run the same command again: what has come already is kept.",
    )


def _pull(provider: str, reference: str) -> list[str]:
    """The engine's words for a pull without encryption; docker has them in its settings alone."""
    if provider == "podman":
        return ["pull", "--tls-verify=false", reference]
    if provider == "nerdctl":
        return ["--insecure-registry", "pull", reference]
    return ["pull", reference]


def _past(registry: str) -> dict[str, str]:
    """The variables that keep an engine's request away from proxies."""
    host = registry.rpartition(":")[0] or registry
    wanted = ",".join(part for part in (proxies.no_proxy(os.environ), host) if part)
    return {"NO_PROXY": wanted, "no_proxy": wanted}
