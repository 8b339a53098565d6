"""What `lab doctor` prints and how it ends."""

import json

import pytest

from lab import checks, doctor
from lab.checks.result import failed, ok, warning
from lab.settings import Settings

FINE = ok("engine", "podman 4.3.1")
TIGHT = warning("memory", "2.5 GiB free.", "End programs.")
FULL = failed("disk", "0.5 GiB free.", "Free some space.")


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings.from_environment({"LAB_STATE": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)})


@pytest.mark.parametrize(("found", "status"), [([FINE, TIGHT], 0), ([FINE, FULL], 1)])
def test_the_exit_status_is_one_only_if_a_check_failed(settings, monkeypatch, found, status):
    monkeypatch.setattr(checks, "everything", lambda _: found)
    assert doctor.doctor(settings) == status


def test_each_check_is_a_line_and_each_trouble_has_what_to_do(settings, monkeypatch, capsys):
    monkeypatch.setattr(checks, "everything", lambda _: [FINE, TIGHT, FULL])
    doctor.doctor(settings)
    assert capsys.readouterr().out.splitlines() == [
        "✓ engine        podman 4.3.1",
        "! memory        2.5 GiB free.",
        "                Do: End programs.",
        "✗ disk          0.5 GiB free.",
        "                Do: Free some space.",
    ]


def test_square_brackets_in_a_cause_are_shown_as_they_are(settings, monkeypatch, capsys):
    monkeypatch.setattr(checks, "everything", lambda _: [ok("engine", "[red]x[/red]")])
    doctor.doctor(settings)
    assert "[red]x[/red]" in capsys.readouterr().out


def test_scripts_get_an_object(settings, monkeypatch, capsys):
    monkeypatch.setattr(checks, "everything", lambda _: [FINE, FULL])
    assert doctor.doctor(settings, json=True) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is False
    assert said["checks"][1] == {
        "name": "disk", "status": "failed", "cause": "0.5 GiB free.", "do": "Free some space.",
    }  # fmt: skip


def test_every_promised_check_is_made(settings):
    names = {check.name for check in checks.everything(settings)}
    assert names == {
        "engine", "cgroups", "inotify", "memory", "disk", "architecture", "clock", "port", "kind",
        "kubectl", "python", "kernel", "proxies", "clusters",
    }  # fmt: skip


def test_each_check_that_is_not_well_says_what_to_do(settings):
    for check in checks.everything(settings):
        assert check.cause
        assert check.do or check.status == "ok"


def test_an_engine_that_hangs_is_told_within_a_bound(settings, tmp_path, monkeypatch):
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("lab.engine.ANSWER_SECONDS", 1.0)
    hung = Settings.from_environment({"LAB_PROVIDER": "docker", "LAB_STATE": str(tmp_path)})
    found = {check.name: check for check in checks.everything(hung)}
    assert found["engine"].status in ("failed", "warning")
    assert "docker: gave no answer within 1 s" in found["engine"].cause
