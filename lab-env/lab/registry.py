"""Asking whether a container registry can be reached, before anything is pulled from it."""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.request
from email.message import Message

# Docker Hub is named docker.io in references and answers elsewhere.
_HUB = "registry-1.docker.io"
_API = "docker-distribution-api-version"


def answers(reference: str, limit_seconds: float) -> bool:
    """Tell whether the registry of an image reference speaks the registry API within a limit.

    Goes through the proxies that the environment names. A name that can't be resolved, a
    firewall, a sign-in page instead of the registry: all of these are a no, not an error.
    """
    said: list[bool] = []
    # The limit must hold for name resolution too, which no timeout of a socket covers.
    asking = threading.Thread(
        target=lambda: said.append(speaks(address(reference), limit_seconds)), daemon=True
    )
    asking.start()
    asking.join(limit_seconds)
    return said == [True]


def address(reference: str) -> str:
    """Return the URL of the registry API that a reference is pulled through."""
    host = registry(reference)
    name = host.rsplit(":", 1)[0]
    # As engines do: only this very machine is spoken to without encryption.
    scheme = "http" if name in ("localhost", "127.0.0.1", "[::1]") else "https"
    return f"{scheme}://{_HUB if host == 'docker.io' else host}/v2/"


def registry(reference: str) -> str:
    """Return the registry that a reference names, by the rule that engines go by.

    The part before the first slash is a host if it has a dot or a port or is localhost.
    """
    first, slash, _ = reference.partition("/")
    is_host = slash and (first == "localhost" or "." in first or ":" in first)
    return first if is_host and first != "index.docker.io" else "docker.io"


def speaks(url: str, limit_seconds: float) -> bool:
    """Tell whether what answers at this URL is a registry's API."""
    try:
        with urllib.request.urlopen(url, timeout=limit_seconds) as answer:
            return _is_registry(answer.status, answer.headers)
    except urllib.error.HTTPError as error:
        return _is_registry(error.code, error.headers)
    except (OSError, ValueError, http.client.HTTPException):
        return False


def _is_registry(status: int, headers: Message) -> bool:
    """Tell a registry from a proxy's error or a hotspot's sign-in page."""
    asks_for_token = status == 401 and "bearer" in headers.get("www-authenticate", "").lower()
    return asks_for_token or (status in (200, 401) and _API in headers)
