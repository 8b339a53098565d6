"""Bad input ends in time, says what happened, and touches nothing."""

import os
import shutil
import socket
import threading
import time
from pathlib import Path

import pytest

from lab import archive
from lab.cache import Cache


def refused(lab, *args: str, within: float = 30, **env: str) -> str:
    """Run a command that must be refused; return its three sentences."""
    started = time.monotonic()
    found = lab.run(*args, **env)
    assert found.returncode == 1, found.stdout + found.stderr
    assert time.monotonic() - started < within
    assert "Traceback" not in found.stderr
    assert "Why:" in found.stderr
    assert "Do:" in found.stderr
    return found.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [("LAB_PROVIDER", "qemu"), ("LAB_NAME", "No Label"), ("LAB_IMAGES", "magic")],
)
def test_an_unknown_setting_is_told_by_name(nothing_changes, variable, value):
    assert variable in refused(nothing_changes, "up", **{variable: value})


def test_a_node_image_that_does_not_exist_is_told(nothing_changes):
    said = refused(nothing_changes, "up", within=60, LAB_NODE_IMAGE="lab.local/none:v0")
    assert "lab.local/none:v0" in said


@pytest.fixture
def image(nothing_changes, tmp_path: Path):
    """Give an image of one file, or of none, to the engine; its name is test:given."""

    def load(version: str | None) -> str:
        content = tmp_path / "content"
        (content / "kind").mkdir(parents=True)
        if version is not None:
            (content / "kind" / "version").write_text(version)
        archive.layer(tmp_path / "layer.tar", content)
        archive.write(tmp_path / "image.tar", name, tmp_path / "layer.tar", {})
        nothing_changes.engine.run("load", "-i", tmp_path / "image.tar")
        return name

    name = "lab.local/test:given"
    yield load
    nothing_changes.engine.run("rmi", name, check=False)


@pytest.mark.parametrize(
    ("version", "says"),
    [
        (None, "is no node image"),
        ("v1.27.3", "holds Kubernetes v1.27.3"),
        ("tomorrow", "holds Kubernetes tomorrow"),
    ],
)
def test_an_image_that_no_lab_can_be_made_of_is_told(nothing_changes, image, version, says):
    assert says in refused(nothing_changes, "up", LAB_NODE_IMAGE=image(version))


def test_pulling_without_a_registry_in_reach_is_told(nothing_changes):
    dead = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    refused(nothing_changes, "up", within=120, LAB_IMAGES="pull", **dead)


def test_too_little_disk_stops_up_before_it_begins(nothing_changes, small_disk: Path):
    said = refused(nothing_changes, "up", XDG_CACHE_HOME=str(small_disk))
    assert "disk" in said.lower() or "free" in said.lower()


def test_a_disk_that_fills_up_leaves_no_result_that_is_taken_for_whole(small_disk: Path):
    cache = Cache(small_disk)

    def fill(folder: Path) -> None:
        with (folder / "big").open("wb") as stream:
            for _ in range(100):
                stream.write(os.urandom(1 << 20))

    with pytest.raises(OSError, match="No space"):
        cache.result("kind", "k", fill)
    assert not cache.has("kind", "k")
    assert shutil.disk_usage(small_disk).free > 60_000_000


def test_a_full_disk_under_the_state_folder_is_told(nothing_changes, small_disk: Path):
    size = shutil.disk_usage(small_disk).free
    with (small_disk / "big").open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, size)
    said = refused(nothing_changes, "up", within=120, LAB_STATE=str(small_disk / "state"))
    assert "space" in said.lower() or "disk" in said.lower()


def test_a_docker_daemon_that_hangs_is_given_up_in_time(nothing_changes, tmp_path: Path):
    if shutil.which("docker") is None:
        pytest.skip("needs Docker's client")
    address = str(tmp_path / "docker.sock")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        held: list[socket.socket] = []

        def accept() -> None:
            try:
                while True:
                    held.append(server.accept()[0])
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        said = refused(
            nothing_changes, "up", within=45, LAB_PROVIDER="docker", DOCKER_HOST=f"unix://{address}"
        )
        server.shutdown(socket.SHUT_RDWR)
    assert "no answer" in said


@pytest.mark.parametrize("command", ["up", "down"])
def test_a_cluster_of_the_same_name_by_another_tool_is_left_alone(nothing_changes, command):
    lab = nothing_changes
    image = next(
        line
        for line in lab.engine.run("images", "--format", "{{.Repository}}:{{.Tag}}").out.split()
        if "lab.local/node" in line
    )
    name = f"{lab.name}-control-plane"
    lab.engine.run(
        "run", "-d", "--name", name, "--label", f"io.x-k8s.kind.cluster={lab.name}",
        "--entrypoint", "sleep", image, "600",
    )  # fmt: skip
    try:
        said = refused(lab, command)
        assert "did not make" in said
        assert lab.engine.containers(lab.name) == {name: "running"}
    finally:
        lab.engine.remove(name)


def test_commands_on_a_lab_that_is_not_there_say_so(nothing_changes):
    for command in ("reset", "start", "stop", "load"):
        args = (command, "lab.local/web:v1") if command == "load" else (command,)
        refused(nothing_changes, *args)
    assert nothing_changes.run("status").returncode == 1


def test_a_corrupted_cache_file_is_made_again(nothing_changes, cache_of_its_own: Path):
    archives = sorted(cache_of_its_own.rglob("*.tar"), key=lambda file: file.stat().st_size)
    web = archives[0]
    size = web.stat().st_size
    web.unlink()  # the real cache has the same file: give this one content of its own
    web.write_bytes(b"\0" * size)
    kind, key = web.parent.parent.name, web.parent.name
    assert not Cache(cache_of_its_own).has(kind, key)
