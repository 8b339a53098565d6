"""The connection, against a small API server over real HTTP."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml

from course.cluster.connection import Refusal, Unreachable, connect
from course.cluster.kinds import POD, SET
from lab import state
from lab.errors import LabError
from lab.settings import Settings


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path.endswith("/configmaps/statefulset-lab"):
            held = self.server.identity
            if held is None:
                return self.answer(404, {"message": "not found"})
            return self.answer(200, {"data": {"identity": held}})
        if self.path.endswith("/pods/slow"):
            self.server.slow.wait(5)
            return self.answer(200, {})
        if self.path.endswith("/pods"):
            return self.answer(200, {"items": [{"metadata": {"name": "web-0"}}]})
        return self.answer(403, {"message": "pods is forbidden", "reason": "Forbidden"})

    def do_DELETE(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        return self.answer(404, {"message": "not found"})

    def answer(self, code, body):
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def server():
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.identity, made.slow = "mine", threading.Event()
    threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    made.slow.set()
    made.shutdown()
    made.server_close()


@pytest.fixture
def lab(tmp_path, server):
    """The settings of a lab whose kubeconfig leads to the small server."""
    settings = Settings.from_environment({"LAB_STATE": str(tmp_path)})
    record = state.new(settings, "podman")
    record.identity = "mine"
    state.write(settings, record)
    write_kubeconfig(settings, f"http://127.0.0.1:{server.server_address[1]}")
    return settings


def write_kubeconfig(settings, address):
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "lab",
        "clusters": [{"name": "lab", "cluster": {"server": address}}],
        "users": [{"name": "me", "user": {}}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "me"}}],
    }
    settings.kubeconfig.write_text(yaml.safe_dump(content))


def test_the_labs_own_cluster_is_connected_to(lab):
    connection = connect(lab)
    assert [each["metadata"]["name"] for each in connection.list(POD, "chapter-1")] == ["web-0"]


@pytest.mark.parametrize("identity", ["another", None, ""])
def test_a_cluster_with_another_identity_is_refused(lab, server, identity):
    server.identity = identity
    with pytest.raises(LabError, match="not made by this lab"):
        connect(lab)


def test_a_cluster_elsewhere_is_refused_without_being_asked(lab):
    write_kubeconfig(lab, "https://cluster.example:6443")
    with pytest.raises(LabError, match="leads to"):
        connect(lab)


def test_without_a_lab_the_error_says_what_to_run(tmp_path):
    with pytest.raises(LabError, match="lab up"):
        connect(Settings.from_environment({"LAB_STATE": str(tmp_path)}))


def test_the_users_own_kubeconfig_is_never_read(lab, monkeypatch, tmp_path):
    other = tmp_path / "theirs"
    other.write_text("current-context: production")
    monkeypatch.setenv("KUBECONFIG", str(other))
    assert connect(lab).host.startswith("http://127.0.0.1")


def test_a_proxy_of_the_environment_does_not_come_between(lab, monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert connect(lab).list(POD, "chapter-1")


def test_a_refusal_carries_the_servers_own_reason(lab):
    with pytest.raises(Refusal, match="pods is forbidden") as told:
        connect(lab).get(SET, "web", "chapter-1")
    assert told.value.status == 403


def test_deleting_what_is_gone_is_no_error(lab):
    connect(lab).delete(POD, "web-0", "chapter-1", grace=0)


def test_a_server_that_hangs_is_given_up_in_time(lab):
    connection = connect(lab)
    began = time.monotonic()
    with pytest.raises(Unreachable, match="lab status"):
        connection.request("GET", f"{POD.path('chapter-1')}/slow", timeout=0.3)
    assert time.monotonic() - began < 2


def test_a_server_that_is_away_is_told_without_a_traceback(lab, server):
    connection = connect(lab)
    server.shutdown()
    server.server_close()
    connection.pool.clear()
    with pytest.raises(Unreachable, match="does not answer"):
        connection.list(POD)
