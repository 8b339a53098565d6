"""The guarded connection: to the cluster that this lab made, and to no other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

import urllib3
from kubernetes import client, config
from kubernetes.dynamic import DynamicClient
from urllib3.exceptions import HTTPError

from course.cluster.kinds import Kind
from course.cluster.stream import Transport
from lab import guard
from lab.errors import LabError
from lab.settings import Settings

POOL = 32
"""Connections kept open: a watch holds one for each of its kinds."""
MERGE = "application/merge-patch+json"


class Refusal(LabError):
    """The API server refused a request; `status` is its HTTP status."""

    def __init__(self, status: int, method: str, path: str, message: str) -> None:
        self.status = status
        super().__init__(
            f"Kubernetes refused to {method} {path} ({status}).",
            message or "The API server gave no reason.",
            "Read the reason, put it right, and run the cell again.",
        )


class Unreachable(LabError):
    """The API server did not answer."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "The lab's cluster does not answer.",
            why,
            "Run `lab status` in a terminal: it says what is missing. Then run the cell again.",
        )


@dataclass(frozen=True)
class Connection:
    """A connection to the lab's cluster. Get one from `connect`, which checks it first."""

    settings: Settings
    api: client.ApiClient

    @cached_property
    def dynamic(self) -> DynamicClient:
        """The official dynamic client; its cache stays in the lab's folder."""
        make: Any = DynamicClient  # untyped
        return cast(
            "DynamicClient", make(self.api, cache_file=str(self.settings.folder / "discovery.json"))
        )

    @property
    def pool(self) -> urllib3.PoolManager:
        """The official client's connection pool, which holds the lab's certificates."""
        pool: urllib3.PoolManager = self.api.rest_client.pool_manager
        return pool

    @property
    def host(self) -> str:
        """The API server's address."""
        return str(self.api.configuration.host)

    def transport(self) -> Transport:
        """Return what a watch gets its lists and streams from."""
        return Transport(self.pool, self.host, dict(self.api.default_headers))

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, str] | None = None,
        content: str = "application/json",
        timeout: float = 10,
    ) -> Any:
        """Make one request; returns the answer's JSON, or its text when it is none.

        Raises Refusal for an error status, Unreachable without an answer in `timeout` seconds.
        """
        target = self.host + path + (f"?{urlencode(query)}" if query else "")
        try:
            answer = self.pool.request(
                method,
                target,
                body=None if body is None else json.dumps(body),
                headers={**self.api.default_headers, "Content-Type": content},
                timeout=timeout,
                retries=False,
            )
        except (HTTPError, OSError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}".split("\n", 1)[0]) from None
        text = answer.data.decode(errors="replace")
        if answer.status >= 400:
            raise Refusal(answer.status, method.lower(), path, _message(text))
        try:
            return json.loads(text)
        except ValueError:
            return text

    def get(self, kind: Kind, name: str, namespace: str | None = None) -> dict[str, Any]:
        """Return one object; raises Refusal with status 404 if it isn't there."""
        return cast("dict[str, Any]", self.request("GET", _one(kind, name, namespace)))

    def list(self, kind: Kind, namespace: str | None = None) -> list[dict[str, Any]]:
        """Return a kind's objects, in a namespace or in all."""
        return list(self.request("GET", kind.path(namespace))["items"])

    def patch(self, kind: Kind, name: str, change: object, namespace: str | None = None) -> None:
        """Merge `change` into an object (a JSON merge patch)."""
        self.request("PATCH", _one(kind, name, namespace), change, content=MERGE)

    def delete(
        self, kind: Kind, name: str, namespace: str | None = None, grace: int | None = None
    ) -> None:
        """Delete an object; one that is gone already is no error."""
        options = {} if grace is None else {"gracePeriodSeconds": grace}
        try:
            self.request("DELETE", _one(kind, name, namespace), options)
        except Refusal as refusal:
            if refusal.status != 404:
                raise


def connect(settings: Settings | None = None) -> Connection:
    """Connect to the lab that the environment names (LAB_NAME), or to that of `settings`.

    Only the lab's own kubeconfig is read, never `~/.kube/config`. Raises LabError unless
    it leads to this machine, and the cluster there carries the identity that the lab's
    state folder holds.
    """
    settings = settings or Settings.from_environment()
    guard.check_kubeconfig(settings)
    connection = Connection(settings, _client(settings.kubeconfig))
    guard.agree(settings, _identity(connection))
    return connection


def _client(file: Path) -> client.ApiClient:
    configuration = client.Configuration()
    try:
        # Untyped in client 36, typed in 37.
        load: Any = config.load_kube_config
        load(str(file), client_configuration=configuration, persist_config=False)
    except (config.ConfigException, OSError) as error:
        raise LabError(
            "The lab's kubeconfig can't be used.",
            str(error).split("\n", 1)[0],
            "Run `lab up`: it writes the file again.",
        ) from None
    configuration.connection_pool_maxsize = POOL
    # The server is on this machine: a proxy of the environment must not come between.
    configuration.proxy = None
    return client.ApiClient(configuration)


def _identity(connection: Connection) -> str | None:
    path = f"/api/v1/namespaces/{guard.NAMESPACE}/configmaps/{guard.CONFIG_MAP}"
    try:
        return str(connection.request("GET", path)["data"]["identity"])
    except Refusal as refusal:
        if refusal.status == 404:
            return None
        raise
    except (KeyError, TypeError):
        return None


def _one(kind: Kind, name: str, namespace: str | None) -> str:
    # A name is a learner's text: it must not lead anywhere else.
    return f"{kind.path(namespace)}/{quote(name, safe='')}"


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text.strip()[:300]
