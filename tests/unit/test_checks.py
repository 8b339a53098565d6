"""Each check of the machine, held against machines that have and lack what it looks for."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from lab import checks, state
from lab.checks import (
    cgroups,
    inotify,
    kernel,
    leftovers,
    ports,
    programs,
    proxies,
    result,
    room,
)
from lab.checks.result import GIB
from lab.engine import Engine
from lab.settings import Settings

NODES = {"it-control-plane": "running", "it-worker": "running", "it-worker2": "running"}


@pytest.fixture
def settings(tmp_path) -> Settings:
    environment = {"LAB_NAME": "it", "LAB_STATE": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    return Settings.from_environment(environment)


def controllers(root: Path, *names: str) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / "cgroup.controllers").write_text(" ".join(names))
    return root


def test_root_on_either_version_of_cgroups_is_fine(tmp_path):
    assert cgroups.check(controllers(tmp_path / "two", "cpu", "memory", "pids"), 0).status == "ok"
    for name in ("cpu", "memory", "pids"):
        (tmp_path / "one" / name).mkdir(parents=True)
    assert cgroups.check(tmp_path / "one", 0).status == "ok"


def test_a_user_without_delegated_cgroups_is_told_how_to_get_them(tmp_path):
    root = controllers(tmp_path, "cpu", "memory", "pids")
    own = root / "user.slice/user-1000.slice/user@1000.service"
    controllers(own, "memory", "pids")
    found = cgroups.check(root, 1000)
    assert found.status == "failed"
    assert "cpu" in found.cause
    assert "Delegate=yes" in found.do
    controllers(own, "cpu", "memory", "pids")
    assert cgroups.check(root, 1000).status == "ok"


def test_a_user_on_cgroups_version_one_is_refused(tmp_path):
    (tmp_path / "memory").mkdir()
    assert cgroups.check(tmp_path, 1000).status == "failed"


def test_a_kernel_without_memory_limits_is_refused(tmp_path):
    found = cgroups.check(controllers(tmp_path, "cpu", "pids"), 0)
    assert found.status == "failed"
    assert "memory" in found.cause


def limits(folder: Path, instances: int, watches: int = 60000) -> Path:
    (folder / "max_user_instances").write_text(f"{instances}\n")
    (folder / "max_user_watches").write_text(f"{watches}\n")
    return folder


@pytest.mark.parametrize(
    ("instances", "used", "running", "status"),
    [
        (128, 73, False, "ok"),
        (128, 74, False, "failed"),
        (128, 128, True, "ok"),
        (512, 74, False, "ok"),
    ],
)
def test_inotify_instances_must_suffice_for_a_lab(tmp_path, instances, used, running, status):
    assert inotify.check(running, limits(tmp_path, instances), used).status == status


def test_too_few_inotify_watches_are_refused(tmp_path):
    assert "max_user_watches" in inotify.check(False, limits(tmp_path, 512, 4096), 0).do


def test_an_inotify_instance_of_ours_is_counted(tmp_path):
    process = subprocess.Popen(
        [
            "python3",
            "-c",
            "import ctypes;ctypes.CDLL(None).inotify_init();print(1,flush=True);input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout.readline() == b"1\n"
        (tmp_path / str(process.pid)).symlink_to(f"/proc/{process.pid}")
        (tmp_path / "self").symlink_to("/proc/self")
        assert inotify.used_instances(tmp_path) == 1
    finally:
        process.communicate(b"\n", timeout=10)


@pytest.mark.parametrize(
    ("free", "running", "building", "status"),
    [
        (1.9, False, False, "failed"),
        (2.5, False, False, "warning"),
        (3.5, False, False, "ok"),
        (3.5, False, True, "failed"),
        (4.5, False, True, "ok"),
        (0.5, True, False, "ok"),
    ],
)
def test_memory_must_suffice_for_what_is_to_be_done(free, running, building, status):
    assert room.memory(running, building, int(free * GIB)).status == status


def test_a_full_disk_is_told_with_its_place(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "free_space", lambda folder: 500 * 1024**2)
    (found,) = room.disk({"the cache": tmp_path}, running=False, building=False)
    assert found.status == "failed"
    assert found.cause == "0.5 GiB free for the cache, and the lab takes 2 GiB."
    (found,) = room.disk({"the cache": tmp_path}, running=True, building=False)
    assert found.status == "ok"


def test_a_build_takes_more_disk_than_a_pull(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "free_space", lambda folder: 5 * GIB)
    assert room.disk({"x": tmp_path}, False, building=False)[0].status == "ok"
    assert room.disk({"x": tmp_path}, False, building=True)[0].status == "failed"


def test_free_space_is_that_of_the_folder_above_while_there_is_none(tmp_path):
    assert room.free_space(tmp_path / "a" / "b") == pytest.approx(
        room.free_space(tmp_path), rel=0.2
    )


def test_one_file_system_is_judged_once(settings):
    settings.folder.mkdir(parents=True)
    assert list(room.places(settings, None)) == ["the cache"]


def test_a_container_s_own_memory_limit_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "CGROUPS", tmp_path)
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    assert room.free_memory() == 600000
    (tmp_path / "memory.max").write_text("max\n")
    assert room.free_memory() > 600000


def test_a_port_that_is_no_number_is_refused():
    assert ports.check("http").status == "failed"
    assert ports.check("0").status == "failed"
    assert ports.check(None).status == "ok"


def test_a_program_that_is_not_there_yet_is_no_fault(tmp_path):
    assert programs.program("kind", tmp_path).status == "ok"


def test_a_program_that_is_damaged_is_told(tmp_path):
    (tmp_path / "kubectl").write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    (tmp_path / "kubectl").chmod(0o755)
    found = programs.program("kubectl", tmp_path)
    assert found.status == "failed"
    assert "broken" in found.cause


def test_an_old_python_is_refused():
    assert programs.python((3, 10, 4)).status == "failed"
    assert programs.python().status == "ok"


def test_a_kernel_of_another_environment_is_refused():
    found = kernel.judge("/opt/other/bin/python3", "/opt/kernels/python3")
    assert found.status == "failed"
    assert "/opt/kernels/python3" in found.do
    assert kernel.judge("python", "").status == "ok"
    assert kernel.check().status == "ok"


@pytest.mark.parametrize(
    ("environment", "status"),
    [
        ({}, "ok"),
        ({"NO_PROXY": "example.org"}, "ok"),
        ({"HTTPS_PROXY": "http://proxy:3128"}, "failed"),
        ({"https_proxy": "http://proxy:3128", "NO_PROXY": "localhost"}, "failed"),
        ({"HTTPS_PROXY": "http://proxy:3128", "no_proxy": "localhost, 127.0.0.1"}, "ok"),
        ({"ALL_PROXY": "http://proxy:3128", "NO_PROXY": "*"}, "ok"),
    ],
)
def test_a_proxy_must_leave_loopback_alone(environment, status):
    assert proxies.check(environment).status == status


def test_the_value_for_no_proxy_keeps_what_was_there():
    found = proxies.check({"HTTP_PROXY": "http://proxy", "NO_PROXY": "example.org,localhost"})
    assert found.do.startswith("export NO_PROXY=example.org,localhost,127.0.0.1 ")


def record(phase: str = "ready") -> state.Record:
    return state.Record(identity="0", name="it", provider="podman", phase=phase)


@pytest.mark.parametrize(
    ("record_", "containers", "ours", "status", "word"),
    [
        (None, {}, False, "ok", "no lab named it"),
        (None, NODES, False, "failed", "Another tool"),
        (record(), NODES, False, "failed", "Another tool"),
        (None, NODES, True, "warning", "record of it is gone"),
        (record(), {}, False, "warning", "containers are gone"),
        (record("creating"), NODES, True, "warning", "cut off"),
        (record(), {**NODES, "it-worker": "exited"}, True, "warning", "it-worker"),
        (record(), NODES, True, "ok", "3 nodes"),
    ],
)
def test_containers_and_record_must_agree(settings, record_, containers, ours, status, word):
    settings.folder.mkdir(parents=True)
    settings.kubeconfig.write_text("")
    found = leftovers.judge(settings, record_, containers, ours)
    assert found.status == status
    assert word in found.cause


def test_a_lost_kubeconfig_is_told(settings):
    found = leftovers.judge(settings, record(), NODES, True)
    assert found.status == "failed"
    assert "kubeconfig" in found.cause


def test_what_failed_becomes_one_error_with_each_cause():
    error = result.as_error(
        [
            result.failed("disk", "It is full.", "Free some."),
            result.ok("clock", "fine"),
            result.failed("memory", "There is none.", "Buy some."),
        ]
    )
    assert "disk, memory" in error.what
    assert "It is full." in error.why
    assert "There is none." in error.why
    assert result.as_error([result.ok("clock", "fine")]) is None


def test_what_cannot_be_seen_stops_nobody(monkeypatch, settings):
    def unreadable():
        raise PermissionError(13, "Permission denied", "/proc/meminfo")

    monkeypatch.setattr(room, "free_memory", unreadable)
    found = {check.name: check for check in checks.everything(settings)}
    assert found["memory"].status == "warning"
    assert "Permission denied" in found["memory"].cause


def test_the_checks_before_up_take_less_than_half_a_second(settings, tmp_path, monkeypatch):
    programs_ = tmp_path / "bin"
    programs_.mkdir()
    (programs_ / "podman").write_text("#!/bin/sh\nexit 0\n")
    (programs_ / "podman").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs_}:{os.environ['PATH']}")
    took = []
    for _ in range(3):  # the fastest of three: other programs share this machine
        began = time.monotonic()
        found = checks.before_up(settings, Engine("podman"))
        took.append(time.monotonic() - began)
    assert min(took) < 0.5
    assert {check.name for check in found} == {
        "cgroups", "inotify", "memory", "disk", "architecture", "clock", "proxies",
    }  # fmt: skip


def test_up_stops_at_what_would_make_it_fail_later(settings, monkeypatch):
    monkeypatch.setattr(Engine, "containers", lambda self, cluster: {})
    monkeypatch.setattr(room, "free_space", lambda folder: 500 * 1024**2)
    with pytest.raises(checks.LabError, match="disk"):
        checks.stop_at_trouble(settings, Engine("podman"))
