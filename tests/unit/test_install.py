"""What the lab installs, and what it asks for where it may not."""

import os

import pytest

from lab import install
from lab.engine import NoEngine
from lab.errors import LabError
from lab.settings import Settings

ABSENT = install.Need("absent-package", "shows what happens", ("no-such-program",))
PRESENT = install.Need("dash", "is everywhere", ("no-such-program", "sh"))


@pytest.fixture
def apt(tmp_path, monkeypatch):
    """An apt-get that writes down what it is asked for, and fails as its file says."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    log = tmp_path / "log"
    script = f"""#!/bin/sh
echo "$(basename "$0") $@" >> {log}
[ -e {tmp_path}/fails ] && echo "E: You don't have enough free space" >&2 && exit 100
[ "$(basename "$0")" = apt-cache ] && cat {tmp_path}/policy 2>/dev/null
case "$*" in *update*) echo "  Candidate: 1" > {tmp_path}/policy ;; esac
exit 0
"""
    for name in ("apt-get", "apt-cache"):
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def asked(apt) -> list[str]:
    words = [line.split() for line in (apt / "log").read_text().splitlines()]
    return [
        "install" if "install" in line else "update" if "update" in line else line[1]
        for line in words
    ]


def test_a_program_that_is_there_needs_no_package():
    assert install.missing([PRESENT, ABSENT]) == [ABSENT]


def test_nothing_is_installed_when_nothing_is_missing(apt, told):
    install.ensure([PRESENT], told)
    assert not (apt / "log").exists()
    assert told.lines == []


def test_what_is_installed_is_told_with_its_reason_first(apt, told):
    install.ensure([PRESENT, ABSENT], told)
    assert told.lines[1:] == ["  absent-package: shows what happens"]
    assert told.steps[0].name == "install system packages"
    last = (apt / "log").read_text().splitlines()[-1]
    assert last.endswith("install -y --no-install-recommends absent-package")
    assert "DPkg::Lock::Timeout=120" in last


def test_package_lists_are_read_only_when_the_package_is_unknown(apt, told):
    install.ensure([ABSENT], told)
    assert asked(apt) == ["policy", "update", "install"]
    (apt / "log").unlink()
    install.ensure([ABSENT], told)
    assert asked(apt) == ["policy", "install"]


def test_apt_s_own_words_reach_the_user_with_the_command_to_type(apt, told):
    (apt / "fails").touch()
    with pytest.raises(LabError) as error:
        install.ensure([ABSENT], told)
    assert "enough free space" in error.value.why
    assert error.value.do == "apt-get update && apt-get install -y absent-package"


def test_a_user_without_root_gets_the_one_command(apt, told, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LabError) as error:
        install.ensure([PRESENT, ABSENT], told)
    assert error.value.do == "sudo apt-get install -y absent-package"
    assert not (apt / "log").exists()


def settings(**variables: str) -> Settings:
    return Settings.from_environment(variables)


def test_an_engine_that_was_named_and_fails_is_not_replaced(apt, told):
    trouble = NoEngine({"docker": "not installed"}, "Install Docker.")
    with pytest.raises(NoEngine):
        install.engine(settings(LAB_PROVIDER="docker"), trouble, told)
    assert not (apt / "log").exists()


def test_podman_is_installed_where_no_engine_is(apt, told, monkeypatch):
    monkeypatch.setattr(install, "ENGINE", (ABSENT,))
    install.engine(settings(), NoEngine({"docker": "not installed"}, ""), told)
    assert "install" in asked(apt)


def test_a_user_with_docker_that_is_stopped_is_told_so_and_not_asked_for_podman(
    apt, told, monkeypatch
):
    (apt / "docker").write_text("#!/bin/sh\nexit 1\n")
    (apt / "docker").chmod(0o755)
    monkeypatch.setattr(install, "ENGINE", (ABSENT,))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NoEngine, match="Cannot connect"):
        install.engine(settings(), NoEngine({"docker": "Cannot connect"}, "Start it."), told)


def test_every_need_has_a_reason():
    for need in (*install.ENGINE, install.MMDEBSTRAP):
        assert len(need.why.split()) > 3
