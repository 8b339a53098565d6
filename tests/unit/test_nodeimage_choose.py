"""Asking a registry whether it is there: an answer within the limit, whatever it does."""

import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from lab.nodeimage.choose import registry_answers


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], str]]:
    """Start a server that answers all with one status; returns its URL."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    servers: list[http.server.HTTPServer] = []

    def start(status: int) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/v2/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("status", "there"), [(200, True), (401, True), (403, False)])
def test_a_registry_is_there_if_it_lets_us_in_or_asks_who_we_are(
    registry: Callable[[int], str], status: int, there: bool
) -> None:
    assert registry_answers(registry(status)) is there


def test_a_closed_port_is_no_registry_and_costs_no_time() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = time.monotonic()
    assert not registry_answers(f"http://127.0.0.1:{port}/v2/", seconds=5)
    assert time.monotonic() - started < 2


def test_a_server_that_accepts_and_never_answers_is_given_up_at_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        started = time.monotonic()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v2/"
        assert not registry_answers(url, seconds=0.3)
        assert time.monotonic() - started < 1.5
