"""A room that takes its images from the teacher's machine, without any other network."""

from __future__ import annotations

import json
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(lab, port: int) -> Iterator[str]:
    """`lab serve`, until the body is done; gives where it answers."""
    process = lab.begin("serve", "--json", "--port", str(port))
    try:
        assert process.stdout is not None
        said = "".join(process.stdout.readline() for _ in range(3))
        assert said, process.communicate()[1]
        yield json.loads(said)["registry"]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0


def store_of_its_own(folder: Path) -> dict[str, str]:
    """The environment in which podman holds its images elsewhere, as another machine would."""
    file = folder / "storage.conf"
    file.write_text(
        f'[storage]\ndriver = "overlay"\ngraphroot = "{folder / "store"}"\n'
        f'runroot = "{folder / "run"}"\n'
    )
    return {"CONTAINERS_STORAGE_CONF": str(file), "XDG_CACHE_HOME": str(folder / "cache")}


# It pushes and pulls more than a gigabyte.
@pytest.mark.timeout(600)
def test_a_room_takes_all_it_needs_from_the_teacher_s_machine(lab, port, tmp_path, no_network):
    lab.run("down")
    before = lab.what_is_there()
    with served(lab, port) as host:
        assert host == f"127.0.0.1:{port}"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://{host}/v2/web/blobs/uploads/", data=b"", timeout=10)
        assert refused.value.code == 405, "somebody in the room could change the images"
        there = {**store_of_its_own(tmp_path), **no_network, "LAB_REGISTRY": host}
        try:
            lab.ok("up", **there)
            status = json.loads(lab.ok("status", "--json", **there))
            assert status["ready"]
            assert status["node_image"]["source"] == "pulled"
            lab.ok("load", "lab.local/postgres:v1", **there)
        finally:
            lab.ok("down", **there)
    assert lab.new_since(before) == {}


def test_a_registry_that_is_gone_ends_the_learner_s_up_with_a_sentence(
    nothing_changes, port, tmp_path
):
    done = nothing_changes.run(
        "up", timeout=60, LAB_REGISTRY=f"127.0.0.1:{port}", XDG_CACHE_HOME=str(tmp_path / "cache")
    )
    assert done.returncode == 1
    assert f"The registry 127.0.0.1:{port} can't be asked for images." in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_is_not_this_machine_s_is_refused(nothing_changes, port):
    done = nothing_changes.run("serve", "--address", "everywhere", "--port", str(port))
    assert done.returncode == 1
    assert "is no address of a machine" in done.stderr


def test_a_port_in_use_is_refused(nothing_changes):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = nothing_changes.run("serve", "--port", port)
    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stderr
