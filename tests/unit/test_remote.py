"""Taking images from a room's registry: what is said when it can't be done."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lab import remote, shell
from lab.courseimages import served_as
from lab.engine import Engine
from lab.errors import LabError


@pytest.fixture
def registry() -> Callable[[int], object]:
    """A server that answers every question for a manifest with one status."""

    @contextmanager
    def answering(status: int) -> Iterator[str]:
        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            yield f"127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join()

    return answering


class Refusing(Engine):
    """An engine whose pulls fail in a given way."""

    said = ""

    def run(self, *words, **_):
        failed = shell.Finished(125, "", self.said, 0.1)
        raise shell.CommandFailed([self.provider, *map(str, words)], failed)


def why(provider: str, said: str, host: str) -> LabError:
    engine = Refusing(provider)
    object.__setattr__(engine, "said", said)
    with pytest.raises(LabError) as caught:
        remote.pull(engine, host, "web:v1-0")
    return caught.value


def test_another_version_of_the_course_is_told(registry):
    with registry(404) as host, pytest.raises(LabError, match=r"has no image web:v1-0") as caught:
        remote.pull(Engine("podman"), host, "web:v1-0")
    assert "another version of the course" in caught.value.why


def test_something_else_than_a_registry_is_told_with_its_answer(registry):
    with registry(502) as host, pytest.raises(LabError, match="can't be asked") as caught:
        remote.pull(Engine("podman"), host, "web:v1-0")
    assert "502" in caught.value.why


def test_a_machine_that_is_off_is_told(registry):
    with registry(200) as host:
        pass
    with pytest.raises(LabError, match="can't be asked") as caught:
        remote.pull(Engine("podman"), host, "web:v1-0")
    assert "refused" in caught.value.why
    assert "lab serve" in caught.value.do


def test_docker_is_told_which_setting_it_needs(registry):
    with registry(200) as host:
        said = "http: server gave HTTP response to HTTPS client"
        assert f'"insecure-registries": ["{host}"]' in why("docker", said, host).do


def test_a_registry_that_goes_away_in_the_middle_is_told(registry):
    with registry(200) as host:
        error = why("podman", "unexpected EOF", host)
    assert "did not come whole" in error.what
    assert "unexpected EOF" in error.why


def test_each_engine_has_its_own_words_for_a_pull_without_encryption():
    assert remote._pull("podman", "a:1/b:c") == ["pull", "--tls-verify=false", "a:1/b:c"]
    assert remote._pull("nerdctl", "a:1/b:c") == ["--insecure-registry", "pull", "a:1/b:c"]
    assert remote._pull("docker", "a:1/b:c") == ["pull", "a:1/b:c"]


def test_the_request_stays_away_from_proxies(monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    assert remote._past("10.0.0.5:5000")["NO_PROXY"] == "127.0.0.1,localhost,10.0.0.5"


def test_the_name_in_a_registry_tells_what_the_image_is_made_of():
    assert served_as("lab.local/web:v1", "0123abc") == "web:v1-0123abc"
