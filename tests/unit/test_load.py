"""Names and settings on the way into a node, and whether a registry answers."""

import json
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lab import engine, load, registry


@pytest.mark.parametrize(
    ("reference", "full"),
    [
        ("web", "docker.io/library/web:latest"),
        ("web:v1", "docker.io/library/web:v1"),
        ("me/web:v1", "docker.io/me/web:v1"),
        ("lab.local/web:v1", "lab.local/web:v1"),
        ("localhost/web", "localhost/web:latest"),
        ("127.0.0.1:5000/web", "127.0.0.1:5000/web:latest"),
        ("web@sha256:abc", "docker.io/library/web@sha256:abc"),
    ],
)
def test_a_short_name_is_read_as_kubernetes_reads_it(reference: str, full: str) -> None:
    assert load.normal(reference) == full


@pytest.mark.parametrize(
    ("written", "imported"),
    [
        ("localhost/web:v1", "localhost/web:v1"),
        ("docker.io/library/web:v1", "docker.io/library/web:v1"),
        ("web:v1", "docker.io/library/web:v1"),
    ],
)
def test_the_name_that_an_engine_wrote_is_found(
    written: str, imported: str, tmp_path: Path
) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps([{"Config": "a.json", "RepoTags": [written], "Layers": []}]))
    with tarfile.open(tmp_path / "own.tar", "w") as tar:
        tar.add(manifest, "manifest.json")
    assert load.named_in(tmp_path / "own.tar", "docker.io/library/web:v1") == imported


def test_docker_is_asked_for_one_platform_only(tmp_path: Path) -> None:
    assert "--platform" in engine.save_words("docker", "web:v1", tmp_path / "a.tar")
    assert "--platform" not in engine.save_words("podman", "web:v1", tmp_path / "a.tar")


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ("", "overlayfs"),
        ("[plugins.'io.containerd.cri.v1.images']\nsnapshotter = 'fuse'", "fuse"),
        ("[plugins.'io.containerd.grpc.v1.cri'.containerd]\nsnapshotter = 'native'", "native"),
    ],
)
def test_the_snapshotter_is_the_one_that_pods_use(config: str, name: str) -> None:
    assert load.snapshotter(config) == name


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("docker.io/kindest/node:v1.37.0", "https://registry-1.docker.io/v2/"),
        ("kindest/node", "https://registry-1.docker.io/v2/"),
        ("node:v1", "https://registry-1.docker.io/v2/"),
        ("registry.k8s.io/pause:3.10", "https://registry.k8s.io/v2/"),
        ("mirror.example:8443/node@sha256:abc", "https://mirror.example:8443/v2/"),
        ("localhost:5000/node", "http://localhost:5000/v2/"),
    ],
)
def test_a_reference_names_the_registry_that_engines_ask(reference: str, url: str) -> None:
    assert registry.address(reference) == url


Serve = Callable[[int, dict[str, str], float], str]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Starts a server that gives one answer after some seconds; returns a reference on it."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    servers: list[ThreadingHTTPServer] = []
    done = threading.Event()

    def start(status: int, headers: dict[str, str], after: float) -> str:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                done.wait(after)
                self.send_response(status if self.path == "/v2/" else 404)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"127.0.0.1:{server.server_port}/node:v1"

    yield start
    done.set()
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "headers", "is_registry"),
    [
        (200, {"Docker-Distribution-Api-Version": "registry/2.0"}, True),
        (401, {"WWW-Authenticate": 'Bearer realm="x"'}, True),
        (401, {"WWW-Authenticate": 'Basic realm="hotel"'}, False),
        (200, {"Content-Type": "text/html"}, False),
        (403, {}, False),
        (502, {}, False),
    ],
)
def test_only_a_registry_counts_as_an_answer(
    status: int, headers: dict[str, str], is_registry: bool, serve: Serve
) -> None:
    assert registry.answers(serve(status, headers, 0), 5) is is_registry


def test_a_registry_that_hangs_is_given_up_within_the_limit(serve: Serve) -> None:
    reference = serve(200, {"Docker-Distribution-Api-Version": "registry/2.0"}, 60)
    started = time.monotonic()
    assert not registry.answers(reference, 0.3)
    assert time.monotonic() - started < 5


def test_a_registry_that_is_not_there_is_a_no(serve: Serve) -> None:
    # Port 1 of this machine: refused at once. A name that can't exist: not resolved.
    assert not registry.answers("127.0.0.1:1/node:v1", 5)
    assert not registry.answers("no.such.registry.invalid/node:v1", 5)


def test_a_proxy_is_asked_when_the_environment_names_one(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    assert not registry.answers("registry.k8s.io/pause:3.10", 5)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    reference = serve(200, {"Docker-Distribution-Api-Version": "registry/2.0"}, 0)
    assert registry.answers(reference, 5)
