"""Lists and watch streams over HTTP, as plain dicts.

The official client's connection pool is used (it knows the lab's certificates), not
its watch: that one has no client-side time limit, asks for no bookmarks and tries
again without a pause.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError

CONNECT_SECONDS = 3.0
SERVER_SECONDS = 8
"""After this long the server ends a quiet stream, and a new one is opened."""
SILENCE_SECONDS = 10.0
"""A stream that says nothing for this long is dead: the server would have ended it."""

METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


class Gone(Exception):
    """The server no longer has the changes since our version: list again."""


class Refused(Exception):
    """The server answered, with an error."""


class Cut(Exception):
    """There is no connection, or it broke, or it fell silent."""


class Transport:
    """Gets lists and streams from one API server.

    `silence` and `server` are limits in seconds; the tests shorten them.
    """

    def __init__(
        self,
        pool: PoolManager,
        host: str,
        headers: Mapping[str, str] | None = None,
        *,
        silence: float = SILENCE_SECONDS,
        server: int = SERVER_SECONDS,
    ) -> None:
        self._pool = pool
        self._host = host.rstrip("/")
        self._headers = dict(headers or {})
        self._silence = silence
        self._server = server

    def listed(self, path: str, *, metadata_only: bool = False) -> dict[str, Any]:
        """Return the whole list at `path`; raises Cut, Gone or Refused."""
        accept = METADATA_ONLY if metadata_only else "application/json"
        with self._open(path, {}, accept) as answer:
            try:
                found = cast("dict[str, Any]", json.loads(answer.read()))
            except (HTTPError, OSError, ValueError) as error:
                raise Cut(_plain(error)) from None
        # An empty list of metadata comes as null.
        return {**found, "items": found.get("items") or []}

    def stream(self, path: str, since: str) -> Stream:
        """Open a watch of `path` from version `since`; raises Cut, Gone or Refused."""
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": since,
            "timeoutSeconds": str(self._server),
        }
        return Stream(self._open(path, query, "application/json"))

    def _open(self, path: str, query: dict[str, str], accept: str) -> BaseHTTPResponse:
        try:
            answer = self._pool.request(
                "GET",
                self._host + path,
                fields=query,
                headers={**self._headers, "Accept": accept},
                timeout=Timeout(connect=CONNECT_SECONDS, read=self._silence),
                retries=False,
                preload_content=False,
            )
        except (HTTPError, OSError) as error:
            raise Cut(_plain(error)) from None
        if answer.status == 200:
            return answer
        answer.close()
        if answer.status == 410:
            raise Gone
        raise Refused(f"the API server answered {answer.status} to {path}")


class Stream:
    """One open watch: iterate over its events, `close` it from any thread."""

    def __init__(self, answer: BaseHTTPResponse) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (type, object) until the server ends the stream; raises Cut or Gone."""
        rest = b""
        try:
            for chunk in self._answer.stream(65536):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    if line.strip():
                        yield _event(line)
        except (HTTPError, OSError, ValueError, AttributeError) as error:
            # AttributeError: `close` took the socket away while urllib3 was reading.
            raise Cut(_plain(error)) from None
        finally:
            self._answer.close()
        if rest.strip():
            raise Cut("the stream ended inside an event")

    def close(self) -> None:
        """End the stream at once; a read that waits in another thread returns."""
        with contextlib.suppress(ValueError, RuntimeError, OSError):
            # Each says that the socket is closed already, which is what is wanted.
            self._answer.shutdown()


def _event(line: bytes) -> tuple[str, dict[str, Any]]:
    try:
        event = json.loads(line)
        what, thing = event["type"], event["object"]
    except (KeyError, TypeError) as error:
        raise ValueError(f"no watch event: {error}") from None
    if what == "ERROR":
        # Whatever it is, the position in the stream is lost: 410 is the usual one.
        raise Gone
    return what, thing


def _plain(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".split("\n", 1)[0][:200]
