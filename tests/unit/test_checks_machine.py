"""The checks of the processor, the clock, and what the nodes to start need."""

import base64
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lab.checks import inotify, machine, room, share_to_start
from lab.checks.result import GIB


@pytest.mark.parametrize(
    ("found", "status"), [("x86_64", "ok"), ("aarch64", "warning"), ("riscv64", "failed")]
)
def test_architectures(found, status):
    assert machine.architecture(found).status == status


NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def files(tmp_path) -> Path:
    file = tmp_path / "files" / "a.py"
    file.parent.mkdir()
    file.write_text("")
    os.utime(file, (NOW.timestamp() - 60, NOW.timestamp() - 60))
    return file.parent


# Valid for a year from 2026-11-24 09:52:07. Its key is known to nobody.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBbzCCARWgAwIBAgIUSEoy7kCHx2ShBC29cg/Pk4SoLUcwCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCaXQwHhcNMjYxMTI0MDk1MjA3WhcNMjcxMTI0MDk1MjA3WjAN
MQswCQYDVQQDDAJpdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABG40jPgUF09M
sMMRx/DyX/9LKvKp5FHrDro7dUYt0wMlA3OVjDzkI0oY6e1ZYNnmoogvFLUdLGcO
ILVDSC6awrGjUzBRMB0GA1UdDgQWBBTT1gEH9zJUea7WcXJHMNcO6vDecDAfBgNV
HSMEGDAWgBTT1gEH9zJUea7WcXJHMNcO6vDecDAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0gAMEUCIBmVH9xF/WSHrUlFuY1lkJccgemV/kRgR59YNH+tX3CA
AiEAvTGWBVvbxHX2dP/zBow8JlgnSHL15qp/5Gr3eFUzDBw=
-----END CERTIFICATE-----
"""


@pytest.fixture
def kubeconfig(tmp_path) -> Path:
    data = base64.b64encode(CERTIFICATE.encode()).decode()
    file = tmp_path / "kubeconfig"
    file.write_text(f"users:\n- user:\n    client-certificate-data: {data}\n")
    return file


def test_the_right_time_is_fine(files, tmp_path):
    assert machine.clock(files, tmp_path / "none", NOW).status == "ok"


@pytest.mark.parametrize("year", [1970, 2016, 2099])
def test_an_impossible_time_is_refused(files, tmp_path, year):
    found = machine.clock(files, tmp_path / "none", NOW.replace(year=year))
    assert found.status == "failed"
    assert str(year) in found.cause


def test_a_clock_behind_the_lab_s_own_files_is_refused(files, tmp_path):
    found = machine.clock(files, tmp_path / "none", NOW - timedelta(hours=3))
    assert found.status == "failed"
    assert "3.0 hours later" in found.cause


def test_the_clock_is_held_against_the_cluster_s_certificate(kubeconfig, tmp_path):
    first = datetime(2026, 11, 24, 9, 52, 7, tzinfo=UTC)
    last = first.replace(year=2027)
    assert machine.certificate_times(kubeconfig.read_text()) == (first, last)
    (tmp_path / "a.py").touch()
    os.utime(tmp_path / "a.py", (0, 0))
    assert machine.clock(tmp_path, kubeconfig, first + timedelta(hours=1)).status == "ok"
    early = machine.clock(tmp_path, kubeconfig, first - timedelta(minutes=10))
    late = machine.clock(tmp_path, kubeconfig, last + timedelta(hours=1))
    assert (early.status, late.status) == ("failed", "failed")
    assert "begins" in early.cause
    assert "lab down" in late.do


@pytest.mark.parametrize(
    "text", ["", "client-certificate-data: %%%", "client-certificate-data: Zm9v"]
)
def test_a_kubeconfig_without_a_certificate_says_nothing_of_the_clock(text):
    assert machine.certificate_times(text) is None


@pytest.mark.parametrize(
    ("containers", "share"),
    [
        ({}, 1),
        ({"a": "exited (137)", "b": "created", "c": "exited (0)"}, 1),
        ({"a": "running", "b": "exited (137)", "c": "up 3 minutes"}, 1 / 3),
        ({"a": "running", "b": "running", "c": "running"}, 0),
    ],
)
def test_what_is_to_be_started_is_what_does_not_run(containers, share):
    assert share_to_start(containers) == share


@pytest.fixture
def limits(tmp_path) -> Path:
    (tmp_path / "max_user_instances").write_text("128\n")
    (tmp_path / "max_user_watches").write_text("524288\n")
    return tmp_path


@pytest.mark.parametrize(
    ("to_start", "used", "status"),
    [
        (1, 73, "ok"),
        (1, 74, "failed"),
        (1 / 3, 96, "ok"),  # another lab beside, and one node of this one stopped
        (1 / 3, 110, "failed"),
        (0, 128, "ok"),
    ],
)
def test_the_nodes_to_start_need_their_share_of_inotify_instances(limits, to_start, used, status):
    assert inotify.check(to_start, limits, used).status == status


@pytest.mark.parametrize(
    ("to_start", "free", "status"),
    [
        (1, 3, "ok"),
        (1, 2, "warning"),
        (1, 1.9, "failed"),
        (1 / 3, 1, "ok"),
        (1 / 3, 0.6, "failed"),
        (0, 0, "ok"),
    ],
)
def test_the_nodes_to_start_need_their_share_of_memory(to_start, free, status):
    assert room.memory(to_start, building=False, available=int(free * GIB)).status == status
